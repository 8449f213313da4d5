"""Python source without what only people and type checkers read.

What is left stays on its line, so that a traceback names the lines of the source.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from tokenize import TokenInfo

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_SCOPES = (ast.Module, ast.ClassDef, *_FUNCTIONS)
# An import from one of these does nothing but give names.
_TYPING = ("__future__", "collections.abc", "typing")
# How the level of indentation changes, and what tells nothing of it.
_STEPS = {tokenize.INDENT: 1, tokenize.DEDENT: -1}
_UNTOLD = {tokenize.COMMENT, tokenize.NL, tokenize.ENDMARKER}


def slim(source: str) -> str:
    """Leave out docstrings, comments, hints of functions, and blanks that part nothing.

    The hints of classes stay: a dataclass is made from its own.
    """
    bare = _cut_out(source, _find_unread(source))
    return _cut_out(bare, _find_idle_imports(bare))


@dataclass(frozen=True)
class _Cut:
    """From where to where a text is left out, in lines and columns from 0."""

    first: int
    start: int
    last: int
    end: int
    instead: str = ""


def _cut_out(source: str, cuts: Iterable[_Cut]) -> str:
    lines = source.split("\n")
    for cut in reversed(_drop_inner(cuts)):
        head = lines[cut.first][: cut.start] + cut.instead
        tail = lines[cut.last][cut.end :]
        lines[cut.first] = head + tail if tail.strip() else head.rstrip()
        lines[cut.first + 1 : cut.last + 1] = [""] * (cut.last - cut.first)
    return "\n".join(lines)


def _drop_inner(cuts: Iterable[_Cut]) -> list[_Cut]:
    """Sort cuts, and drop those that are a part of another."""
    outer: list[_Cut] = []
    for cut in sorted(cuts, key=lambda c: (c.first, c.start, -c.last, -c.end)):
        if not outer or (cut.first, cut.start) >= (outer[-1].last, outer[-1].end):
            outer.append(cut)
    return outer


def _find_unread(source: str) -> Iterator[_Cut]:
    # The last tokens may be on a line after the last.
    lines, tree = f"{source}\n".split("\n"), ast.parse(source)
    tokens = _read_tokens(source)
    yield from _find_comments(tokens)
    yield from _find_blanks(lines, tokens)
    for statement in tree.body:
        if isinstance(statement, ast.If) and _is_for_types(statement):
            yield _span(lines, statement)
    for node, scope in _walk(tree):
        if isinstance(node, _SCOPES):
            yield from _find_docstring(lines, node)
        if isinstance(node, ast.arg):
            yield from _find_hint(lines, node.annotation, ":")
        elif isinstance(node, _FUNCTIONS):
            yield from _find_hint(lines, node.returns, "->")
        elif isinstance(node, ast.AnnAssign) and isinstance(scope, _FUNCTIONS):
            # Without a value, the hint is what makes the name the function's own.
            yield from _find_hint(lines, node.value and node.annotation, ":")


def _read_tokens(source: str) -> list[TokenInfo]:
    return list(tokenize.generate_tokens(io.StringIO(source).readline))


def _find_comments(tokens: list[TokenInfo]) -> Iterator[_Cut]:
    for token in tokens:
        if token.type == tokenize.COMMENT:
            (line, start), (_, end) = token.start, token.end
            yield _Cut(line - 1, start, line - 1, end)


def _find_blanks(lines: list[str], tokens: list[TokenInfo]) -> Iterator[_Cut]:
    level = 0
    told = [token for token in tokens if token.type not in _UNTOLD]
    for before, token in pairwise(told):
        level += _STEPS.get(token.type, 0)
        (line, end), start = token.start, _find_needed(before, token, level)
        if lines[line - 1][start:end].isspace():
            yield _Cut(line - 1, start, line - 1, end)


def _find_needed(before: TokenInfo, token: TokenInfo, level: int) -> int:
    """Find the column after which Python needs no blanks before a token.

    It needs one a level before a statement, and one between words.
    """
    if before.type == tokenize.NEWLINE or before.type in _STEPS:
        return level
    if token.start[0] > before.end[0]:
        return 0
    parted = tokenize.OP in {before.type, token.type} and token.string != "."
    return before.end[1] if parted else token.start[1]


def _is_for_types(node: ast.If) -> bool:
    return ast.unparse(node.test) == "TYPE_CHECKING" and not node.orelse


def _walk(
    node: ast.AST, scope: ast.AST | None = None
) -> Iterator[tuple[ast.AST, ast.AST | None]]:
    """Walk all but expressions; beside each node stands the scope that it is in."""
    yield node, scope
    inner = node if isinstance(node, _SCOPES) else scope
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.expr):
            yield from _walk(child, inner)


def _find_docstring(
    lines: list[str],
    node: ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef,
) -> Iterator[_Cut]:
    if ast.get_docstring(node, clean=False) is not None:
        docstring, *others = node.body
        alone = not others or others[0].lineno == docstring.end_lineno
        yield _span(lines, docstring, "pass" if alone else "")


def _find_hint(lines: list[str], hint: ast.expr | None, mark: str) -> Iterator[_Cut]:
    """Find a hint and its mark; one in brackets, or on lines of its own, stays."""
    if hint is None:
        return
    cut = _span(lines, hint)
    head = lines[cut.first][: cut.start].rstrip()
    kept = head.removesuffix(mark).rstrip()
    if cut.first == cut.last and kept not in {head, ""}:
        yield _Cut(cut.first, len(kept), cut.last, cut.end)


def _find_idle_imports(source: str) -> Iterator[_Cut]:
    """Find imports of names for types that nothing has a use for any more."""
    lines, tree = source.split("\n"), ast.parse(source)
    words = Counter(re.findall(r"\w+", source))
    # That of __future__ is for hints, whatever their names.
    words["annotations"] += any(_has_hint(node) for node, _ in _walk(tree))
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module in _TYPING:
            cut = _span(lines, node)
            used = any(words[name.asname or name.name] > 1 for name in node.names)
            if not used and not lines[cut.last][cut.end :]:
                yield cut


def _has_hint(node: ast.AST) -> bool:
    hint = getattr(node, "annotation", None) or getattr(node, "returns", None)
    return hint is not None


def _span(lines: list[str], node: ast.stmt | ast.expr, instead: str = "") -> _Cut:
    """Say where a node is; ``ast`` counts columns in bytes."""
    first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
    start = len(lines[first].encode()[: node.col_offset].decode())
    end = len(lines[last].encode()[: node.end_col_offset].decode())
    return _Cut(first, start, last, end, instead)
