"""Credentials of roles, and clients that use them."""

from __future__ import annotations

import json
import re
import threading
from typing import Any

from botocore.config import Config
from moto.iam.exceptions import NotFoundException
from moto.iam.models import iam_backends
from moto.sts.models import sts_backends
from moto.utilities.utils import get_partition

from localaws.host.models import make_session
from localaws.iam.keys import Credentials
from localaws.machine import Machine

_ROLE_ARN = re.compile(r"arn:(aws|aws-cn|aws-us-gov):iam::(\d{12}):role/\S+")
_STATES = "states.amazonaws.com"
# The services themselves are patient with S3.
_ATTEMPTS = 8
# What a service holds lasts as long as the server: nothing renews it.
_SESSION_SECONDS = 365 * 24 * 3600


class RoleError(Exception):
    """A role that is not there, or that the service may not assume."""


def check_trust(role_arn: str, service: str) -> None:
    """See that a service, such as ``glue.amazonaws.com``, may assume a role.

    Raises
    ------
    RoleError
        When there is no such role, or its trust policy does not name the service.
    """
    found = _ROLE_ARN.fullmatch(role_arn)
    if found is None:
        raise RoleError(f"{role_arn!r} is not the ARN of a role")
    try:
        role = iam_backends[found[2]][found[1]].get_role_by_arn(role_arn)
    except NotFoundException as error:
        raise RoleError(f"there is no role {role_arn}") from error
    document = json.loads(role.assume_role_policy_document)
    if service not in _trusted_services(document):
        raise RoleError(f"{role_arn} does not trust {service}")


def assume_role(
    role_arn: str, *, service: str, session: str, region: str
) -> Credentials:
    """Get credentials of a role for a service.

    Raises
    ------
    RoleError
        As ``check_trust``.
    """
    check_trust(role_arn, service)
    account = role_arn.split(":")[4]
    assumed = sts_backends[account][get_partition(region)].assume_role(
        region_name=region,
        role_session_name=session[:64],
        role_arn=role_arn,
        policy="",
        duration=_SESSION_SECONDS,
        external_id="",
    )
    return Credentials.of_role(assumed)


class RoleClients:
    """Clients of this local AWS with the credentials of a role, made once each."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._lock = threading.Lock()
        self._clients: dict[tuple[str, str, str], Any] = {}

    def get(self, name: str, *, role_arn: str, principal: str, region: str) -> Any:
        """Return a client for the service ``name`` that acts as a role.

        Raises
        ------
        RoleError
            When ``principal``, the service that acts, may not assume the role.
        """
        with self._lock:
            key = (name, role_arn, region)
            if key not in self._clients:
                self._clients[key] = self._make(name, role_arn, principal, region)
            return self._clients[key]

    def _make(self, name: str, role_arn: str, principal: str, region: str) -> Any:
        keys = assume_role(
            role_arn, service=principal, session=principal, region=region
        )
        session: Any = make_session(
            aws_access_key_id=keys.access_key_id,
            aws_secret_access_key=keys.secret_access_key,
            aws_session_token=keys.session_token,
            region_name=region,
        )
        return session.client(
            name,
            endpoint_url=self._machine.endpoint_url,
            config=Config(
                # Step Functions passes on what the service says of a bad request.
                parameter_validation=False,
                retries={
                    "mode": "standard",
                    # Step Functions' patience is written in the state machine.
                    "total_max_attempts": 1 if principal == _STATES else _ATTEMPTS,
                },
                read_timeout=86400,
                max_pool_connections=50,
            ),
        )


def _trusted_services(document: dict[str, Any]) -> set[str]:
    statements = document["Statement"]
    found: set[str] = set()
    for statement in [statements] if isinstance(statements, dict) else statements:
        principal = statement.get("Principal", {})
        services = principal.get("Service", []) if isinstance(principal, dict) else []
        found |= {services} if isinstance(services, str) else set(services)
    return found
