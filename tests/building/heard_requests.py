"""Hear every request that any client of this process makes, as it goes on the wire."""

from contextlib import contextmanager
from dataclasses import dataclass

import botocore.session

OWNER_HEADER = "x-amz-expected-bucket-owner"
# These name no bucket that could be a stranger's.
WITHOUT_OWNER = {"CreateBucket", "ListBuckets"}


@dataclass(frozen=True)
class Heard:
    """One request: its service, operation and headers, in lower case."""

    service: str
    operation: str
    headers: dict[str, str]

    @property
    def owner(self):
        return self.headers.get(OWNER_HEADER)


@contextmanager
def hear_requests():
    """List what the clients made from now on ask for."""
    heard, create = [], botocore.session.Session.create_client

    def create_and_listen(session, service, *args, **kwargs):
        client = create(session, service, *args, **kwargs)

        def note(model, params, **rest):
            headers = {k.lower(): str(v) for k, v in params["headers"].items()}
            heard.append(Heard(service, model.name, headers))

        client.meta.events.register("before-call", note)
        return client

    botocore.session.Session.create_client = create_and_listen
    try:
        yield heard
    finally:
        botocore.session.Session.create_client = create


def list_without_owner(heard, account):
    """Name the calls of S3 that do not say whose the bucket has to be."""
    return [
        one.operation
        for one in heard
        if one.service == "s3"
        and one.operation not in WITHOUT_OWNER
        and one.owner != account
    ]
