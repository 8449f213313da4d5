"""Counts the steps that a backtracking matcher takes, for the patterns of the source.

Python's own matcher does not tell. This one walks the same tree in the same order.
"""

import ast
import importlib
import re
from dataclasses import dataclass
from re import _constants as ops  # there is no public name for what is parsed
from re import _parser as parser

from tests.building.paths import ROOT

MOST_STEPS = 200_000
METHODS = {"match", "fullmatch", "search", "sub", "split", "findall", "finditer"}
_REPEATS = {ops.MAX_REPEAT, ops.MIN_REPEAT}
_ONE = {ops.LITERAL, ops.NOT_LITERAL, ops.ANY, ops.IN}


class TooManySteps(Exception):
    """A pattern took more steps than anybody would wait for."""


@dataclass(frozen=True)
class Pattern:
    """A pattern as it stands in the source, and the way in which it is used.

    ``text`` is None where it is only known when it runs.
    """

    place: str
    text: str | None
    method: str
    flags: int = 0

    @property
    def tree(self):
        return parser.parse(self.text, self.flags)


class Matcher:
    """Matches one text, and counts the steps."""

    def __init__(self, pattern, text):
        self.nodes, self.text, self.steps = list(pattern.tree), text, 0
        self.flags, self.method = pattern.tree.state.flags, pattern.method
        self.groups = {}

    def count(self):
        """Count the steps of one call of the pattern's method."""
        method = self.method
        if method in {"match", "fullmatch"}:
            end = len(self.text)
            whole = method == "fullmatch"
            self._run(self.nodes, 0, 0, lambda at: not whole or at == end)
            return self.steps
        at = 0
        while at <= len(self.text):
            end = self._find_end(at)
            if end is not None and method == "search":
                break
            at = max(end or 0, at + 1)
        return self.steps

    def _find_end(self, at):
        """Give where a match that begins here ends; None where there is none."""
        ends = []
        return ends[0] if self._run(self.nodes, 0, at, _note_in(ends)) else None

    def _step(self):
        self.steps += 1
        if self.steps > MOST_STEPS:
            raise TooManySteps(self.text[:40])

    def _run(self, nodes, number, at, then):  # noqa: PLR0911 - one for each kind
        if number == len(nodes):
            return then(at)
        self._step()
        kind, value = nodes[number]

        def rest(place):
            return self._run(nodes, number + 1, place, then)

        if kind in _ONE:
            return self._is_one(kind, value, at) and rest(at + 1)
        if kind is ops.BRANCH:
            return any(self._run(list(one), 0, at, rest) for one in value[1])
        if kind is ops.SUBPATTERN:
            return self._run(list(value[3]), 0, at, self._keep(value[0], at, rest))
        if kind is ops.GROUPREF:
            kept = self.groups.get(value)
            return self.text.startswith(kept, at) and rest(at + len(kept))
        if kind in _REPEATS:
            return self._repeat(kind, value, at, rest)
        if kind is ops.AT:
            return self._is_at(value, at) and rest(at)
        if kind in {ops.ASSERT, ops.ASSERT_NOT}:
            return self._looks(value, at) is (kind is ops.ASSERT) and rest(at)
        raise NotImplementedError(str(kind))

    def _keep(self, group, start, rest):
        def close(end):
            self.groups[group] = self.text[start:end]
            return rest(end)

        return close

    def _repeat(self, kind, value, at, rest):
        least, most, body = value[0], int(value[1]), list(value[2])
        if len(body) == 1 and body[0][0] in _ONE:
            end = at
            while end - at < most and self._is_one(*body[0], end):
                self._step()
                end += 1
            ends = range(end, at + least - 1, -1)
            return any(map(rest, ends if kind is ops.MAX_REPEAT else reversed(ends)))

        def again(place, done):
            if done < most and self._run(
                body, 0, place, lambda end: end != place and again(end, done + 1)
            ):
                return True
            return done >= least and rest(place)

        return again(at, 0)

    def _looks(self, value, at):
        direction, inner = value
        if direction > 0:
            return self._run(list(inner), 0, at, lambda end: True)
        start = at - inner.getwidth()[0]
        return start >= 0 and self._run(list(inner), 0, start, lambda end: end == at)

    def _is_at(self, kind, at):
        text, multiline = self.text, self.flags & re.MULTILINE
        if kind in {ops.AT_BEGINNING, ops.AT_BEGINNING_STRING}:
            return at == 0 or bool(multiline and text[at - 1] == "\n")
        if kind in {ops.AT_END, ops.AT_END_STRING}:
            return at == len(text) or bool(multiline and text[at] == "\n")
        sides = [_is_word(text[at - 1 : at]), _is_word(text[at : at + 1])]
        return (sides[0] != sides[1]) is (kind is ops.AT_BOUNDARY)

    def _is_one(self, kind, value, at):
        if at >= len(self.text):
            return False
        letter = self.text[at]
        if self.flags & re.IGNORECASE:
            return any(_is_in(kind, value, one) for one in {letter, letter.swapcase()})
        return _is_in(kind, value, letter)


def _note_in(ends):
    def note(end):
        ends.append(end)
        return True

    return note


def _is_in(kind, value, letter):
    if kind is ops.LITERAL:
        return ord(letter) == value
    if kind is ops.NOT_LITERAL:
        return ord(letter) != value
    if kind is ops.ANY:
        return letter != "\n"
    if kind is ops.RANGE:
        return value[0] <= ord(letter) <= value[1]
    if kind is ops.CATEGORY:
        return _CATEGORIES[value](letter)
    negated = value[0][0] is ops.NEGATE
    return any(_is_in(*one, letter) for one in value[negated:]) is not negated


