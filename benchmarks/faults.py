"""Break every step of a run in every way, and look at what comes of it.

    python -m benchmarks.faults [--only PATTERN] [--client] [--json FILE]
    python -m benchmarks.faults --pairs N [--seed S]

Each scenario runs on one local AWS, one after the other. A run must end, with one
notice for each end, a status.json that names the step, a reason and what to do, no
training that nobody waits for, and no AutoML job beyond its own; what can be redriven
is, and has to give the right forecast. Of two faults at once anything but that is
wrong which no fault may lead to.
"""

import argparse
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.broken_stage import (
    ENDED,
    STAGE,
    BrokenStage,
    Late,
    anonymise,
    break_stage,
    build_upload,
    is_forecast_of,
    wait_for,
)
from benchmarks.fault_scenarios import (
    ANY,
    BESIDE_CHAMPION,
    BOTH,
    BY_CHAMPION,
    EMBEDDED,
    MEND_AND_SWEEP,
    RECOVERED,
    REDRIVE,
    STOPPED,
    SWEEP,
    SWEEP_ENDS,
    UPLOAD,
    Scenario,
    draw_pairs,
    list_scenarios,
)

PATIENCE = 300.0
# Of a machine that does much else besides.
SETTLING = 90.0
# The bucket's settings of a dataset whose runs go a road.
ROADS: dict[str, dict[str, Any]] = {
    EMBEDDED: {"Engine": "embedded"},
    BOTH: {"Engine": "both"},
    BY_CHAMPION: {"Retraining": {"MaxAgeDays": 91}},
}
# Datasets that have a champion, trained before the first of their scenarios; as long
# as what of them comes into a run's name.
SHARED = {BY_CHAMPION: "held", BESIDE_CHAMPION: "both"}
OUTCOMES = {RECOVERED, REDRIVE, UPLOAD, STOPPED}
# What tells a person nothing to act on.
_EMPTY_REASONS = ("", "States.TaskFailed", "no reason was given")
_EMPTY_STARTS = ("Command failed with exit code", "RequestId:")


@dataclass
class Result:
    """What came of a scenario."""

    step: str
    name: str
    expected: str
    run_id: str = ""
    outcome: str = "lost"
    status: str | None = None
    told_step: str | None = None
    reason: str | None = None
    remedy: str | None = None
    right: bool = False
    notices: int = 0
    runs: int = 0
    jobs: int = 0
    orphans: int = 0
    redriven: str | None = None
    told: str | None = None
    warnings: list[str] = field(default_factory=list)
    exit_codes: list[int] = field(default_factory=list)
    seconds: float = 0.0
    wrong: list[str] = field(default_factory=list)


