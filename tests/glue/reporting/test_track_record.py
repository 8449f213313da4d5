"""What came true of a dataset's forecasts, from what each run remembers."""

import pytest

from glue.reporting.track_record import build_record, list_unfinished, strike_balance


def make_scored(run_id, *, points=10, last="2026-01-06", error=0.1, **changes):
    return {
        "run_id": run_id,
        "forecast_first": "2026-01-01",
        "forecast_last": "2026-01-06",
        "scored_first": "2026-01-01",
        "scored_last": last,
        "points": points,
        "metrics": {"WAPE": error},
        "baseline": {"WAPE": 0.2},
        "bias_percent": 4.0,
        "calibration": [
            {"quantile": "p10", "level": 0.1, "covered": 0.2},
            {"quantile": "p90", "level": 0.9, "covered": 0.8},
        ],
        **changes,
    }


def make_summary(number, *came_true, trained=True):
    return {
        "run_id": f"run{number}",
        "made_at": f"2026-01-0{number}T00:00:00+00:00",
        "forecast_last": "2026-01-06",
        "came_true": came_true,
        "model": {"trained": trained, "version": None, "reason": None},
    }


def test_runs_stand_in_the_order_of_time():
    record = build_record([make_summary(2), make_summary(1)])

    assert [past.run_id for past in record] == ["run1", "run2"]


def test_truth_is_the_one_of_most_points():
    early = make_scored("run1", points=5, last="2026-01-03", error=0.5)
    late = make_scored("run1", points=10, error=0.1)

    first, *_ = build_record(
        [make_summary(1), make_summary(3, early), make_summary(2, late)]
    )

    assert (first.error, first.is_whole) == (0.1, True)


def test_forecast_without_actuals_is_unknown():
    (past,) = build_record([make_summary(1)])

    assert (past.truth, past.error, past.covered, past.is_whole) == (
        *(None, None, None),
        False,
    )


def test_coverage_is_between_the_outer_quantiles():
    past, _ = build_record([make_summary(1), make_summary(2, make_scored("run1"))])

    assert past.covered == pytest.approx((0.6, 0.8))


def test_balance_weighs_by_points():
    record = build_record(
        [
            make_summary(1),
            make_summary(2, make_scored("run1", points=30, error=0.1)),
            make_summary(3, make_scored("run2", points=10, error=0.5), trained=False),
        ]
    )

    balance = strike_balance(record)

    assert balance.error == pytest.approx((30 * 0.1 + 10 * 0.5) / 40)
    assert (balance.runs, balance.known, balance.whole, balance.trained) == (3, 2, 2, 2)


def test_balance_of_nothing_known_is_unknown():
    balance = strike_balance(build_record([make_summary(1)]))

    assert (balance.known, balance.error, balance.covered) == (0, None, None)


def test_actuals_of_zero_leave_errors_unknown():
    scored = make_scored("run1", error=None, bias_percent=None)
    balance = strike_balance(build_record([make_summary(1), make_summary(2, scored)]))

    assert (balance.known, balance.error, balance.bias_percent) == (1, None, None)


def test_unfinished_ones_are_looked_at_again():
    record = build_record(
        [
            make_summary(1),
            make_summary(2, make_scored("run1")),
            make_summary(3, make_scored("run2", last="2026-01-03")),
        ]
    )

    unfinished = list_unfinished(record, "run9")

    assert [past.run_id for past in unfinished] == ["run3", "run2"]
