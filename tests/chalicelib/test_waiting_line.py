"""Who waits to train is served in the order of the uploads, roughly."""

from datetime import UTC, datetime, timedelta

import boto3
import pytest
from moto import mock_aws

from chalicelib.store import Store
from chalicelib.waiting_line import WaitingLine, leave_line, read_line
from tests.conftest import BUCKET


def name_run(number):
    """Name the run of an upload of so many seconds after midnight."""
    moment = datetime(2026, 11, 23, tzinfo=UTC) + timedelta(seconds=number)
    # What the names begin with is in no order.
    return f"{'zebra' if number % 2 else 'ant'}-{moment:%y%m%d%H%M%S}-0123abcd-my-dev"


@pytest.fixture
def store():
    with mock_aws():
        s3 = boto3.client("s3")
        s3.create_bucket(Bucket=BUCKET)
        yield Store(s3, BUCKET)


def read(store, number, *, later=timedelta()):
    return read_line(store, name_run(number), datetime.now(UTC) + later)


def join(store, *numbers):
    for number in numbers:
        read(store, number).join()


def test_run_sees_those_of_earlier_uploads_ahead(store):
    join(store, 5, 3, 8, 1)

    ahead = [read(store, number).ahead for number in (0, 4, 9)]
    assert [len(each) for each in ahead] == [0, 2, 4]
    assert ahead[-1] == [name_run(number) for number in (1, 3, 5, 8)]


@pytest.mark.parametrize(("waiting", "front"), [(3, 3), (8, 8), (20, 8), (200, 50)])
def test_only_the_front_of_the_line_asks(waiting, front):
    names = tuple(map(name_run, range(waiting)))

    asking = [WaitingLine(None, name, names).is_at_front for name in names]

    assert asking == [number < front for number in range(waiting)]


def test_newcomer_waits_behind_those_who_wait(store):
    join(store, *range(8))

    newcomer = read(store, 100)

    assert (len(newcomer.ahead), newcomer.is_at_front) == (8, False)


def test_joining_again_leaves_one_ticket(store):
    join(store, 1, 1)
    before = [found["LastModified"] for found in store.list_objects("waiting/")]

    read(store, 1).join()

    assert len(before) == 1
    assert [f["LastModified"] for f in store.list_objects("waiting/")] == before


def test_who_leaves_is_ahead_of_nobody(store):
    join(store, 1, 2)

    read(store, 1).leave()
    leave_line(store, name_run(2))

    assert read(store, 3).waiting == ()


def test_ticket_of_yesterday_is_no_longer_valid(store):
    join(store, 1)

    late = read(store, 1, later=timedelta(hours=26))

    assert late.waiting == ()
    assert read(store, 1, later=timedelta(hours=24)).waiting == (name_run(1),)


def test_foreign_name_keeps_nobody_waiting_long(store):
    store.write_json("waiting/no run.json", {})

    assert read(store, 3).is_at_front
