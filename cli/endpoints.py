"""Where the requests for a stage go: those for the local AWS stay on this machine."""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from botocore.configprovider import ConfiguredEndpointProvider

from chalicelib.errors import PipelineError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, MutableMapping

    from boto3.session import Session

# The local AWS is a stage of its own, so that nothing meant for it reaches an account.
LOCAL_STAGE = "local"
# With and without brackets: what is asked about is the host as it stands in the URL.
_LOOPBACK = ("127.0.0.1", "localhost", "::1", "[::1]")
# Nothing listens on port 1.
_NOWHERE = "http://127.0.0.1:1"
# Libraries disagree on who is the host of stranger texts, so that none is accepted.
_PLAIN_URL = re.compile(
    r"https?://(\[[0-9a-f:.]+\]|[\w.-]+)(:\d+)?(/[^\s\\]*)?", re.ASCII | re.IGNORECASE
)
# Addresses outside this machine that credentials would be fetched from.
_CREDENTIAL_SERVERS = (
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
)


class EndpointError(PipelineError):
    """Requests for a stage would go where they must not."""


def is_loopback(url: str) -> bool:
    """Tell whether a URL is one of this very machine, whatever name servers say."""
    found = _PLAIN_URL.fullmatch(url)
    if found is None:
        return False
    host = found[1].strip("[]").lower()
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def prepare_environment(environ: MutableMapping[str, str], stage: str) -> None:
    """Keep requests to this machine out of proxies.

    For the local stage, nobody is asked for credentials either but the variables and
    files of this machine.
    """
    found = environ.get("no_proxy") or environ.get("NO_PROXY") or ""
    hosts = [host.strip() for host in found.split(",") if host.strip()]
    environ["NO_PROXY"] = environ["no_proxy"] = ",".join(
        dict.fromkeys([*hosts, *_LOOPBACK])
    )
    if stage == LOCAL_STAGE:
        environ["AWS_EC2_METADATA_DISABLED"] = "true"
        for name in _CREDENTIAL_SERVERS:
            environ.pop(name, None)


def close_proxies(environ: Mapping[str, str]) -> dict[str, str]:
    """Copy an environment in which no program gets further than this machine."""
    loopback = ",".join(_LOOPBACK)
    kept = {k: v for k, v in environ.items() if not k.lower().endswith("_proxy")}
    ways = ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy")
    return {
        **kept,
        **dict.fromkeys(ways, _NOWHERE),
        **dict.fromkeys(("NO_PROXY", "no_proxy"), loopback),
    }


def list_endpoints(clients: Iterable[Any]) -> dict[str, str]:
    """Name where each client would send its requests, by its service."""
    return {
        client.meta.service_model.service_name: client.meta.endpoint_url
        for client in clients
    }


def find_endpoint(session: Session, service: str) -> str:
    """Name where a client would send its requests, which is not made for that."""
    # boto3 gives no other way to what its files say.
    settings, found = session._session, None
    if not settings.get_config_variable("ignore_configured_endpoint_urls"):
        found = ConfiguredEndpointProvider(
            settings.full_config, settings.get_scoped_config(), service
        ).provide()
    return found or f"https://{service}.{session.region_name}.amazonaws.com"


def check_endpoints(stage: str, endpoints: Mapping[str, str]) -> str | None:
    """See that a stage is in one place, and the local one on this machine.

    Returns
    -------
    str or None
        What to say of a stage that is on this machine and not the local one.

    Raises
    ------
    EndpointError
        When something of the local stage would leave this machine, or something of
        another stage would stay on it.
    """
    outside = {name: url for name, url in endpoints.items() if not is_loopback(url)}
    if stage == LOCAL_STAGE and outside:
        raise EndpointError(
            f"stage {LOCAL_STAGE!r} is the local AWS, and requests would leave this "
            f"machine (found {_describe(outside)}; needs 127.0.0.1, ::1 or localhost "
            "for each service); run `make serve` and source the file that it names, or "
            "let `forecast --local` find its own"
        )
    if outside and len(outside) < len(endpoints):
        inside = {name: url for name, url in endpoints.items() if name not in outside}
        raise EndpointError(
            f"stage {stage!r} would be in two places (found {_describe(inside)} on "
            f"this machine, {_describe(outside)}); set the endpoints of all services "
            "or of none"
        )
    if stage == LOCAL_STAGE or outside:
        return None
    return f"stage {stage!r} is on this machine, and nothing of it reaches AWS"


def refuse_outside(request: Any, **_event: object) -> None:
    """Refuse a request that would leave this machine, as botocore's ``before-send``.

    A redirect or a login may lead away from the endpoint that was checked.

    Raises
    ------
    EndpointError
        When it would.
    """
    if not is_loopback(request.url.partition("?")[0]):
        raise EndpointError(
            f"a request of stage {LOCAL_STAGE!r} would leave this machine (found "
            f"{urlsplit(request.url).netloc!r}); nothing was sent to it; start "
            "the local AWS anew, and source the file that it names"
        )


def _describe(endpoints: Mapping[str, str]) -> str:
    (name, url), *rest = endpoints.items()
    more = f" and {len(rest)} more" if rest else ""
    return f"{url!r} for {name}{more}"
