"""report.html: one file that opens offline, of bounded size however many series."""

from __future__ import annotations

import base64
import gzip
import html
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from glue.arrays import Array
from glue.reporting.figures import Figures
from glue.run_documents import RunSettings

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable


# The chart library, from a package that the deploy has pinned, and our own parts.
LIBRARIES = ("bokeh.min.js", "bokeh-api.min.js")
TEMPLATE, STYLE, SCRIPT = "page.html", "page.css", "page.js"

# Mail takes files of about 10 MB; what would not fit is left out, and that is said.
MAX_PAGE_BYTES = 9_500_000
MOST_LISTED = 100_000
_PER_CHUNK = 50
_LONGEST_LABEL = 300
# Series are drawn with their recent past: seasons, horizons, or steps.
_SEASONS, _HORIZONS, _LEAST_STEPS, _MOST_STEPS = 4, 8, 120, 1000
_MOST_TOTAL_STEPS = 3000
# In the page's own blocks rather than in its document.
_HEAVY = ("items", "total")


@dataclass(frozen=True)
class PageContent:
    """What the page shows: the report's document, and each series."""

    document: Mapping[str, Any]
    figures: Figures
    settings: RunSettings


def build_page(
    content: PageContent,
    assets: Traversable,
    max_bytes: int = MAX_PAGE_BYTES,
) -> str:
    """Put the page together.

    Parameters
    ----------
    content
        What it shows.
    assets
        The folder of the page's template, style and scripts, the charts' included.
    max_bytes
        The size that the page stays below; the series of least volume are left out.
    """
    names = (TEMPLATE, STYLE, SCRIPT, *LIBRARIES)
    parts = {name: (assets / name).read_text("utf-8") for name in names}
    order = np.argsort(-content.figures.items.totals.volume, kind="stable")
    listed = order[:MOST_LISTED]
    index = _pack(_build_index(content, listed))
    core = {
        name: value for name, value in content.document.items() if name not in _HEAVY
    }
    core["total"] = _shorten_total(content.document["total"])
    fixed = sum(len(text.encode()) for text in parts.values())
    fixed += len(index) + len(_as_json(core).encode()) + 20_000
    chunks, shown = _fill_chunks(content, listed, max_bytes - fixed)
    core["shown"] = {
        "charted": shown,
        "listed": len(listed),
        "series": len(order),
        "per_chunk": _PER_CHUNK,
        "history_steps": _count_history_steps(content),
        "history_first": _first_period(content),
    }
    core["stamps"] = _build_stamps(content)
    scripts = "\n".join(f"<script>{_guard(parts[name])}</script>" for name in LIBRARIES)
    slots = {
        "TITLE": html.escape(f"Forecast of {content.document['dataset']}"),
        "STYLE": parts[STYLE],
        "DOCUMENT": _as_json(core),
        "INDEX": index,
        "CHUNKS": "\n".join(_tag(number, text) for number, text in enumerate(chunks)),
        "LIBRARY": scripts,
        "SCRIPT": _guard(parts[SCRIPT]),
    }
    return _fill_slots(parts[TEMPLATE], slots)


def _fill_slots(template: str, slots: Mapping[str, str]) -> str:
    """Fill ``{{NAME}}`` slots; what fills one is not looked into for others."""
    pieces = template.split("{{")
    filled = [pieces[0]]
    for piece in pieces[1:]:
        name, _, rest = piece.partition("}}")
        filled += [slots[name], rest]
    return "".join(filled)


def _guard(script: str) -> str:
    """Keep a script's own text from ending its element."""
    return script.replace("</script", "<\\/script").replace("<!--", "<\\!--")


def _as_json(value: Any) -> str:
    """Write JSON that no HTML parser takes for markup, whatever an item is called."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    escaped = text.replace("<", "\\u003c").replace(">", "\\u003e")
    return escaped.encode("utf-8", "replace").decode("utf-8")


def _pack(value: Any) -> str:
    """Compress a value; its block is unpacked when it is looked at."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    packed = gzip.compress(text.encode("utf-8", "replace"), mtime=0)
    return base64.b64encode(packed).decode("ascii")


