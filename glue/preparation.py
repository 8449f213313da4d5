"""The whole way from an upload to forecast input, findings and settings."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from glue.findings.finding import FileRejected, Findings, Inferred
from glue.limits import (
    INSTANCE_SERIES,
    MAX_INSTANCES,
    MAX_SERIES,
    TRANSFORM_PART_BYTES,
    TRANSFORM_PART_SERIES,
)
from glue.reading.archive import ArchiveLimits, Upload, open_upload
from glue.reading.kept_rows import RowStore
from glue.reading.parts_folder import find_odd_part
from glue.reading.profile import read_sample
from glue.reading.tables import CHUNK_ROWS, Table, finish_table, open_table
from glue.settings.layers import (
    BUILT_IN,
    OWN_LAYER,
    Layer,
    Settings,
    merge_settings,
)
from glue.shaping.history_checks import check_history
from glue.shaping.hook import Hook
from glue.shaping.horizon import Outlook, describe_extent, find_outlook
from glue.shaping.input_files import InputFiles, PartLimits
from glue.shaping.parts import (
    MAX_PARTS,
    PART_BYTES,
    Parting,
    Parts,
    choose_part_count,
    part_table,
)
from glue.shaping.shape import Parted, Shape, infer_kinds
from glue.shaping.shaper import Shaper, write_input
from glue.shaping.survey import Survey, survey_parts
from glue.shaping.workers import OneByOne, Workers
from glue.transform import transform as user_hook
from glue.understanding.column_settings import (
    DataColumns,
    Transformations,
    check_columns,
    complete_job,
)
from glue.understanding.history import HistoryTable, understand_history
from glue.understanding.related import (
    UNREADABLE_DATES,
    RelatedTable,
    advise_swapped,
    check_dates,
    check_swapped,
    understand_metadata,
    understand_related,
)
from glue.understanding.roles import FIRST_NAME


@dataclass(frozen=True)
class Options:
    """What a test or a benchmark may set otherwise.

    ``workers`` do what is done for each part; ``parts`` is how many there are, by the
    data's size when None: of ``part_bytes`` each, and ``most_parts``; ``chunk_rows``
    is how many rows are read at a time; ``series`` is how many series there may be;
    ``by_record`` reads simple lines too a record at a time.
    """

    limits: ArchiveLimits = field(default_factory=ArchiveLimits)
    parts: int | None = None
    part_bytes: int = PART_BYTES
    most_parts: int = MAX_PARTS
    chunk_rows: int = CHUNK_ROWS
    series: int = MAX_SERIES
    by_record: bool = False
    transform_part_bytes: int = TRANSFORM_PART_BYTES
    transform_part_series: int = TRANSFORM_PART_SERIES
    instance_series: int = INSTANCE_SERIES
    hook: Hook = user_hook
    workers: Workers = field(default_factory=OneByOne)


@dataclass(frozen=True)
class ForecastInput:
    """What an accepted upload became: the job's settings and its files."""

    job: dict[str, Any]
    files: InputFiles


@dataclass(frozen=True)
class Preparation:
    """Everything that was found out about an upload, and what it became.

    ``table`` describes the history, as far as it could be read; ``ready`` is None when
    the upload is refused.
    """

    upload: Upload
    settings: Settings
    findings: Findings
    table: dict[str, Any]
    ready: ForecastInput | None

    @property
    def accepted(self) -> bool:
        """Whether the upload can be forecast."""
        return self.ready is not None and not self.findings.has_errors

    @property
    def inferred(self) -> list[Inferred]:
        """What the data showed where no settings said it."""
        return self.findings.inferred

    @property
    def job(self) -> dict[str, Any] | None:
        """The job's settings, if the upload can be forecast."""
        return self.ready.job if self.ready else None

    @property
    def columns(self) -> list[str]:
        """The columns of the forecast input, if the upload can be forecast."""
        return list(self.files.columns) if self.files else []

    @property
    def files(self) -> InputFiles | None:
        """The forecast input, if the upload can be forecast."""
        return self.ready.files if self.ready else None


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
    options, findings = options or Options(), Findings()
    upload = open_upload(path, key, folder, findings, limits=options.limits)
    settings = merge_settings(_read_layers(upload, bucket_settings), findings)
    with RowStore(folder) as store:
        data = _Data(upload, settings, findings, options, folder, store)
        try:
            ready = data.prepare()
        except FileRejected:
            ready = None
    return Preparation(upload, settings, findings, data.table, ready)


