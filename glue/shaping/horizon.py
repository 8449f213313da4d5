"""The forecast's frequency and horizon: as set, else as the history shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from glue.arrays import Array
from glue.findings.finding import Count, Example, Findings
from glue.frequency import (
    DAY,
    HOUR,
    MINUTE,
    FoundFrequency,
    Frequency,
    find_frequency,
    longest_horizon,
    parse_frequency,
)
from glue.limits import (
    COMFORTABLE_STEPS,
    MAX_GRID,
    MAX_HORIZON,
    MAX_SPARSE_STEPS,
    SPARSE,
    STEPS_PER_HORIZON,
)
from glue.reading.timestamps import format_moment
from glue.settings.layers import Settings
from glue.settings.rules import (
    FREQUENCY_HINT,
    FREQUENCY_NEEDS,
    FREQUENCY_WORDS,
    tell_held,
)
from glue.shaping.survey import Survey

_JOB = "TimeSeriesForecastingJobConfig"
_USUAL_HORIZON = {"min": 60, "H": 24, "D": 14, "W": 8, "M": 12, "Y": 3}
_FEW = 0.02
# What is told of steps that are uneven, and the units that they could be put into.
_NEAR = 1.25
_LONGEST_YEAR = 366 * DAY
_SHARES = (0.05, 0.5, 0.95)
_UNITS = (
    *((1, "min", MINUTE), (1, "H", HOUR), (1, "D", DAY), (1, "W", 7 * DAY)),
    *((1, "M", 31 * DAY), (3, "M", 92 * DAY), (6, "M", 184 * DAY)),
)
# Steps without any row that are worth a word.
# So few moments, as a share of the others, are slips.
_FAR = 0.1
# Stamps that are late by less than so much of a step creep.
_CREEPING = 0.1
# What programs write where there is no date.
_DEFAULTS = ("1970-01-01", "1900-01-01", "1899-12-30")
_LONG_HOLE = 12


# What is said by the horizon, and by the frequency. Where a setting was given that
# cannot be used, both are a guess, and none of this may be true.
_BY_HORIZON = (
    *("horizon-too-long", "horizon-long", "beyond-horizon", "rts-beyond-horizon"),
    *("future-partial", "future-partial-filled"),
)
_FOLLOWING = {
    "ForecastHorizon": _BY_HORIZON,
    "ForecastFrequency": (
        *_BY_HORIZON,
        *("finer-than-frequency", "off-boundary", "steps-irregular"),
        *("timestamp-time-dropped", "series-gaps", "series-ends-early", "time-hole"),
    ),
}


@dataclass(frozen=True)
class Clock:
    """How moments are counted and written.

    ``truncate`` says that a time of day is there and is cut.
    """

    frequency: Frequency
    with_time: bool
    truncate: bool

    def cut(self, seconds: Array) -> Array:
        """Cut the time of day where it is not kept."""
        return seconds // DAY * DAY if self.truncate else seconds

    def write(self, seconds: int) -> str:
        """Write a moment as the forecast input has it."""
        return write_moment(seconds, with_time=self.with_time)


@dataclass(frozen=True)
class Outlook:
    """At which steps, and how many of them, is forecast.

    ``steps`` is how many the history has; ``horizon`` is 0 when they are too few for
    any. ``season`` is in steps too.
    """

    clock: Clock
    steps: int
    season: int
    horizon: int

    @property
    def frequency(self) -> Frequency:
        """The step."""
        return self.clock.frequency


def find_outlook(
    survey: Survey, settings: Settings, file: str, findings: Findings, *, end: int
) -> Outlook | None:
    """Choose frequency and horizon, and check both against the history.

    ``end`` is the last moment of all tables. None when the history has no step that
    could be forecast at.
    """
    for key, codes in _FOLLOWING.items():
        if settings.has_lost(key):
            findings.hold_back(codes)
    frequency = _choose_frequency(survey, settings, file, findings)
    if frequency is None:
        return None
    clock = _choose_times(survey, frequency, file, findings)
    steps = survey.count_steps(frequency)
    _check_boundary(survey, clock, file, findings)
    _check_holes(survey, clock, file, findings)
    season = _choose_season(frequency, settings, findings)
    horizon = _Horizon(survey, frequency, steps, file, findings, end).choose(settings)
    return Outlook(clock, steps, season, horizon)


def _choose_frequency(
    survey: Survey, settings: Settings, file: str, findings: Findings
) -> Frequency | None:
    natural = find_frequency(survey.steps)
    if _is_daily(survey, natural):
        words = "no series has two rows on one day"
        natural = FoundFrequency(Frequency(1, "D"), words, 1.0)
    evidence = natural.evidence
    configured = settings.job.get("ForecastFrequency")
    if configured is not None:
        frequency = parse_frequency(configured)
        steps = natural.frequency
        if steps is not None and steps.seconds > 1.5 * frequency.seconds:
            findings.add(
                "coarser-than-frequency",
                remedy=f'write "ForecastFrequency": "{steps}", as values of long '
                "steps cannot be split into shorter ones; or take that key out",
                file=file,
                steps=steps,
                evidence=evidence,
                frequency=configured,
            )
        return frequency
    if settings.has_lost("ForecastFrequency") and natural.frequency:
        _advise_frequency(natural.frequency, evidence, findings)
    if natural.frequency is None:
        _note_unclear(survey, evidence, file, findings)
        return None
    findings.infer(f"{_JOB}.ForecastFrequency", str(natural.frequency), evidence)
    if natural.share < 1.0:
        _tell_irregular(survey, natural, file, findings)
    return natural.frequency


def _advise_frequency(frequency: Frequency, evidence: str, findings: Findings) -> None:
    """Name the step of the history where the settings have one that is none."""
    finer = [
        word
        for word, said in FREQUENCY_WORDS.items()
        if parse_frequency(said).seconds < frequency.seconds
    ]
    for about in (
        *(f"{tell_held(word)} (needs {FREQUENCY_NEEDS}" for word in finer),
        f"needs {FREQUENCY_HINT}",
    ):
        findings.advise(
            "setting-invalid",
            f'write "{frequency}", as the history has just that step ({evidence}); or '
            "remove the key, and it is found so",
            about=about,
        )


def _note_unclear(survey: Survey, evidence: str, file: str, findings: Findings) -> None:
    """Say which steps there are, and at which others one could forecast."""
    counts = survey.steps.seconds
    if not counts:
        remedy = "look whether the right column names the series: each has one time "
        remedy += "step only; or upload more of the history"
        findings.add("frequency-unclear", remedy=remedy, file=file, evidence=evidence)
        return
    steps = np.repeat(*map(np.array, zip(*sorted(counts.items()))))
    low, usual, high = (int(np.quantile(steps, q, method="nearest")) for q in _SHARES)
    units = ((n, unit) for n, unit, length in _UNITS if _NEAR * length >= usual)
    frequency = Frequency(*next(units, (1, "Y")))
    words = f"{evidence}; most are {_about(low)} to {_about(high)} long, and half of "
    words += f"them at most {_about(usual)}"
    if _about(low) == _about(high):
        words = f"{evidence}; most are about {_about(usual)} long"
    if _tell_times(survey, usual, file, findings):
        return
    odd = low < usual < high
    remedy = "correct dates that are mistyped, if few do not fit; or " if odd else ""
    remedy += f'set "ForecastFrequency": "{frequency}" in {_JOB} of config.json: the '
    remedy += f"rows of each {frequency.name} are combined then, by their sum unless "
    remedy += "Transformations.Aggregation says otherwise"
    if usual > _LONGEST_YEAR:
        remedy = "the longest step that can be forecast is a year: give a row for each"
    findings.add("frequency-unclear", remedy=remedy, file=file, evidence=words)


def _tell_times(survey: Survey, usual: int, file: str, findings: Findings) -> bool:
    """Say that times of day, or seconds, are in the way of a step; say whether so."""
    moments = survey.moments
    timed = moments[moments % DAY != 0]
    if usual >= DAY and 0 < len(timed) < len(moments) / 2:
        rows = survey.find_rows(timed)
        first = str(rows.examples[0].value)
        findings.add(
            "frequency-unclear",
            count=max(rows.count, 1),
            examples=rows.examples,
            remedy="take the time of day away, and write dates alone, such as "
            f"{first[:10]} for {first}",
            file=file,
            evidence=f"{Count(rows.count):row} have a time of day, and the others none",
        )
        return True
    for length in (DAY, HOUR):
        rest = moments % length
        late = int(rest.max())
        if _NEAR * usual < length or not 0 < late <= length * _CREEPING:
            continue
        odd = survey.find_rows(moments[rest != 0])
        first = str(odd.examples[0].value)
        plain = first[:10] if length == DAY else f"{first[:13]}:00:00"
        findings.add(
            "frequency-unclear",
            count=max(odd.count, 1),
            examples=odd.examples,
            remedy=f"leave the {'time' if length == DAY else 'seconds'} off, such as "
            f"{plain} for {first}",
            file=file,
            evidence=f"the times of {Count(odd.count):row} are late by up to "
            f"{_about(late)}, as a logger stamps them",
        )
        return True
    return False


def _about(seconds: int) -> str:
    """Write a length of time roughly, in its largest unit."""
    for name, length in (("days", DAY), ("hours", HOUR), ("minutes", MINUTE)):
        if seconds >= length:
            count = f"{seconds / length:.3g}"
            return f"1 {name[:-1]}" if count == "1" else f"{count} {name}"
    return f"{seconds} seconds" if seconds > 1 else "1 second"


def _is_daily(survey: Survey, natural: FoundFrequency) -> bool:
    """Say whether a step below a day is only that of times of day in some rows."""
    steps, found = survey.steps, natural.frequency
    if found is None or not found.is_below_daily or steps.same_day:
        return False
    near = sum(n for s, n in steps.seconds.items() if DAY / 2 <= s <= 3 * DAY / 2)
    return near >= 0.9 * sum(steps.seconds.values()) and DAY // 2 in steps.seconds


def _tell_irregular(
    survey: Survey, natural: FoundFrequency, file: str, findings: Findings
) -> None:
    """Say which share of steps does not fit, and where the first is."""
    moments, frequency = survey.history_moments(), natural.frequency
    if frequency is None:
        return
    odd = np.diff(frequency.periods(moments, int(moments[0]))) != 1
    if not odd.any() and not frequency.months:
        odd = np.diff(moments) != frequency.seconds  # such as a week's other day
    at = int(np.argmax(odd)) if len(odd) else 0
    ends = moments[at : at + 2].tolist()
    before, after = (write_moment(s, with_time=survey.has_times) for s in ends)
    findings.add(
        "steps-irregular",
        examples=[Example(file, None, None, after)],
        file=file,
        share=1 - natural.share,
        frequency=frequency,
        before=before,
        after=after,
    )


def _choose_times(
    survey: Survey, frequency: Frequency, file: str, findings: Findings
) -> Clock:
    """Decide whether timestamps keep a time of day."""
    if frequency.is_below_daily:
        if not survey.has_times and len(survey.moments) > 1:
            findings.add("timestamp-without-time", file=file, frequency=frequency)
        return Clock(frequency, with_time=True, truncate=False)
    steps = survey.steps
    finer = steps.same_day > _FEW * max(sum(steps.seconds.values()), 1)
    if not survey.has_times or finer:
        with_time = survey.has_times and finer
        return Clock(frequency, with_time=with_time, truncate=False)
    findings.add("timestamp-time-dropped", file=file, frequency=frequency)
    return Clock(frequency, with_time=False, truncate=True)


def _check_boundary(
    survey: Survey, clock: Clock, file: str, findings: Findings
) -> None:
    """Warn of timestamps that Autopilot will move to their period's start."""
    frequency = clock.frequency
    if _share_finer(survey, frequency.seconds) > _FEW:
        return  # the rows are summed up to periods anyway
    moments = np.unique(clock.cut(survey.moments))
    off = moments[frequency.starts_of(moments) != moments]
    if len(off):
        first = int(off[0])
        findings.add(
            "off-boundary",
            count=len(off),
            examples=[Example(file, None, None, clock.write(first))],
            example=clock.write(first),
            moved=clock.write(int(frequency.starts_of(off[:1])[0])),
            file=file,
            moments=len(moments),
            period=frequency.name,
        )


