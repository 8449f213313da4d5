"""Explains an upload without uploading it: by the same code that the job runs.

python -m glue.check FILE [--settings FILE]
"""

from __future__ import annotations

import argparse
import io
import json
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from glue.bucket import DEFAULT_SETTINGS
from glue.preparation import Preparation, prepare_upload
from glue.run_documents import describe_preparation
from glue.settings.layers import Layer


def main(arguments: Sequence[str]) -> int:
    """Explain a file; the exit code is what the run's would be."""
    parser = argparse.ArgumentParser(
        prog="python -m glue.check", description="Say what a run would make of a file."
    )
    parser.add_argument("file", type=Path, help="a .zip, or a .csv that is its TTS.csv")
    parser.add_argument(
        "--settings",
        type=Path,
        metavar="FILE",
        help="what config/<dataset>.json in the bucket would be",
    )
    given = parser.parse_args(arguments)
    try:
        text = given.settings and given.settings.read_text("utf-8-sig", "replace")
        report = explain_upload(
            given.file, bucket_settings=text, source=str(given.settings)
        )
    except OSError as error:
        parser.error(f"{error.filename!r} cannot be read ({error.strerror})")
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # an encoding may lack a character
    print(render_explanation(report), end="")
    return 0 if report["outcome"] == "accepted" else 1


def explain_upload(
    path: Path, *, bucket_settings: str | None = None, source: str = DEFAULT_SETTINGS
) -> dict[str, Any]:
    """Prepare an upload in a folder of its own, and report on it.

    Parameters
    ----------
    path
        A zip or CSV file on this machine.
    bucket_settings
        The text of the bucket's settings, if there are any.
    source
        The key of those settings, for the messages.

    Returns
    -------
    dict
        ``outcome``, ``findings``, ``files``, ``table``, ``inferred`` as in a run's
        data-report.json, and ``settings``: each effective value with its source.
    """
    layer = None if bucket_settings is None else Layer(source, bucket_settings)
    # A bare table is the history, under the name that it has in a zip.
    name = "TTS.csv" if path.suffix.lower() == ".csv" else path.name
    with tempfile.TemporaryDirectory(prefix="explain-") as folder:
        made: Preparation = prepare_upload(
            path, name, Path(folder), bucket_settings=layer
        )
        return describe_preparation(made)


def render_explanation(report: Mapping[str, Any]) -> str:
    """Write the report of an upload as text for a person at a terminal."""
    return "\n".join(_lines(_clean(report))) + "\n"


def _clean(value: Any) -> Any:
    """Replace in each text what would move a cursor, colour or begin a line."""
    if isinstance(value, str):
        return "".join(c if c.isprintable() else "\ufffd" for c in value)
    if isinstance(value, Mapping):
        return {_clean(key): _clean(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_clean(inner) for inner in value]
    return value


def _lines(report: Mapping[str, Any]) -> Iterator[str]:
    yield f"The upload would be {report['outcome']}."
    table = report["table"]
    if table:
        yield (
            f"History: {table['rows']:,} rows, {table['series']:,} series, "
            f"{table['steps']:,} time steps, {table['first']} to {table['last']}."
        )
    yield from _section("Files", [_describe_file(one) for one in report["files"]])
    yield from _section("Settings", _describe_settings(report["settings"]))
    inferred = [
        f"{one['key']} = {_write(one['value'])} ({one['evidence']})"
        for one in report["inferred"]
    ]
    yield from _section("Found in the data", inferred)
    for level in ("error", "warning", "fixed"):
        found = [one for one in report["findings"] if one["level"] == level]
        title = {"error": "Errors", "warning": "Warnings", "fixed": "Repaired"}[level]
        yield from _section(title, [_describe_finding(one) for one in found])


def _section(title: str, lines: list[str]) -> Iterator[str]:
    if lines:
        yield ""
        yield f"{title}:"
        yield from (f"  {line}" for line in lines)


def _describe_file(file: Mapping[str, Any]) -> str:
    use = f"read as {file['read_as']}" if file["read_as"] else "not read"
    return f"{file['name']}: {file['bytes']:,} bytes, {use}"


def _describe_settings(settings: list[dict[str, Any]]) -> list[str]:
    return [
        f"{one['key']} = {_write(one['value'])} ({one['source']})" for one in settings
    ]


def _describe_finding(finding: Mapping[str, Any]) -> str:
    lines = [f"[{finding['code']}] {finding['what']}"]
    for example in finding["examples"]:
        words = [str(example["file"])]
        words += [f"{k} {example[k]}" for k in ("row", "column") if example[k]]
        if example["value"] is not None:
            words.append(f"value {example['value']!r}")
        lines.append(f"    {', '.join(words)}")
    lines.append(f"    -> {finding['remedy']}")
    return "\n  ".join(lines)


def _write(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
