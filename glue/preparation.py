"""The whole way from an upload to forecast input, findings and settings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from glue.findings.finding import FileRejected, Finding, has_errors, make_finding
from glue.reading.archive import ArchiveLimits, Upload, open_upload
from glue.reading.csv_file import CHUNK_ROWS, CsvFile, open_csv
from glue.reading.timestamps import Reading
from glue.reading.typed_rows import ReadPlan, ReadTallies, read_rows
from glue.settings.layers import Layer, Settings, merge_settings
from glue.shaping.hook import Hook
from glue.shaping.horizon import Outlook, describe_extent, find_outlook
from glue.shaping.input_files import TRANSFORM_PART_BYTES, InputFiles
from glue.shaping.parts import (
    SECONDS,
    Parts,
    PartWriter,
    choose_part_count,
    choose_parts,
)
from glue.shaping.shaper import Shape, Shaper
from glue.shaping.survey import Survey, survey_parts
from glue.transform import transform as user_hook
from glue.understanding.column_settings import (
    OWN_LAYER,
    DataColumns,
    Transformations,
    check_preparation,
    complete_job,
    count_too_many,
    fit_transformations,
)
from glue.understanding.history import Inferred, Understanding, understand_history
from glue.understanding.related import (
    RelatedTable,
    part_related,
    understand_metadata,
    understand_related,
)
from glue.understanding.roles import Roles

Array = Any  # numpy's generic arrays are not worth their types at version 1.22
MAX_SERIES = 5_000_000


@dataclass(frozen=True)
class Options:
    """What a test or a benchmark may set otherwise.

    ``parts`` is the number of parts, by the data's size when None; ``chunk_rows``
    is how many rows are read at a time; ``series`` is how many series there may be.
    """

    limits: ArchiveLimits = field(default_factory=ArchiveLimits)
    parts: int | None = None
    chunk_rows: int = CHUNK_ROWS
    series: int = MAX_SERIES
    transform_part_bytes: int = TRANSFORM_PART_BYTES
    hook: Hook = user_hook


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
    table = _open_table(made, "TTS")
    if table is None:
        return
    known = understand_history(table, made.settings)
    made.findings += known.findings
    made.inferred += known.inferred
    if known.roles is None or known.plan is None:
        return
    _Data(made, table, known, known.roles, known.plan).prepare()


def _layers(upload: Upload, bucket_settings: Layer | None) -> list[Layer]:
    layers = [bucket_settings] if bucket_settings else []
    if "config" in upload.files:
        data = upload.files["config"].read_bytes()
        layers.append(Layer(OWN_LAYER, data.decode("utf-8-sig", "replace")))
    return layers


def _open_table(made: Preparation, role: str) -> CsvFile | None:
    """Open one of the upload's tables; None when it is not there or unusable."""
    if role not in made.upload.files:
        return None
    try:
        path, name = made.upload.files[role], made.upload.names[role]
        table = open_csv(path, name, chunk_rows=made.options.chunk_rows)
    except FileRejected as rejected:
        made.findings.append(rejected.finding)
        return None
    made.findings += table.findings
    return None if has_errors(table.findings) else table


