"""What moto itself imports: a test fails here once its mend is not needed."""

import subprocess
import sys

import boto3
import pytest

from localaws import serve
from tests.building.paths import ROOT

IMPORTED = "import sys, {}\nprint('moto.ec2' in sys.modules)\n"


def tell_imported(module):
    """Import a module in a new interpreter; tell whether EC2 came with it."""
    return subprocess.run(
        [sys.executable, "-c", IMPORTED.format(module)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()


@pytest.mark.parametrize(
    ("module", "found"),
    [
        ("moto.stepfunctions.parser.backend.execution", "True"),
        ("localaws.server", "False"),
    ],
)
def test_moto_imports_ec2_for_an_enumeration(module, found):
    assert tell_imported(module) == found


def test_service_that_is_imported_late_answers():
    with serve():
        assert boto3.client("batch").describe_job_queues()["jobQueues"] == []
