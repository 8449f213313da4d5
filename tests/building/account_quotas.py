"""Quotas and the simulation of policies, for tests on moto alone, which lacks both."""

from contextlib import contextmanager
from types import SimpleNamespace

from localaws.iam import simulation
from localaws.patches import Patches
from localaws.service_quotas import backend
from localaws.service_quotas.table import Quotas


@contextmanager
def account_quotas(**asked):
    """Let moto answer for quotas, those that are asked for by their codes."""
    with Patches() as patches:
        backend.install(patches, SimpleNamespace(quotas=Quotas(asked)))
        simulation.install(patches)
        yield
