"""Charts as small SVG: their colours are the style sheet's, so that they print too."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from glue.reporting.page.markup import Markup, make
from glue.reporting.words import spell_short

_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ")  # noqa: SIM905 - one line for twelve
# Parts of a timestamp that ticks may stand at the change of: year, month, day, minute.
_PARTS = (4, 7, 10, 16)
_WIDEST_BAR = 60
# The width of a letter at its largest, on a phone, and how many labels are enough.
_LETTER, _MOST_LABELS = 9.0, 12
# How many spans of the history and the mean a quantile may add to an axis.
_REACH = 2.0


@dataclass(frozen=True)
class Fan:
    """A series: what happened, and what is forecast.

    Parameters
    ----------
    stamps
        Of all steps, those of the horizon last.
    values
        What happened, from the first step on; None for a gap.
    start
        The step that the forecast begins at.
    mean
        From there on.
    quantiles
        The same of each quantile, with its level in per cent, by rising level.
    ghost
        What was in the same period before, from the start of the forecast on.
    windows
        The backtest: each window's first step, its means, the baseline there, and the
        outer quantiles, where there are two.
    """

    stamps: Sequence[str]
    values: Sequence[float | None]
    start: int
    mean: Sequence[float | None]
    quantiles: Sequence[tuple[int, Sequence[float | None]]] = field(
        default_factory=tuple
    )
    ghost: Sequence[float | None] = ()
    windows: Sequence[Sequence[Any]] = ()


@dataclass(frozen=True)
class Frame:
    """Where the numbers of a chart lie in its picture."""

    width: int
    height: int
    steps: int
    low: float
    high: float
    left: int = 52
    bottom: int = 22
    top: int = 8
    right: int = 10

    def x(self, step: float) -> float:
        """Place a step."""
        room = self.width - self.left - self.right
        return round(self.left + room * (step + 0.5) / max(self.steps, 1), 1)

    def y(self, value: float) -> float:
        """Place a value."""
        room = self.height - self.top - self.bottom
        span = (self.high - self.low) or 1.0
        return round(self.top + room * (self.high - value) / span, 1)


def list_values(
    quantiles: Sequence[tuple[int, Sequence[float | None]]],
) -> list[float | None]:
    """List the values of all quantiles."""
    return [value for _, column in quantiles for value in column]


def choose_range(
    values: Iterable[float | None], wide: Iterable[float | None] = ()
) -> tuple[float, float]:
    """Choose the ends of an axis; zero is one of them unless it is far away.

    What is ``wide`` may leave the picture, or a quantile that explodes would flatten
    all else.
    """
    known = [value for value in values if value is not None and math.isfinite(value)]
    if not known:
        return 0.0, 1.0
    low, high = min(known), max(known)
    reach = _REACH * ((high - low) or abs(high))
    ends = [value for value in wide if value is not None and math.isfinite(value)]
    low = min(low, max(min(ends, default=low), low - reach))
    high = max(high, min(max(ends, default=high), high + reach))
    if 0 <= low < 0.5 * high:
        low = 0.0
    if low == high:
        low, high = min(low, 0.0), max(high, 0.0) or 1.0
    return low, high + 0.04 * (high - low)


def choose_ticks(low: float, high: float, most: int = 5) -> list[float]:
    """Choose round numbers between two ends."""
    raw = (high - low) / most
    size = 10.0 ** math.floor(math.log10(raw)) if raw > 0 else 1.0
    step = next(size * times for times in (1, 2, 5, 10) if size * times >= raw * 0.999)
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [number * step for number in range(first, last + 1)]


def pick_stamps(stamps: Sequence[str], most: int) -> list[tuple[int, str]]:
    """Pick the steps that get a label: where a year, a month or a day begins."""
    for part in _PARTS:
        starts = [
            at
            for at in range(1, len(stamps))
            if stamps[at][:part] != stamps[at - 1][:part]
        ]
        if len(starts) >= min(3, len(stamps) - 1):
            stride = math.ceil(len(starts) / most) if starts else 1
            return [(at, name_stamp(stamps[at], part)) for at in starts[::stride]]
    return []


def name_stamp(stamp: str, part: int) -> str:
    """Write a timestamp as short as the axis allows."""
    month = _MONTHS[int(stamp[5:7]) - 1]
    if part == 4:
        return stamp[:4]
    if part == 7:
        return f"{month} {stamp[:4]}"
    if part == 10:
        return f"{int(stamp[8:10])} {month}"
    return f"{int(stamp[8:10])} {month} {stamp[11:16]}"


def draw_fan(
    fan: Fan, label: str, *, width: int = 720, height: int = 280, ticks: int = 6
) -> Markup:
    """Draw a series' history and forecast."""
    shown = [*fan.values, *fan.mean, *fan.ghost]
    wide = list_values(fan.quantiles)
    for _, mean, baseline, *ends in fan.windows:
        shown += [*mean, *baseline]
        wide += [value for column in ends for value in column]
    low, high = choose_range(shown, wide)
    frame = Frame(width, height, len(fan.stamps), low, high)
    ahead = [*range(fan.start, fan.start + len(fan.mean))]
    parts = [*_draw_axes(frame, pick_stamps(fan.stamps, ticks))]
    parts += [
        make("path", d=_band(frame, ahead, one, other), class_="band")
        for one, other in pair_quantiles(fan.quantiles)
    ]
    parts += [
        make("path", d=_line(frame, ahead, column), class_="level")
        for column in list_single(fan.quantiles)
    ]
    parts += _draw_backtest(frame, fan)
    if any(value is not None for value in fan.ghost):
        parts.append(make("path", d=_line(frame, ahead, fan.ghost), class_="ghost"))
    steps = [*range(len(fan.values))]
    parts.append(make("path", d=_line(frame, steps, fan.values), class_="past"))
    parts += _draw_lonely(frame, fan.values)
    joint = _join_forecast(fan)
    parts.append(make("path", d=_line(frame, *joint), class_="mean"))
    if len(fan.mean) == 1 and fan.mean[0] is not None:
        parts.append(_dot(frame, fan.start, fan.mean[0], "mean"))
    return _picture(frame, label, parts)


