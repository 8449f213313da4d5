"""One status.json a run: the newest ending in it, told by one handler."""

import itertools
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import boto3
import pytest
from moto import mock_aws

from chalicelib.endings import Findings, build_status, read_ending
from chalicelib.errors import StatusError
from chalicelib.status_file import claim_ending
from chalicelib.store import Store
from tests.chalicelib.test_endings import DETAIL

KEY = "runs/sales-1/status.json"
NOW = datetime(2026, 11, 23, tzinfo=UTC)
MINUTE = 60_000
STOP = DETAIL["stopDate"]
# In the order in which they happened.
ENDS = [
    {"status": "ABORTED", "redriveCount": 0, "stopDate": STOP},
    {"status": "FAILED", "redriveCount": 1, "stopDate": STOP + MINUTE},
    {"status": "FAILED", "redriveCount": 2, "stopDate": STOP + 2 * MINUTE},
    {"status": "SUCCEEDED", "redriveCount": 3, "stopDate": STOP + 3 * MINUTE},
]


@pytest.fixture
def store():
    with mock_aws():
        s3 = boto3.client("s3")
        s3.create_bucket(Bucket="bucket")
        yield Store(s3, "bucket")


def make_ending(**change):
    return read_ending({**DETAIL, **change})


def claim(store, *, by="request-1", now=NOW, **change):
    return claim_ending(store, make_ending(**change), request_id=by, now=now)


def test_bare_status_is_there_at_once(store):
    claim(store)

    status = store.read_json(KEY)
    assert (status["status"], status["complete"]) == ("SUCCEEDED", False)


def test_second_delivery_leaves_it_to_the_first(store):
    claim(store)

    assert claim(store, by="request-2") is None


def test_repeated_attempt_goes_on_with_its_own(store):
    file = claim(store)
    whole = build_status(make_ending(), Findings(verdict="good"), bucket="bucket")
    file.write(whole)
    file.mark_told(NOW)

    again = claim(store)

    assert again.is_told
    assert again.status["verdict"] == "good"


def test_ending_whose_teller_died_is_told_by_a_replay(store):
    claim(store)

    early = claim(store, by="replay", now=NOW + timedelta(minutes=5))
    late = claim(store, by="replay", now=NOW + timedelta(minutes=16))

    assert early is None
    assert not late.is_told


def test_told_ending_is_never_told_again(store):
    claim(store).mark_told(NOW)

    assert claim(store, by="replay", now=NOW + timedelta(days=9)) is None


@pytest.mark.parametrize("order", list(itertools.permutations(range(len(ENDS)))))
def test_newest_ending_stays_in_any_order(store, order):
    for number in order:
        claim(store, by=f"request-{number}", **ENDS[number])

    assert store.read_json(KEY)["status"] == "SUCCEEDED"


def test_success_is_never_taken_back(store):
    claim(store)

    late = {"status": "FAILED", "redriveCount": 9, "stopDate": STOP + MINUTE}

    assert claim(store, by="request-2", **late) is None
    assert store.read_json(KEY)["status"] == "SUCCEEDED"


def test_newer_ending_ends_the_older_ones_telling(store):
    old = claim(store, **ENDS[1])
    claim(store, by="request-2", **ENDS[2])

    whole = build_status(make_ending(**ENDS[1]), Findings(), bucket="bucket")

    assert not old.write(whole)
    assert store.read_json(KEY)["redrive_count"] == 2


@pytest.mark.parametrize("body", [b"{half", b"[]", b""])
def test_unreadable_status_is_written_anew(store, body):
    store.s3.put_object(Bucket="bucket", Key=KEY, Body=body)

    assert claim(store) is not None
    assert store.read_json(KEY)["status"] == "SUCCEEDED"


def test_status_of_an_earlier_release_counts_as_told(store):
    ending = make_ending(status="FAILED")
    store.write_json(KEY, build_status(ending, Findings(), bucket="bucket"))

    assert claim(store, status="FAILED") is None
    assert claim(store, stopDate=STOP + MINUTE) is not None


def test_written_answer_that_was_lost_is_no_loss(store):
    class Losing(Store):
        """A store whose first answer does not come, so that botocore asks again."""

        def replace_json(self, key, value, *, etag):
            if etag is None:
                super().replace_json(key, value, etag=etag)
            return super().replace_json(key, value, etag=etag)

    file = claim(Losing(store.s3, "bucket"))

    assert file.status["notice"]["request_id"] == "request-1"


def test_deliveries_at_once_are_told_by_one(store):
    with ThreadPoolExecutor(8) as pool:
        claims = list(pool.map(lambda n: claim(store, by=f"r{n}"), range(8)))

    assert sum(file is not None for file in claims) == 1


def test_file_that_others_keep_writing_is_given_up(store):
    class Busy(Store):
        """A store in which somebody else always is faster."""

        def replace_json(self, key, value, *, etag):
            return None

    with pytest.raises(StatusError, match="send the event again"):
        claim(Busy(store.s3, "bucket"))
