"""Where requests would go is found as botocore itself finds it."""

import os

import boto3
import pytest

from cli.endpoints import find_endpoint, is_loopback

HERE, THERE = "http://127.0.0.1:4566", "http://127.0.0.1:9999"
SERVICES = ("ec2", "sagemaker", "stepfunctions", "service-quotas", "s3")
_CONFIG = f"""\
[default]
services = own
endpoint_url = {HERE}
[services own]
sagemaker =
  endpoint_url = {THERE}
service_quotas =
  endpoint_url = {THERE}
"""
WAYS = {
    "nothing": ({}, ""),
    "variable for all": ({"AWS_ENDPOINT_URL": HERE}, ""),
    "variable for one": ({"AWS_ENDPOINT_URL_SAGEMAKER": THERE}, ""),
    "both": ({"AWS_ENDPOINT_URL": HERE, "AWS_ENDPOINT_URL_SFN": THERE}, ""),
    "variables that are ignored": (
        {"AWS_ENDPOINT_URL": HERE, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"},
        "",
    ),
    "file": ({}, _CONFIG),
    "file that is ignored": (
        {},
        _CONFIG.replace(
            "[default]", "[default]\nignore_configured_endpoint_urls = true"
        ),
    ),
    "file and variable": ({"AWS_ENDPOINT_URL_EC2": THERE}, _CONFIG),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("service", SERVICES)
def test_endpoint_is_found_without_a_client(monkeypatch, tmp_path, way, service):
    variables, config = WAYS[way]
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    (tmp_path / "config").write_text(config)
    for name, value in {**variables, "AWS_CONFIG_FILE": tmp_path / "config"}.items():
        monkeypatch.setenv(name, str(value))
    keys = {"aws_access_key_id": "none", "aws_secret_access_key": "none"}
    session = boto3.Session(region_name="us-east-1", **keys)

    found = find_endpoint(session, service)

    true = session.client(service).meta.endpoint_url
    assert (found == true) if is_loopback(true) else not is_loopback(found)