def _draw_backtest(frame: Frame, fan: Fan) -> Iterable[Markup]:
    """Draw what the winner and the baseline would have forecast before."""
    for start, mean, baseline, *ends in fan.windows:
        steps = [*range(start, start + len(mean))]
        if ends:
            yield make("path", d=_band(frame, steps, *ends), class_="band past-band")
        yield make("path", d=_line(frame, steps, baseline), class_="base")
        yield make("path", d=_line(frame, steps, mean), class_="back")


def _join_forecast(fan: Fan) -> tuple[list[int], list[float | None]]:
    """Begin the line of the forecast at the last value, where that is its neighbour."""
    steps, values = [*range(fan.start, fan.start + len(fan.mean))], [*fan.mean]
    if (
        fan.start
        and len(fan.values) >= fan.start
        and fan.values[fan.start - 1] is not None
    ):
        return [fan.start - 1, *steps], [fan.values[fan.start - 1], *values]
    return steps, values


def pair_quantiles(
    quantiles: Sequence[tuple[int, Sequence[float | None]]],
) -> list[tuple[Sequence[float | None], Sequence[float | None]]]:
    """Pair the quantiles whose levels add up to one: only these make a band."""
    by_level = dict(quantiles)
    return [
        (by_level[level], by_level[100 - level])
        for level in by_level
        if level < 50 and 100 - level in by_level
    ]


def list_single(
    quantiles: Sequence[tuple[int, Sequence[float | None]]],
) -> list[Sequence[float | None]]:
    """List the quantiles that have no partner; the median goes with the mean."""
    levels = {level for level, _ in quantiles}
    return [
        column
        for level, column in quantiles
        if level != 50 and 100 - level not in levels
    ]


def _draw_axes(frame: Frame, stamps: list[tuple[int, str]]) -> Iterable[Markup]:
    for value in choose_ticks(frame.low, frame.high):
        y = frame.y(value)
        yield make(
            "path", d=f"M{frame.left} {y}H{frame.width - frame.right}", class_="rule"
        )
        yield make(
            "text", spell_short(value), x=frame.left - 6, y=y + 4, text_anchor="end"
        )
    for at, words in stamps:
        yield make(
            "text", words, x=frame.x(at), y=frame.height - 5, text_anchor="middle"
        )


def _line(frame: Frame, steps: Sequence[int], values: Sequence[float | None]) -> str:
    """Write a line that stops at gaps."""
    pieces, pen = [], "M"
    for step, value in zip(steps, values):
        if value is None:
            pen = "M"
            continue
        pieces.append(f"{pen}{frame.x(step):g} {frame.y(value):g}")
        pen = "L"
    return "".join(pieces)


