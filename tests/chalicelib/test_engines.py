import pytest

import glue.engines
from chalicelib import engines


def test_words_are_those_of_the_settings():
    assert engines.ENGINES == glue.engines.ENGINES
    assert engines.KEY == glue.engines.KEY
    assert set(glue.engines.BY_COST) == set(engines.ENGINES)


@pytest.mark.parametrize(
    ("text", "engine"),
    [
        (None, "autopilot"),
        ("{}", "autopilot"),
        ('{"Engine": "embedded"}', "embedded"),
        ('\ufeff{"Engine": "both"}', "both"),
        ('{"Engine": "mine"}', "autopilot"),
        ('{"Engine": ["embedded"]}', "autopilot"),
        ('["embedded"]', "autopilot"),
        ("{", "autopilot"),
    ],
)
def test_engine_is_found_in_any_text(text, engine):
    assert engines.find_engine(text) == engine
