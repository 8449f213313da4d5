"""Mutations of members, settings and the related tables."""

from __future__ import annotations

import gzip
import io
import zipfile
from datetime import datetime
from random import Random
from typing import Any

from benchmarks.mutations.draft import (
    GROUP,
    ITEM,
    SENSELESS,
    TARGET,
    TIME,
    Cell,
    Draft,
    Row,
)
from benchmarks.mutations.kinds import kind

SETTINGS = ("setting-invalid", "setting-unknown", "settings-unreadable")
MEMBERS = ("tts-missing", "file-ignored", "file-twice", "tts-by-another-name")


def _config(draft: Draft) -> dict[str, Any] | None:
    if draft.config is None:
        return None
    job: dict[str, Any] = draft.config["TimeSeriesForecastingJobConfig"]
    return job


@kind(*SETTINGS)
def key_misspelt(draft: Draft, random: Random) -> bool:
    job = _config(draft)
    if job is None:
        return False
    name = random.choice(("ForcastHorizon", "forecastHorizon", "Horizon", "horizon"))
    job[name] = job.pop("ForecastHorizon")
    return True


@kind(*SETTINGS)
def setting_of_another_type(draft: Draft, random: Random) -> bool:
    job = _config(draft)
    if job is None:
        return False
    horizon = job["ForecastHorizon"]
    wrong = (str(horizon), f"{horizon} months", float(horizon) + 0.5, [horizon], 0, -3)
    job["ForecastHorizon"] = random.choice((*wrong, True, None))
    return job["ForecastHorizon"] is not None


@kind(*SETTINGS)
def setting_at_another_level(draft: Draft, random: Random) -> bool:
    if draft.config is None:
        return False
    job = draft.config.pop("TimeSeriesForecastingJobConfig")
    outside = {"AutoMLProblemTypeConfig": {"TimeSeriesForecastingJobConfig": job}}
    draft.config = random.choice((job, outside, {"Preparation": job}, [job]))
    return True


@kind(*SETTINGS, "coarser-than-frequency", "timestamp-without-time")
def frequency_in_other_words(draft: Draft, random: Random) -> bool:
    job = _config(draft)
    if job is None:
        return False
    job["ForecastFrequency"] = random.choice(("monthly", "MS", "d", "1D", "Q", "h"))
    return True


@kind(*SETTINGS)
def settings_that_are_no_json(draft: Draft, random: Random) -> bool:
    if draft.config is None:
        return False
    edits = (
        lambda text: text.replace("}}", ",}}"),
        lambda text: text.replace('"', "'"),
        lambda text: text[:-1],
        lambda text: f"// settings\n{text}",
        lambda text: text.replace('"', "\u201c"),
        lambda text: text.replace(":", "=", 1),
        lambda text: "",
    )
    draft.edit_text("config", random.choice(edits))
    return True


@kind("settings-unreadable")
def settings_in_another_encoding(draft: Draft, random: Random) -> bool:
    if draft.config is None:
        return False
    encoding = random.choice(("utf-8-sig", "utf-16"))
    draft.edit_bytes("config", lambda data: data.decode().encode(encoding))
    return True


@kind("setting-column-unknown", "column-missing", *SETTINGS)
def column_that_is_not_named_in_settings(draft: Draft, random: Random) -> bool:
    if draft.config is None:
        return False
    job = draft.config["TimeSeriesForecastingJobConfig"]
    role = random.choice(("TargetAttributeName", "ItemIdentifierAttributeName"))
    job["TimeSeriesConfig"] = {role: "Umsatz"}
    return True


@kind(*MEMBERS)
def member_of_another_name(draft: Draft, random: Random) -> bool:
    if draft.bare:
        return False
    roles = [*draft.sheets, *(["config"] if draft.config is not None else [])]
    role = random.choice(roles)
    stem, _, end = draft.names[role].partition(".")
    other = (
        f"{stem} (1).{end}",
        f"{stem}.{end}.txt",
        f"my-{stem}.{end}",
    )
    draft.names[role] = random.choice(other)
    return True


@kind(*MEMBERS)
def member_in_a_folder_or_of_another_case(draft: Draft, random: Random) -> bool:
    if draft.bare:
        return False
    change = random.choice((str.lower, str.upper, "data/{}".format, "a\\{}".format))
    draft.names = {role: change(name) for role, name in draft.names.items()}
    return True


@kind(*MEMBERS)
def member_twice(draft: Draft, random: Random) -> bool:
    if draft.bare:
        return False
    draft.extras["old/TTS.csv"] = draft.write_member("TTS")
    return True


@kind(*MEMBERS)
def junk_beside_the_members(draft: Draft, random: Random) -> bool:
    if draft.bare:
        return False
    draft.extras["__MACOSX/._TTS.csv"] = b"\0\5\26\7"
    draft.extras[".DS_Store"] = b"\0"
    return True


@kind("zip-nested", "zip-unreadable", "csv-gzip", "csv-not-text")
def packed_twice(draft: Draft, random: Random) -> bool:
    draft.archive_edits.append(random.choice((gzip.compress, _zip_again)))
    return True


