"""The forecast's frequency and horizon: as set, else as the history shows."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from glue.findings.finding import Example, Finding, make_finding
from glue.frequency import (
    DAY,
    Frequency,
    find_frequency,
    longest_horizon,
    parse_frequency,
)
from glue.reading.timestamps import format_moment
from glue.settings.layers import Settings
from glue.shaping.survey import Survey
from glue.understanding.history import Inferred

_JOB = "TimeSeriesForecastingJobConfig"
# AWS advises three to five points of history for each point of the future.
_COMFORT = 5
_FEW = 0.02
# Steps without any row that are worth a word.
_LONG_HOLE = 12


@dataclass
class Outlook:
    """At which steps, and how many of them, is forecast."""

    frequency: Frequency | None = None
    horizon: int | None = None
    steps: int = 0
    season: int = 1
    with_time: bool = False
    truncate: bool = False
    inferred: list[Inferred] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    @property
    def is_too_fine(self) -> bool:
        """Whether the data has not the steps that the forecast is to have."""
        return any(found.code == "coarser-than-frequency" for found in self.findings)


def find_outlook(survey: Survey, settings: Settings, file: str) -> Outlook:
    """Choose frequency and horizon, and check both against the history."""
    outlook = Outlook()
    _choose_frequency(outlook, survey, settings, file)
    if outlook.frequency is None:
        return outlook
    outlook.steps = survey.count_steps(outlook.frequency)
    _check_boundary(outlook, survey, file)
    _check_holes(outlook, survey, file)
    _choose_season(outlook, settings)
    _choose_horizon(outlook, survey, settings, file)
    return outlook


def _choose_frequency(
    outlook: Outlook, survey: Survey, settings: Settings, file: str
) -> None:
    found = find_frequency(survey.steps)
    configured = settings.job.get("ForecastFrequency")
    if configured is not None:
        outlook.frequency = parse_frequency(configured)
        natural = found.frequency
        if natural is not None and natural.seconds > 1.5 * outlook.frequency.seconds:
            what = (
                f"{file} has steps of {natural} ({found.evidence}); ForecastFrequency "
                f"is {configured}"
            )
            outlook.findings.append(make_finding("coarser-than-frequency", what))
    elif found.frequency is None:
        what = f"{file} has no step that Autopilot can forecast at ({found.evidence})"
        outlook.findings.append(make_finding("frequency-unclear", what))
        return
    else:
        outlook.frequency = found.frequency
        outlook.inferred.append(
            Inferred(f"{_JOB}.ForecastFrequency", str(found.frequency), found.evidence)
        )
        if found.share < 1.0:
            what = (
                f"{1 - found.share:.1%} of {file}'s steps do not fit {found.frequency}"
            )
            outlook.findings.append(make_finding("steps-irregular", what))
    assert outlook.frequency is not None
    _choose_times(outlook, survey, file)


def _choose_times(outlook: Outlook, survey: Survey, file: str) -> None:
    """Decide whether timestamps keep a time of day."""
    frequency = outlook.frequency
    assert frequency is not None
    finer = _share_finer(survey, DAY) > _FEW
    if frequency.is_below_daily:
        outlook.with_time = True
        if not survey.has_times and len(survey.moments) > 1:
            what = f"{file} has dates only, and ForecastFrequency is {frequency}"
            outlook.findings.append(make_finding("timestamp-without-time", what))
    elif survey.has_times:
        outlook.with_time = finer
        outlook.truncate = not finer
        if outlook.truncate:
            what = f"{file} has times of day, and the frequency is {frequency}"
            outlook.findings.append(make_finding("timestamp-time-dropped", what))


def _check_boundary(outlook: Outlook, survey: Survey, file: str) -> None:
    """Warn of timestamps that Autopilot will move to their period's start."""
    frequency = outlook.frequency
    assert frequency is not None
    if _share_finer(survey, frequency.seconds) > _FEW:
        return  # the rows are summed up to periods anyway
    moments = survey.moments
    if outlook.truncate:
        moments = np.unique(moments // DAY * DAY)
    off = moments[frequency.starts_of(moments) != moments]
    if len(off):
        example = Example(file, None, None, _format(int(off[0]), outlook))
        what = (
            f"{len(off)} of {len(moments)} timestamps of {file} are not at the start "
        )
        what += f"of their {frequency.name}"
        outlook.findings.append(
            make_finding("off-boundary", what, count=len(off), examples=[example])
        )


def _check_holes(outlook: Outlook, survey: Survey, file: str) -> None:
    """Warn of a long time without any row: often a timestamp's wrong year."""
    frequency = outlook.frequency
    assert frequency is not None
    moments = survey.history_moments()
    if len(moments) < 2 or outlook.is_too_fine:
        return
    steps = np.diff(frequency.periods(moments, int(moments[0])))
    at = int(np.argmax(steps))
    if steps[at] < max(_LONG_HOLE, len(moments) // 4):
        return
    before, after = (_format(int(moments[n]), outlook) for n in (at, at + 1))
    what = f"no series of {file} has a row between {before} and {after}"
    outlook.findings.append(make_finding("time-hole", what, count=int(steps[at]) - 1))


def _share_finer(survey: Survey, seconds: int) -> float:
    """Give the share of steps that are clearly shorter than a period."""
    steps = survey.steps.seconds
    finer = sum(count for step, count in steps.items() if step < 0.9 * seconds)
    return finer / max(sum(steps.values()), 1)


def _choose_season(outlook: Outlook, settings: Settings) -> None:
    assert outlook.frequency is not None
    configured = settings.preparation.get("Seasonality")
    outlook.season = configured or outlook.frequency.season
    if configured is None:
        evidence = f"usual at {outlook.frequency}"
        outlook.inferred.append(
            Inferred("Preparation.Seasonality", outlook.season, evidence)
        )


def _choose_horizon(
    outlook: Outlook, survey: Survey, settings: Settings, file: str
) -> None:
    assert outlook.frequency is not None
    longest = longest_horizon(outlook.steps)
    if longest < 1:
        what = f"{file} has {outlook.steps} time step(s) of {outlook.frequency}"
        outlook.findings.append(make_finding("too-few-steps", what))
        return
    configured = settings.job.get("ForecastHorizon")
    if configured is None:
        _infer_horizon(outlook, survey, longest)
    else:
        outlook.horizon = configured
    assert outlook.horizon is not None
    if outlook.horizon > longest:
        what = (
            f"ForecastHorizon is {outlook.horizon} (at most {longest}: {file} has "
            f"{outlook.steps} time steps)"
        )
        outlook.findings.append(make_finding("horizon-too-long", what))
    elif configured is not None and outlook.steps < _COMFORT * outlook.horizon:
        what = (
            f"{file} has {outlook.steps} time steps for a horizon of {outlook.horizon}"
        )
        outlook.findings.append(make_finding("horizon-long", what))


def _infer_horizon(outlook: Outlook, survey: Survey, longest: int) -> None:
    """Take as many steps as future rows are given for, else the usual number."""
    assert outlook.frequency is not None
    future = count_future_steps(survey, outlook.frequency)
    usual = outlook.frequency.usual_horizon
    if 0 < future <= longest:
        outlook.horizon, evidence = future, "the steps that future rows are given for"
    elif usual <= longest:
        outlook.horizon, evidence = usual, f"usual at {outlook.frequency}"
    else:
        outlook.horizon = max(outlook.steps // _COMFORT, 1)
        evidence = f"a fifth of the {outlook.steps} time steps"
    outlook.inferred.append(
        Inferred(f"{_JOB}.ForecastHorizon", outlook.horizon, evidence)
    )


def count_future_steps(survey: Survey, frequency: Frequency) -> int:
    """Count the steps after the last value that rows are given for."""
    if survey.last is None or survey.end is None:
        return 0
    ends = np.array([survey.end])
    return int(frequency.periods(ends, survey.last)[0])


def describe_extent(survey: Survey, outlook: Outlook) -> tuple[str, str]:
    """Write the first and the last moment of history."""
    assert survey.first is not None
    assert survey.last is not None
    return _format(survey.first, outlook), _format(survey.last, outlook)


def _format(seconds: int, outlook: Outlook) -> str:
    pattern = "%Y-%m-%d %H:%M:%S" if outlook.with_time else "%Y-%m-%d"
    return format_moment(seconds, pattern)
