"""The policies of docs/policies, filled in for a stage."""

import json

from deployment.resources.catalog import name_database
from tests.building.paths import ROOT


def read_documented(name, stage):
    text = (ROOT / "docs" / "policies" / f"{name}.json").read_text()
    values = {
        "Partition": stage.partition,
        "Region": stage.region,
        "Account": stage.account,
        "Stage": stage.name,
        "Bucket": stage.bucket,
        "Database": name_database(stage),
    }
    for placeholder, value in values.items():
        text = text.replace(f"${{{placeholder}}}", value)
    assert "${" not in text
    return json.loads(text)
