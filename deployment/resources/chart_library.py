"""The chart library's JavaScript, which each report holds a copy of."""

from importlib.util import find_spec
from pathlib import Path

from deployment.errors import DeploymentError

# What a chart of lines and bands needs of Bokeh; widgets, tables and maths stay out.
SCRIPTS = ("bokeh.min.js", "bokeh-api.min.js")


def read_chart_library() -> dict[str, bytes]:
    """Read the scripts of the installed package, by name.

    Raises
    ------
    DeploymentError
        When it is not installed.
    """
    # Found and not imported: importing it takes a second, and drags in a web server.
    spec = find_spec("bokeh")
    if spec is None or spec.origin is None:
        raise DeploymentError(
            "the reports' chart library is not installed (found no package 'bokeh'); "
            "run `pip install -r requirements-dev.txt`"
        )
    folder = Path(spec.origin).parent / "server" / "static" / "js"
    return {name: (folder / name).read_bytes() for name in SCRIPTS}
