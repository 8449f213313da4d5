"""What the jobs say in their logs: codes, counts and places in the code, no values.

Logs are kept, and read, by others than those whose data it is: the values stand in the
documents of the run.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Iterable

from glue.findings.finding import Finding, describe_without_values


def log_findings(findings: Iterable[Finding]) -> None:
    """Print what was found, a line each."""
    for finding in findings:
        print(f"{finding.level}: {describe_without_values(finding)}")


def log_error(error: BaseException) -> None:
    """Print where an exception came from, and of which kind it is.

    Its message is left out, and so are those of the exceptions that led to it: they
    may quote the data.
    """
    frames = "".join(traceback.format_tb(error.__traceback__))
    print(f"{frames}{type(error).__name__}", file=sys.stderr)
