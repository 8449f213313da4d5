"""botocore's models of the services, read once for all clients of this process."""

from __future__ import annotations

from functools import cache
from typing import Any

import boto3
from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.session import get_session

# It keeps what it has read. Each session has one of its own otherwise, and reads the
# models anew, some of which are megabytes of JSON.
LOADER = Loader()


def make_session(**keys: Any) -> boto3.Session:
    """Make a session, with arguments of boto3's, that reads models by ``LOADER``."""
    botocore_session = get_session()
    botocore_session.register_component("data_loader", LOADER)
    return boto3.Session(botocore_session=botocore_session, **keys)


@cache
def load_service_model(service: str) -> ServiceModel:
    """Load botocore's model of a service once."""
    return ServiceModel(LOADER.load_service_model(service, "service-2"), service)