def _tag(number: int, text: str) -> str:
    return f'<script type="text/plain" id="chunk-{number}">{text}</script>'


def _build_index(content: PageContent, listed: Array) -> dict[str, Any]:
    """List the series that can be searched and sorted, by volume."""
    figures, keys = content.figures.items, content.figures.history.keys
    return {
        "labels": [_label(keys[at]) for at in listed.tolist()],
        "volume": _round(figures.totals.volume[listed]),
        "change": _round(figures.totals.change[listed]),
        "error": _round(figures.error[listed]),
        "gain": _round(figures.improvement[listed]),
    }


def _label(key: tuple[str, ...]) -> str:
    label = " · ".join(key)
    if len(label) <= _LONGEST_LABEL:
        return label
    return f"{label[: _LONGEST_LABEL - 1]}…"


def _round(values: Array) -> list[float | None]:
    return [
        float(f"{value:.4g}") if np.isfinite(value) else None
        for value in values.tolist()
    ]


def _shorten_total(total: Mapping[str, Any]) -> dict[str, Any]:
    history = total["history"]
    return {
        **total,
        "history": {
            name: values[-_MOST_TOTAL_STEPS:] for name, values in history.items()
        },
    }


def _count_history_steps(content: PageContent) -> int:
    settings = content.settings
    wanted = max(_SEASONS * settings.season, _HORIZONS * settings.horizon, _LEAST_STEPS)
    return min(content.figures.history.steps, wanted, _MOST_STEPS)


def _first_period(content: PageContent) -> int:
    return content.figures.history.steps - _count_history_steps(content)


def _build_stamps(content: PageContent) -> dict[str, list[str]]:
    """Name the time steps that all charts share."""
    history = content.figures.history
    periods = np.arange(_first_period(content), history.steps)
    return {
        "history": history.name_periods(periods),
        "forecast": np.unique(content.figures.grid.stamps.astype(str)).tolist(),
    }


def _fill_chunks(
    content: PageContent, listed: Array, room: int
) -> tuple[list[str], int]:
    """Pack series by volume as long as there is room; say how many there are."""
    chunks: list[str] = []
    shown = 0
    for start in range(0, len(listed), _PER_CHUNK):
        series = listed[start : start + _PER_CHUNK]
        text = _pack(list(_describe_series(content, series)))
        room -= len(_tag(len(chunks), text)) + 1
        if room < 0:
            break
        chunks.append(text)
        shown += len(series)
    return chunks, shown


def _describe_series(content: PageContent, series: Array) -> Iterator[dict[str, Any]]:
    """Give each series' recent past and its forecast, as in forecast.csv."""
    history, grid = content.figures.history, content.figures.grid
    first = _first_period(content)
    for number in series.tolist():
        some = slice(*history.offsets[number : number + 2].tolist())
        recent = history.periods[some] >= first
        periods = history.periods[some][recent] - first
        values = history.values[some][recent]
        rows = slice(
            int(np.searchsorted(grid.series, number)),
            int(np.searchsorted(grid.series, number, side="right")),
        )
        yield {
            # The places of values; only the first when they have no gap.
            "p": _places(periods),
            "v": [_plain(value) for value in values.tolist()],
            "t": grid.stamps[rows].tolist(),
            "m": [_plain(value) for value in grid.mean[rows].tolist()],
            "q": [
                [_plain(value) for value in column]
                for column in grid.quantiles[rows].T.tolist()
            ],
        }


def _places(periods: Array) -> list[int]:
    if len(periods) and periods[-1] - periods[0] == len(periods) - 1:
        return [int(periods[0])]
    places: list[int] = periods.tolist()
    return places


def _plain(value: float) -> float | None:
    """Give a number as JSON has it; a whole one without its fraction."""
    if not np.isfinite(value):
        return None
    return int(value) if value.is_integer() and abs(value) < 2**53 else value
