"""A deployment onto moto, from a small copy of the project."""

import hashlib
import shutil
from functools import partial

import boto3

from deployment.clients import Clients
from deployment.deployment import Deployment
from deployment.options import Options
from deployment.pipeline import Pipeline
from deployment.resources.engine_wheels import Libraries, Wheel
from deployment.resources.glue_code import read_glue_code
from tests.building.fake_chalice import FakeChalice
from tests.building.made_up_account import make_stage
from tests.building.paths import ROOT

STAGE = make_stage()
_FOLDERS = ("chalicelib", "deployment/policies", ".chalice/policies")
# Two scripts are as good as the whole package here, and sooner uploaded.
_FILES = (
    "glue/compare_models.py",
    "glue/preprocess.py",
    "glue/preprocess_on_spark.py",
    "glue/report.py",
    "trainer/train.py",
    "app.py",
    "statemachine.asl.json",
    ".chalice/config.json",
)


def copy_small_project(folder):
    """Copy what a deploy reads."""
    for part in _FOLDERS:
        shutil.copytree(ROOT / part, folder / part)
    for package in ("glue", "trainer"):
        (folder / package).mkdir()
    for part in _FILES:
        shutil.copy(ROOT / part, folder / part)
    return folder


def make_deployment(folder, *, listener=None, stage=STAGE, keys=None):
    """Make a deployment; a listener hears of every call before it is made."""
    session = boto3.Session(region_name=stage.region, **(keys or {}))
    if listener is not None:
        session.events.register("before-call", listener)
    clients = Clients(session.client)
    chalice = FakeChalice(folder, clients, stage)
    options = Options(notify=("a@example.org",))
    caller = f"arn:aws:iam::{stage.account}:user/deployer"
    read_code = partial(read_glue_code, folder, Pipeline(folder).glue_jobs)
    return Deployment(
        folder, stage, options, clients, chalice, caller, make_libraries(), read_code
    )


def make_libraries():
    """Make up two libraries, which nobody has to fetch from anywhere."""
    made = {f"{name}-1-py3-none-any.whl": name.encode() for name in ("fast", "slow")}
    wheels = [
        Wheel(name, f"{text.decode()}==1", hashlib.sha256(text).hexdigest())
        for name, text in made.items()
    ]
    return Libraries(tuple(wheels), lambda wheel: made[wheel.name])
