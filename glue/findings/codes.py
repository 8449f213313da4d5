"""Every code that a finding can have: its level, its meaning and the remedy."""

from __future__ import annotations

from dataclasses import dataclass

LEVELS = ("error", "warning", "fixed")


@dataclass(frozen=True)
class Code:
    """What a code stands for.

    ``level`` is "error" (the upload is refused), "warning" (it goes on, and you
    should know) or "fixed" (it was repaired). ``text`` is what is said of one upload,
    with the facts in braces; ``meaning`` is what the code stands for. ``follows``
    names the codes of which this one is a mere consequence in the same file.
    """

    level: str
    meaning: str
    remedy: str
    text: str
    follows: tuple[str, ...] = ()


def _error(meaning: str, remedy: str, text: str, *follows: str) -> Code:
    return Code("error", meaning, remedy, text, follows)


def _warning(meaning: str, remedy: str, text: str, *follows: str) -> Code:
    return Code("warning", meaning, remedy, text, follows)


def _fixed(meaning: str, remedy: str, text: str, *follows: str) -> Code:
    return Code("fixed", meaning, remedy, text, follows)


_MAKE_ZIP = "make the archive again with an ordinary zip program"
_AGGREGATION = "Transformations.Aggregation"
# Where rows had to be left out, what a series lacks is not its own lack.
_LOST_ROWS = (
    *("csv-row-width", "key-blank", "timestamp-blank", "timestamp-unreadable"),
)

