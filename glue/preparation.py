"""The whole way from an upload to forecast input, findings and settings."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from column_roles import Roles
from csv_text import CsvFile, open_csv
from findings import FileRejected, Finding, has_errors, make_finding
from forecast_input import TRANSFORM_PART_BYTES, BlockWriter, InputFiles, InputLayout
from frequency import DAY
from hook_call import Hook, HookCaller
from horizon import Outlook, describe_extent, find_outlook
from series_checks import (
    SeriesContext,
    SeriesTallies,
    check_series,
    keep_long_series,
    series_findings,
)
from series_parts import (
    SECONDS,
    Parts,
    PartWriter,
    choose_part_count,
    choose_parts,
    number_series,
)
from settings_columns import (
    OWN_LAYER,
    DataColumns,
    Transformations,
    complete_job,
    fit_transformations,
)
from settings_layers import Layer, Settings, merge_settings
from table_reading import ReadPlan, ReadTallies, read_rows
from table_survey import Survey, survey_parts
from table_understanding import Inferred, Understanding, understand_history
from transform import transform as user_hook
from upload_archive import ArchiveLimits, Upload, open_upload

Array = Any  # numpy's generic arrays are not worth their types at version 1.22
MAX_SERIES = 5_000_000
MAX_NUMBERS, MAX_TEXTS = 13, 10


@dataclass(frozen=True)
class Options:
    """What a test or a benchmark may set otherwise.

    ``parts`` is the number of parts, by the data's size when None.
    """

    limits: ArchiveLimits = field(default_factory=ArchiveLimits)
    parts: int | None = None
    transform_part_bytes: int = TRANSFORM_PART_BYTES
    hook: Hook | None = None


@dataclass
class Preparation:
    """Everything that is known about an upload, and the files made of it.

    ``job`` and ``files`` are None when the upload is refused.
    """

    folder: Path
    options: Options
    upload: Upload = field(default_factory=Upload)
    settings: Settings = field(default_factory=lambda: merge_settings([]))
    findings: list[Finding] = field(default_factory=list)
    inferred: list[Inferred] = field(default_factory=list)
    table: dict[str, Any] = field(default_factory=dict)
    job: dict[str, Any] | None = None
    files: InputFiles | None = None

    @property
    def accepted(self) -> bool:
        """Whether the upload can be forecast."""
        return not has_errors(self.findings) and self.job is not None


def prepare_upload(
    path: Path,
    key: str,
    folder: Path,
    *,
    bucket_settings: Layer | None = None,
    options: Options | None = None,
) -> Preparation:
    """Check an upload, and make the forecast input of it.

    Parameters
    ----------
    path
        The upload on disk.
    key
        Its name in the bucket.
    folder
        An empty folder to work in; nothing is written elsewhere.
    bucket_settings
        The settings of the bucket for this dataset, if there are any.
    options
        Limits, number of parts and hook, for those who need others.
    """
    made = Preparation(folder, options or Options())
    try:
        _prepare(made, path, key, bucket_settings)
    except FileRejected as rejected:
        made.findings.append(rejected.finding)
    made.findings.sort(key=_severity)
    return made


def _severity(found: Finding) -> int:
    return ("error", "warning", "fixed").index(found.level)


def _prepare(
    made: Preparation, path: Path, key: str, bucket_settings: Layer | None
) -> None:
    made.upload = open_upload(path, key, made.folder, limits=made.options.limits)
    made.findings += made.upload.findings
    made.settings = merge_settings(_layers(made.upload, bucket_settings))
    made.findings += made.settings.findings
    if "TTS" not in made.upload.files:
        return
    made.findings += _related_findings(made.upload)
    table = open_csv(made.upload.files["TTS"], made.upload.names["TTS"])
    made.findings += table.findings
    if has_errors(table.findings):
        return
    known = understand_history(table, made.settings)
    made.findings += known.findings
    made.inferred += known.inferred
    if known.roles is None or known.plan is None:
        return
    history = _part_history(made, table, known.plan)
    survey = survey_parts(history, known.plan.keys, known.roles.target)
    outlook = _look_ahead(made, survey, known.roles, table.name)
    _Shaping(made, known, survey, outlook, table.name).shape(history)


def _related_findings(upload: Upload) -> list[Finding]:
    names = [upload.names[role] for role in ("RTS", "metadata") if role in upload.names]
    if not names:
        return []
    return [make_finding("related-ignored", f"{', '.join(names)} was not read")]


def _layers(upload: Upload, bucket_settings: Layer | None) -> list[Layer]:
    layers = [bucket_settings] if bucket_settings else []
    if "config" in upload.files:
        data = upload.files["config"].read_bytes()
        layers.append(Layer(OWN_LAYER, data.decode("utf-8-sig", "replace")))
    return layers


def _part_history(made: Preparation, table: CsvFile, plan: ReadPlan) -> Parts:
    """Read the rows and part them by series, on disk."""
    count = made.options.parts or choose_part_count(table.path.stat().st_size)
    writer = PartWriter(made.folder / "history", count)
    tallies = ReadTallies()
    for columns in read_rows(table, plan, tallies):
        if len(columns[SECONDS]):
            keys = [columns[name] for name in plan.keys]
            writer.add(columns, choose_parts(keys, count))
    made.findings += tallies.findings(table.name, plan.target)
    return writer.close()


def _look_ahead(
    made: Preparation, survey: Survey, roles: Roles, file: str
) -> Outlook | None:
    """Choose frequency and horizon, when there is any history."""
    if survey.last is None:
        if not has_errors(made.findings):
            what = f"{file} has no row that could be read"
            made.findings.append(make_finding("csv-no-rows", what))
        return None
    made.findings += _whole_findings(survey, roles, file)
    outlook = find_outlook(survey, made.settings, file)
    made.findings += outlook.findings
    made.inferred += outlook.inferred
    first, last = describe_extent(survey, with_time=outlook.with_time)
    made.table.update(
        rows=survey.rows,
        series=survey.series,
        items=survey.items,
        first=first,
        last=last,
        steps=outlook.steps,
        seasonality=outlook.season,
    )
    return outlook


def _whole_findings(survey: Survey, roles: Roles, file: str) -> list[Finding]:
    findings = []
    if survey.series > MAX_SERIES:
        what = f"{file} has {survey.series} series (at most {MAX_SERIES})"
        findings.append(make_finding("too-many-series", what, count=survey.series))
    if survey.least == survey.most and survey.observed > 1:
        what = f"{file}'s column {roles.target!r} is {survey.most:g} everywhere"
        findings.append(make_finding("target-constant", what))
    if survey.series == 1:
        findings.append(make_finding("one-series", f"{file} has only one series"))
    return findings


@dataclass
class _Shaping:
    """The last pass: checks each part's series and writes the forecast input."""

    made: Preparation
    known: Understanding
    survey: Survey
    outlook: Outlook | None
    file: str

    def shape(self, history: Parts) -> None:
        """Check every part; write only while there is no error."""
        roles, plan = self.known.roles, self.known.plan
        assert roles is not None
        assert plan is not None
        columns = DataColumns(
            roles.target,
            tuple(name for name in plan.numbers if name != roles.target),
            plan.texts,
            roles.keys,
        )
        fitted = fit_transformations(self.made.settings, columns)
        self.made.findings += fitted.findings + _feature_findings(columns)
        outlook = self.outlook
        if outlook is None or outlook.frequency is None or self.survey.last is None:
            return
        tallies = SeriesTallies()
        writer = self._write_parts(history, tallies, bool(fitted.aggregation))
        self.made.findings += series_findings(
            tallies, self._context(), aggregated=bool(fitted.aggregation)
        )
        if not has_errors(self.made.findings) and outlook.horizon is not None:
            self._finish(writer, fitted, outlook)

    def _context(self) -> SeriesContext:
        roles, outlook, survey = self.known.roles, self.outlook, self.survey
        assert roles is not None
        assert outlook is not None
        assert outlook.frequency is not None
        assert survey.last is not None
        return SeriesContext(
            file=self.file,
            keys=roles.keys,
            target=roles.target,
            frequency=outlook.frequency,
            origin=int(survey.moments[0]),
            last=survey.last,
        )

    def _write_parts(
        self, history: Parts, tallies: SeriesTallies, aggregated: bool
    ) -> _HookedWriter:
        context, outlook, roles = self._context(), self.outlook, self.known.roles
        assert outlook is not None
        assert roles is not None
        layout = InputLayout(
            keys=roles.keys,
            timestamp=roles.timestamp,
            target=roles.target,
            others=roles.others,
            whole=self.known.whole,
            with_time=outlook.with_time,
        )
        writer = _HookedWriter(self.made, layout, context.last, aggregated)
        for number in range(history.count):
            columns = history.load(number)
            if not columns:
                continue
            if outlook.truncate:
                columns[SECONDS] = columns[SECONDS] // DAY * DAY
            series = number_series(columns, roles.keys)
            check_series(context, columns, series, tallies)
            if not has_errors(self.made.findings):
                writer.write(self._drop_short(columns, series))
        return writer

    def _drop_short(self, columns: dict[str, Array], series: Array) -> dict[str, Array]:
        roles = self.known.roles
        assert roles is not None
        if not self.made.settings.preparation.get("DropShortSeries"):
            return columns
        kept = keep_long_series(columns[roles.target], series)
        return {name: values[kept] for name, values in columns.items()}

    def _finish(
        self, writer: _HookedWriter, fitted: Transformations, outlook: Outlook
    ) -> None:
        roles, made = self.known.roles, self.made
        assert roles is not None
        assert outlook.horizon is not None
        made.files = writer.merge()
        made.table["series"] = made.files.series
        made.job = complete_job(
            made.settings,
            roles,
            fitted,
            frequency=str(outlook.frequency),
            horizon=outlook.horizon,
        )


