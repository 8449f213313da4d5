"""Answer in a real account what only an account can: two runs, and what they left.

    python -m benchmarks.first_account_run --stage dev --yes [--output DIR]

Uploads the sample as it is, and then with covariates, ids such as ``001`` and a limit
of twenty minutes for training; follows both, and writes what the services answered to
``answers.json`` and ``answers.md``, in the order of docs/aws-facts.md. The stage has
to be deployed. Both runs together are estimated to cost 10 to 30 dollars.
"""

import argparse
import csv
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import ClientError

from chalicelib.keys import autopilot_prefix, forecast_key
from chalicelib.stages import Stage
from cli.endpoints import LOCAL_STAGE

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "sample-data" / "data.zip"
# The second run's training is to end at its limit.
LIMIT_SECONDS = 1200
_HEAD_BYTES = 2048
_NO_ANSWER = "no answer"


@dataclass(frozen=True)
class Trial:
    """One upload, and what it is to show."""

    name: str
    make: Callable[[], bytes]


@dataclass(frozen=True)
class Ended:
    """A run that has ended, as Step Functions has it."""

    run_id: str
    dataset: str
    status: str
    execution_arn: str


def make_plain() -> bytes:
    """Give the sample as it is."""
    return SAMPLE.read_bytes()


def make_awkward() -> bytes:
    """Give the sample with covariates, ids like numbers, and a limit of training."""
    with zipfile.ZipFile(SAMPLE) as opened:
        rows = list(csv.DictReader(io.StringIO(opened.read("TTS.csv").decode())))
    items = sorted({row["item_id"] for row in rows})
    # Every kind of id that a reader of CSV may take for something else.
    odd = dict(zip(items[-4:], ("NA", "1e5", "12.0", "True"), strict=True))
    names = {item: odd.get(item, f"{at:03}") for at, item in enumerate(items, 1)}
    history = [{**row, "item_id": names[row["item_id"]]} for row in rows]
    criteria = {"MaxAutoMLJobRuntimeInSeconds": LIMIT_SECONDS}
    files = {
        "TTS.csv": _write_csv(history),
        "RTS.csv": _write_csv(_make_covariates(history)),
        "config.json": json.dumps(
            {"TimeSeriesForecastingJobConfig": {"CompletionCriteria": criteria}}
        ),
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return buffer.getvalue()


def _make_covariates(history: list[dict[str, str]]) -> list[dict[str, str]]:
    """Give each item a covariate for every month, a year of the future included."""
    stamps = sorted({row["timestamp"] for row in history})
    year = int(stamps[-1][:4])
    month = int(stamps[-1][5:7])
    future = [
        f"{year + (month + ahead) // 12}-{(month + ahead) % 12 + 1:02}-01"
        for ahead in range(12)
    ]
    first: dict[str, str] = {}
    for row in history:
        first[row["item_id"]] = min(
            first.get(row["item_id"], row["timestamp"]), row["timestamp"]
        )
    return [
        {
            "item_id": item,
            "timestamp": stamp,
            "opening_days": str(24 + int(stamp[5:7]) % 3),
        }
        for item in sorted(first)
        for stamp in (*stamps, *future)
        if stamp >= first[item]
    ]


def _write_csv(rows: list[dict[str, str]]) -> str:
    file = io.StringIO()
    writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue()


TRIALS = (Trial("plain", make_plain), Trial("awkward", make_awkward))


class Account:
    """The stage's services, asked what a run has left in them."""

    def __init__(self, session: Any, stage: Stage) -> None:
        self.stage = stage
        self.s3 = session.client("s3")
        self.sagemaker = session.client("sagemaker")
        self.sfn = session.client("stepfunctions")
        self.glue = session.client("glue")

    def find_run(self, since: datetime) -> Ended:
        """Find the run that began since a moment."""
        found = self.sfn.list_executions(stateMachineArn=self.stage.state_machine_arn)
        execution = next(e for e in found["executions"] if e["startDate"] >= since)
        described = self.sfn.describe_execution(executionArn=execution["executionArn"])
        return Ended(
            run_id=execution["name"],
            dataset=json.loads(described["input"])["dataset"],
            status=described["status"],
            execution_arn=execution["executionArn"],
        )

    def list_keys(self, prefix: str) -> list[str]:
        """List the keys below a prefix."""
        pages = self.s3.get_paginator("list_objects_v2").paginate(
            Bucket=self.stage.bucket,
            Prefix=prefix,
            ExpectedBucketOwner=self.stage.account,
        )
        return [item["Key"] for page in pages for item in page.get("Contents", [])]

    def read_lines(self, key: str) -> list[str]:
        """Read the first lines of an object."""
        got = self.s3.get_object(
            Bucket=self.stage.bucket,
            Key=key,
            Range=f"bytes=0-{_HEAD_BYTES}",
            ExpectedBucketOwner=self.stage.account,
        )
        return str(got["Body"].read().decode(errors="replace")).splitlines()[:4]

    def look_into(self, run: Ended) -> dict[str, Any]:
        """Answer each question as far as a run can."""
        return {question: _try(ask, self, run) for question, ask in QUESTIONS.items()}


def _try(ask: Callable[[Account, Ended], Any], account: Account, run: Ended) -> Any:
    try:
        return ask(account, run)
    except (ClientError, KeyError, StopIteration) as error:
        return f"{_NO_ANSWER} ({type(error).__name__}: {error})"


def ask_outcome(account: Account, run: Ended) -> Any:
    """Say how the run ended, and why where it failed."""
    described = account.sfn.describe_execution(executionArn=run.execution_arn)
    return {
        "status": run.status,
        **{key: described[key] for key in ("error", "cause") if key in described},
    }


def ask_job(account: Account, run: Ended) -> Any:
    """Describe the Autopilot job, its best candidate and its container."""
    job = account.sagemaker.describe_auto_ml_job_v2(AutoMLJobName=run.run_id)
    best = job.get("BestCandidate", {})
    return {
        "status": job["AutoMLJobStatus"],
        "secondary_status": job["AutoMLJobSecondaryStatus"],
        "failure_reason": job.get("FailureReason"),
        "minutes": _minutes(job["CreationTime"], job.get("EndTime")),
        "best_candidate": best.get("CandidateName"),
        "objective": best.get("FinalAutoMLJobObjectiveMetric"),
        "containers": best.get("InferenceContainers"),
        "artifacts": best.get("CandidateProperties", {}).get(
            "CandidateArtifactLocations"
        ),
    }


def ask_candidates(account: Account, run: Ended) -> Any:
    """List the candidates by name, status and metrics."""
    pages = account.sagemaker.get_paginator("list_candidates_for_auto_ml_job")
    return [
        {
            "name": candidate["CandidateName"],
            "status": candidate["CandidateStatus"],
            "steps": [
                step["CandidateStepName"] for step in candidate["CandidateSteps"]
            ],
            "metrics": candidate.get("CandidateProperties", {}).get("CandidateMetrics"),
        }
        for page in pages.paginate(AutoMLJobName=run.run_id)
        for candidate in page["Candidates"]
    ]


def ask_backtest(account: Account, run: Ended) -> Any:
    """List what lies below the backtest export, each file with its first lines."""
    keys = account.list_keys(autopilot_prefix(run.run_id))
    exported = [key for key in keys if "/backtest-export/" in key]
    return {
        "others": sorted({_folder(key) for key in keys} - set(map(_folder, exported))),
        "files": {
            key: account.read_lines(key) if ".csv" in key else "not read"
            for key in exported[:20]
        },
    }


def ask_output(account: Account, run: Ended) -> Any:
    """Show the transform's output: columns, ids and timestamps as they are spelt."""
    folder = forecast_key(run.dataset, run.run_id, "raw/")
    keys = account.list_keys(folder)
    return {key: account.read_lines(key) for key in keys}


def ask_ids(account: Account, run: Ended) -> Any:
    """Compare the ids of the output with those that were asked for."""
    train = account.list_keys(f"input/{run.run_id}/train/")
    outputs = account.list_keys(forecast_key(run.dataset, run.run_id, "raw/"))
    asked = {row[0] for key in train for row in _read_rows(account, key)}
    found = {row[0] for key in outputs for row in _read_rows(account, key)}
    return {
        "as asked": len(asked & found),
        "only asked": sorted(asked - found),
        "only found": sorted(found - asked),
    }


def ask_transform(account: Account, run: Ended) -> Any:
    """Say how long the transform took, for how many series."""
    jobs = account.sagemaker.list_transform_jobs(NameContains=run.run_id)
    rows = account.list_keys(f"input/{run.run_id}/transform/")
    series = {row[0] for key in rows for row in _read_rows(account, key)}
    described = [
        account.sagemaker.describe_transform_job(TransformJobName=j["TransformJobName"])
        for j in jobs["TransformJobSummaries"]
    ]
    return {
        "series": len(series),
        "files": len(rows),
        "jobs": [
            {
                "status": job["TransformJobStatus"],
                "minutes": _minutes(
                    job.get("TransformStartTime"), job.get("TransformEndTime")
                ),
                "reason": job.get("FailureReason"),
            }
            for job in described
        ],
    }


def ask_glue(account: Account, run: Ended) -> Any:
    """Say how long each Glue job took to start and to run."""
    return {
        job: [
            {
                "state": one["JobRunState"],
                "minutes": _minutes(one["StartedOn"], one.get("CompletedOn")),
                "billed_seconds": one.get("ExecutionTime"),
                "error": one.get("ErrorMessage"),
            }
            for one in account.glue.get_job_runs(JobName=account.stage.resource(job))[
                "JobRuns"
            ]
            if one.get("Arguments", {}).get("--run_id") == run.run_id
        ]
        for job in ("preprocess", "report")
    }


QUESTIONS: Mapping[str, Callable[[Account, Ended], Any]] = {
    "1 does SageMaker take the role on, and may it do all it must": ask_outcome,
    "2 how does the job end, and with which best candidate": ask_job,
    "3 what are the candidates called": ask_candidates,
    "4 what lies in the backtest export": ask_backtest,
    "5 what does the transform's output look like": ask_output,
    "6 how are ids spelt": ask_ids,
    "7 how long does the transform take": ask_transform,
    "8 how long do the Glue jobs take": ask_glue,
}


def _read_rows(account: Account, key: str) -> Iterator[list[str]]:
    got = account.s3.get_object(
        Bucket=account.stage.bucket,
        Key=key,
        ExpectedBucketOwner=account.stage.account,
    )
    rows = csv.reader(io.StringIO(got["Body"].read().decode()))
    next(rows)
    yield from rows


def _folder(key: str) -> str:
    return key.rpartition("/")[0]


def _minutes(start: datetime | None, end: datetime | None) -> float | None:
    if start is None or end is None:
        return None
    return round((end - start).total_seconds() / 60, 1)


def try_out(account: Account, trial: Trial, folder: Path) -> dict[str, Any]:
    """Upload, follow to the end with the client, and ask."""
    upload = folder / f"first-{trial.name}.zip"
    upload.write_bytes(trial.make())
    began = datetime.now(UTC).replace(microsecond=0)
    command = [sys.executable, "forecast.py", str(upload.resolve())]
    options = ["--stage", account.stage.name, "--region", account.stage.region]
    output = ["--output", str(folder.resolve() / "forecasts")]
    followed = subprocess.run([*command, *options, *output], cwd=ROOT, check=False)
    run = account.find_run(began)
    return {
        "run_id": run.run_id,
        "exit_code": followed.returncode,
        **account.look_into(run),
    }


def write_answers(answers: Mapping[str, Any], folder: Path) -> None:
    """Write the answers for programs and for people."""
    text = json.dumps(answers, indent=2, default=str)
    (folder / "answers.json").write_text(f"{text}\n")
    lines = ["# What the first runs in an account answered", ""]
    for name, answered in answers.items():
        lines += [f"## {name}", ""]
        for question, answer in answered.items():
            said = json.dumps(answer, indent=2, default=str)
            lines += [f"### {question}", "", "```json", said, "```", ""]
    (folder / "answers.md").write_text("\n".join(lines))


def main(arguments: list[str] | None = None) -> int:
    """Run both trials, and write down what they answered."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.first_account_run")
    parser.add_argument("--stage", default="dev")
    parser.add_argument("--region")
    parser.add_argument("--yes", action="store_true", help="spend 10 to 30 dollars")
    parser.add_argument("--output", type=Path, default=Path("first-account-run"))
    asked = parser.parse_args(arguments)
    if not (asked.yes or asked.stage == LOCAL_STAGE):
        parser.error("this trains twice, for 10 to 30 dollars; say --yes to do it")
    session = boto3.Session(region_name=asked.region)
    sts = session.client("sts")
    account = sts.get_caller_identity()["Account"]
    stage = Stage(asked.stage, account, sts.meta.region_name)
    asked.output.mkdir(parents=True, exist_ok=True)
    answers: dict[str, Any] = {}
    for trial in TRIALS:
        answers[trial.name] = try_out(Account(session, stage), trial, asked.output)
        write_answers(answers, asked.output)
    print(f"the answers are in {asked.output / 'answers.md'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
