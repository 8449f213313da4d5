"""The catalog's tables: made once, mended, found by the rows' own names, removed."""

import pytest

from deployment.resources.catalog import (
    COLUMNS,
    TABLES,
    build_table,
    name_database,
    review_catalog,
    review_catalog_removal,
)
from tests.building.made_up_account import made_up_client, make_stage, summarize

STAGE = make_stage("a-b")
DATABASE = "automl_ts_mlops_pipeline_a_b"


@pytest.fixture
def glue():
    with made_up_client("glue") as client:
        yield client


def settle(reviews):
    return [summarize(review.settle()) for review in reviews]


def test_database_has_a_name_for_sql():
    assert name_database(STAGE) == DATABASE


def test_tables_are_made_once(glue):
    first = settle(review_catalog(glue, STAGE))
    second = settle(review_catalog(glue, STAGE))

    assert first == [("created", ())] * 3
    assert second == [("unchanged", ())] * 3
    found = glue.get_tables(DatabaseName=DATABASE)["TableList"]
    assert {one["Name"] for one in found} == set(TABLES)


def test_table_that_was_changed_is_mended(glue):
    settle(review_catalog(glue, STAGE))
    other = build_table(STAGE, "forecasts")
    other["StorageDescriptor"]["Columns"].pop()
    glue.update_table(DatabaseName=DATABASE, TableInput=other)

    again = settle(review_catalog(glue, STAGE))

    assert again[1] == ("updated", ("definition",))
    assert settle(review_catalog(glue, STAGE)) == [("unchanged", ())] * 3


def test_queries_name_the_dataset_and_nothing_else_is_to_be_told(glue):
    settle(review_catalog(glue, STAGE))

    table = glue.get_table(DatabaseName=DATABASE, Name="latest_forecasts")["Table"]

    assert [one["Name"] for one in table["PartitionKeys"]] == ["dataset"]
    assert table["Parameters"]["projection.dataset.type"] == "injected"
    assert table["Parameters"]["storage.location.template"] == (
        f"s3://{STAGE.bucket}/forecasts/latest/dataset=${{dataset}}/"
    )
    assert {
        one["Name"]: one["Type"] for one in table["StorageDescriptor"]["Columns"]
    } == COLUMNS


def test_all_of_it_is_removed(glue):
    settle(review_catalog(glue, STAGE))

    assert settle(review_catalog_removal(glue, STAGE)) == [("removed", ())] * 3
    assert settle(review_catalog_removal(glue, STAGE)) == [("absent", ())] * 3
    assert glue.get_databases()["DatabaseList"] == []