def _is_word(letter):
    return letter.isalnum() or letter == "_"


_CATEGORIES = {
    ops.CATEGORY_DIGIT: str.isdecimal,
    ops.CATEGORY_NOT_DIGIT: lambda letter: not letter.isdecimal(),
    ops.CATEGORY_SPACE: str.isspace,
    ops.CATEGORY_NOT_SPACE: lambda letter: not letter.isspace(),
    ops.CATEGORY_WORD: _is_word,
    ops.CATEGORY_NOT_WORD: lambda letter: not _is_word(letter),
}
_LETTERS = "1a A-_.,:;/'\"(=+@\t\n\u00a0\u00e9|"


def list_worst_texts(pattern, length):
    """List texts that may be the worst: a start, a filling, and an end that fails."""
    samples = {_sample(pattern.tree, more) for more in (False, True)}
    starts = {text[:end] for text in samples for end in range(min(len(text), 30) + 1)}
    for start in sorted(starts):
        for filling in _list_fillings(pattern.tree):
            times = (length - len(start)) // len(filling)
            yield start + filling * times + "\0"


def _list_fillings(tree):
    letters = {one for node in _walk(tree) if (one := _find_letter(node)) is not None}
    bodies = {
        _sample(node[1][2], more)
        for node in _walk(tree)
        if node[0] in _REPEATS
        for more in (False, True)
    }
    return sorted({*letters, *bodies} - {""})


def _walk(tree):
    for kind, value in tree:
        yield kind, value
        if kind is ops.BRANCH:
            for one in value[1]:
                yield from _walk(one)
        elif kind is ops.SUBPATTERN:
            yield from _walk(value[3])
        elif kind in _REPEATS:
            yield from _walk(value[2])
        elif kind in {ops.ASSERT, ops.ASSERT_NOT}:
            yield from _walk(value[1])


def _find_letter(node):
    """Find a letter that a node takes; None where it takes none by itself."""
    kind, value = node
    if kind not in _ONE:
        return None
    if kind is ops.LITERAL:
        return chr(value)
    listed = value if kind is ops.IN else ()
    own = [chr(one) for node in listed for one in _list_ends(*node)]
    return next(one for one in [*_LETTERS, *own] if _is_in(kind, value, one))


def _list_ends(kind, value):
    if kind is ops.LITERAL:
        return [value]
    return list(value) if kind is ops.RANGE else []


def _sample(tree, more, groups=None):
    """Write a text that a tree matches, with as little as may be, or with more."""
    parts, groups = [], {} if groups is None else groups
    for kind, value in tree:
        if kind is ops.BRANCH:
            parts.append(_sample(value[1][0 if more else -1], more, groups))
        elif kind is ops.SUBPATTERN:
            groups[value[0]] = _sample(value[3], more, groups)
            parts.append(groups[value[0]])
        elif kind is ops.GROUPREF:
            parts.append(groups.get(value, ""))
        elif kind in _REPEATS:
            one = _sample(value[2], more, groups)
            parts.append(one * max(value[0], int(more)))
        else:
            parts.append(_find_letter((kind, value)) or "")
    return "".join(parts)


def find_worst(pattern, length):
    """Find the text of a length that takes the most steps; give it, and these."""
    counts = [
        (Matcher(pattern, text).count(), text)
        for text in list_worst_texts(pattern, length)
    ]
    steps, text = max(counts)
    return text, steps


def list_patterns(*folders):
    """List every pattern of the source: none can be forgotten."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            text = path.read_text()
            if not re.search(r"^import re$", text, re.MULTILINE):
                continue  # nor need it be imported, which may ask for Spark
            tree = ast.parse(text)
            place = path.relative_to(ROOT).with_suffix("")
            module = importlib.import_module(".".join(place.parts))
            yield from _list_patterns_of(tree, module)


def _list_patterns_of(tree, module):
    named = _list_calls(tree)
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        function = call.func
        if not (
            isinstance(function, ast.Attribute)
            and isinstance(function.value, ast.Name)
            and function.value.id == "re"
            and function.attr in {"compile", *METHODS}
        ):
            continue
        compiled = function.attr == "compile"
        uses = named.get(call.lineno) or named[None] if compiled else {function.attr}
        flags = _evaluate(call.args[1], module) if compiled and call.args[1:] else 0
        text = _evaluate(call.args[0], module)
        if isinstance(text, bytes):
            text = text.decode("latin-1")
        place = f"{module.__name__}:{call.lineno}"
        yield from (Pattern(place, text, use, int(flags)) for use in sorted(uses))


def _list_calls(tree):
    """Say how the compiled patterns are used, by the line that compiles each."""
    used = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner, method = node.func.value, node.func.attr
            if method in METHODS and not (
                isinstance(owner, ast.Name) and owner.id == "re"
            ):
                name = owner.id if isinstance(owner, ast.Name) else None
                used.setdefault(name, set()).add(method)
    # Texts are split, too.
    lines = {None: (set().union(*used.values()) or METHODS) - {"split"}}
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            lines[node.value.lineno] = used.get(node.targets[0].id, set())
    return lines


def _evaluate(node, module):
    """Work an argument out; None where it is only known when it runs."""
    try:
        return eval(compile(ast.Expression(node), "", "eval"), vars(module))
    except (NameError, AttributeError):
        return None