UPLOAD_CODES: dict[str, Code] = {
    # the archive
    "zip-unreadable": _error(
        "The file is named .zip and is not a zip file, is empty, or is damaged.",
        "make the archive again, and upload it whole",
        "{problem}",
    ),
    "zip-encrypted": _error(
        "Members of the archive need a password.",
        "make the archive without a password",
        "{count:encrypted member} in the archive",
    ),
    "zip-unsafe-path": _error(
        "Members have absolute paths, or paths with '..'.",
        _MAKE_ZIP,
        "{count:member} of the archive with a path that leaves the folder",
    ),
    "zip-link": _error(
        "Members are symbolic links.",
        "put the files themselves into the archive",
        "{count:symbolic link} in the archive",
    ),
    "zip-duplicate-name": _error(
        "Two members of the archive have the same name.",
        "make the archive again, with one file of each name",
        "the archive holds {count:name} more than once",
    ),
    "zip-nested": _error(
        "The archive holds another archive.",
        "unpack it, and put the CSV files that it holds into one archive directly",
        "the archive holds {count:other archive}, and not tables alone",
    ),
    "zip-bomb": _error(
        "A large member unpacks to more than a hundred times what it holds.",
        "upload a table of real data; if this is one, upload it as .csv",
        "{count:member} of the archive with far more content than size",
    ),
    "zip-too-many-members": _error(
        "The archive lists more members than any upload needs.",
        "put only TTS.csv, RTS.csv, metadata.csv and config.json into the archive",
        "the archive lists {count} members (at most {most})",
    ),
    "upload-too-large": _error(
        "The upload unpacks to more than the job has disk for.",
        "split it into uploads of fewer series, or aggregate it to coarser steps",
        "the upload unpacks to {size:.1f} GiB (at most {most:.1f} GiB)",
    ),
    "file-too-large": _error(
        "Settings of more than 256 KiB, or a metadata.csv of more than 256 MiB.",
        "keep one row per item in metadata.csv, and only settings in config.json",
        "{file} unpacks to {size} bytes (at most {most})",
    ),
    "tts-missing": _error(
        "The archive holds no TTS.csv.",
        "put the history into the archive as TTS.csv (any case, any folder)",
        "the archive holds no TTS.csv ({found})",
        "zip-nested",
    ),
    "tts-by-another-name": _fixed(
        "The archive holds one table, under another name; it was taken as TTS.csv.",
        "there is nothing to do",
        "{file} was taken as TTS.csv, the only table of the archive",
    ),
    "csv-gzip": _fixed(
        "A table was packed by gzip, and was unpacked.",
        "there is nothing to do",
        "{file} was unpacked from gzip",
    ),
    "file-twice": _error(
        "The archive holds the same kind of file more than once.",
        "keep one of them",
        "the archive holds more than one {role} file (found {first!r}, {second!r})",
    ),
    "file-ignored": _warning(
        "The archive holds files that the pipeline does not know.",
        "ignore this if they are not needed; known are TTS.csv, RTS.csv, metadata.csv "
        "and config.json",
        "{count:file} in the archive not read",
    ),
    # the text of the tables
    "csv-empty": _error(
        "A table is empty.",
        "export it again, with a header and its rows",
        "{file} is empty",
    ),
    "csv-no-rows": _error(
        "A table has a header and no rows.",
        "export it again, with its rows",
        "{file} has {problem}",
    ),
    "csv-not-text": _error(
        "A table is no CSV but a workbook, another binary file, a page or JSON.",
        "open it where it was made, save it there as CSV in UTF-8, and upload that",
        "{file} is not CSV text ({problem})",
    ),
    "csv-line-too-long": _error(
        "A line of a table is longer than 1 MiB.",
        "look there for a quote that is never closed, or a missing line break; or "
        "leave the column of long texts out",
        "{file} has a line of more than {most} characters",
    ),
    "csv-too-many-columns": _error(
        "A table has more than 1,000 columns, or 4,000 with one for each date.",
        "leave columns out; one for each date is recognised by its name, such as "
        "2024-01-31; else bring it into long form, one row per series and date",
        "{file} has more than {most} columns",
    ),
    "csv-unreadable": _error(
        "A table breaks the rules of CSV, such as a quote that is never closed.",
        "look near that row for a quote that is never closed, or export it again",
        "{file} cannot be read as CSV ({problem})",
    ),
    "csv-broken-bytes": _error(
        "A table is in UTF-8, and some of its bytes are not.",
        "correct these values, or export it again in UTF-8 throughout",
        "{count:line} of {file} with {what}",
    ),
    "csv-quote-open": _error(
        "A quote is opened in one row and closed in a later one, so that rows between "
        "them are read as one value.",
        "take that quote away if it stands there by mistake; otherwise close it where "
        'its value ends; where it means inches, write "5""" for 5"',
        "1 quote in {file} is not closed in its row, and takes in the {rows:row} below "
        "it",
    ),
    "lines-skipped": _warning(
        "Lines above, below or within a table are no rows of it, such as titles, notes "
        "and rulers; they were left out.",
        "ignore this if none of them is a row",
        "{count:line} of {file} left out, as no rows of the table",
    ),
    "header-repeated": _fixed(
        "The header stands among the rows again; it was left out there.",
        "there is nothing to do",
        "{count:line} of {file} repeat the header and were left out",
    ),
    "header-missing": _error(
        "The first line of a table is a row, and no names of columns stand above it.",
        "put a line of names above the first row, such as "
        "item_id,timestamp,target_value in TTS.csv; RTS.csv and metadata.csv call the "
        "id and the date as TTS.csv does",
        "{file} has no header: its first line is a row (found {found})",
    ),
    "csv-row-width": _error(
        "Rows have more or fewer fields than the header.",
        "quote the values that hold the delimiter, complete the short rows, and remove "
        "lines that are no rows",
        "{count:row} of {file} with other than the header's {width} fields{why}",
    ),
    "parquet-no-reader": _error(
        "A table is a Parquet file, and pyarrow is not installed where it is read.",
        "export the table as CSV; or install pyarrow there, with the version that the "
        "other libraries need",
        "{file} is a Parquet file, and there is no pyarrow to read it with",
    ),
    "parquet-unreadable": _error(
        "A Parquet file is damaged, or holds what is no plain value.",
        "write it anew with plain columns (text, numbers, dates), or export it as CSV",
        "{file} cannot be read as Parquet ({problem})",
    ),
    "parts-unusable": _error(
        "A folder that was marked as whole is not one table of Parquet parts, or was "
        "written to after its mark.",
        "write `_SUCCESS` there once more when all parts are there; that starts a new "
        "run",
        "{folder} cannot be read as one table ({problem})",
    ),
    "csv-delimiter": _fixed(
        "A table is delimited by semicolons, tabs or bars.",
        "there is nothing to do",
        "{file} is delimited by {delimiter}",
    ),
    "csv-encoding": _fixed(
        "A table is not in UTF-8; its encoding was recognised.",
        "look at the accents in the ids; export in UTF-8 if any is wrong",
        "{file} is written in {encoding}",
    ),
    "csv-encoding-guessed": _warning(
        "A table is not in UTF-8, and letters in it are rare in the encoding that it "
        "was taken for.",
        "compare these lines with your data; export in UTF-8 if a letter is wrong",
        "letters that may be read wrongly in {count:line} of {file}, as it was taken "
        "to be in cp1252",
    ),
    "csv-byte-order-mark": _fixed(
        "A table begins with a byte order mark, which was skipped.",
        "there is nothing to do",
        "{file} begins with a byte order mark",
    ),
    "spaces-trimmed": _fixed(
        "Values had white space at their ends, which was cut.",
        "there is nothing to do",
        "{count:value} of {file} with white space at their ends (in {columns})",
    ),
    "formula-unwrapped": _fixed(
        'Values were written as formulas, such as ="007"; their texts were taken.',
        "there is nothing to do",
        "{count:value} of {file} were written as formulas (in {columns})",
    ),
    "row-numbers-dropped": _fixed(
        "A table has a column that numbers its rows, which was left out.",
        "there is nothing to do",
        "{file} has a column of row numbers, which was left out",
    ),
    "header-blank": _error(
        "A column has no name.",
        "name it in the header, or take it out of the table",
        "the header of {file} has {count:column} without a name ({numbers} of {width}, "
        "from the left)",
    ),
    "header-twice": _error(
        "Two columns have the same name, apart from case.",
        "rename one of the two in the header, or take it out of the table",
        "{file} {problem}",
    ),
    "header-too-long": _error(
        "A column's name is longer than 256 characters.",
        "shorten it",
        "{file} has a column name of more than {most} characters",
    ),
    # the roles of columns
    "column-missing": _error(
        "There is no item id, timestamp, target or grouping column.",
        "add the column, or name the right one in TimeSeriesConfig of config.json",
        "{problem}",
    ),
    "column-unclear": _error(
        "More than one column could be the item id, the timestamp or the target.",
        "name the right one in TimeSeriesConfig of config.json",
        "{file} has several columns that could be the {role} ({columns})",
    ),
    "column-chosen": _warning(
        "Several columns could be the item id; one was chosen by what it makes of the "
        "rows.",
        "ignore this if it is the right one; otherwise name the right one in the "
        "TimeSeriesConfig of config.json",
        "{file}'s column {column!r} was taken as the {role} ({why}); it could also be "
        "{others}",
    ),
    "group-chosen": _warning(
        "An item has several rows at one timestamp, and a column tells them apart that "
        "is not called as groups usually are: one that does may be missing.",
        "ignore this if it is the right one; otherwise add the column that tells them "
        "apart, such as store or region, or name the right one in "
        "GroupingAttributeNames of the TimeSeriesConfig of config.json",
        "{file}'s {item!r} has several rows at one {timestamp!r}, and {columns} was "
        "taken to tell them apart, as series of their own",
    ),
    "item-made": _warning(
        "The table holds one series and no item column; the item was called as the "
        "upload is.",
        "ignore this; or add a column item_id, above all if the numbers' column is "
        "called as the item is",
        "{file} has no item id column; its one series, the numbers of {target!r}, was "
        "called {item!r}",
    ),
    "column-two-roles": _error(
        "The settings name one column for two roles.",
        "name a column of its own for each role in TimeSeriesConfig",
        "{file}'s column {column!r} is named for two roles",
    ),
    "column-reserved": _error(
        "A key, the timestamp or the target is called as a column of the forecast is: "
        "mean, or p1 to p99.",
        "rename it in the header, as forecast.csv has columns mean and p1 to p99",
        "{file}'s column {column!r} has the name of a column of the forecast",
    ),
    "column-empty": _warning(
        "A column beside the keys has no value and was left out.",
        "fill it, or remove it from the table",
        "{file}'s column {column!r} holds no value",
    ),
    "column-spelling": _fixed(
        "A column is spelled another way than in the settings.",
        "there is nothing to do",
        "{file} has {column!r} where {name!r} was asked for",
    ),
    "table-wide": _error(
        "The table has a column for each date, and nothing says how it is meant.",
        "bring it into long form: one row per series and date, as item_id, "
        "timestamp, target_value; or call each column of values as its date, such as "
        "2024-01-31",
        "{file} seems to have a column for each moment ({count} columns, {columns}), "
        "and cannot be brought into long form: {why}",
    ),
    "table-melted": _warning(
        "The table has a column for each date, or for each series; it was brought into "
        "long form, with a row for each of their cells that is not blank.",
        "look at the first rows; if they are not what is meant, upload one row per "
        "series and date, as item_id, timestamp, target_value",
        "{file} has a column for each {kind}; {count:column} ({columns}) became the "
        "rows of {label!r} and {value!r}{note}",
    ),
    # values
    "key-blank": _error(
        "An item id or a grouping column is blank.",
        "fill it in, or remove these rows if they are totals or notes",
        "no {column!r} in {count} of {read:row} of {file}",
    ),
    "timestamp-unreadable": _error(
        "Timestamps cannot be read, or not like the rest of the column.",
        "correct them: each must be a date that exists, from the year 1678 to 2261, in "
        "the form of the others, best YYYY-MM-DD, with HH:MM:SS behind it below daily",
        "{problem}",
    ),
    "timestamp-default": _error(
        "Timestamps are a date that programs write where there is none, such as "
        "1970-01-01, and rows of one series share it.",
        "export the table again with the right dates, or write them into these rows; "
        "or remove the rows",
        "{count:row} of {file} with a date in {column!r} that programs write where "
        "there is none",
    ),
    "timestamp-blank": _error(
        "Timestamps are blank.",
        "fill in the date of each row, or remove the rows if they are blank, totals or "
        "notes",
        "no {column!r} in {count} of {read:row} of {file}",
    ),
    "timestamp-ambiguous": _error(
        "Day, month and year cannot be told apart, since no value is above 12, or as "
        "years have two digits; or a column of weeks holds what looks like months.",
        'set "Preparation": {"DateOrder": "day-first"} in config.json where 03/04 is '
        'the 3rd of April, or "month-first" where it is March the 4th; or write dates '
        "as YYYY-MM-DD",
        "{file}'s column {column!r} could be {orders}",
    ),
    "timestamp-swapped": _error(
        "Dates are uneven, and would be even if day and month were swapped wherever "
        "that gives a date; a spreadsheet has probably read them in the wrong order.",
        "export the table again where it was made, with dates as YYYY-MM-DD, and do "
        "not open it in a spreadsheet before the upload",
        "{file}'s column {column!r} has uneven steps, such as {uneven}, which are even "
        "once day and month are swapped where both are 12 or less",
    ),
    "timestamp-mixed": _error(
        "The timestamp column mixes several forms of dates.",
        "write them all as YYYY-MM-DD, with HH:MM:SS behind it below daily",
        "{file}'s column {column!r} {problem}",
    ),
    "timestamp-zones": _error(
        "The timestamps have several time zones.",
        "write all of them in one time zone, without an offset behind them",
        "{file}'s column {column!r} has several time zones ({zones})",
    ),
    "timestamp-utc": _fixed(
        "The timestamps have several offsets, as around a clock change; they were "
        "rewritten as UTC.",
        "ignore this, or write local times without any offset",
        "{file}'s column {column!r} was rewritten as UTC (it has the offsets {zones})",
    ),
    "timestamp-two-columns": _fixed(
        "A date and its time of day, or a year and its month, stand in columns of "
        "their own; they were read as one moment. Numbers from 1 on count from "
        "midnight, so that the first hour begins at 00:00.",
        "ignore this, or write the moments in one column if they mean something else",
        "{file}'s columns {columns} were read as one moment",
    ),
    "timestamp-interval": _fixed(
        "Moments are intervals with a beginning and an end, in one column or two; the "
        "beginning was taken.",
        "ignore this, or keep the column that counts if it is the other one",
        "{file}'s column {column!r} {what}; the beginning was taken",
    ),
    "timestamp-number": _fixed(
        "Moments are numbers: days since 1899 as spreadsheets count, or seconds since "
        "1970; they were read so, and fractions of a second were cut.",
        "look at the example; write them as YYYY-MM-DD if they mean something else",
        "{file}'s column {column!r} holds {what}",
    ),
    "timestamp-fraction-cut": _fixed(
        "Timestamps had fractions of a second, which were cut.",
        "there is nothing to do",
        "{count:timestamp} in {file}'s column {column!r} had fractions of a second",
    ),
    "timestamp-zone-dropped": _fixed(
        "The timestamps have an offset, the same everywhere, which was cut.",
        "there is nothing to do",
        "{file}'s column {column!r} has the offset {zone} everywhere",
    ),
    "timestamp-normalised": _fixed(
        "The timestamps were rewritten as YYYY-MM-DD or YYYY-MM-DD HH:MM:SS.",
        "there is nothing to do",
        "{file}'s column {column!r} was rewritten ({form})",
    ),
    "timestamp-time-dropped": _fixed(
        "The frequency is daily or coarser; the time of day was cut.",
        "there is nothing to do",
        "{file} has times of day, and the frequency is {frequency}",
    ),
    "timestamp-without-time": _error(
        "The frequency is below daily, and the timestamps have no time of day.",
        "add the time of day, as in 2024-01-31 13:00:00, or set ForecastFrequency to D "
        "or longer",
        "{file} has dates without a time of day, and ForecastFrequency is {frequency}",
    ),
    "target-not-number": _error(
        "Values of the target are not numbers, or are infinite.",
        "write plain numbers as in the other rows, and nothing where there is no value",
        "{count:value} of {file}'s column {column!r} not readable as numbers{why}",
    ),
    "covariate-not-number": _error(
        "Values of a column that is set to be numeric are not numbers.",
        'correct them, or set its type to "text" in Preparation.ColumnTypes',
        "{count:value} of {file}'s column {column!r} not readable as numbers{why}",
        "decimal-mixed",
    ),
    "decimal-ambiguous": _error(
        "Numbers such as 1,234, or 987 and 1.045, could be thousands or decimals.",
        'set "Preparation": {"DecimalMark": "."} or "," in config.json, or write '
        "plain numbers",
        "{file}'s column {column!r} has numbers like {such}, and nothing says whether "
        "its mark groups thousands",
    ),
    "decimal-mixed": _error(
        "A column has decimal commas in some rows and decimal points in others.",
        'write them alike; or set "Preparation": {"DecimalMark": "."} or "," in '
        "config.json, where the other mark groups thousands",
        "{file}'s column {column!r} mixes decimal commas and decimal points ({commas} "
        "of {filled} values have a comma)",
    ),
    "decimal-assumed": _warning(
        "Each number with a point, or with a comma, has three digits behind it; it was "
        "taken as the decimal mark, as in other columns.",
        "ignore this if that is right; if it groups thousands, set "
        '"Preparation": {"DecimalMark": ","} in config.json for points, or "." for '
        "commas",
        "{file}'s column {column!r} has numbers like {such}, whose mark was taken for "
        "the decimal one",
    ),
    "number-units": _fixed(
        "Units, currencies or percent signs beside numbers were cut; the numbers stay.",
        "there is nothing to do",
        "{count:number} in {file}'s column {column!r} had a unit (found {units})",
    ),
    "units-mixed": _error(
        "The numbers of a column have different units, or some a percent sign and "
        "others none.",
        "convert them to one unit, and leave it out; where that cannot be, make items "
        "of their own of the rows in another unit",
        "{file}'s column {column!r} has {problem} ({units})",
    ),
    "number-marks": _fixed(
        "Numbers with a decimal comma, grouped thousands, or a minus behind them or in "
        "parentheses were rewritten.",
        "there is nothing to do",
        "{count:rewritten number} in {file}'s column {column!r} (the decimal "
        "mark is {mark!r})",
    ),
    "values-placeholder": _warning(
        "Numbers such as -999, far from all others, were taken as no value.",
        "ignore this if they mean no value, or leave such cells blank; write a real "
        "value otherwise, such as -999.1",
        "{count:number} in {file}'s column {column!r} stand for no value",
    ),
    "numbers-rounded": _warning(
        "Numbers are written as a spreadsheet shows large ones in a narrow column, "
        "with most of their digits lost.",
        "format the column as plain numbers there, and export it again",
        "{count:number} in {file}'s column {column!r} look rounded, such as {such}; "
        "they were taken as they stand",
    ),
    "text-garbled": _warning(
        "Ids hold what is left of letters that were read in a wrong encoding.",
        "export the table again in UTF-8; different ids may have become one",
        "{count:id} of {file} with garbled letters",
    ),
    "number-missing-word": _fixed(
        "Words such as NA or null in a numeric column were read as no value.",
        "ignore this if that is what they mean",
        "{count:word} for no value in {file}'s column {column!r}",
    ),
    "covariate-mixed": _warning(
        "A column holds both numbers and other texts, and was taken as text.",
        "correct the odd values if the column should be numeric",
        "{file}'s column {column!r} was taken as text, though {why}",
    ),
    # series
    "duplicate-rows": _error(
        "Rows have the same series and timestamp; Autopilot would sum them silently.",
        "remove the repeats; or name the column that tells them apart in "
        "GroupingAttributeNames of TimeSeriesConfig; or say how to combine them in "
        f"{_AGGREGATION} for the target",
        "{count:row} of {file} with the series and the timestamp of another row",
    ),
    "duplicate-rows-aggregated": _warning(
        f"Rows have the same series and timestamp; {_AGGREGATION} combines them.",
        "ignore this if intended",
        "{count:row} of {file} with the key and the timestamp of another",
    ),
    "finer-than-frequency": _warning(
        "Several rows of a series fall into one period; Autopilot sums their targets, "
        "or does what Transformations.Aggregation says, and leaves covariates alone.",
        "choose a finer ForecastFrequency, or aggregate the table beforehand; say how "
        f"to combine them in {_AGGREGATION}",
        "{count:row} of {file} in one {period} step with another row of its series; "
        "their values of {target!r} are combined ({combined})",
    ),
    "coarser-than-frequency": _error(
        "The data's steps are longer than those of the forecast.",
        "set ForecastFrequency to the data's own step, or to a longer one, as values "
        "of long steps cannot be split into shorter ones",
        "{file} has steps of {steps} ({evidence}), longer than the ForecastFrequency, "
        "{frequency}",
    ),
    "off-boundary": _warning(
        "Timestamps are not at the start of their period; Autopilot moves them there "
        "(weeks begin on Monday, months on the 1st).",
        "ignore this if these periods are meant; otherwise write their first days",
        "{count} of {moments} timestamps of {file} are not at the start of their "
        "{period}; Autopilot moves them there, such as {example} to {moved}",
    ),
    "frequency-unclear": _error(
        "The timestamps have no regular step that Autopilot could forecast at.",
        "set ForecastFrequency in config.json to a step that the rows can be put into",
        "{file} has no step that Autopilot can forecast at ({evidence})",
        "key-blank",
        "timestamp-swapped",
    ),
    "steps-irregular": _warning(
        "Some steps do not fit the frequency.",
        "look for rows with a wrong timestamp there, and for missing ones",
        "{share:.1%} of {file}'s steps do not fit {frequency}, the first from {before} "
        "to {after}",
    ),
    "too-few-steps": _error(
        "The history has too few time steps to forecast even one.",
        "upload at least four time steps of history, better a hundred; if there should "
        "be more, look at the dates and at ForecastFrequency",
        "{file} has only {steps:time step} of {frequency}",
    ),
    "horizon-too-long": _error(
        "The horizon is longer than a quarter of the history, or than 500 steps.",
        "lower ForecastHorizon, or upload a longer history",
        "ForecastHorizon is {horizon}, and {file} has {steps} time steps{of}, which "
        "allow {most}",
        *_LOST_ROWS,
    ),
    "horizon-long": _warning(
        "The history has fewer than five steps for each step of the horizon.",
        "expect wide error bars, lower ForecastHorizon or upload a longer history",
        "{file} has {steps} time steps for a horizon of {horizon}",
    ),
    "horizon-shortened": _warning(
        "The history is a little too short for the usual horizon, and no settings give "
        "one: a shorter one was taken.",
        "ignore this; or upload the rows that are missing at either end, if some are; "
        "or write the ForecastHorizon that you want in config.json",
        "{file} has {steps} time steps, up to {last}: only {horizon} are forecast, as "
        "the usual {usual} need {needed}",
        *_LOST_ROWS,
    ),
    "series-twice": _warning(
        "Series have the values of another at the same times: copies, or one item "
        "under two ids.",
        "remove them, if they are copies, such as an article under its old number and "
        "its new one; otherwise ignore this",
        "{count} series of {file} with just the values of another at the same times",
    ),
    "units-vary": _warning(
        "A column that is called as units or currencies are changes within a series; "
        "the numbers are taken as they stand.",
        "convert the numbers to one unit; or ignore this, if it is not theirs",
        "the unit of {target!r} seems to change within series of {file}, and its "
        "numbers were taken as they stand",
    ),
    "ids-alike": _warning(
        "Item ids or groups differ in case, spaces, marks, accents or zeros in front "
        "only; they are different series.",
        "write them alike, if they are the same",
        "{count:id} of {file} different from others in nothing but case, spaces, "
        "marks, accents or zeros in front",
    ),
    "keys-crossed": _warning(
        "The same id stands in two of the columns that name a series, as when columns "
        "change their order within a table.",
        "ignore this if it is so; otherwise look for rows with their columns swapped",
        "{count:id} of {file} in more than one of the columns that name a series",
    ),
    "columns-crossed": _error(
        "From some row on two columns trade what they hold: ids and values, or the "
        "sizes of their numbers; two tables were joined whose columns have another "
        "order.",
        "bring the columns of the rows below into the order of the header; if the ids "
        "are right, sort the table by time",
        "{file}'s columns {first!r} and {second!r} seem to be swapped from row {row} "
        "on",
    ),
    "ids-damaged": _warning(
        "Item ids look like long numbers that a spreadsheet has rounded, so that "
        "several may have become one.",
        "export the ids as text, for example in a column that is formatted as text",
        "{count:item id} of {file} look like rounded numbers",
    ),
    "id-formula": _warning(
        "Ids begin as formulas of a spreadsheet do, and would be worked out where a "
        "file with them is opened in one.",
        "open items.csv, groups.csv and leaderboard.csv in spreadsheets, where a ' "
        "stands before such texts; forecast.csv has the ids as they are, for programs",
        "{count:id} of {file} would be a formula in a spreadsheet",
    ),
    "total-rows": _warning(
        "Rows sum up others: those without a timestamp were left out, and an item that "
        "is called a total is forecast like any other.",
        "ignore this if that is right; otherwise remove these rows",
        "{file} has totals among its rows or items: {count}; {done}",
    ),
    "zeros-at-end": _warning(
        "All series are zero at the end of the history, as in plans of months to come; "
        "these zeros are learnt from.",
        "remove these rows if they are no history",
        "all series of {file} are zero from {since} on",
    ),
    "time-hole": _warning(
        "For a long time no series has a row; Autopilot fills every series there.",
        "look for timestamps with a wrong date; ignore this if the hole is real",
        "no series of {file} has a row between {before} and {after}",
        "timestamp-swapped",
        "timestamp-default",
    ),
    "grid-too-large": _error(
        "Nearly all of the time between the first and the last timestamp has no row, "
        "and each step of it would be filled with zeros.",
        "look for timestamps with a wrong year, or set a coarser ForecastFrequency",
        "{file} reaches from {first} to {last}: {steps} steps, {count} values with all "
        "that would be filled",
    ),
    "series-empty": _warning(
        "Series have no value at all.",
        "upload their history, or leave them out",
        "no value of {target!r} in {count} of {series} series of {file}",
        "target-not-number",
    ),
    "series-short": _warning(
        "Series have fewer than four values; they are forecast from the others.",
        "upload more of their history, or leave them out with "
        "Preparation.DropShortSeries",
        "fewer than {least} values in {count} of {series} series",
        *_LOST_ROWS,
    ),
    "series-dropped": _fixed(
        "Series with fewer than four values were left out, as the settings say.",
        "ignore this, or take Preparation.DropShortSeries out of the settings",
        "{count} series with fewer than four values were left out",
    ),
    "series-ends-early": _warning(
        "Series end before the others; Autopilot fills the rest with zeros unless "
        "Transformations.Filling says otherwise.",
        "ignore this if they ended; otherwise upload the missing rows or set backfill",
        "early end of {count} of {series} series, before {last}, the last timestamp; "
        "the rest of {target!r} is filled {end}",
        *_LOST_ROWS,
    ),
    "series-gaps": _warning(
        "Steps are missing inside series; Autopilot fills them with zeros unless "
        "Transformations.Filling says otherwise.",
        "ignore this if no row means zero; otherwise set middlefill for the target",
        "gaps in {count} of {series} series: {missing:step} missing, where "
        "{target!r} is filled {middle}",
        *_LOST_ROWS,
        "coarser-than-frequency",
        "timestamp-swapped",
        "timestamp-default",
    ),
    "target-blank": _warning(
        "Values of the target are blank inside the history; Autopilot fills them with "
        "zeros unless Transformations.Filling says otherwise.",
        "fill them in, or set middlefill and backfill for the target",
        "{count:row} of {file} without a value of {target!r} inside the history, "
        "filled {middle}",
        "target-not-number",
    ),
    "series-zero": _warning(
        "Series hold nothing but zeros.",
        "leave them out if they are not to be forecast",
        "nothing but zeros in {count} of {series} series",
    ),
    "series-constant": _warning(
        "Series always have the same value.",
        "leave them out if they are not to be forecast",
        "always the same value in {count} of {series} series",
    ),
    "one-series": _warning(
        "There is only one series; some of Autopilot's algorithms need many.",
        "upload related series together, if there are any",
        "{file} has only one series",
    ),
    "target-empty": _error(
        "The target has no value at all.",
        "fill it in, or name the right column as TargetAttributeName in "
        "TimeSeriesConfig of config.json",
        "{file}'s column {column!r}, the target, holds no value",
    ),
    "target-constant": _error(
        "The target has the same value everywhere; there is nothing to learn.",
        "look whether it is the column that is to be forecast, and name the right one "
        "as TargetAttributeName in TimeSeriesConfig of config.json",
        "{file}'s column {target!r}, the target, is {value:g} everywhere",
    ),
    # related files
    "rts-has-target": _error(
        "RTS.csv has the target column.",
        "take the column out of RTS.csv, as values to be forecast are not known ahead; "
        "if it is another quantity there, such as a plan, rename it",
        "{file} has the column {column!r}, which is the target in TTS.csv",
    ),
    "rts-without-groups": _warning(
        "RTS.csv lacks a grouping column; its rows hold for all groups of an item.",
        "ignore this if intended; otherwise add the column",
        "{file} has no column {columns}; its rows hold for every such group",
    ),
    "column-collision": _error(
        "A non-key column appears in two files.",
        "take it out of one of the two if it is the same there, or rename it in one; "
        "if it tells series of one item apart, name it in GroupingAttributeNames of "
        "TimeSeriesConfig instead",
        "{file} has columns that {other} has too ({columns})",
    ),
    "metadata-with-timestamp": _error(
        "metadata.csv has the timestamp column, so it varies with time.",
        "if its values change with time, call the file RTS.csv; otherwise take the "
        "column out, and keep one row per item",
        "{file} has the timestamp column {column!r}, and describes items once for all",
    ),
    "rts-duplicate-rows": _error(
        "RTS.csv has two rows for one series and timestamp.",
        "keep one of each, or correct a date that is mistyped; if they are of several "
        "places, add the column that tells these apart to both files",
        "{count:row} of {file} with the series and the timestamp of another row",
    ),
    "rts-series-unknown": _warning(
        "RTS.csv has series that are not in the history; they were left out.",
        "compare the spelling of the ids, such as 7 and 007; an item without any "
        "history cannot be forecast",
        "{count} series of {file} not in the history, left out",
    ),
    "rts-rows-unmatched": _warning(
        "RTS.csv has rows inside the history that match no row of it; they were left "
        "out.",
        "compare the timestamps of both files; ignore this if the history has gaps",
        "{count:row} of {file} without a row of history, left out",
        "rts-nothing-matched",
    ),
    "rts-nothing-matched": _error(
        "No row of RTS.csv has the item and the timestamp of any row of the history; "
        "its columns would be blank throughout.",
        "write ids and timestamps of both files alike, such as the first of each month",
        "no row of {file} belongs to a row of the history: {why}",
    ),
    "rts-no-history": _error(
        "No column of RTS.csv has a value at any moment of the history, so that "
        "nothing can be learnt from it.",
        "give the values of the past too, one for each row of the history; or leave "
        "RTS.csv out",
        "no column of {file} has a value in the history",
        "rts-nothing-matched",
    ),
    "rts-for-every-item": _warning(
        "RTS.csv has no item column, as calendars and weather have none; its rows were "
        "joined to every item.",
        "ignore this if that is right; otherwise add the item column",
        "{file} has no column {item!r}; its rows hold for every item",
    ),
    "covariate-no-history": _warning(
        "A column has no value at any moment of the history, so that nothing can be "
        "learnt from it; it was left out.",
        "give its values of the past too, or leave the column out",
        "{file}'s column {column!r} has no value in the history, and was left out",
        "rts-nothing-matched",
        "rts-no-history",
    ),
    "text-blank": _fixed(
        "A column of texts that change with time is blank in places, as where there is "
        "no holiday; blank was taken as a kind of its own, in the future too.",
        "ignore this if blank means none; otherwise fill the cells in",
        "{count:cell} in {file}'s column {column!r} are blank, and were taken as a "
        "kind of their own, {word!r}",
    ),
    "rts-beyond-horizon": _warning(
        "RTS.csv reaches beyond the horizon; those rows were left out.",
        "ignore this, or raise ForecastHorizon",
        "{count:row} of {file} beyond the horizon, left out",
    ),
    "rts-off-boundary": _warning(
        "Rows of the future in RTS.csv are not at the start of their period, as those "
        "of the history are; Autopilot moves them there.",
        "write the first day of the period, if the date is mistyped",
        "{count:row} of {file} in the future, not at the start of a period as the "
        "history is",
    ),
    "rts-history-missing": _warning(
        "Rows of history have no covariates in RTS.csv; they are blank there.",
        "add the rows to RTS.csv, or set middlefill and backfill for its columns",
        "{count:row} of history without covariates in {file}",
        "rts-nothing-matched",
    ),
    "covariate-blank": _warning(
        "Covariates are blank in the history; Autopilot does not fill them by itself.",
        "fill them in, or set middlefill and backfill for these columns",
        "{count:blank covariate value} of {file} in the history",
    ),
    "metadata-duplicate": _error(
        "metadata.csv describes an item twice, and differently.",
        "keep the right row of each item, and remove the other",
        "{count:row} of {file} with another description of an item than a row above",
    ),
    "metadata-repeated": _fixed(
        "metadata.csv has the same row twice; one of each was kept.",
        "there is nothing to do",
        "{count:row} of {file} like another, left out",
    ),
    "metadata-missing": _warning(
        "Items of the history are not in metadata.csv; their attributes are blank.",
        "add them to metadata.csv; compare the spelling of the ids, such as 7 and 007",
        "{count:item} of the history not in {file}",
    ),
    "metadata-unknown": _warning(
        "metadata.csv has items that are not in the history; they were left out.",
        "ignore this, or compare the spelling of the ids, such as 7 and 007",
        "{count:item} of {file} not in the history, left out",
    ),
    # the future
    "beyond-horizon": _warning(
        "TTS.csv has rows beyond the horizon; they were left out.",
        "ignore this, or raise ForecastHorizon",
        "{count:row} of {file} beyond the horizon",
    ),
    "future-rows": _warning(
        "Rows without a target follow the last value; they were taken as the future, "
        "though no covariate is known of it.",
        "ignore this, or remove them; the future needs no rows of its own",
        "{count:row} of {file} after the last value",
    ),
    "future-none": _warning(
        "There are covariates, and no future values are given; only the past is used.",
        "add rows up to the end of the horizon to RTS.csv, where the future is known",
        "no future values are given for {columns}",
        "rts-nothing-matched",
    ),
    "ids-unmatched": _error(
        "Ids of the history meet no row of RTS.csv, and look like others: mistyped, "
        "written another way, rounded, or no ids at all.",
        "write each id alike in all files",
        "{count:id} of {file} without a row in {source}: {why}",
        *_LOST_ROWS,
    ),
    "target-copied": _error(
        "A column holds the target once more, which is not known ahead.",
        "take the column out, or name it in Preparation.DropColumns",
        "{file}'s column {column!r} holds the same values as {target!r}, the target, "
        "which is not known ahead",
    ),
    "future-zeros": _error(
        "All series end with zeros, over just the steps at whose end the future of "
        "RTS.csv comes short of the horizon: rows of the future that is to be "
        "forecast.",
        "take these rows out of TTS.csv",
        "{file} ends with zeros in {count} of {series} series, from {since} on "
        "({zeros:step}), and the rows of {source} come just so many short of the "
        "{horizon} steps to forecast behind them: these zeros seem to stand for the "
        "future, which is not known yet",
    ),
    "future-partial": _error(
        "Covariates of the future are given for some series or steps only.",
        "complete them up to the end of the horizon, after a look for wrong ids among "
        "these series; or set futurefill for each (texts cannot be filled)",
        "{source} does not give {unfilled} for all of the {horizon} steps to come, in "
        "{count} of {series} series",
        *("future-none", "rts-nothing-matched", "timestamp-default"),
        *("target-not-number", "rts-duplicate-rows", "future-zeros"),
        *_LOST_ROWS,
    ),
    "future-partial-filled": _warning(
        "Covariates of the future are given for some series or steps only; futurefill "
        "fills the rest.",
        "ignore this if intended",
        "covariates of {count} of {series} series do not reach all of the {horizon} "
        "steps to come",
        "future-none",
    ),
    "future-blank": _error(
        "Covariates are blank in rows of the future.",
        "fill them in up to the end of the horizon, texts by a word such as none; or "
        "set futurefill for a column of numbers; or leave the column out with "
        "Preparation.DropColumns",
        "no {column!r} in {count:row} of the future{why}",
        *("covariate-not-number", "decimal-mixed", "csv-row-width"),
    ),
    "future-blank-filled": _warning(
        "Covariates are blank in rows of the future; futurefill fills them.",
        "ignore this if intended",
        "{count:blank future value} of {column!r}",
    ),
    # settings
    "settings-unreadable": _error(
        "A settings file is not a JSON object.",
        "correct it there; without the file, the horizon and all else would be the "
        "usual ones",
        "{source} cannot be read as settings: {problem}",
    ),
    "settings-key-twice": _warning(
        "A settings file holds a key twice in one object.",
        "remove one of the two",
        "{source} holds the key {key!r} twice in one object (the last one counts)",
    ),
    "setting-invalid": _error(
        "A setting has a value that Autopilot would refuse.",
        "correct the value, or remove the key",
        "{path} {problem}",
    ),
    "setting-unknown": _error(
        "A settings file holds a key that is not known.",
        "correct the name or remove the key",
        "{path} in {source} {problem}",
    ),
    "setting-capped": _warning(
        "The upload's own config.json asks for more time, machines or trainings than "
        "the bucket's settings allow, or for what these alone decide.",
        "ignore this, or ask whoever runs the pipeline to raise it in "
        "config/default.json",
        "{path} is {wanted} in config.json; it was put back to {most}, as {source} "
        "says",
    ),
    "setting-column-unknown": _error(
        "The upload's own config.json names a column that is not in the data.",
        "correct the name or remove it",
        "{path} in {source} names {name!r}, and no file has a column of that name "
        "(found {columns})",
    ),
    "setting-column-dropped": _warning(
        "The bucket's settings name a column that is not in this upload; that "
        "setting was left out.",
        "ignore this if the settings are meant for other uploads too",
        "{path} in {source} names {name!r} (found columns {columns})",
    ),
    "setting-column-text": _error(
        "Filling names a column that is not numeric.",
        "remove it, as texts cannot be filled; write a word such as none into the "
        "blank cells of the column instead",
        "{path} is set, and the column holds texts or ids",
    ),
    # the run's own folder
    "input-folder-used": _error(
        "The run's folder of training data holds a file that this run did not write.",
        "remove it, and upload again",
        "{count:other file} below {folder} (found {files})",
    ),
    # limits
    "too-many-series": _error(
        "There are more than 5,000,000 series.",
        "upload the series in several archives, or leave some out",
        "{file} has {count} series (at most {most})",
    ),
    "too-many-features": _error(
        "There are more than 13 numeric or 10 text columns beside the keys.",
        "leave columns out with Preparation.DropColumns",
        "the data has {columns}",
    ),
    # the hook
    "hook-failed": _error(
        "glue/transform.py raised an error.",
        "correct glue/transform.py there, deploy, and upload again",
        "transform() raised {error}",
    ),
    "hook-result": _error(
        "glue/transform.py returned something that cannot be forecast.",
        "correct glue/transform.py so that it does not, deploy, and upload again",
        "transform() {problem}",
    ),
    "hook-depends-on-parts": _error(
        "glue/transform.py gives a series another result when other series are in "
        "the same part.",
        "compute in transform() from the rows of one series only, for example with "
        "groupby over the key columns, and nothing from the whole table",
        "transform() depends on which series it is given together: {problem}",
    ),
    "nothing-left": _error(
        "No series is left after dropping short ones, or after glue/transform.py.",
        "keep short series, correct transform(), or upload more history",
        "no series is left to forecast",
    ),
    "internal-error": _error(
        "An unexpected error occurred while preparing the data.",
        "report it with the upload, if you may share it; the log says where it was",
        "the preparation failed with {error}",
    ),
}

