"""The corpus of uploads as it is prepared by one worker or another, side by side."""

from tests.building.uploads import prepare


def prepare_by(case, workers, *, parts=3):
    """Prepare a case in so many parts, by these workers."""
    options = {**case.options, "parts": parts, "workers": workers}
    return describe(prepare(case.content, case.key, case.settings, **options))


def describe(made):
    """Give all that a preparation has found and made."""
    return {
        "findings": made.findings,
        "inferred": made.made.inferred,
        "table": made.table,
        "job": made.job,
        "columns": made.made.columns,
        "train": made.train,
        "transform": made.transform,
    }
