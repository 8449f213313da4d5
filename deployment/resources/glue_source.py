"""The Glue code looked at before it is sent: that it parses, and what it imports."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Mapping

from deployment.errors import DeploymentError

HOOK = "glue/transform.py"
# https://docs.aws.amazon.com/glue/latest/dg/add-job-python.html: the library set
# "analytics" by the names that are imported, and what comes with it.
_GLUE_HAS = frozenset(
    (
        *("avro", "awscli", "awswrangler", "boto3", "botocore", "elasticsearch"),
        *("numpy", "pandas", "psycopg2", "pyathena", "pymysql", "pyodbc", "pyorc"),
        *("redshift_connector", "requests", "s3fs", "sklearn", "scipy", "sqlalchemy"),
        *("aiobotocore", "bs4", "certifi", "dateutil", "fsspec", "idna", "jmespath"),
        *("joblib", "lxml", "openpyxl", "packaging", "pyarrow", "pytz", "s3transfer"),
        *("six", "threadpoolctl", "typing_extensions", "urllib3", "yaml"),
    )
)
_OWN = {"glue"}


def check_source(files: Mapping[str, bytes], python: tuple[int, int]) -> None:
    """Refuse code that a Glue job could not even load.

    Parameters
    ----------
    files
        The package's files by their paths, such as ``glue/transform.py``.
    python
        The version of the Python that they are to run on.

    Raises
    ------
    DeploymentError
        When a file is not of that Python, or the hook imports what Glue has not.
    """
    for name, content in sorted(files.items()):
        if name.endswith(".py"):
            tree = _parse(name, content, python)
            if name == HOOK:
                _check_imports(tree)


def _parse(name: str, content: bytes, python: tuple[int, int]) -> ast.Module:
    try:
        return ast.parse(content, name, feature_version=python)
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None)
        where = f"{name}, line {line}" if line else name
        said = getattr(error, "msg", None) or str(error)
        version = ".".join(map(str, python))
        raise DeploymentError(
            f"{where} is not Python (found: {said}; needs Python {version}, which Glue "
            "has); correct it and deploy again"
        ) from error


def _check_imports(tree: ast.Module) -> None:
    found = {name.split(".")[0]: line for name, line in _list_imports(tree.body)}
    missing = [
        f"{name} (line {line})"
        for name, line in sorted(found.items())
        if name not in _GLUE_HAS | _OWN | sys.stdlib_module_names
    ]
    if missing:
        raise DeploymentError(
            f"{HOOK} imports what a Glue job does not have (found "
            f"{', '.join(missing)}; needs the standard library, pandas, numpy and the "
            "others of Glue's library set 'analytics'); do without, or import it "
            "inside of try"
        )


def _list_imports(body: list[ast.stmt]) -> Iterator[tuple[str, int]]:
    """List what is imported without a way to go on where it is not there."""
    for node in body:
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            if node.module and not node.level:
                yield node.module, node.lineno
        elif not isinstance(node, ast.Try):
            for inner in ("body", "orelse"):
                statements = getattr(node, inner, None)
                if isinstance(statements, list):
                    yield from _list_imports(statements)
