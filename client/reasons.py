"""Why a run did not succeed, in the words of whoever has told of it so far."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chalicelib.causes import find_message
from chalicelib.endings import explain_ending

if TYPE_CHECKING:
    from collections.abc import Mapping


def find_reason(
    status: Mapping[str, Any] | None,
    ended: str,
    *,
    execution: Mapping[str, Any],
    data_report: Mapping[str, Any] | None,
) -> str:
    """Give the reason that a run's ``status.json`` has, else what it would be.

    Parameters
    ----------
    status
        ``status.json``, written when the run ended; None while there is none.
    ended
        How the run ended, such as ``FAILED``.
    execution
        What DescribeExecution says; empty when it was not asked.
    data_report
        ``data-report.json``; None when the data were never looked at.
    """
    written = find_message(str((status or {}).get("reason") or ""))
    return written or explain_ending(
        ended,
        error=execution.get("error"),
        cause=execution.get("cause"),
        data_report=data_report,
    )