def _zip_again(data: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("data.zip", data)
    return buffer.getvalue()


@kind("csv-gzip", "tts-missing", "csv-not-text", "file-ignored", "zip-nested")
def table_gzipped(draft: Draft, random: Random) -> bool:
    draft.edit_bytes("TTS", gzip.compress)
    draft.names["TTS"] = random.choice(("TTS.csv", "TTS.csv.gz"))
    return True


@kind("zip-unreadable")
def archive_cut(draft: Draft, random: Random) -> bool:
    if draft.bare:
        return False
    draft.archive_edits.append(lambda data: data[: random.randint(30, len(data) - 5)])
    return True


@kind("zip-unreadable", "csv-not-text")
def archive_damaged(draft: Draft, random: Random) -> bool:
    """Break a byte of the first member's packed data."""
    if draft.bare:
        return False

    def edit(data: bytes) -> bytes:
        at = random.randint(60, data.index(b"PK", 60) - 8)
        return data[:at] + bytes([data[at] ^ 0x55]) + data[at + 1 :]

    draft.archive_edits.append(edit)
    return True


@kind("column-unclear", "column-missing", "rts-has-target")
def history_and_covariates_swapped(draft: Draft, random: Random) -> bool:
    if "RTS" not in draft.sheets:
        return False
    names = draft.names
    names["TTS"], names["RTS"] = names["RTS"], names["TTS"]
    return True


@kind("column-missing", "rts-for-every-item")
def covariates_without_item(draft: Draft, random: Random) -> bool:
    """Keep the covariates of the first series, and leave its name out."""
    related = draft.sheets.get("RTS")
    if related is None:
        return False
    keys = [name for name in (ITEM, GROUP) if related.has(name)]
    ats = [related.at(name) for name in keys]
    first = [related.rows[0].cells[at].text for at in ats]
    related.rows = [
        row for row in related.rows if [row.cells[at].text for at in ats] == first
    ]
    for name in keys:
        related.drop_column(name)
    return True


@kind("rts-series-unknown", "rts-nothing-matched")
def covariates_of_other_items(draft: Draft, random: Random) -> bool:
    related = draft.sheets.get("RTS")
    if related is None:
        return False
    for row in range(len(related.rows)):
        related.put(row, ITEM, f"other {related.cells(ITEM)[row].text}", SENSELESS)
    return True


@kind("rts-series-unknown", "future-partial", "rts-history-missing", loses=True)
def covariates_of_some_items_missing(draft: Draft, random: Random) -> bool:
    related = draft.sheets.get("RTS")
    if related is None:
        return False
    at = related.at(ITEM)
    items = sorted({row.cells[at].text for row in related.rows})
    if len(items) < 2:
        return False
    gone = random.choice(items)
    related.rows = [row for row in related.rows if row.cells[at].text != gone]
    return True


@kind("column-empty", "covariate-blank", "future-blank", loses=True)
def covariate_without_values(draft: Draft, random: Random) -> bool:
    related = draft.sheets.get("RTS")
    if related is None:
        return False
    name = related.columns[-1]
    for row in range(len(related.rows)):
        related.put(row, name, "", None)
    return True


@kind("future-blank", "covariate-blank", loses=True)
def covariate_blank_in_the_future(draft: Draft, random: Random) -> bool:
    related = draft.sheets.get("RTS")
    if related is None:
        return False
    name = random.choice(related.columns[-2:])
    changed = False
    for row, cell in enumerate(related.cells(TIME)):
        if cell.value in draft.future:
            related.put(row, name, "", None)
            changed = True
    return changed


@kind("future-partial", "future-none", loses=True)
def future_of_covariates_cut(draft: Draft, random: Random) -> bool:
    if draft.config is None:
        return False  # what is left would be the horizon
    return _cut_future(draft, random.choice(draft.future))


@kind()
def future_of_covariates_for_horizon(draft: Draft, random: Random) -> bool:
    """Cut the covariates' future, which is the horizon where nothing sets it."""
    if draft.config is not None:
        return False
    end = random.choice(draft.future[1:])
    changed = _cut_future(draft, end)
    if changed:
        draft.future = [moment for moment in draft.future if moment < end]
    return changed


def _cut_future(draft: Draft, end: datetime) -> bool:
    related = draft.sheets.get("RTS")
    if related is None:
        return False
    at, count = related.at(TIME), len(related.rows)
    related.rows = [row for row in related.rows if row.cells[at].value < end]
    return len(related.rows) < count


@kind("rts-beyond-horizon", "horizon-too-long")
def future_of_covariates_longer(draft: Draft, random: Random) -> bool:
    related = draft.sheets.get("RTS")
    if related is None or draft.frequency not in ("D", "H", "W"):
        return False
    step = draft.future[1] - draft.future[0]
    end, at = draft.future[-1], related.at(TIME)
    for row in [row for row in related.rows if row.cells[at].value == end]:
        cells = list(row.cells)
        moment = end + step
        cells[at] = Cell(moment.strftime(draft.writing.dates), moment)
        related.rows.append(Row(cells))
    longer = any(row.cells[at].value > end for row in related.rows)
    if longer and draft.config is None:
        draft.future.append(end + step)  # the horizon is what is known of the future
    return longer


@kind("rts-has-target")
def covariates_with_the_target(draft: Draft, random: Random) -> bool:
    related = draft.sheets.get("RTS")
    if related is None:
        return False
    name = draft.tts.header[draft.tts.at(TARGET)]
    cells = [Cell("1", None) for _ in related.rows]
    related.add_column(name, cells, len(related.columns))
    related.columns[-1] = "the target again"
    return True


@kind(
    *("rts-history-missing", "rts-rows-unmatched"),
    *("rts-nothing-matched", "future-partial"),
    loses=True,
)
def covariates_of_coarser_steps(draft: Draft, random: Random) -> bool:
    related = draft.sheets.get("RTS")
    if related is None:
        return False
    at = related.at(TIME)
    moments = sorted({row.cells[at].value for row in related.rows})
    kept = set(moments[:: random.randint(2, 7)])
    related.rows = [row for row in related.rows if row.cells[at].value in kept]
    return True


@kind("column-collision")
def column_in_two_files(draft: Draft, random: Random) -> bool:
    related = draft.sheets.get("RTS")
    if related is None:
        return False
    cells = [Cell("3", None) for _ in draft.tts.rows]
    draft.tts.add_column(related.header[-1], cells, len(draft.tts.columns))
    draft.tts.columns[-1] = "the covariate again"
    return True


@kind("metadata-duplicate", "metadata-repeated")
def attributes_twice(draft: Draft, random: Random) -> bool:
    sheet = draft.sheets.get("metadata")
    if sheet is None:
        return False
    sheet.rows.append(Row(list(sheet.rows[0].cells)))
    if random.random() < 0.7:
        sheet.put(len(sheet.rows) - 1, "color", "black", "black")
    return True


@kind("metadata-missing", loses=True)
def attributes_of_an_item_missing(draft: Draft, random: Random) -> bool:
    sheet = draft.sheets.get("metadata")
    if sheet is None or len(sheet.rows) < 2:
        return False
    del sheet.rows[random.randrange(len(sheet.rows))]
    return True


@kind("column-missing", "metadata-unknown")
def attributes_under_another_id(draft: Draft, random: Random) -> bool:
    sheet = draft.sheets.get("metadata")
    if sheet is None:
        return False
    sheet.header[0] = random.choice(("Nr", "Bezeichnung", "code"))
    return True


@kind(
    *("series-gaps", "series-ends-early", "future-none", "future-partial"),
    *("time-hole", "horizon-shortened"),
)
def history_ends_before_the_covariates(draft: Draft, random: Random) -> bool:
    """Cut the last steps of the history, so that the covariates' future is longer."""
    sheet = draft.tts
    at = sheet.at(TIME)
    moments = sorted({row.cells[at].value for row in sheet.rows})
    cut = random.randint(1, 3)
    sheet.rows = [row for row in sheet.rows if row.cells[at].value < moments[-cut]]
    draft.future = [*moments[-cut:], *draft.future][: len(draft.future)]
    # Else the covariates that are left say how far to forecast.
    return draft.config is not None or "RTS" not in draft.sheets


@kind("file-ignored", "file-twice", loses=True)
def history_in_two_members(draft: Draft, random: Random) -> bool:
    """Split the history into two members, as exports by year are."""
    if draft.bare:
        return False
    text, newline = draft.write_text("TTS"), draft.writing.newline
    head, *lines = text.split(newline)[:-1]
    half = random.randint(len(lines) // 3, len(lines) * 2 // 3)
    first, second = ([head, *some] for some in (lines[:half], lines[half:]))
    name = random.choice(("TTS2.csv", "TTS_2023.csv", "new/TTS.csv"))
    encoded = (newline.join(second) + newline).encode(draft.writing.encoding)
    draft.extras[name] = encoded
    draft.edit_text("TTS", lambda _: newline.join(first) + newline)
    return True


@kind(*SETTINGS, "setting-column-unknown")
def wrong_value_beside_a_right_one(draft: Draft, random: Random) -> bool:
    job = _config(draft)
    if job is None:
        return False
    wrong = (
        ("ForecastQuantiles", ["p0"]),
        ("ForecastQuantiles", "p50"),
        ("Transformations", {"Filling": {"nothing": {"middlefill": "zero"}}}),
        ("HolidayConfig", [{"CountryCode": "Germany"}]),
    )
    name, value = random.choice(wrong)
    job[name] = value
    return True


@kind("setting-unknown", "setting-column-unknown", *SETTINGS)
def filling_of_a_word_that_is_none(draft: Draft, random: Random) -> bool:
    job = _config(draft)
    if job is None:
        return False
    target = draft.tts.header[draft.tts.at(TARGET)]
    fill = random.choice(({"middlefill": "linear"}, {"backfill_value": "none"}, "zero"))
    job["Transformations"] = {"Filling": {target: fill}}
    return True