def refuse_size(
    size: int, bucket_settings: Layer | None, limits: ArchiveLimits | None = None
) -> Preparation | None:
    """Refuse an upload by its size alone, in bytes, before it is brought here."""
    most, gibi = (limits or ArchiveLimits()).total, 1024**3
    if size <= most:
        return None
    findings = Findings()
    layers = [] if bucket_settings is None else [bucket_settings]
    settings = merge_settings(layers, findings)
    findings.add("upload-too-large", size=size / gibi, most=most / gibi)
    return Preparation(Upload(), settings, findings, {}, None)


def refuse_parts(
    key: str, parts: Iterable[str], bucket_settings: Layer | None
) -> Preparation | None:
    """Refuse a folder of parts by their keys alone, before they are brought here.

    Parameters
    ----------
    key
        The folder's, without a slash at its end.
    parts
        Those of the parts.
    bucket_settings
        The settings of the bucket for this dataset, if there are any.
    """
    found = find_odd_part([part[len(key) + 1 :] for part in parts])
    if found is None:
        return None
    findings, (problem, remedy) = Findings(), found
    layers = [] if bucket_settings is None else [bucket_settings]
    settings = merge_settings(layers, findings)
    findings.add("parts-unusable", remedy=remedy, folder=f"{key}/", problem=problem)
    return Preparation(Upload(), settings, findings, {}, None)


def _read_layers(upload: Upload, bucket_settings: Layer | None) -> Iterator[Layer]:
    if bucket_settings is not None:
        yield bucket_settings
    if "config" in upload.files:
        data = upload.files["config"].read_bytes()
        wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        encoding = "utf-16" if wide else "utf-8-sig"
        yield Layer(OWN_LAYER, data.decode(encoding, "replace"))


@dataclass(frozen=True)
class _Tables:
    """The tables of an upload, understood."""

    history: HistoryTable
    related: RelatedTable | None
    metadata: RelatedTable | None

    @property
    def added(self) -> list[RelatedTable]:
        """Those that add columns to the history."""
        return [table for table in (self.related, self.metadata) if table is not None]

    @property
    def header(self) -> list[str]:
        """The columns of all of them."""
        tables = [self.history.table, *(added.table for added in self.added)]
        return [name for table in tables for name in table.header]

    @property
    def columns(self) -> DataColumns:
        """The columns of the forecast input."""
        roles, plans = self.history.roles, [self.history.plan]
        plans += [added.plan for added in self.added]
        numbers = [name for plan in plans for name in plan.numbers]
        texts = [name for plan in plans for name in plan.texts]
        numbers.remove(roles.target)
        return DataColumns(roles.target, tuple(numbers), tuple(texts), roles.keys)

    def finish(self) -> _Tables:
        """Keep of the tables what is still asked for once all rows were read."""
        history = replace(self.history, table=finish_table(self.history.table))
        related, metadata = self.related, self.metadata
        return _Tables(
            history, related and _finish(related), metadata and _finish(metadata)
        )


def _finish(table: RelatedTable) -> RelatedTable:
    """Keep of a table what is still asked for once all of its rows were read."""
    return replace(table, table=finish_table(table.table))


def _is_shared(table: RelatedTable, history: HistoryTable) -> bool:
    """Say whether each row of a table is for many items, and so for many parts."""
    without_item = history.roles.item_id not in table.keys
    return not table.keys or (without_item and table.table.text_bytes <= PART_BYTES)