class _HookedWriter:
    """Sends each part through the hook, and its result to the block writer."""

    def __init__(
        self, made: Preparation, layout: InputLayout, last: int, repeats: bool
    ) -> None:
        self._made, self._layout, self._last = made, layout, last
        hook = made.options.hook or user_hook
        self._caller = HookCaller(hook, layout, last, repeats)
        self._writer: BlockWriter | None = None
        self._failed = False

    def write(self, columns: dict[str, Array]) -> None:
        """Write a part; after the hook's first failure there is no second."""
        if self._failed or not len(columns[SECONDS]):
            return
        try:
            if self._writer is None:
                self._caller.try_parting(columns)
            self._write(*self._caller.call(columns))
        except FileRejected as rejected:
            self._failed = True
            self._made.findings.append(rejected.finding)

    def _write(self, columns: dict[str, Array], others: list[str]) -> None:
        if self._writer is None:
            self._layout = replace(self._layout, others=tuple(others))
            self._writer = BlockWriter(self._made.folder / "blocks", self._layout)
        if tuple(others) != self._layout.others:
            what = "transform() returned other columns for another part"
            raise FileRejected(make_finding("hook-result", what))
        if len(columns[SECONDS]):
            self._writer.write_part(columns, columns[SECONDS], self._last)

    def merge(self) -> InputFiles:
        """Merge what all parts gave into the forecast input."""
        if self._writer is None:
            what = "no series is left to forecast"
            raise FileRejected(make_finding("nothing-left", what))
        made = self._made
        files = self._writer.merge(
            made.folder / "train.csv",
            made.folder / "transform",
            made.options.transform_part_bytes,
        )
        if not files.series:
            what = "transform() left no row"
            raise FileRejected(make_finding("nothing-left", what))
        return files


def _feature_findings(columns: DataColumns) -> list[Finding]:
    if len(columns.numbers) <= MAX_NUMBERS and len(columns.texts) <= MAX_TEXTS:
        return []
    what = (
        f"the data has {len(columns.numbers)} numeric and {len(columns.texts)} text "
        f"columns beside the keys (at most {MAX_NUMBERS} and {MAX_TEXTS})"
    )
    return [make_finding("too-many-features", what)]


def inferred_as_data(inferred: list[Inferred]) -> list[dict[str, Any]]:
    """Give what was inferred as JSON data."""
    return [asdict(one) for one in inferred]
