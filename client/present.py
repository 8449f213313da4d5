"""What a person reads when a run has ended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any

from rich import box
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from chalicelib.terminal import printable
from client.accuracy import present_accuracy
from client.forecast_file import ForecastFile, Series, read_forecast
from client.formats import format_numbers, format_sparkline
from client.results import read_file
from client.session import Outcome

if TYPE_CHECKING:
    from rich.console import RenderableType

_SHOWN_SERIES = 3
_SHOWN_STEPS = 4
_SHOWN_FINDINGS = 5


def present_outcome(outcome: Outcome) -> Iterator[RenderableType]:
    """Give everything to print about a run that has ended, in its order."""
    if not outcome.succeeded:
        yield from _present_findings(outcome)
        ended = _ENDED.get(outcome.status, "failed")
        yield Text(f"Run {printable(outcome.run_id)} {ended}:")
        for line in outcome.reason.splitlines():
            yield _indent(Text(printable(line), style="red"))
        if outcome.results.files:
            yield Text(f"Its documents are in {outcome.results.folder}")
        return
    yield from present_accuracy(outcome.results)
    yield from _present_forecast(outcome)
    yield Text()
    yield from _present_findings(outcome)
    yield from _present_warnings(outcome)
    yield from _present_paths(outcome)


_ENDED = {"ABORTED": "was stopped", "TIMED_OUT": "took too long"}


def _indent(text: Text) -> RenderableType:
    return Padding(text, (0, 0, 0, 2), expand=False)


def _present_forecast(outcome: Outcome) -> Iterator[RenderableType]:
    path = outcome.results.find("forecast.csv")
    if path is not None:
        settings = read_file(outcome.results, "settings.json")
        forecast = read_forecast(path, settings, keep=_SHOWN_SERIES)
        yield Text()
        yield Text(_describe_size(forecast), style="bold")
        if forecast.value_columns:
            yield render_forecast(forecast)


def render_forecast(forecast: ForecastFile) -> Table:
    """Render the first steps of the first series, with a sparkline of each mean."""
    table = Table(box=box.SIMPLE_HEAD, show_edge=False)
    for name in (*forecast.key_columns, forecast.timestamp_column):
        table.add_column(Text(printable(name)), overflow="ellipsis", max_width=32)
    for name in forecast.value_columns:
        table.add_column(Text(printable(name)), justify="right", no_wrap=True)
    drawn = "mean" if "mean" in forecast.value_columns else forecast.value_columns[0]
    column = forecast.value_columns.index(drawn)
    steps = _count_steps(forecast)
    heading = f"{drawn}, 1 step" if steps == 1 else f"{drawn}, all {steps} steps"
    table.add_column(heading, style="cyan", no_wrap=True)
    for series in forecast.series:
        line = [row[column] for row in series.values]
        bars = format_sparkline([value for value in line if value is not None])
        for cells in _rows_of(series, bars):
            table.add_row(*cells)
    return table


def _describe_size(forecast: ForecastFile) -> str:
    steps = _count_steps(forecast)
    rest = forecast.n_series - len(forecast.series)
    shown = f"; the first {len(forecast.series)} are shown" if rest > 0 else ""
    plural = "" if steps == 1 else "s"
    return f"{forecast.n_series:,} series x {steps} step{plural}{shown}"


def _count_steps(forecast: ForecastFile) -> int:
    return max((len(series.timestamps) for series in forecast.series), default=0)


def _rows_of(series: Series, bars: str) -> Iterator[list[Text]]:
    shown = series.values[:_SHOWN_STEPS]
    n_columns = len(shown[0]) if shown else 0
    numbers = format_numbers([value for row in shown for value in row])
    for step, timestamp in enumerate(series.timestamps[:_SHOWN_STEPS]):
        first = step == 0
        keys = [printable(part) if first else "" for part in series.key]
        cells = numbers[step * n_columns : (step + 1) * n_columns]
        row = (*keys, printable(timestamp), *cells, bars if first else "")
        yield [Text(cell) for cell in row]


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
    for name, what in (
        ("forecast.csv", "forecast"),
        ("leaderboard.csv", "leaderboard"),
        ("report.html", "report"),
    ):
        if path := outcome.results.find(name):
            yield Text(f"{what:<12}{path}", no_wrap=True, overflow="ignore")
    yield Text(f"{'all files':<12}{folder}", no_wrap=True, overflow="ignore")
