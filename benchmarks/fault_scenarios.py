"""What is broken in which step of a run, and what has to come of it, as data."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from localaws.faults.plan import Fault

# What may come of a scenario: the run succeeds by itself; it fails and a redrive goes
# on; it fails and takes a new upload; a person stopped it.
RECOVERED, REDRIVE, UPLOAD, STOPPED = "recovered", "redrive", "upload", "stopped"
# What is done by hand: before the run is there, and after its end.
SWEEP, MEND_AND_SWEEP, SWEEP_ENDS = "sweep", "mend and sweep", "mend and sweep ends"
# Of two faults at once it is not said what comes of them, but what may not.
ANY = "any"
# Who trains, and what of: Autopilot on a first upload; the embedded engine; both, one
# after the other; nobody, as the dataset's champion forecasts; Autopilot, and what it
# trains is held beside a champion.
AUTOPILOT, EMBEDDED, BOTH = "autopilot", "embedded", "both"
BY_CHAMPION, BESIDE_CHAMPION = "champion", "beside"
LAMBDAS = {
    "PrepareRun": ("prepare_run", "s3", "PutObject"),
    "CreateAutopilotJob": ("create_autopilot_job", "sagemaker", "CreateAutoMLJobV2"),
    "CheckAutopilotJob": ("check_autopilot_job", "sagemaker", "DescribeAutoMLJobV2"),
}
# Each with its job, who trains in it, and what comes of its process being killed once.
GLUE = {
    "Preprocess": ("preprocess", AUTOPILOT, REDRIVE),
    "Report": ("report", AUTOPILOT, RECOVERED),
    "Train": ("train", EMBEDDED, RECOVERED),
}
UNREAD = "the registry could not be read"
UNREGISTERED = "the model was not registered"
UNKNOWN = "it is not known whether the model was registered, as RegisterModel failed"
OWN = "the run's own model forecasts, whoever is the champion"
UNCOMPARED = "the new model was not compared with the champion"
STATES = (
    *("PrepareRun", "Preprocess", "CreateAutopilotJob", "WaitForAutopilotJob"),
    *("CheckAutopilotJob", "BatchTransform", "Report"),
)


@dataclass(frozen=True)
class Scenario:
    """One thing that is broken.

    Parameters
    ----------
    act
        What is done by hand meanwhile; one that is no sweep is a state to stop in.
    road
        Who trains.
    jobs
        How many AutoML jobs it may pay for.
    told
        What ``status.json`` has to say of it in any case.
    settings
        The dataset's, in the bucket, beside what the road takes.
    """

    step: str
    name: str
    faults: tuple[Fault, ...]
    outcome: str
    act: str = ""
    road: str = AUTOPILOT
    jobs: int = 1
    told: str = ""
    settings: Mapping[str, object] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """Name it whole."""
        return f"{self.step}: {self.name}"


def list_scenarios() -> list[Scenario]:
    """List all of them, in the order of a run."""
    return [
        *_break_trigger(),
        *_break_lambdas(),
        *_break_glue(),
        *_break_training(),
        *_break_sagemaker_states(),
        *_break_endings(),
        *_stop_by_hand(),
        *_break_registry(),
        *_break_comparison(),
        *_break_both(),
        *_go_by_champion(),
    ]


def _break_trigger() -> Iterator[Scenario]:
    step, role = "on_upload", "on_upload"

    def call(kind: str, **options: object) -> tuple[Fault, ...]:
        return (Fault(kind, "states", "StartExecution", role=role, **options),)  # type: ignore[arg-type]  # by name

    yield Scenario(step, "throttled 3 times", call("throttled", count=3), RECOVERED)
    yield Scenario(step, "throttled 10 times", call("throttled", count=10), RECOVERED)
    yield Scenario(step, "500 5 times", call("server-error", count=5), RECOVERED)
    yield Scenario(step, "over quota once", call("over-quota", count=1), RECOVERED)
    yield Scenario(
        step,
        "no answer, executed",
        call("unanswered", count=1, executed=True),
        RECOVERED,
    )
    yield Scenario(step, "no answer", call("unanswered", count=1), RECOVERED)
    yield Scenario(
        step,
        "killed after its call",
        call("killed-in-call", count=1, executed=True),
        RECOVERED,
    )
    yield Scenario(
        step, "killed in its call", call("killed-in-call", count=1), RECOVERED
    )
    yield Scenario(
        step, "denied, then swept", call("denied"), RECOVERED, act=MEND_AND_SWEEP
    )
    for name, fault in {
        "event 5 times": Fault("duplicated", "s3", times=5),
        "event 5 times, apart": Fault("duplicated", "s3", times=5, seconds=2),
        "event late": Fault("delayed", "s3", seconds=5),
        "events out of order": Fault("reordered", "s3", seconds=3),
    }.items():
        yield Scenario(step, name, (fault,), RECOVERED)
    lost = (Fault("lost", "s3"),)
    yield Scenario(step, "event lost, then swept", lost, RECOVERED, act=MEND_AND_SWEEP)
    late = (Fault("delayed", "s3", seconds=12),)
    yield Scenario(step, "swept before a late event", late, RECOVERED, act=SWEEP)


def _break_lambdas() -> Iterator[Scenario]:
    for step, (function, service, operation) in LAMBDAS.items():
        yield from _break_invoke(step, function)
        yield from _break_calls(step, function, service, operation)
    yield from _break_invoke("ChooseModel", "choose_model")
    # What was paid for is not lost to the registry: the run goes on without it.
    for scenario in _break_invoke("RegisterModel", "register_model", RECOVERED):
        lasts = "denied" in scenario.name or "20 times" in scenario.name
        yield replace(scenario, told=UNKNOWN if lasts else "")


def _break_invoke(
    step: str, function: str, lasting: str = REDRIVE
) -> Iterator[Scenario]:
    for name, kind, count, outcome in (
        ("invoke throttled 5 times", "throttled", 5, RECOVERED),
        ("invoke 500 5 times", "server-error", 5, RECOVERED),
        ("invoke without an answer", "unanswered", 1, RECOVERED),
        ("invoke denied", "denied", None, lasting),
    ):
        fault = Fault(
            kind, "lambda", "Invoke", role="states", match=function, count=count
        )
        yield Scenario(step, name, (fault,), outcome)
    yield Scenario(
        step,
        "killed",
        (Fault("killed", "lambda", function, count=1, seconds=0.05),),
        RECOVERED,
    )
    yield Scenario(
        step,
        "killed 20 times",
        (Fault("killed", "lambda", function, count=20),),
        lasting,
    )


def _break_calls(
    step: str, function: str, service: str, operation: str
) -> Iterator[Scenario]:
    for name, fault, outcome in (
        ("throttled 3 times", Fault("throttled", count=3), RECOVERED),
        ("throttled 12 times", Fault("throttled", count=12), RECOVERED),
        ("500 12 times", Fault("server-error", count=12), RECOVERED),
        (
            "no answer, executed",
            Fault("unanswered", count=1, executed=True),
            RECOVERED,
        ),
        ("no answer", Fault("unanswered", count=1), RECOVERED),
        (
            "killed after its call",
            Fault("killed-in-call", count=1, executed=True),
            RECOVERED,
        ),
        ("killed in its call", Fault("killed-in-call", count=1), RECOVERED),
        ("denied", Fault("denied"), REDRIVE),
    ):
        yield Scenario(step, name, (_at(fault, service, operation, function),), outcome)


def _at(fault: Fault, service: str, operation: str, role: str) -> Fault:
    return Fault(
        fault.kind,
        service,
        operation,
        role=role,
        count=fault.count,
        executed=fault.executed,
    )


def _break_glue() -> Iterator[Scenario]:
    for step, (job, road, died) in GLUE.items():
        for scenario in _break_job(step, job):
            outcome = died if scenario.name == "killed once" else scenario.outcome
            jobs = 0 if road == EMBEDDED else 1
            yield replace(scenario, outcome=outcome, road=road, jobs=jobs)


def _break_job(step: str, job: str) -> Iterator[Scenario]:
    """Break one Glue job in every way; the outcomes are those of a job that counts."""
    role = f"glue-{job}"
    start = {"service": "glue", "operation": "StartJobRun", "match": f"-{job}"}
    for name, kind, count, executed, outcome in (
        ("start throttled 5 times", "throttled", 5, False, RECOVERED),
        ("start over quota 5 times", "over-quota", 5, False, RECOVERED),
        ("start 500 5 times", "server-error", 5, False, RECOVERED),
        ("start without an answer", "unanswered", 1, False, RECOVERED),
        ("started without an answer", "unanswered", 1, True, RECOVERED),
        ("start denied", "denied", None, False, REDRIVE),
    ):
        fault = Fault(kind, count=count, executed=executed, **start)  # type: ignore[arg-type]  # by name
        yield Scenario(step, name, (fault,), outcome)
    for name, fault, outcome in (
        ("S3 503 5 times", Fault("throttled", "s3", role=role, count=5), RECOVERED),
        ("S3 503 for good", Fault("throttled", "s3", role=role), REDRIVE),
        ("S3 denied", Fault("denied", "s3", "PutObject", role=role), REDRIVE),
        (
            "S3 without an answer",
            Fault("unanswered", "s3", role=role, count=2, executed=True),
            RECOVERED,
        ),
        ("killed once", Fault("killed", "glue", job, count=1, seconds=0.1), REDRIVE),
        ("killed for good", Fault("killed", "glue", job, seconds=0.1), REDRIVE),
        ("disk full", Fault("disk-full", "glue", job), REDRIVE),
        (
            "poll throttled",
            Fault("throttled", "glue", "GetJobRun", match=f"-{job}", count=2),
            RECOVERED,
        ),
    ):
        yield Scenario(step, name, (fault,), outcome)


def _break_training() -> Iterator[Scenario]:
    step = "Training"
    for name, fault, outcome in (
        ("killed", Fault("killed", "training", seconds=0.1), UPLOAD),
        ("disk full", Fault("disk-full", "training"), UPLOAD),
        ("ends Failed", Fault("ended", "training", status="Failed"), UPLOAD),
        ("ends Stopped", Fault("ended", "training", status="Stopped"), UPLOAD),
        ("no candidate", Fault("ended", "training", status="NoCandidate"), UPLOAD),
        (
            "cut at its limit",
            Fault("ended", "training", status="MaxAutoMLJobRuntimeReached"),
            RECOVERED,
        ),
        (
            "S3 503 5 times",
            Fault("throttled", "s3", role="sagemaker", count=5),
            RECOVERED,
        ),
        (
            "S3 denied",
            Fault("denied", "s3", "PutObject", role="sagemaker", match="autopilot"),
            UPLOAD,
        ),
    ):
        yield Scenario(step, name, (fault,), outcome)
    busy = Fault("over-quota", "sagemaker", "CreateAutoMLJobV2", count=6)
    yield Scenario("CreateAutopilotJob", "busy 6 times", (busy,), RECOVERED)


def _break_sagemaker_states() -> Iterator[Scenario]:
    for step, operation in (
        ("CreateModel", "CreateModel"),
        ("BatchTransform", "CreateTransformJob"),
    ):
        for name, kind, count, executed, outcome in (
            ("throttled 5 times", "throttled", 5, False, RECOVERED),
            ("500 5 times", "server-error", 5, False, RECOVERED),
            ("over quota 5 times", "over-quota", 5, False, RECOVERED),
            ("no answer", "unanswered", 1, False, RECOVERED),
            ("no answer, executed", "unanswered", 1, True, RECOVERED),
            ("denied", "denied", None, False, REDRIVE),
        ):
            fault = Fault(kind, "sagemaker", operation, count=count, executed=executed)
            yield Scenario(step, name, (fault,), outcome)
    for name, fault, outcome in (
        ("killed once", Fault("killed", "transform", count=1, seconds=0.1), RECOVERED),
        ("killed for good", Fault("killed", "transform", seconds=0.1), REDRIVE),
        (
            "ends Failed once",
            Fault("ended", "transform", status="Failed", count=1),
            RECOVERED,
        ),
        ("ends Stopped", Fault("ended", "transform", status="Stopped"), REDRIVE),
        ("disk full", Fault("disk-full", "transform"), REDRIVE),
        (
            "poll throttled",
            Fault("throttled", "sagemaker", "DescribeTransformJob", count=2),
            RECOVERED,
        ),
    ):
        yield Scenario("BatchTransform", name, (fault,), outcome)


def _break_endings() -> Iterator[Scenario]:
    step, role = "on_execution_end", "on_execution_end"
    for name, faults in {
        "S3 503 3 times": (Fault("throttled", "s3", role=role, count=3),),
        "S3 503 10 times": (Fault("throttled", "s3", role=role, count=10),),
        "notice throttled 10 times": (Fault("throttled", "sns", role=role, count=10),),
        "killed before its notice": (
            Fault("killed-in-call", "sns", "Publish", role=role, count=1),
        ),
        "killed after its status": (
            Fault(
                "killed-in-call", "s3", "PutObject", role=role, count=1, executed=True
            ),
        ),
        "killed": (Fault("killed", "lambda", role, count=1),),
        "report cannot be read": (
            Fault("denied", "s3", "GetObject", role=role, match="report.json"),
        ),
        "end told 4 times": (Fault("duplicated", "states", "SUCCEEDED", times=4),),
        "end told late": (Fault("delayed", "states", "SUCCEEDED", seconds=4),),
    }.items():
        yield Scenario(step, name, faults, RECOVERED)
    lost = (Fault("lost", "states", "SUCCEEDED"),)
    yield Scenario(step, "end lost, then swept", lost, RECOVERED, act=SWEEP_ENDS)
    denied = (Fault("denied", "s3", "PutObject", role=role),)
    yield Scenario(step, "denied, then swept", denied, RECOVERED, act=SWEEP_ENDS)
    topic = (Fault("denied", "sns", "Publish", role=role),)
    yield Scenario(step, "no notice, then swept", topic, RECOVERED, act=SWEEP_ENDS)


def _stop_by_hand() -> Iterator[Scenario]:
    # A state is held, so that the stop comes in it.
    held = {
        "PrepareRun": Fault("slow", "s3", "PutObject", role="prepare_run", seconds=4),
        "Preprocess": Fault("slow", "s3", role="glue-preprocess", seconds=2),
        "CreateAutopilotJob": Fault(
            "slow", "sagemaker", "CreateAutoMLJobV2", seconds=4
        ),
        "CheckAutopilotJob": Fault(
            "slow", "sagemaker", "DescribeAutoMLJobV2", role="check", seconds=4
        ),
        "Report": Fault("slow", "s3", role="glue-report", seconds=2),
    }
    for state in STATES:
        faults = (held[state],) if state in held else ()
        yield Scenario("stopped by hand", f"in {state}", faults, STOPPED, act=state)
    denied = Fault("denied", "sagemaker", "StopAutoMLJob")
    yield Scenario(
        "stopped by hand",
        "training cannot be stopped",
        (denied,),
        STOPPED,
        act="WaitForAutopilotJob",
    )


def _break_registry() -> Iterator[Scenario]:
    """Break the calls to the registry; no forecast may be lost to it."""
    step, role = "RegisterModel", "register_model"
    for operation, told in {
        "CreateModelPackageGroup": UNREGISTERED,
        "CreateModelPackage": UNREGISTERED,
        # What is registered by then is, and is said to be.
        "DescribeModelPackage": OWN,
        "UpdateModelPackage": "the reason of version",
        "ListModelPackages": "older versions were not removed",
    }.items():
        for name, fault, said in (
            ("throttled 12 times", Fault("throttled", count=12), ""),
            ("denied", Fault("denied"), told),
        ):
            faults = (_at(fault, "sagemaker", operation, role),)
            yield Scenario(step, f"{operation} {name}", faults, RECOVERED, told=said)
    for name, fault in {
        "500 12 times": Fault("server-error", count=12),
        "no answer, registered": Fault("unanswered", count=1, executed=True),
        "no answer": Fault("unanswered", count=1),
        "killed when registered": Fault("killed-in-call", count=1, executed=True),
        "killed before": Fault("killed-in-call", count=1),
    }.items():
        faults = (_at(fault, "sagemaker", "CreateModelPackage", role),)
        yield Scenario(step, name, faults, RECOVERED)
    full = (_at(Fault("over-quota"), "sagemaker", "CreateModelPackage", role),)
    yield Scenario(step, "registry full", full, RECOVERED, told=UNREGISTERED)
    yield Scenario(
        step,
        "S3 denied",
        (Fault("denied", "s3", "PutObject", role=role),),
        RECOVERED,
        told=UNKNOWN,
    )
    facts = (Fault("denied", "sagemaker", "UpdateModelPackage", role="on_execution"),)
    yield Scenario(
        "on_execution_end",
        "registry denied",
        facts,
        RECOVERED,
        told="the registry does not know of the report",
    )
    listing = (Fault("denied", "sagemaker", "ListModelPackages", role="prepare_run"),)
    yield Scenario("PrepareRun", "registry denied", listing, RECOVERED)


def _break_comparison() -> Iterator[Scenario]:
    """Break what holds a new model beside the champion; it forecasts all the same."""
    for scenario in _break_job("CompareModels", "compare_models"):
        fails = scenario.outcome == REDRIVE
        told = UNCOMPARED if fails or scenario.name == "killed once" else ""
        yield replace(scenario, outcome=RECOVERED, road=BESIDE_CHAMPION, told=told)
    # A new version that waits for approval may not forecast because of a fault.
    waits = {"Retraining": {"Approval": "manual"}}
    for operation in ("UpdateModelPackage", "ListModelPackages"):
        yield Scenario(
            "RegisterModel",
            f"waits for approval, {operation} denied",
            (Fault("denied", "sagemaker", operation, role="register_model"),),
            RECOVERED,
            road=BESIDE_CHAMPION,
            told="waits for approval, and version",
            settings=waits,
        )


def _break_both() -> Iterator[Scenario]:
    """Break a run that both engines train."""
    for step, name, fault, outcome in (
        ("Train", "killed once", Fault("killed", "glue", "train", count=1), RECOVERED),
        ("Train", "killed for good", Fault("killed", "glue", "train"), REDRIVE),
        ("Train", "disk full", Fault("disk-full", "glue", "train"), REDRIVE),
        (
            "Training",
            "ends Failed",
            Fault("ended", "training", status="Failed"),
            UPLOAD,
        ),
        ("Training", "killed", Fault("killed", "training"), UPLOAD),
        (
            "Report",
            "killed once",
            Fault("killed", "glue", "report", count=1),
            RECOVERED,
        ),
    ):
        faults = (replace(fault, seconds=0.1),)
        yield Scenario(step, f"both train, {name}", faults, outcome, road=BOTH)


def _go_by_champion() -> Iterator[Scenario]:
    """Break a run that trains nothing; an unread registry lets it train."""
    role = "choose_model"
    for operation in ("ListModelPackages", "DescribeModelPackage"):
        for name, fault, trains in (
            ("throttled 12 times", Fault("throttled", count=12), False),
            ("500 12 times", Fault("server-error", count=12), False),
            ("no answer", Fault("unanswered", count=1), False),
            ("killed in its call", Fault("killed-in-call", count=1), False),
            ("denied", Fault("denied"), True),
        ):
            yield Scenario(
                "ChooseModel",
                f"{operation} {name}",
                (_at(fault, "sagemaker", operation, role),),
                RECOVERED,
                road=BY_CHAMPION,
                jobs=int(trains),
                told=UNREAD if trains else "forecast by version",
            )
    for step, name, fault, outcome in (
        ("on_upload", "event 5 times", Fault("duplicated", "s3", times=5), RECOVERED),
        (
            "ChooseModel",
            "S3 denied",
            Fault("denied", "s3", "PutObject", role=role),
            REDRIVE,
        ),
        (
            "ChooseModel",
            "killed after its call",
            Fault(
                "killed-in-call", "s3", "PutObject", role=role, count=1, executed=True
            ),
            RECOVERED,
        ),
        ("CreateModel", "denied", Fault("denied", "sagemaker", "CreateModel"), REDRIVE),
        (
            "CreateModel",
            "no answer, executed",
            Fault("unanswered", "sagemaker", "CreateModel", count=1, executed=True),
            RECOVERED,
        ),
        (
            "BatchTransform",
            "killed for good",
            Fault("killed", "transform", seconds=0.1),
            REDRIVE,
        ),
        (
            "BatchTransform",
            "model denied",
            Fault("denied", "s3", "GetObject", role="sagemaker", match="model.tar.gz"),
            REDRIVE,
        ),
        (
            "Report",
            "killed for good",
            Fault("killed", "glue", "report", seconds=0.1),
            REDRIVE,
        ),
    ):
        yield Scenario(
            step,
            f"by the champion, {name}",
            (fault,),
            outcome,
            road=BY_CHAMPION,
            jobs=0,
        )
    yield Scenario(
        "stopped by hand",
        "by the champion, in BatchTransform",
        (Fault("slow", "sagemaker", "CreateTransformJob", seconds=2),),
        STOPPED,
        act="BatchTransform",
        road=BY_CHAMPION,
        jobs=0,
    )


def draw_pairs(count: int, seed: int) -> list[Scenario]:
    """Draw pairs of scenarios of two steps on one road, to come at once."""
    draw = random.Random(seed)
    listed, pairs = list_scenarios(), []
    while len(pairs) < count:
        one, other = draw.sample(listed, 2)
        if (
            one.step != other.step
            and one.road == other.road
            and not (one.act and other.act)
        ):
            pairs.append(_pair(one, other))
    return pairs


def _pair(one: Scenario, other: Scenario) -> Scenario:
    return Scenario(
        "two at once",
        f"{one.title} + {other.title}",
        (*one.faults, *other.faults),
        ANY,
        act=one.act or other.act,
        road=one.road,
        jobs=max(one.jobs, other.jobs),
        settings={**one.settings, **other.settings},
    )
