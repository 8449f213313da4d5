"""A run's ``status.json``: one ending in it, told by one handler, the newest last."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from chalicelib.endings import build_status
from chalicelib.errors import StatusError
from chalicelib.keys import run_key

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chalicelib.endings import Ending
    from chalicelib.store import Store

_ATTEMPTS = 10
# Lambda tries an event again after one and two minutes, under the same request id.
# Whoever has not told of an ending by then never will.
_TELLER_PATIENCE = timedelta(minutes=15)
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


class StatusFile:
    """The ``status.json`` of an ending that is this handler's to tell of."""

    def __init__(self, store: Store, status: Mapping[str, Any], etag: str) -> None:
        self._store = store
        self._etag = etag
        self.status = status

    @property
    def is_told(self) -> bool:
        """Tell whether people were told of the ending."""
        return self.status["notice"]["sent_at"] is not None

    def write(self, status: Mapping[str, Any]) -> bool:
        """Write more of the same ending; tell whether it is still the newest."""
        key = run_key(status["run_id"], "status.json")
        made = {**status, "notice": self.status["notice"]}
        etag = self._store.replace_json(key, made, etag=self._etag)
        if etag is None:
            return False
        self.status, self._etag = made, etag
        return True

    def mark_told(self, moment: datetime) -> bool:
        """Write down that people were told."""
        notice = {**self.status["notice"], "sent_at": moment.isoformat()}
        self.status = {**self.status, "notice": notice}
        return self.write(self.status)


def claim_ending(
    store: Store, ending: Ending, *, request_id: str, now: datetime
) -> StatusFile | None:
    """Write the bare status of an ending, or find that it is not this handler's to.

    An older ending never replaces a newer one, and none a success. Of several
    deliveries of one ending the first writes, and the others leave it to that one.

    Parameters
    ----------
    request_id
        Lambda's, which is the same whenever it tries an event again.

    Raises
    ------
    StatusError
        When others keep writing the file.
    """
    key = run_key(ending.run_id, "status.json")
    bare = build_status(ending, bucket=store.bucket)
    notice = {"request_id": request_id, "claimed_at": now.isoformat(), "sent_at": None}
    for _ in range(_ATTEMPTS):
        stored = store.find_text(key)
        found = {} if stored is None else _read(stored.text)
        if found and not _may_write(found, bare, notice):
            return None
        status = {**bare, "notice": notice}
        if _rank(found) == _rank(bare):
            # What an earlier attempt found out, and whether it told people.
            sent = {"sent_at": found["notice"]["sent_at"]}
            status = {**found, "notice": {**notice, **sent}}
        etag = store.replace_json(key, status, etag=stored.etag if stored else None)
        if etag is not None:
            return StatusFile(store, status, etag)
    raise StatusError(
        f"status.json of run {ending.run_id!r} was written by others {_ATTEMPTS} times "
        "in between (needs to be left alone for a moment); send the event again"
    )


def _may_write(
    found: Mapping[str, Any], bare: Mapping[str, Any], notice: Mapping[str, Any]
) -> bool:
    if _rank(found) != _rank(bare):
        return _rank(found) < _rank(bare)
    told = found.get("notice")
    if told is None:
        return False
    if told["request_id"] == notice["request_id"]:
        return True
    waited = _moment(notice["claimed_at"]) - _moment(told["claimed_at"])
    return told["sent_at"] is None and waited > _TELLER_PATIENCE


def _rank(status: Mapping[str, Any]) -> tuple[bool, int, datetime, str]:
    name = str(status.get("status"))
    ended = _moment(status.get("ended_at"))
    return name == "SUCCEEDED", status.get("redrive_count") or 0, ended, name


def _moment(text: str | None) -> datetime:
    return datetime.fromisoformat(text) if text else _LONG_AGO


def _read(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
