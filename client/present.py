"""What a person reads when a run has ended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from rich import box
from rich.measure import Measurement
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from chalicelib.endings import REDRIVE, UPLOAD
from cli.terminal import printable
from client.accuracy import find_planned, present_accuracy
from client.forecast_file import ForecastFile, Series, read_forecast
from client.formats import format_numbers, format_sparkline
from client.phases import STATES
from client.results import read_file
from client.session import Outcome
from client.terminal import PIPED_WIDTH

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderableType, RenderResult

# Spells a command of this program about the same stage.
Again = Callable[..., str]
_SHOWN_SERIES = 3
_SHOWN_STEPS = 4
_SHOWN_FINDINGS = 5
_MEAN = "mean"


def present_outcome(outcome: Outcome, again: Again) -> Iterator[RenderableType]:
    """Give everything to print about a run that has ended, in its order.

    Parameters
    ----------
    again
        Spells a command about the same stage.
    """
    if not outcome.succeeded:
        yield from present_failure(outcome, again)
        return
    yield from present_accuracy(outcome.results)
    yield from _present_forecast(outcome)
    yield Text()
    yield from _present_paths(outcome)


def present_findings(outcome: Outcome) -> Iterator[RenderableType]:
    """Give the warnings of a run: those about its data, then those of its jobs."""
    yield from _present_findings(outcome)
    yield from _present_warnings(outcome)


def present_failure(outcome: Outcome, again: Again) -> Iterator[RenderableType]:
    """Say where and why a run failed, what helps, and where its documents are."""
    ended = _ENDED.get(outcome.status, "failed")
    where = printable(name_step(outcome.step)) if outcome.step else ""
    yield Text(f"Run {printable(outcome.run_id)} {ended}{where}:")
    for line in outcome.reason.splitlines():
        yield _indent(Text(printable(line), style="red"))
    for line in describe_remedy(outcome, again):
        yield Text(line, no_wrap=True, overflow="ignore")
    if outcome.results.files:
        yield Text(
            f"Its documents are in {outcome.results.folder}",
            no_wrap=True,
            overflow="ignore",
        )


def describe_remedy(outcome: Outcome, again: Again) -> Iterator[str]:
    """Say what helps after a failure: to go on, or to upload again."""
    run_id = printable(outcome.run_id)
    if outcome.remedy == REDRIVE:
        yield "What helps: put the cause right, then go on; nothing is paid for twice:"
        yield f"  {again('resume', run_id)}"
    elif outcome.remedy == UPLOAD:
        yield "What helps: put it right, and upload again:"
        yield f"  {again('run', 'SOURCE')}"


def name_step(state: str) -> str:
    """Name what a run was doing in a state."""
    doing = _DOING.get(STATES.get(state, ""))
    return f" while {doing} ({state})" if doing else f" in {state}"


_DOING = {
    "prepare": "preparing the run",
    "preprocess": "checking the data",
    "train": "training",
    "engine": "training",
    "transform": "forecasting",
    "report": "writing the report",
}
_ENDED = {"ABORTED": "was stopped", "TIMED_OUT": "took too long"}


def _indent(text: Text) -> RenderableType:
    return Padding(text, (0, 0, 0, 2), expand=False)


def _present_forecast(outcome: Outcome) -> Iterator[RenderableType]:
    name = find_planned(outcome.results)
    path = outcome.results.find(name)
    if path is not None:
        settings = read_file(outcome.results, "settings.json")
        forecast = read_forecast(path, settings, keep=_SHOWN_SERIES)
        yield Text()
        file = "" if name == "forecast.csv" else f"{name}: "
        yield Text(f"{file}{_describe_size(forecast)}", style="bold")
        if forecast.value_columns:
            yield ForecastTable(forecast)


@dataclass(frozen=True)
class ForecastTable:
    """The first steps of the largest series, as wide as there is room.

    What names a row is never cut for want of room: inner quantiles go first, then the
    sparkline of the means.
    """

    forecast: ForecastFile

    def __rich_console__(
        self, console: Console, options: ConsoleOptions
    ) -> RenderResult:
        """Render the fullest table that fits."""
        names = self.forecast.value_columns
        quantiles = [name for name in names if name != _MEAN]
        ends = {_MEAN, *quantiles[:1], *quantiles[-1:]}
        outer = [name for name in names if name in ends]
        shown = [(names, True), (outer, True), (outer, False), (names[:1], False)]
        tables = [self._build(list(columns), drawn=drawn) for columns, drawn in shown]
        wide = options.update(max_width=PIPED_WIDTH)
        fitting = (
            table
            for table in tables
            if Measurement.get(console, wide, table).maximum <= options.max_width
        )
        yield next(fitting, tables[-1])

    def _build(self, columns: list[str], *, drawn: bool) -> Table:
        forecast = self.forecast
        table = Table(box=box.SIMPLE_HEAD, show_edge=False)
        for name in (*forecast.key_columns, forecast.timestamp_column):
            heading = Text(printable(name))
            table.add_column(heading, overflow="ellipsis", max_width=32, no_wrap=True)
        for name in columns:
            table.add_column(Text(printable(name)), justify="right", no_wrap=True)
        if drawn:
            steps = count_nouns(_count_steps(forecast), "step")
            heading = Text(f"{self._drawn}, {steps}")
            table.add_column(heading, style="cyan", no_wrap=True)
        places = [forecast.value_columns.index(name) for name in columns]
        for series in forecast.series:
            bars = [self._draw(series)] if drawn else []
            for cells in _rows_of(series, places, bars):
                table.add_row(*cells)
        return table

    @property
    def _drawn(self) -> str:
        names = self.forecast.value_columns
        return _MEAN if _MEAN in names else names[0]

    def _draw(self, series: Series) -> str:
        column = self.forecast.value_columns.index(self._drawn)
        line = [row[column] for row in series.values]
        return format_sparkline([value for value in line if value is not None])


def _describe_size(forecast: ForecastFile) -> str:
    rest = forecast.n_series - len(forecast.series)
    shown = f"; the {len(forecast.series)} largest are shown" if rest > 0 else ""
    (total,) = format_numbers([forecast.total])
    return (
        f"{count_nouns(forecast.n_series, 'series')} x "
        f"{count_nouns(_count_steps(forecast), 'step')}, {total} in all{shown}"
    )


def count_nouns(count: int, noun: str) -> str:
    """Write how many there are of something."""
    plural = noun if count == 1 or noun.endswith("s") else f"{noun}s"
    return f"{count:,} {plural}"


def _count_steps(forecast: ForecastFile) -> int:
    return max((len(series.timestamps) for series in forecast.series), default=0)


def _rows_of(
    series: Series, places: list[int], bars: list[str]
) -> Iterator[list[Text]]:
    shown = [[row[place] for place in places] for row in series.values[:_SHOWN_STEPS]]
    numbers = format_numbers([value for row in shown for value in row])
    for step, timestamp in enumerate(series.timestamps[:_SHOWN_STEPS]):
        first = step == 0
        keys = [printable(part) if first else "" for part in series.key]
        cells = numbers[step * len(places) : (step + 1) * len(places)]
        drawn = [bar if first else "" for bar in bars]
        yield [Text(cell) for cell in (*keys, printable(timestamp), *cells, *drawn)]


def _present_findings(outcome: Outcome) -> Iterator[RenderableType]:
    report = read_file(outcome.results, "data-report.json") or {}
    findings: Iterable[Mapping[str, Any]] = report.get("findings") or []
    told = [f for f in findings if f.get("level") in {"warning", "fixed"}]
    told.sort(key=lambda f: f.get("level") == "fixed")
    alike = Counter(f.get("code") for f in told)
    first_of_each: dict[Any, Mapping[str, Any]] = {}
    for finding in told:
        first_of_each.setdefault(finding.get("code"), finding)
    for code, finding in islice(first_of_each.items(), _SHOWN_FINDINGS):
        yield _render_finding(finding, alike=alike[code] - 1)
    hidden = sum(alike[code] for code in islice(first_of_each, _SHOWN_FINDINGS, None))
    if hidden:
        yield Text(f"and {hidden} more in data-report.json")


def _render_finding(finding: Mapping[str, Any], *, alike: int) -> Text:
    fixed = finding.get("level") == "fixed"
    text = str(finding.get("what", ""))
    if not fixed and finding.get("remedy"):
        text += f"; {finding['remedy']}"
    word = ("repaired: ", "dim") if fixed else ("warning: ", "yellow")
    more = f" (and {alike} more like it)" if alike else ""
    return Text.assemble(word, printable(text), (more, "dim"))


def _present_warnings(outcome: Outcome) -> Iterator[RenderableType]:
    status = read_file(outcome.results, "status.json") or {}
    for warning in status.get("warnings") or []:
        yield Text.assemble(("warning: ", "yellow"), printable(str(warning)))


def _present_paths(outcome: Outcome) -> Iterator[RenderableType]:
    folder = outcome.results.folder
    planned = find_planned(outcome.results)
    plans = [] if planned == "forecast.csv" else [(planned, "baseline")]
    for name, what in (
        *plans,
        ("forecast.csv", "forecast"),
        ("leaderboard.csv", "leaderboard"),
        ("report.html", "report"),
    ):
        if path := outcome.results.find(name):
            yield Text(f"{what:<12}{path}", no_wrap=True, overflow="ignore")
    yield Text(f"{'all files':<12}{folder}", no_wrap=True, overflow="ignore")