@dataclass
class _Data:
    """The tables of one upload on their way to forecast input.

    ``doubtful`` are the codes that only follow from errors already reported.
    """

    made: Preparation
    table: CsvFile
    known: Understanding
    roles: Roles
    plan: ReadPlan
    related: RelatedTable | None = None
    metadata: RelatedTable | None = None
    doubtful: set[str] = field(default_factory=set)

    def prepare(self) -> None:
        """Part the tables by series, survey the history, shape the input."""
        made = self.made
        self._understand_related()
        fitted = fit_transformations(made.settings, self._columns())
        made.findings += fitted.findings
        made.findings += check_preparation(made.settings, self._header())
        made.findings += _feature_findings(self._columns())
        history = self._part()
        survey = survey_parts(history, self.roles, self.table.name)
        outlook = _look_ahead(made, survey, self.roles, self.table.name)
        if outlook is not None and outlook.frequency is not None:
            self._shape(history, survey, outlook, fitted)

    def _understand_related(self) -> None:
        made, roles = self.made, self.roles
        rts, metadata = _open_table(made, "RTS"), _open_table(made, "metadata")
        if rts is not None:
            reading: Reading = self.plan.reading
            self.related = self._usable(
                lambda: understand_related(rts, roles, made.settings, reading)
            )
        if metadata is not None:
            added = self.related.columns if self.related else ()
            taken = [*roles.others, *added]
            self.metadata = self._usable(
                lambda: understand_metadata(metadata, roles, made.settings, taken)
            )

    def _usable(self, understand: Callable[[], RelatedTable]) -> RelatedTable | None:
        """Give the table if it can be read; the history is checked all the same."""
        try:
            related = understand()
        except FileRejected as rejected:
            self.made.findings.append(rejected.finding)
            return None
        self.made.findings += related.findings
        related.findings = []
        return related if related.plan is not None else None

    def _columns(self) -> DataColumns:
        numbers = [name for name in self.plan.numbers if name != self.roles.target]
        texts = list(self.plan.texts)
        for related in (self.related, self.metadata):
            if related is not None:
                numbers += related.numbers
                texts += related.texts
        return DataColumns(
            self.roles.target, tuple(numbers), tuple(texts), self.roles.keys
        )

    def _header(self) -> list[str]:
        tables = [self.table]
        tables += [one.table for one in (self.related, self.metadata) if one]
        return [name for table in tables for name in table.header]

    def _part(self) -> Parts:
        """Part all tables alike, by the key columns that all of them have."""
        made, tables = self.made, [self.table]
        others = {"RTS": self.related, "metadata": self.metadata}
        related = {role: one for role, one in others.items() if one is not None}
        by: Sequence[str] = self.roles.keys
        for one in related.values():
            by = [name for name in by if name in one.keys]
            tables.append(one.table)
        size = sum(table.path.stat().st_size for table in tables)
        count = made.options.parts or choose_part_count(size)
        for role, one in related.items():
            part_related(one, made.folder / role.lower(), count, by)
            made.findings += one.findings
        return self._part_history(count, by)

    def _part_history(self, count: int, by: Sequence[str]) -> Parts:
        writer = PartWriter(self.made.folder / "history", count)
        tallies = ReadTallies()
        for columns in read_rows(self.table, self.plan, tallies):
            if len(columns[SECONDS]):
                keys = [columns[name] for name in by]
                writer.add(columns, choose_parts(keys, count))
        self.made.findings += tallies.findings(self.table.name, self.plan.target)
        if tallies.lost_rows or self.known.lost_rows:
            self.doubtful |= {"series-gaps", "series-ends-early", "series-short"}
        if self.plan.target in tallies.number_bad:
            self.doubtful |= {"target-blank", "series-empty"}
        return writer.close()

    def _shape(
        self,
        history: Parts,
        survey: Survey,
        outlook: Outlook,
        fitted: Transformations,
    ) -> None:
        made = self.made
        shape = Shape(
            file=self.table.name,
            roles=self.roles,
            whole=self.known.whole,
            survey=survey,
            outlook=outlook,
            related=self.related,
            metadata=self.metadata,
            futurefill=fitted.futurefill,
            filled=frozenset(fitted.filling),
            aggregated=bool(fitted.aggregation),
            drop_short=bool(made.settings.preparation.get("DropShortSeries")),
        )
        shaper = Shaper(shape, made.options.hook, made.folder)
        if outlook.is_too_fine:
            self.doubtful.add("series-gaps")
        shaper.shape_parts(history, write=not has_errors(made.findings))
        made.findings += [f for f in shaper.findings if f.code not in self.doubtful]
        made.inferred += _column_kinds(shape)
        if has_errors(made.findings) or outlook.horizon is None:
            return
        made.files = shaper.merge(made.options.transform_part_bytes)
        made.table["series"] = made.files.series
        made.job = complete_job(
            made.settings,
            self.roles,
            fitted,
            frequency=str(outlook.frequency),
            horizon=outlook.horizon,
        )


def _column_kinds(shape: Shape) -> list[Inferred]:
    """Say which of the other columns change with time and which do not."""
    attributes = shape.metadata.columns if shape.metadata else ()
    static = [name for name in shape.roles.others if name in shape.static]
    kinds = [
        Inferred(f"column {name!r}", "covariate", "it changes within series")
        for name in shape.covariates
        if name in shape.roles.others
    ]
    kinds += [
        Inferred(f"column {name!r}", "covariate", "it is in RTS.csv")
        for name in (shape.related.columns if shape.related else ())
    ]
    kinds += [
        Inferred(f"column {name!r}", "attribute", "it never changes within a series")
        for name in static
    ]
    return kinds + [
        Inferred(f"column {name!r}", "attribute", "it is in metadata.csv")
        for name in attributes
    ]


def _look_ahead(
    made: Preparation, survey: Survey, roles: Roles, file: str
) -> Outlook | None:
    """Choose frequency and horizon, when there is any history."""
    if survey.last is None:
        if not has_errors(made.findings):
            what = f"{file} has no row that could be read"
            made.findings.append(make_finding("csv-no-rows", what))
        return None
    made.findings += _whole_findings(survey, roles, file, made.options.series)
    outlook = find_outlook(survey, made.settings, file)
    made.findings += outlook.findings
    made.inferred += outlook.inferred
    first, last = describe_extent(survey, outlook)
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


def _whole_findings(
    survey: Survey, roles: Roles, file: str, most: int
) -> list[Finding]:
    findings = []
    if survey.series > most:
        what = f"{file} has {survey.series} series (at most {most})"
        findings.append(make_finding("too-many-series", what, count=survey.series))
    if survey.least == survey.most and survey.observed > 1:
        what = f"{file}'s column {roles.target!r} is {survey.most:g} everywhere"
        findings.append(make_finding("target-constant", what))
    if survey.alike.count:
        what = f"{survey.alike.count} item id(s) of {file} differ from others in "
        what += "nothing but case, spaces or marks"
        findings.append(survey.alike.as_finding("ids-alike", what))
    if survey.series == 1:
        findings.append(make_finding("one-series", f"{file} has only one series"))
    return findings


def _feature_findings(columns: DataColumns) -> list[Finding]:
    problem = count_too_many(len(columns.numbers), len(columns.texts))
    if problem is None:
        return []
    return [make_finding("too-many-features", f"the data has {problem}")]
