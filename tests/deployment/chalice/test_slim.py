"""What Lambda runs is the source, line by line, without what only people read."""

import ast
import dataclasses
import io
import tokenize
from pathlib import Path
from types import CodeType

import chalice
import pytest

from deployment.chalice.slim import slim
from tests.building.paths import ROOT

PACKED = [
    ROOT / "app.py",
    *sorted((ROOT / "chalicelib").glob("*.py")),
    *(Path(chalice.__file__).with_name(name) for name in ("__init__.py", "app.py")),
]
# Large modules of others, each in its own style.
OTHERS = [Path(module.__file__) for module in (ast, dataclasses, io, tokenize)]
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


class Bare(ast.NodeTransformer):
    """Takes out of a tree what may be left out of a text, wherever it stands."""

    def __init__(self):
        self.scopes = []

    def visit(self, node):
        if not isinstance(node, (ast.Module, ast.ClassDef, *_FUNCTIONS)):
            return super().visit(node)
        self.scopes.append(node)
        if ast.get_docstring(node) is not None:
            passing = ast.copy_location(ast.Pass(), node.body[0])
            node.body[:1] = [] if node.body[1:] else [passing]
        node.returns = None
        self.generic_visit(node)
        self.scopes.pop()
        return node

    def visit_arg(self, node):
        node.annotation = None
        return node

    def visit_AnnAssign(self, node):
        self.generic_visit(node)
        if node.value is None or not isinstance(self.scopes[-1], _FUNCTIONS):
            return node
        return ast.copy_location(ast.Assign([node.target], node.value), node)


def is_for_types(statement):
    """Tell whether a statement of a module may be left out as a whole."""
    if isinstance(statement, ast.If):
        return ast.unparse(statement.test) == "TYPE_CHECKING" and not statement.orelse
    modules = {"__future__", "collections.abc", "typing"}
    return isinstance(statement, ast.ImportFrom) and statement.module in modules


def list_codes(code):
    """List what each code does, with its lines, from the outermost inwards."""
    inner = [part for part in code.co_consts if isinstance(part, CodeType)]
    values = [part for part in code.co_consts if not isinstance(part, CodeType)]
    lines = [line for *_, line in code.co_lines()]
    own = (code.co_qualname, code.co_code, code.co_names, code.co_varnames)
    return [(*own, values, lines), *(one for part in inner for one in list_codes(part))]


def compile_bare(source):
    tree = ast.parse(source)
    tree.body = [one for one in tree.body if not is_for_types(one)]
    tree = ast.fix_missing_locations(Bare().visit(tree))
    return list_codes(compile(tree, "slim", "exec"))


@pytest.mark.parametrize("path", [*PACKED, *OTHERS], ids=lambda path: path.name)
def test_rest_is_the_same_code_on_the_same_lines(path):
    source = path.read_text(encoding="utf-8")

    slimmed = slim(source)

    assert compile_bare(slimmed) == compile_bare(source)
    assert slimmed.count("\n") == source.count("\n")


@pytest.mark.parametrize("path", PACKED, ids=lambda path: path.name)
def test_nothing_is_left_that_only_people_read(path):
    slimmed = slim(path.read_text())

    tokens = list(tokenize.generate_tokens(io.StringIO(slimmed).readline))
    nodes = list(ast.walk(ast.parse(slimmed)))
    assert tokenize.COMMENT not in {token.type for token in tokens}
    assert not any(map(has_docstring, nodes))
    assert "TYPE_CHECKING:" not in slimmed


def has_docstring(node):
    documented = isinstance(node, (ast.Module, ast.ClassDef, *_FUNCTIONS))
    return documented and ast.get_docstring(node) is not None


@pytest.mark.parametrize("path", PACKED, ids=lambda path: path.name)
def test_slimming_again_changes_nothing(path):
    once = slim(path.read_text())

    assert slim(once) == once


ODD = {
    "def f():\n    '''Say.'''\n": "def f():\n pass\n",
    "def f(): 'Say.'; return 1": "def f():pass;return 1",
    "class A: 'Say.'": "class A:pass",
    "'''Own\n\nthings.'''\nx = 1": "\n\n\nx=1",
    "x = '# no comment'  # é, a comment": "x='# no comment'",
    "s = '''a\n    b  # c\n    '''": "s='''a\n    b  # c\n    '''",
    "s = f'''a\n    {1}\n    {2}\n    '''": "s=f'''a\n    {1}\n    {2}\n    '''",
    "def f(é: int = 1, *a: int, **k: 'x') -> int: g()": "def f(é=1,*a,**k):g()",
    "def f(x: (int)) -> (int): g()": "def f(x:(int))->(int):g()",
    "def f(\n    x: list[  # why\n        int],\n): g()": (
        "def f(\nx:list[\nint],\n):g()"
    ),
    "def f():\n    x: int = 1\n    y: int\n": "def f():\n x=1\n y:int\n",
    "def f():\n\tself.x: int = \\\n\t\t1\n": "def f():\n\tself.x= \\\n1\n",
    "def f():\n    class A:\n        x: int = 1\n": (
        "def f():\n class A:\n  x:int=1\n"
    ),
    "x: int = 1": "x:int=1",
    "if TYPE_CHECKING:\n    import a\nelse:\n    a = 1": (
        "if TYPE_CHECKING:\n import a\nelse:\n a=1"
    ),
    "from typing import Any, cast\ncast(1, 1)": (
        "from typing import Any,cast\ncast(1,1)"
    ),
    "from typing import Any\ndef f(x: Any): g()": "\ndef f(x):g()",
    "from __future__ import annotations\nx: int": (
        "from __future__ import annotations\nx:int"
    ),
    "from typing import Any; x = 1": "from typing import Any;x=1",
    "def f() \\\n        -> int:\n    g()": "def f() \\\n->int:\n g()",
    "": "",
}


@pytest.mark.parametrize("source", ODD)
def test_odd_source_stays_the_same_program(source):
    assert slim(source) == ODD[source]
    assert compile_bare(ODD[source]) == compile_bare(source)