# What is found in a forecast, and in the report's own work.
REPORT_CODES = {
    "forecast-value-missing": _warning(
        "Values of the forecast are missing.",
        "look at these series' history, and at the raw output",
        "{count:value} of {column!r} missing in the forecast",
    ),
    "forecast-row-repeated": _warning(
        "The forecast has a series and timestamp twice.",
        "look at the raw output",
        "{count:row} of the forecast with the series and timestamp of another",
    ),
    "forecast-rows": _warning(
        "Series have fewer or more rows in the forecast than the horizon.",
        "look at these series' history, and at the raw output",
        "other than {horizon} rows in the forecast of {count} series, and the others "
        "have no timestamps in common to complete them by",
    ),
    "forecast-quantiles-crossed": _fixed(
        "A quantile of the forecast is above a higher one.",
        "they were put in order",
        "a lower quantile above a higher one in {count:row} of the forecast",
    ),
    "forecast-negative": _fixed(
        "The forecast is below zero, and the history never is.",
        "these values were raised to zero, as the history has none below it",
        "the forecast is below zero in {count:row}, the history never",
    ),
    "forecast-mean-missing": _fixed(
        "The forecast has quantiles and no mean.",
        "the median, or the middle of the quantiles, stands in for it",
        "the forecast has no mean in {count:row}",
    ),
    "forecast-completed": _fixed(
        "Rows or values of the forecast are missing.",
        "the same season again, or the last value where there is none, stands in for "
        "them; look at the history of these series",
        "{count:row} of {series} series missing in the forecast",
    ),
    "forecast-naive": _warning(
        "The model left out more than one series in twenty, in part or whole.",
        "do not take these for forecasts of the model: the same season again, or the "
        "last value, stands in for what is missing; look at the history of these "
        "series, and at the raw output",
        "{count:row} of {series} of {asked} series missing in the forecast",
    ),
    "forecast-ids-respelt": _fixed(
        "The model wrote ids otherwise than they were asked for.",
        "they were written as they were asked for, as each fits one alone",
        "{count:series} came back with another spelling",
    ),
    "forecast-dates-differ": _warning(
        "Series are forecast for other dates than the rest.",
        "look at the history of these series: the model may have begun at the end of "
        "theirs",
        "{count:series} forecast for other dates than the rest, which begins at "
        "{first}",
    ),
    "forecast-rows-dropped": _fixed(
        "The forecast has series or timestamps that nobody asked for.",
        "they were left out of forecast.csv",
        "{count:row} of the forecast of other series or timestamps than were asked for",
    ),
    "forecast-implausible": _warning(
        "Forecasts lie far outside of all that their series ever did, or the total "
        "jumps.",
        "look at these series first, and do not order by them as they are",
        "{what}",
    ),
    "report-incomplete": _warning(
        "A part of the report could not be made.",
        "use forecast.csv, which is complete; the job's log has the details",
        "{part} could not be made: {error}",
    ),
}
CODES = {**UPLOAD_CODES, **REPORT_CODES}
