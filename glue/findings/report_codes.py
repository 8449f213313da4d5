"""What the report finds odd or failed in its own work, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable

from glue.findings.finding import Example, Finding

# Levels and remedies of what only the report can find; the rest stands in CODES.
_KNOWN = {
    "forecast-quantiles-crossed": (
        "fixed",
        "they were put in order",
    ),
    "forecast-negative": (
        "fixed",
        "these values were raised to zero, as the history has none below it",
    ),
    "forecast-mean-missing": (
        "fixed",
        "the median, or the middle of the quantiles, stands in for it",
    ),
    "forecast-completed": (
        "fixed",
        "seasonal naive stands in for them; look at the history of these series",
    ),
    "forecast-rows-dropped": (
        "fixed",
        "they were left out of forecast.csv",
    ),
    "report-incomplete": (
        "warning",
        "use forecast.csv, which is complete; the job's log has the details",
    ),
}


def make_report_finding(
    code: str, what: str, *, count: int = 1, examples: Iterable[Example] = ()
) -> Finding:
    """Build one of the report's own findings."""
    level, remedy = _KNOWN[code]
    return Finding(code, level, what, remedy, count, tuple(examples)[:5])


def explain_failure(part: str, error: BaseException) -> Finding:
    """Build the finding of a part of the report that could not be made."""
    what = f"{part} could not be made: {type(error).__name__}: {error}"
    return make_report_finding("report-incomplete", what[:500])
