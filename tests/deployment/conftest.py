"""What the tests of the deployment share."""

import pytest

from tests.building.account_quotas import account_quotas


@pytest.fixture(autouse=True)
def quotas():
    with account_quotas():
        yield


@pytest.fixture
def no_policies_on_buckets(monkeypatch):
    # moto takes the TLS-only policy for one that denies everything.
    monkeypatch.setattr("moto.s3.models.FakeBucket.get_permission", lambda *given: None)
