"""A finished report in a few figures: what a notice says of it, and a program reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

_MOST_WARNINGS = 2


def read_summary(report: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Take the figures from ``report.json``; None where there is none.

    A figure that an older report has not is None.
    """
    if not report:
        return None
    verdict, data = _dict(report.get("verdict")), _dict(report.get("data"))
    total = _dict(report.get("total"))
    forecast, before = _dict(total.get("forecast")), _dict(total.get("before"))
    stamps, means = forecast.get("timestamps") or [], forecast.get("mean") or []
    warnings = [
        str(found.get("what"))
        for found in report.get("findings") or []
        if found.get("level") == "warning"
    ]
    ahead = sum(mean for mean in means if mean is not None) if means else None
    had = total.get("last_season_total")
    change = 100 * (ahead / had - 1) if ahead is not None and had else None
    return {
        "outcome": verdict.get("outcome"),
        "improvement_percent": verdict.get("improvement_percent"),
        "baseline": _dict(report.get("baseline")).get("words"),
        "target": data.get("target"),
        "unit": report.get("unit") or None,
        "series": data.get("series"),
        "first": stamps[0] if stamps else None,
        "last": stamps[-1] if stamps else None,
        "total": ahead,
        "change_percent": change,
        "before": before.get("words") or None,
        "data_warnings": len(warnings),
        "first_data_warnings": warnings[:_MOST_WARNINGS],
    }


def read_facts(report: Mapping[str, Any] | None) -> dict[str, Any]:
    """Take from ``report.json`` what the registry is to know of the model.

    The errors are those of the report, which scores the backtest and later forecasts
    in one way; empty where the backtest could not be read.
    """
    report = report or {}
    backtest, metric = _dict(report.get("backtest")), str(report.get("metric"))
    error = _dict(backtest.get("winner")).get(metric)
    if error is None:
        return {}
    return {
        "metric": metric,
        "backtest": float(error),
        "baseline": _dict(backtest.get("baseline")).get(metric),
        "baseline_name": backtest.get("baseline_name"),
        "improvement": backtest.get("improvement_percent"),
        "improvement_low": backtest.get("improvement_low"),
        "outcome": _dict(report.get("verdict")).get("outcome"),
    }


def _dict(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
