"""Explains an upload without uploading it: by the same code that the job runs.

python -m glue.check FILE [--settings FILE] [--verbose] [--json]
"""

from __future__ import annotations

import argparse
import io
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from glue.check.explain import explain_upload
from glue.check.page import render_explanation


def main(arguments: Sequence[str]) -> int:
    """Explain a file; the exit code is 0 when it would be accepted, 3 when not."""
    parser = build_parser()
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
    print(_write(report, given), end="")
    return 0 if report["outcome"] == "accepted" else 3


def build_parser() -> argparse.ArgumentParser:
    """Build the parser of the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m glue.check",
        description="Say what a run would make of a file.",
        epilog="The exit code is 0 when it would be accepted, 3 when it would be "
        "refused.",
    )
    add = parser.add_argument
    add("file", type=Path, help="a .zip, or a table that is its TTS.csv")
    add(
        "--settings",
        type=Path,
        metavar="FILE",
        help="what config/<dataset>.json in the bucket would be",
    )
    add("--verbose", action="store_true", help="say all that was found")
    add("--json", action="store_true", help="print JSON for programs")
    return parser


def _write(report: dict[str, Any], given: argparse.Namespace) -> str:
    if given.json:
        return json.dumps(report, indent=2, ensure_ascii=False) + "\n"
    return render_explanation(report, verbose=given.verbose)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