def _band(
    frame: Frame,
    steps: Sequence[int],
    low: Sequence[float | None],
    high: Sequence[float | None],
) -> str:
    whole = [
        (step, one, other)
        for step, one, other in zip(steps, low, high)
        if one is not None and other is not None
    ]
    if not whole:
        return ""
    if len(whole) == 1:
        step, one, other = whole[0]
        x = frame.x(step)
        return f"M{x - 4:g} {frame.y(one):g}h8V{frame.y(other):g}h-8Z"
    up = "L".join(f"{frame.x(step):g} {frame.y(other):g}" for step, _, other in whole)
    down = "L".join(
        f"{frame.x(step):g} {frame.y(one):g}" for step, one, _ in reversed(whole)
    )
    return f"M{up}L{down}Z"


def _draw_lonely(frame: Frame, values: Sequence[float | None]) -> list[Markup]:
    """Draw the values that no line goes through: both neighbours are missing."""
    padded = [None, *values, None]
    return [
        _dot(frame, at, value, "past")
        for at, value in enumerate(values)
        if value is not None and padded[at] is None and padded[at + 2] is None
    ]


def _dot(frame: Frame, step: float, value: float, name: str) -> Markup:
    return make(
        "circle", cx=frame.x(step), cy=frame.y(value), r=2.5, class_=f"dot {name}"
    )


def draw_lines(
    lines: Sequence[tuple[str, Sequence[float | None]]],
    labels: Sequence[str],
    label: str,
    *,
    top: float | None = None,
) -> Markup:
    """Draw lines over the same few steps, each with the class that gives its colour."""
    numbers = [value for _, values in lines for value in values]
    high = choose_range([0.0, *numbers])[1] if top is None else top
    frame = Frame(520, 240, len(labels), 0.0, high)
    parts = [*_draw_axes(frame, _pick_labels(frame, labels))]
    for name, values in lines:
        steps = [*range(len(values))]
        parts.append(make("path", d=_line(frame, steps, values), class_=name))
        parts += [
            _dot(frame, at, value, name)
            for at, value in enumerate(values)
            if value is not None
        ]
    return _picture(frame, label, parts)


def _pick_labels(frame: Frame, labels: Sequence[str]) -> list[tuple[int, str]]:
    """Pick so many labels as have room beside each other, and none that is cut off."""
    widest = _LETTER * max(map(len, labels), default=1)
    room = frame.width - frame.left - frame.right
    most = max(1, min(_MOST_LABELS, int(room / (widest + _LETTER))))
    stride = math.ceil(len(labels) / most)
    return [
        (at, labels[at])
        for at in range(0, len(labels), stride)
        if at == 0 or frame.x(at) + widest / 2 <= frame.width
    ]


def draw_bars(
    values: Sequence[float | None], labels: Sequence[str], label: str
) -> Markup:
    """Draw per cent as bars up and down from a line at zero."""
    known = [value for value in values if value is not None] or [0.0]
    reach = max(1.0, *map(abs, known)) * 1.1
    frame = Frame(520, 150, len(values), -reach, reach)
    parts = [*_draw_axes(frame, _pick_labels(frame, labels))]
    room = (frame.width - frame.left - frame.right) / max(len(values), 1)
    half = min(0.35 * room, _WIDEST_BAR / 2)
    for at, value in enumerate(values):
        if value is not None:
            x, y, zero = frame.x(at), frame.y(value), frame.y(0)
            name = "bar high" if value > 0 else "bar low"
            left, right = round(x - half, 1), round(x + half, 1)
            box = f"M{left:g} {zero:g}V{y:g}H{right:g}V{zero:g}Z"
            parts.append(make("path", d=box, class_=name))
    zero = frame.y(0)
    line = f"M{frame.left} {zero:g}H{frame.width - frame.right}"
    parts.append(make("path", d=line, class_="zero"))
    return _picture(frame, label, parts)


def _picture(frame: Frame, label: str, parts: Iterable[Markup]) -> Markup:
    return make(
        "svg",
        *parts,
        viewBox=f"0 0 {frame.width} {frame.height}",
        role="img",
        aria_label=label,
        class_="plot",
    )