def _check_holes(survey: Survey, clock: Clock, file: str, findings: Findings) -> None:
    """Warn of a long time without any row: often a timestamp's wrong year."""
    moments = survey.history_moments()
    if len(moments) < 2 or findings.has("coarser-than-frequency", file):
        return
    periods = clock.frequency.periods(moments, int(moments[0]))
    steps = np.diff(periods)
    at = int(np.argmax(steps))
    span, grid = int(periods[-1]) + 1, (int(periods[-1]) + 1) * survey.series
    sparse = span > max(SPARSE * len(moments), MAX_SPARSE_STEPS)
    if sparse or grid > max(SPARSE * survey.rows, MAX_GRID):
        first, last = (clock.write(int(moments[n])) for n in (0, -1))
        findings.add(
            "grid-too-large",
            examples=_find_far(survey, moments, at),
            remedy=_advise_far(moments, at, clock),
            file=file,
            steps=span,
            count=grid,
            first=first,
            last=last,
        )
        return
    if steps[at] < max(_LONG_HOLE, len(moments) // 4):
        return
    before, after = (clock.write(int(moments[n])) for n in (at, at + 1))
    count = int(steps[at]) - 1
    findings.add("time-hole", count=count, file=file, before=before, after=after)


def _pick_far(moments: Array, at: int) -> tuple[Array, Array]:
    """Part the few moments that lie far from all others from those, at a hole."""
    low, high = moments[: at + 1], moments[at + 1 :]
    few, most = (low, high) if len(low) < len(high) else (high, low)
    return (few, most) if len(few) <= max(_FAR * len(most), 1) else (few[:0], most)


def _find_far(survey: Survey, moments: Array, at: int) -> list[Example]:
    """Give the rows of the few moments that lie far from all others."""
    few, _ = _pick_far(moments, at)
    return survey.find_rows(few).examples if len(few) else []


def _advise_far(moments: Array, at: int, clock: Clock) -> str | None:
    """Name the few moments that lie far from all others, beyond the longest hole."""
    few, most = _pick_far(moments, at)
    if not len(few):
        return None
    first, last, far = (clock.write(int(m)) for m in (most[0], most[-1], few[0]))
    others = "" if len(few) == 1 else f" and {len(few) - 1} more behind it"
    if len(few) == 1 and far[:10] in _DEFAULTS:
        return (
            f"write the right dates into these rows, or remove them: {far} is what "
            f"programs write where there is no date, as all others are from {first} "
            f"to {last}"
        )
    return (
        f"correct the year of {far}{others}: all other dates are from {first} to {last}"
    )


def _share_finer(survey: Survey, seconds: int) -> float:
    """Give the share of steps that are clearly shorter than a period."""
    steps = survey.steps.seconds
    finer = sum(count for step, count in steps.items() if step < 0.9 * seconds)
    return finer / max(sum(steps.values()), 1)


def _choose_season(frequency: Frequency, settings: Settings, findings: Findings) -> int:
    configured: int | None = settings.preparation.get("Seasonality")
    if configured is not None:
        return configured
    season = frequency.season
    findings.infer("Preparation.Seasonality", season, f"usual at {frequency}")
    return season


@dataclass(frozen=True)
class _Horizon:
    """What the horizon is chosen by, and checked against."""

    survey: Survey
    frequency: Frequency
    steps: int
    file: str
    findings: Findings
    end: int

    def choose(self, settings: Settings) -> int:
        """Take the horizon that is set, else one that fits; 0 when none does."""
        longest = longest_horizon(self.steps)
        if longest < 1:
            self._say("too-few-steps", frequency=self.frequency)
            return 0
        configured: int | None = settings.job.get("ForecastHorizon")
        horizon = self._infer(longest) if configured is None else configured
        if horizon > longest:
            self._say_too_long(horizon, longest, settings)
        elif configured is not None and self.steps < COMFORTABLE_STEPS * horizon:
            self._say("horizon-long", horizon=horizon)
        return horizon

    def _say_too_long(self, horizon: int, longest: int, settings: Settings) -> None:
        """Say that a horizon is too long, or that it is counted in too long steps."""
        remedy, of = f"set ForecastHorizon to {longest} or less", ""
        if horizon <= MAX_HORIZON:
            steps = STEPS_PER_HORIZON * horizon
            remedy += f", or upload a history of {steps} time steps or more"
        natural = find_frequency(self.survey.steps).frequency
        configured = settings.job.get("ForecastFrequency")
        if configured and natural and natural.seconds < self.frequency.seconds:
            most = longest_horizon(self.survey.count_steps(natural))
            of = f" of the ForecastFrequency, {configured!r}"
            if horizon <= most:
                remedy = f'write "ForecastFrequency": "{natural}", as the rows of '
                remedy += f"{self.file} are {natural.name}s apart; or take that key out"
        facts = {"horizon": horizon, "most": longest, "of": of}
        self._say("horizon-too-long", remedy=remedy, **facts)

    def _say(self, code: str, **facts: Any) -> None:
        self.findings.add(code, file=self.file, steps=self.steps, **facts)

    def _infer(self, longest: int) -> int:
        """Take as many steps as future rows are given for, else the usual number."""
        ends = np.array([self.end])
        future = int(self.frequency.periods(ends, self.survey.last)[0])
        usual = usual_horizon(self.frequency)
        if 0 < future <= longest:
            horizon, evidence = future, "the steps that future rows are given for"
        elif usual <= longest:
            horizon, evidence = usual, f"usual at {self.frequency}"
        else:
            horizon = max(self.steps // COMFORTABLE_STEPS, 1)
            evidence = f"a fifth of the {self.steps} time steps"
            self._tell_shortened(horizon, usual)
        self.findings.infer(f"{_JOB}.ForecastHorizon", horizon, evidence)
        return horizon

    def _tell_shortened(self, horizon: int, usual: int) -> None:
        """Say that less than usual is forecast, where a few steps more would do."""
        needed = STEPS_PER_HORIZON * usual
        if self.steps > needed - usual:
            last = write_moment(self.survey.last, with_time=self.survey.has_times)
            facts = {"last": last, "usual": usual, "needed": needed}
            self._say("horizon-shortened", horizon=horizon, **facts)


def usual_horizon(frequency: Frequency) -> int:
    """Tell how many steps one usually wants to know ahead."""
    return max(_USUAL_HORIZON[frequency.unit] // frequency.count, 1)


def describe_extent(survey: Survey, outlook: Outlook | None) -> dict[str, object]:
    """Say from when to when the history is, and at which steps."""
    with_time = outlook is not None and outlook.clock.with_time
    return {
        "first": write_moment(survey.first, with_time=with_time),
        "last": write_moment(survey.last, with_time=with_time),
        "steps": outlook.steps if outlook else 0,
        "seasonality": outlook.season if outlook else 1,
    }


def write_moment(seconds: int, *, with_time: bool) -> str:
    """Write a moment as a date, or as a date and a time."""
    return format_moment(seconds, "%Y-%m-%d %H:%M:%S" if with_time else "%Y-%m-%d")
