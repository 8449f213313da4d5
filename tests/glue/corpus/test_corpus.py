import pytest

from glue.findings.codes import UPLOAD_CODES
from tests.glue.corpus import archive as uploads_archive
from tests.glue.corpus import columns as uploads_columns
from tests.glue.corpus import readings as uploads_readings
from tests.glue.corpus import related as uploads_related
from tests.glue.corpus import reshaped as uploads_reshaped
from tests.glue.corpus import series as uploads_series
from tests.glue.corpus import settings as uploads_settings
from tests.glue.corpus import text as uploads_text
from tests.glue.corpus import values as uploads_values

MODULES = (
    uploads_archive,
    uploads_text,
    uploads_columns,
    uploads_values,
    uploads_series,
    uploads_related,
    uploads_settings,
    uploads_readings,
    uploads_reshaped,
)
CASES = [case for module in MODULES for case in module.CASES]
# Codes that no upload has, as they are about the job itself, and those that depend on
# what is installed: see test_parquet_file.
WITHOUT_CASE = {
    *("internal-error", "input-folder-used"),
    *("parquet-no-reader", "parquet-unreadable", "parts-unusable"),
}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_upload_has_exactly_these_findings(case):
    made = case.prepare()

    assert tuple(made.codes) == tuple(sorted(case.codes))
    assert made.accepted == case.accepted
    assert bool(made.transform) == case.accepted
    if case.train is not None:
        assert made.train == case.train
    if case.transform is not None:
        assert "".join(made.transform) == case.transform


def test_every_code_has_a_case():
    seen = {code for case in CASES for code in case.codes}

    assert UPLOAD_CODES.keys() == seen | WITHOUT_CASE


def test_corpus_is_as_large_as_promised():
    accepted = [case for case in CASES if case.accepted and case.train is not None]

    assert len(CASES) >= 80
    assert len({case.name for case in CASES}) == len(CASES)
    assert len(accepted) >= 25
