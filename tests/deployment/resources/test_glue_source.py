import pytest

from deployment.errors import DeploymentError
from deployment.resources.glue_source import HOOK, check_source


def check_hook(text):
    check_source({HOOK: text.encode()}, (3, 9))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("def transform(table):\n    return table +\n", "line 2 is not Python"),
        ("match 1:\n    case 1: pass\n", "needs Python 3.9"),
        ("import holidays, lightgbm\n", "holidays .line 1., lightgbm .line 1."),
        ("def transform(t):\n    from prophet import Prophet\n", "prophet .line 2."),
        ("x = 1\0", "not Python"),
    ],
)
def test_hook_that_glue_could_not_load_is_refused(text, told):
    with pytest.raises(DeploymentError, match=told):
        check_hook(text)


@pytest.mark.parametrize(
    "text",
    [
        "import json, numpy\nfrom pandas import DataFrame\nfrom glue import rows\n",
        "try:\n    import holidays\nexcept ImportError:\n    holidays = None\n",
        "",
    ],
)
def test_hook_that_glue_can_load_is_taken(text):
    check_hook(text)


def test_syntax_of_every_file_is_looked_at():
    with pytest.raises(DeploymentError, match="report"):
        check_source(
            {HOOK: b"", "glue/report.py": b"def\n", "glue/page.html": b"<"}, (3, 9)
        )


def test_newer_python_is_taken_where_it_runs():
    check_source({"trainer/train.py": b"match 1:\n    case 1: pass\n"}, (3, 11))
