"""A run that waits for a quota, on the local AWS."""

import json
from contextlib import contextmanager

from chalicelib.stages import Stage
from tests.building.local_stage import STAGE, wait_for
from tests.conftest import ACCOUNT, REGION

TRANSFORMS = "L-3E1C9273"


@contextmanager
def hold_transform(stage, name, body):
    """Take the quota of transforms away while a run trains; give its execution."""
    version = stage.put(f"raw/{name}.zip", body)
    arn = wait_for(lambda: stage._find_execution(version))
    execution = {"executionArn": arn}
    wait_for(lambda: "WaitForAutopilotJob" in stage.list_states(execution))
    stage.quotas[TRANSFORMS] = 0
    try:
        wait_for(lambda: "BatchTransform" in stage.list_states(execution))
        yield arn
    finally:
        stage.quotas.pop(TRANSFORMS, None)


def sweep(stage):
    """Let the sweep look at everything, however young it is."""
    answer = stage.client("lambda").invoke(
        FunctionName=Stage(STAGE, ACCOUNT, REGION).resource("sweep"),
        Payload=json.dumps({"grace_minutes": 0}),
    )
    said = answer["Payload"].read().decode()
    assert "FunctionError" not in answer, said
    return json.loads(said)


def wait_until_told(stage, run_id):
    """Sweep until a run's status says what it waits for, and that people know it."""

    def find():
        sweep(stage)
        key = f"runs/{run_id}/status.json"
        listed = stage.s3.list_objects_v2(Bucket=stage.bucket, Prefix=key)
        status = stage.read_json(key) if listed["KeyCount"] else {}
        told = (status.get("notice") or {}).get("sent_at")
        return status if status.get("status") == "RUNNING" and told else None

    return wait_for(find)
