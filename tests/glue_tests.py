"""Which test modules Glue's old Python can run: those about ``glue/`` alone."""

import ast
from collections.abc import Iterator
from pathlib import Path

TESTS = Path(__file__).parent
PROJECT = TESTS.parent
_GLUE = {path.stem for path in (PROJECT / "glue").glob("*.py")}
# What is newer than Glue's Python, or needs what Glue does not have.
_ELSEWHERE = {"app", "deploy", "forecast"} | {
    folder.name
    for folder in PROJECT.iterdir()
    if folder.is_dir() and folder.name not in {"glue", "tests"}
}
_NOT_INSTALLED = {"chalice", "moto", "rich", "lightgbm", "holidays", "statelint"}


def list_other_tests() -> list[str]:
    """Name the test modules that are not about ``glue/`` alone."""
    return sorted(
        path.name
        for path in TESTS.glob("test_*.py")
        if not _is_about_glue(set(_list_imports(path)))
    )


def _is_about_glue(imported: set[str]) -> bool:
    return bool(imported & _GLUE) and not imported & (_ELSEWHERE | _NOT_INSTALLED)


def _list_imports(path: Path) -> Iterator[str]:
    """List the modules that a test imports, by way of other test modules too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module]
        for name in names:
            top = name.split(".")[0]
            yield top
            helper = TESTS / f"{top}.py"
            if helper.exists() and top != "conftest":
                yield from _list_imports(helper)
