"""HTML and SVG as text: what comes from the data is escaped, always."""

from __future__ import annotations

import html
from collections.abc import Iterable
from typing import Any

# SVG within HTML: an element without content has to close itself.
_EMPTY = frozenset({"path", "circle"})


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


def make(tag: str, *children: Any, **attributes: Any) -> Markup:
    """Make an element.

    Parameters
    ----------
    tag
        Its name.
    children
        Markup, or text that is escaped; None stands for nothing.
    attributes
        By their names, with ``_`` for ``-`` and ``class_`` for ``class``; None and
        False leave one out, True gives it no value.
    """
    opened = f"<{tag}{''.join(map(_attribute, attributes.items()))}"
    if tag in _EMPTY:
        return Markup(f"{opened}/>")
    return Markup(f"{opened}>{join(children)}</{tag}>")


def _attribute(item: tuple[str, Any]) -> str:
    name, value = item
    if value is None or value is False:
        return ""
    shown = name.rstrip("_").replace("_", "-")
    if value is True:
        return f" {shown}"
    return f' {shown}="{html.escape(str(value))}"'


def join(children: Iterable[Any]) -> Markup:
    """Put markup and text one after the other."""
    return Markup("".join(_escape(child) for child in children if child is not None))


def _escape(child: Any) -> str:
    if isinstance(child, Markup):
        return child
    # Half of a surrogate pair cannot be written as UTF-8.
    text = str(child).encode("utf-8", "replace").decode("utf-8")
    return html.escape(text, quote=False)


def make_table(
    caption: str,
    headings: Iterable[Any],
    rows: Iterable[Iterable[Any]],
    *,
    classes: Iterable[str | None] = (),
    texts: frozenset[int] = frozenset({0}),
) -> Markup:
    """Make a table whose first column names its rows.

    Parameters
    ----------
    classes
        Those of the rows, as far as they have any.
    texts
        The columns that hold words and not numbers.
    """
    named = [*classes]
    head = join(
        make("th", heading, scope="col", class_="text" if at in texts else None)
        for at, heading in enumerate(headings)
    )
    body = [
        make(
            "tr",
            *(
                make("td", cell, class_="text" if at in texts else None)
                for at, cell in enumerate(cells)
            ),
            class_=named[number] if number < len(named) else None,
        )
        for number, cells in enumerate(rows)
    ]
    table = make(
        "table",
        make("caption", caption),
        make("thead", make("tr", head)),
        make("tbody", *body),
    )
    return make(
        "div", table, class_="wide", tabindex="0", role="region", aria_label=caption
    )
