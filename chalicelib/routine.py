"""What the clock starts: trainings and forecasts of datasets, and overdue uploads.

The name of a run that the clock starts follows from the dataset and the moment alone,
so that however often it is looked, each moment starts one run.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from chalicelib.datasets import name_dataset
from chalicelib.keys import BARE_UPLOAD_KEY, CONFIG_FOLDER, routine_key, settings_keys
from chalicelib.moments import find_due, read_moments
from chalicelib.retraining import REFORECAST, RETRAIN
from chalicelib.runs import SCHEMA
from chalicelib.uploads import Upload, read_listed, starts_run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from chalicelib.attempts import Attempts
    from chalicelib.store import Store

# A moment that was missed for longer is no longer caught up with; Step Functions keeps
# names for ninety days.
_CAUGHT_UP = timedelta(days=7)
# The names of the settings, and what each asks of a run.
_ASKED = {"Retrain": RETRAIN, "Reforecast": REFORECAST}
# Uploads that are remembered, and that it takes to tell a cadence.
_REMEMBERED, _LEAST_UPLOADS = 12, 4
# Gaps may differ so much from the usual one, and an upload may be so late.
_IRREGULAR, _LATE = 2.0, 1.5
_SHORTEST_GAP = timedelta(hours=12)


@dataclass(frozen=True)
class Due:
    """A run that the clock starts: of which upload, what is asked, and for when."""

    dataset: str
    upload: Upload
    asked: str
    moment: datetime


def list_newest(store: Store) -> dict[str, Upload]:
    """List each dataset's newest upload."""
    newest: dict[str, Upload] = {}
    for listed in store.list_versions(BARE_UPLOAD_KEY):
        if not listed.get("IsLatest") or not starts_run(listed["Key"]):
            continue
        newest[name_dataset(listed["Key"])] = read_listed(store.bucket, listed)
    return newest


def list_due(
    store: Store,
    newest: Mapping[str, Upload],
    *,
    now: datetime,
    find_trained: Callable[[str], datetime | None],
    attempts: Attempts,
) -> Iterator[Due]:
    """List the runs that are due by the settings of each dataset.

    Parameters
    ----------
    newest
        Each dataset's newest upload.
    find_trained
        Tells when a dataset's newest model was trained; None where none was.
    attempts
        Takes what is wrong with a dataset, which keeps no other from its run.
    """
    own = {key for key in store.list_keys(CONFIG_FOLDER) if key.endswith(".json")}
    for dataset, upload in newest.items():
        key = next((one for one in settings_keys(dataset) if one in own), None)
        if key is None:
            continue
        with attempts.alone(f"the schedule of {dataset} was not looked at"):
            for name, text in _read_schedule(store, key).items():
                anchor = datetime.fromisoformat(upload.event_time)
                if name == "Retrain" and text.startswith("every"):
                    trained = find_trained(dataset)
                    if trained is None:
                        continue
                    anchor = trained
                moment = find_due(read_moments(text), anchor, now, within=_CAUGHT_UP)
                if moment is not None:
                    yield Due(dataset, upload, _ASKED[name], moment)


def _read_schedule(store: Store, key: str) -> dict[str, str]:
    """Read what the clock starts from a dataset's settings; empty where it is none."""
    stored = store.find_text(key)
    settings = json.loads(stored.text) if stored and stored.text.strip() else {}
    schedule = settings.get("Schedule") if isinstance(settings, dict) else None
    found = schedule if isinstance(schedule, dict) else {}
    return {name: text for name, text in found.items() if name in _ASKED and text}


@dataclass(frozen=True)
class Overdue:
    """A dataset whose upload is late against its own cadence."""

    dataset: str
    last: datetime
    usual: timedelta

    @property
    def words(self) -> str:
        """Say it in one sentence."""
        return (
            f"uploads of {self.dataset} usually come every {_spell(self.usual)}, and "
            f"the last came on {self.last:%Y-%m-%d %H:%M} UTC"
        )


def remember_uploads(
    store: Store,
    dataset: str,
    upload: Upload,
    *,
    now: datetime,
    tell: Callable[[Overdue], object],
) -> None:
    """Keep when a dataset's uploads came, and tell once of one that is overdue."""
    key = routine_key(dataset)
    stored = store.find_text(key)
    before = json.loads(stored.text) if stored else {}
    uploads = list(before.get("uploads") or [])
    if upload.event_time not in uploads:
        uploads = [*uploads, upload.event_time][-_REMEMBERED:]
    late = find_overdue(dataset, [datetime.fromisoformat(one) for one in uploads], now)
    is_new = late is not None and before.get("told") != upload.event_time
    told = upload.event_time if is_new else before.get("told")
    document = {
        "schema": SCHEMA,
        "dataset": dataset,
        "uploads": uploads,
        "told": told,
    }
    if document == before:
        return
    # Whoever writes it tells: of several at once, one.
    etag = store.replace_json(key, document, etag=stored.etag if stored else None)
    if etag is None or late is None or not is_new:
        return
    try:
        tell(late)
    except Exception:
        store.replace_json(key, {**document, "told": before.get("told")}, etag=etag)
        raise


def find_overdue(
    dataset: str, uploads: Sequence[datetime], now: datetime
) -> Overdue | None:
    """Find whether an upload is overdue; None too where there is no cadence."""
    if len(uploads) < _LEAST_UPLOADS:
        return None
    gaps = [later - earlier for earlier, later in pairwise(uploads)]
    usual = max(_find_median(gaps), _SHORTEST_GAP)
    regular = max(gaps) <= _IRREGULAR * usual and min(gaps) * _IRREGULAR >= usual
    if not regular or now - uploads[-1] <= _LATE * usual:
        return None
    return Overdue(dataset, uploads[-1], usual)


def _find_median(gaps: Sequence[timedelta]) -> timedelta:
    # The statistics module takes longer to import than a Lambda should wait.
    ordered = sorted(gaps)
    return (ordered[(len(gaps) - 1) // 2] + ordered[len(gaps) // 2]) / 2


def _spell(gap: timedelta) -> str:
    hours = gap / timedelta(hours=1)
    return f"{hours:.0f} hours" if hours < 48 else f"{hours / 24:.0f} days"