@dataclass
class _Data:
    """The data of one upload on its way to forecast input.

    ``table`` describes the history, once it was surveyed.
    """

    upload: Upload
    settings: Settings
    findings: Findings
    options: Options
    folder: Path
    store: RowStore
    table: dict[str, Any] = field(default_factory=dict)

    @property
    def _keeps(self) -> RowStore | None:
        """What keeps the rows of a first pass; none where all is read by record."""
        return None if self.options.by_record else self.store

    def prepare(self) -> ForecastInput | None:
        """Take the tables all the way; None when the upload is refused.

        Raises
        ------
        FileRejected
            When a file, or what the hook returns, cannot be used any further.
        """
        tables = self._understand()
        if tables is None:
            return None
        fitted = check_columns(
            self.settings, tables.columns, tables.header, self.findings
        )
        parting = self._choose_parting(tables)
        shared = tables.related is not None and _is_shared(
            tables.related, tables.history
        )
        whole = Parting((), 1) if shared else parting
        related = self._part_added(tables.related, whole, "rts", is_shared=shared)
        metadata = self._part_added(tables.metadata, parting, "metadata")
        parts = self._part(tables.history, parting, "history")
        self.store.close()  # what was kept takes as much room as the parts do
        tables = tables.finish()
        self.upload.drop(self.folder)
        survey, parts, outlook = self._survey(tables.history, parts, related)
        if survey is None or outlook is None:
            return None
        shape = self._plan_shape(tables, survey, outlook, fitted)
        shaper = Shaper(shape, related=related, metadata=metadata)
        workers = self.options.workers
        shape, parts = shaper.shape_parts(parts, self.findings, workers)
        for added in filter(None, (related, metadata)):
            added.parts.shelf.drop()
        infer_kinds(shape, self.findings)
        return None if self.findings.has_errors else self._write(shape, parts)

    def _open(self, role: str) -> Table | None:
        if role not in self.upload.files:
            return None
        path, name = self.upload.files[role], self.upload.names[role]
        return open_table(
            path,
            name,
            self.findings,
            chunk_rows=self.options.chunk_rows,
            by_record=self.options.by_record,
            most_bytes=self.options.limits.total,
            others=lambda: self._list_columns(role),
        )

    def _list_columns(self, role: str) -> list[dict[str, list[str]]]:
        """List what the columns of the other tables are called, and hold."""
        columns, size = list[dict[str, list[str]]](), self.options.chunk_rows
        for other in ("TTS", "RTS", "metadata"):
            if other == role or other not in self.upload.files:
                continue
            path, name = self.upload.files[other], self.upload.names[other]
            table = open_table(path, name, Findings(), chunk_rows=size)
            if table is not None:
                with suppress(FileRejected):
                    sample = read_sample(table, Findings())
                    columns.append({n: sample[n].tolist() for n in sample.columns})
        return columns

    def _understand(self) -> _Tables | None:
        """Find out what the tables' columns are; None without a usable history."""
        table = self._open("TTS")
        if table is None:
            return None
        history = understand_history(
            table,
            self.settings,
            self.findings,
            item=self.upload.dataset,
            store=self._keeps,
        )
        if history is None:
            self._check_dates_alike()
            self._check_names_swapped(table)
            self._name_first_column(table)
            return None
        rts, metadata = self._open("RTS"), self._open("metadata")
        if rts is not None and check_swapped(
            history, rts, self.settings, self.findings
        ):
            return None
        related = self._understand_related(rts, history)
        taken = (*history.roles.others, *(related.columns if related else ()))
        return _Tables(
            history, related, self._understand_metadata(metadata, history, taken)
        )

    def _name_first_column(self, history: Table) -> None:
        """Call the ids whose name is gone as the other tables do."""
        names = [next(iter(columns)) for columns in self._list_columns("TTS")]
        names = [name for name in names if name not in history.header]
        mark = f": the names are {FIRST_NAME}"
        for found in [f for f in self.findings if mark in f.remedy]:
            if names:
                told = found.remedy.replace(f" {FIRST_NAME},", f" {names[0]},")
                self.findings.advise(found.code, told, about=history.name)

    def _check_names_swapped(self, history: Table) -> None:
        """Say whether RTS.csv has the target, where it is unclear in TTS.csv."""
        if self.findings.has("column-unclear", history.name):
            table = self._open("RTS")
            if table is not None:
                advise_swapped(history.name, table, self.findings)

    def _check_dates_alike(self) -> None:
        """Say of RTS.csv too what is wrong with the dates of both tables."""
        found = [f for f in self.findings if f.code in UNREADABLE_DATES and f.examples]
        table = self._open("RTS") if found else None
        if table is not None:
            order = self.settings.preparation.get("DateOrder")
            column = found[0].examples[0].column
            check_dates(table, str(column), self.findings, order=order)

    def _understand_related(
        self, table: Table | None, history: HistoryTable
    ) -> RelatedTable | None:
        if table is None:
            return None
        with suppress(FileRejected):  # the history is checked all the same
            return understand_related(
                table, history, self.settings, self.findings, store=self._keeps
            )
        return None

    def _understand_metadata(
        self, table: Table | None, history: HistoryTable, taken: tuple[str, ...]
    ) -> RelatedTable | None:
        if table is None:
            return None
        with suppress(FileRejected):  # the history is checked all the same
            return understand_metadata(
                table, history, self.settings, self.findings, taken=taken
            )
        return None

    def _choose_parting(self, tables: _Tables) -> Parting:
        """Part all tables alike, by the key columns that all of them have."""
        by, size = tables.history.roles.keys, tables.history.table.text_bytes
        for added in tables.added:
            if not _is_shared(added, tables.history):
                by = tuple(name for name in by if name in added.keys)
            size += added.table.text_bytes
        options = self.options
        count = choose_part_count(size, options.part_bytes, most=options.most_parts)
        return Parting(by, options.parts or count)

    def _part(
        self, table: HistoryTable | RelatedTable, parting: Parting, folder: str
    ) -> Parts:
        return part_table(
            table.table,
            table.plan,
            parting,
            self.options.workers.make_shelf(self.folder / folder),
            findings=self.findings,
        )

    def _part_added(
        self,
        table: RelatedTable | None,
        parting: Parting,
        folder: str,
        *,
        is_shared: bool = False,
    ) -> Parted | None:
        if table is None:
            return None
        parts = self._part(table, parting, folder)
        return Parted(_finish(table), parts, is_shared)

    def _survey(
        self, history: HistoryTable, parts: Parts, related: Parted | None
    ) -> tuple[Survey | None, Parts, Outlook | None]:
        """Sort and sum up the history, check it as a whole, and look ahead."""
        file, roles, findings = history.table.name, history.roles, self.findings
        survey, parts = survey_parts(parts, roles, file, self.options.workers)
        if survey is None:
            if not findings.has_errors:
                problem = "no row that could be read"
                findings.add("csv-no-rows", file=file, problem=problem)
            return None, parts, None
        most = self.options.series
        check_history(survey, roles, file, findings, most_series=most)
        ends = [survey.end, *([related.parts.last] if related else [])]
        end = max(one for one in ends if one is not None)
        outlook = find_outlook(survey, self.settings, file, findings, end=end)
        self.table.update(survey.describe(), **describe_extent(survey, outlook))
        return survey, parts, outlook

    def _plan_shape(
        self,
        tables: _Tables,
        survey: Survey,
        outlook: Outlook,
        fitted: Transformations,
    ) -> Shape:
        """Put together what every part needs to know, wherever it is worked on."""
        history, related, metadata = tables.history, tables.related, tables.metadata
        return Shape(
            history,
            survey,
            outlook,
            fitted,
            related=related,
            metadata=metadata,
            drop_short=bool(self.settings.preparation.get("DropShortSeries")),
        )

    def _spread(self, series: int) -> None:
        """Take an instance for so many series, where no settings say how many."""
        section, name = "TransformResources", "InstanceCount"
        most = self.options.instance_series
        count = min(-(-series // most), MAX_INSTANCES)
        sources, values = self.settings.sources, self.settings.values
        if count <= 1 or sources.get(f"{section}.{name}") != BUILT_IN:
            return
        # What is inferred has no source.
        del sources[f"{section}.{name}"]
        values[section] = {**values[section], name: count}
        evidence = f"{series:,} series, {most:,} for each"
        self.findings.infer(f"{section}.{name}", count, evidence)

    def _write(self, shape: Shape, parts: Parts) -> ForecastInput:
        """Send the shaped history through the hook, and complete the settings."""
        options = self.options
        files = write_input(
            shape,
            options.hook,
            parts,
            self.findings,
            folder=self.folder,
            limits=PartLimits(
                options.transform_part_bytes,
                options.transform_part_series,
                int(self.settings.values["TransformResources"]["InstanceCount"]),
            ),
            workers=options.workers,
        )
        self.table["series"] = files.series
        self._spread(files.series)
        job = complete_job(
            self.settings,
            shape.history.roles,
            shape.fitted,
            frequency=str(shape.frequency),
            horizon=shape.horizon,
        )
        return ForecastInput(job, files)
