"""A Chalice that deploys its functions in this process, onto moto."""

import io
import json
import zipfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class FakeChalice:
    """Makes what the real one makes, with clients that may be told to fail."""

    project: Path
    clients: Any
    stage: Any

    @contextmanager
    def start(self, command, *, stage):
        yield lambda: self._run(command, stage)

    def _run(self, command, stage):
        assert (command, stage) == ("deploy", self.stage.name)
        folder = self.project / ".chalice"
        config = json.loads((folder / "config.json").read_text())
        told = config["stages"][stage]["lambda_functions"]
        for function in told.values():
            json.loads((folder / function["iam_policy_file"]).read_text())
        resources = [self._deploy(function) for function in told]
        self._connect()
        record = self.project / ".chalice" / "deployed" / f"{stage}.json"
        record.parent.mkdir(exist_ok=True)
        record.write_text(json.dumps({"resources": resources}))
        return ""

    def _deploy(self, function):
        name, functions = self.stage.resource(function), self.clients.functions
        try:
            functions.get_function(FunctionName=name)
        except functions.exceptions.ResourceNotFoundException:
            functions.create_function(
                FunctionName=name,
                Role=self.stage.role_arn(function),
                Runtime="python3.11",
                Handler=f"app.{function}",
                Code={"ZipFile": make_archive()},
            )
        arn = self.stage.function_arn(function)
        return {"name": function, "resource_type": "lambda_function", "lambda_arn": arn}

    def _connect(self):
        pattern = json.dumps({"source": ["aws.states"]})
        self._connect_rule("on_execution_end", EventPattern=pattern)
        self._connect_rule("sweep", ScheduleExpression="rate(1 hour)")

    def _connect_rule(self, function, **when):
        name = self.stage.resource(f"{function}-event")
        self.clients.events.put_rule(Name=name, **when)
        arn = self.stage.function_arn(function)
        self.clients.events.put_targets(Rule=name, Targets=[{"Id": "1", "Arn": arn}])


def make_archive():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("app.py", "")
    return buffer.getvalue()
