"""What the attacks on a deployment share."""

import pytest


@pytest.fixture
def no_policies_on_buckets(monkeypatch):
    # moto takes the TLS-only policy for one that denies everything.
    monkeypatch.setattr("moto.s3.models.FakeBucket.get_permission", lambda *given: None)