class Trial:
    """One scenario on a stage."""

    def __init__(
        self, stage: BrokenStage, scenario: Scenario, number: int, *, client: bool
    ) -> None:
        self.stage = stage
        self.scenario = scenario
        self.client = client
        # Of a champion's own series, or it would be made for other data.
        name = "c" if scenario.road in SHARED else f"s{number}"
        self.items = {f"{name}a": 100.0 + number, f"{name}b": 500.0 + number}
        self.result = Result(scenario.step, scenario.name, scenario.outcome)
        self.slug = SHARED.get(scenario.road, f"x{number:03d}")
        self.ends = 1
        self.before: set[str] = set()

    def run(self) -> Result:
        """Break it, and look."""
        began = time.monotonic()
        try:
            self._prepare()
            self.stage.faults.replace(*self.scenario.faults)
            self._upload()
            self._see_to_the_end()
        except Late:
            self.result.wrong.append("nothing came of it in time")
        finally:
            self.stage.faults.replace()
        self.result.seconds = round(time.monotonic() - began, 1)
        return self.result

    def _prepare(self) -> None:
        """Set the road, and give its dataset a champion, with nothing broken."""
        if self.scenario.road in SHARED and not self._list_own_runs():
            self._upload()
            (arn,) = wait_for(self._list_own_runs, seconds=PATIENCE)
            wait_for(lambda: self._find_end(arn), seconds=PATIENCE)
        self.before = set(self._list_own_runs())
        self._configure()

    def _configure(self) -> None:
        settings = {**ROADS.get(self.scenario.road, {}), **self.scenario.settings}
        self.stage.s3.put_object(
            Bucket=STAGE.bucket,
            Key=f"config/{self.slug}.json",
            Body=json.dumps(settings).encode(),
        )

    def _upload(self) -> None:
        self.stage.put(f"{self.slug}.zip", build_upload(self.items))

    def _see_to_the_end(self) -> None:
        act = self.scenario.act
        if act in {SWEEP, MEND_AND_SWEEP}:
            self._sweep(mend=act == MEND_AND_SWEEP)
        arn = wait_for(self._find_run, seconds=PATIENCE)
        if act and "sweep" not in act:
            self._stop_in(act, arn)
        ended = wait_for(lambda: self._find_end(arn), seconds=PATIENCE)
        if act == SWEEP_ENDS:
            self._sweep(mend=True)
        self._look(ended)
        if self.client:
            self._follow(ended["name"])
        if self.result.outcome in {REDRIVE, STOPPED}:
            self._redrive(arn)
        if self.client and self.result.redriven == "right":
            self._follow(ended["name"])
        self._judge()

    def _stop_in(self, state: str, arn: str) -> None:
        """Stop a run in a state, if it comes so far."""
        wait_for(
            lambda: state in self.stage.list_states(arn) or self._find_end(arn),
            seconds=PATIENCE,
        )
        time.sleep(0.3)
        if self._find_end(arn) is None:
            self.stage.stepfunctions.stop_execution(executionArn=arn)

    def _follow(self, run_id: str) -> None:
        """Follow a run as a person does, and read what the screen says of its end."""
        result = self.result
        done = self.stage.run_script(
            "forecast.py", "follow", run_id, "--stage", STAGE.name
        )
        result.exit_codes.append(done.returncode)
        went = result.outcome == RECOVERED or result.redriven == "right"
        if done.returncode != (0 if went else 1):
            result.wrong.append(f"the client's exit code is {done.returncode}")
        if not went:
            command = "run SOURCE" if result.remedy == UPLOAD else f"resume {run_id}"
            told = (result.told_step or "", command)
            if any(text not in done.stdout + done.stderr for text in told):
                result.wrong.append(f"the screen lacks one of {told}")

    def _sweep(self, *, mend: bool) -> None:
        """Give what is tried again time to end, mend what was broken, and sweep."""
        time.sleep(4)
        if mend:
            self.stage.faults.replace()
        self.stage.invoke("sweep", {"grace_minutes": 0})

    def _find_run(self) -> str | None:
        found = self._list_own_runs()
        return found[0] if found else None

    def _list_own_runs(self) -> list[str]:
        return [
            run["executionArn"]
            for run in self.stage.list_runs()
            if run["name"].startswith(f"{self.slug}-")
            and run["executionArn"] not in self.before
        ]

    def _find_end(self, arn: str) -> dict[str, Any] | None:
        found = self.stage.describe(arn)
        return found if found["status"] in ENDED else None

    def _look(self, ended: dict[str, Any]) -> None:
        result, run = self.result, json.loads(ended["input"])
        result.run_id, result.status = ended["name"], ended["status"]
        try:
            status = wait_for(
                lambda: self._find_told(run["run_id"], ended), seconds=SETTLING
            )
        except Late:
            status = self.stage.read_json(f"runs/{run['run_id']}/status.json") or {}
            result.wrong.append("status.json is missing or not whole")
        result.told_step, result.reason = status.get("step"), status.get("reason")
        result.remedy = status.get("remedy")
        result.right = is_forecast_of(self.stage.read_forecast(run), self.items)
        result.outcome = self._name_outcome(ended["status"], status)
        if self.scenario.told not in json.dumps(status, ensure_ascii=False):
            result.wrong.append(f"status.json does not say {self.scenario.told!r}")
        result.told = (status.get("model") or {}).get("reason")
        result.warnings = status.get("warnings") or []

    def _find_told(self, run_id: str, ended: dict[str, Any]) -> Any | None:
        status = self.stage.read_json(f"runs/{run_id}/status.json")
        if not status or not status["complete"] or not status["notice"]["sent_at"]:
            return None
        return status if status["status"] == ended["status"] else None

    def _name_outcome(self, ended: str, status: dict[str, Any]) -> str:
        if ended == "SUCCEEDED":
            return RECOVERED if self.result.right else "wrong forecast"
        if ended == "ABORTED":
            return STOPPED
        return UPLOAD if status.get("remedy") == UPLOAD else REDRIVE

    def _redrive(self, arn: str) -> None:
        """Put the cause right, go on, and look again."""
        self._count_orphans()
        self.stage.faults.replace()
        if self.result.remedy == UPLOAD:
            self.result.redriven = "not offered"
            return
        self.stage.stepfunctions.redrive_execution(executionArn=arn)
        ended = wait_for(lambda: self._find_end(arn), seconds=PATIENCE)
        self.ends += 1
        run = json.loads(ended["input"])
        right = is_forecast_of(self.stage.read_forecast(run), self.items)
        self.result.redriven = "right" if right else ended["status"]
        try:
            wait_for(lambda: self._find_told(run["run_id"], ended), seconds=SETTLING)
        except Late:
            self.result.wrong.append("status.json does not tell of the redrive")

    def _count_orphans(self) -> None:
        """Count trainings that go on though the run was stopped."""
        if self.result.status not in {"ABORTED", "TIMED_OUT"}:
            return
        deadline = time.monotonic() + 6
        own = [arn.rpartition(":")[2] for arn in self._list_own_runs()]
        while time.monotonic() < deadline:
            jobs = self.stage.list_jobs()
            going = [name for name in own if jobs.get(name) == "InProgress"]
            self.result.orphans = len(going)
            time.sleep(0.5)

    def _judge(self) -> None:
        result = self.result
        own = [arn.rpartition(":")[2] for arn in self._list_own_runs()]
        result.runs = len(own)
        result.jobs = sum(name in own for name in self.stage.list_jobs())
        result.notices = sum(len(self.stage.list_notices(name)) for name in own)
        if result.expected not in {ANY, result.outcome}:
            result.wrong.append(f"came to {result.outcome}")
        if result.notices != self.ends:
            result.wrong.append(f"{result.notices} notices of {self.ends} ends")
        if result.runs != 1 or result.jobs > self.scenario.jobs or result.orphans:
            result.wrong.append(
                f"{result.runs} runs, {result.jobs} jobs, {result.orphans} orphans"
            )
        if result.outcome not in OUTCOMES:
            result.wrong.append(f"nobody may come to {result.outcome}")
        if result.outcome in {REDRIVE, UPLOAD} and not is_clear(result):
            result.wrong.append("the reason is not clear")
        if result.redriven not in {None, "right", "not offered"}:
            result.wrong.append(f"redriven it is {result.redriven}")


