"""Which objects of the bucket expire, and when."""

from __future__ import annotations

from typing import Any

# Days. A run reads its version of the upload for at most a week, and can be redriven
# for two weeks more.
_OLD_VERSIONS = 30
_CLEAN_DATA = 90
_RUN_RECORDS = 400
_UNFINISHED_UPLOADS = 7


def build_lifecycle() -> list[dict[str, Any]]:
    """Build the bucket's lifecycle rules.

    No rule touches ``autopilot-output/``, where models that may still be used lie,
    nor ``code/``, which running jobs read; uploads and forecasts stay, their
    overwritten versions do not.
    """
    return [
        _expire("input/", days=_CLEAN_DATA),
        _expire("runs/", days=_RUN_RECORDS),
        *(
            _expire(prefix, days=None)
            for prefix in ("raw", "config/", "output-forecasted-data/")
        ),
        {
            "ID": "unfinished-uploads",
            "Filter": {"Prefix": ""},
            "Status": "Enabled",
            "AbortIncompleteMultipartUpload": {
                "DaysAfterInitiation": _UNFINISHED_UPLOADS
            },
        },
    ]


def _expire(prefix: str, *, days: int | None) -> dict[str, Any]:
    rule: dict[str, Any] = {
        "ID": prefix.rstrip("/"),
        "Filter": {"Prefix": prefix},
        "Status": "Enabled",
        "NoncurrentVersionExpiration": {"NoncurrentDays": _OLD_VERSIONS},
    }
    if days is not None:
        rule["Expiration"] = {"Days": days}
    return rule