def is_clear(result: Result) -> bool:
    """Tell whether a person can act on what they are told."""
    reason = result.reason or ""
    return (
        reason not in _EMPTY_REASONS
        and not reason.startswith(_EMPTY_STARTS)
        and result.told_step is not None
        and result.remedy is not None
    )


def run_all(
    scenarios: list[Scenario], *, client: bool, save: Callable[[list[Result]], None]
) -> list[Result]:
    """Run scenarios one after the other, and say what comes of each.

    Parameters
    ----------
    save
        Keeps the results so far, after each.
    """
    results: list[Result] = []
    with break_stage() as stage:
        for number, scenario in enumerate(scenarios):
            result = Trial(stage, scenario, number, client=client).run()
            results.append(result)
            save(results)
            told = "; ".join(result.wrong) or "as expected"
            print(
                f"{len(results):3d} {scenario.title}: {result.outcome} "
                f"({result.seconds} s), {told}",
                *(
                    [f"    {result.told_step}: {result.reason}"]
                    if result.reason
                    else []
                ),
                sep="\n",
                flush=True,
            )
    return results


def build_tables(results: list[Result]) -> str:
    """Build the tables of the README."""
    kinds = (RECOVERED, REDRIVE, UPLOAD, STOPPED, "lost", "wrong")
    lines = [
        "| step | scenarios | " + " | ".join(kinds) + " |",
        "|---|---:|" + "---:|" * len(kinds),
    ]
    for step in dict.fromkeys(result.step for result in results):
        own = [result for result in results if result.step == step]
        lines.append(f"| {step} | {len(own)} | {_count_kinds(own, kinds)} |")
    lines.append(f"| all | {len(results)} | {_count_kinds(results, kinds)} |")
    lines += [
        "",
        "| scenario | ended in | reason as told | redriven |",
        "|---|---|---|---|",
    ]
    for result in results:
        if result.reason:
            reason = anonymise(result.reason, result.run_id)
            lines.append(
                f"| {result.step}: {result.name} | {result.told_step} | {reason} | "
                f"{result.redriven or result.remedy} |"
            )
    return "\n".join(lines) + "\n"


def _count_kinds(results: list[Result], kinds: tuple[str, ...]) -> str:
    found = Counter(result.outcome for result in results)
    found["wrong"] = sum(bool(result.wrong) for result in results)
    return " | ".join(str(found[kind]) for kind in kinds)


def save(results: list[Result], data: Path | None, tables: Path | None) -> None:
    """Write results as data and as tables, each where it is asked for."""
    if data is not None:
        data.write_text(json.dumps([asdict(result) for result in results], indent=2))
    if tables is not None:
        tables.write_text(build_tables(results))


def main() -> int:
    """Run the chosen scenarios; the exit code is 1 where one came out otherwise."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--only", default="", help="a pattern of titles, such as Training"
    )
    parser.add_argument(
        "--pairs", type=int, default=0, help="draw so many pairs of two at once instead"
    )
    parser.add_argument("--seed", type=int, default=0, help="of the pairs")
    parser.add_argument(
        "--client", action="store_true", help="follow each run with forecast.py too"
    )
    parser.add_argument("--json", type=Path, help="write all that was found")
    parser.add_argument("--markdown", type=Path, help="write the tables")
    options = parser.parse_args()
    listed = draw_pairs(options.pairs, options.seed) or list_scenarios()
    chosen = [s for s in listed if re.search(options.only, s.title)]
    results = run_all(
        chosen,
        client=options.client,
        save=lambda found: save(found, options.json, options.markdown),
    )
    print(build_tables(results))
    return int(any(result.wrong for result in results))


if __name__ == "__main__":
    sys.exit(main())
