"""An environment in which no AWS client can leave this machine."""

from collections.abc import Mapping

# Nothing listens on port 1: a request that is not for loopback is refused there.
_NOWHERE = "http://127.0.0.1:1"
LOOPBACK_HOSTS = "127.0.0.1,localhost,::1"


def build_bare_environ() -> dict[str, str]:
    """Build what every process here has, which holds nothing of its caller."""
    return isolate({"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "en_US.UTF-8"})


def isolate(environ: Mapping[str, str]) -> dict[str, str]:
    """Copy an environment without its AWS settings, and with made-up keys.

    Profiles, keys and endpoints of the caller are dropped, the files they stand in
    are not looked up, and every host but loopback is behind a proxy that is closed.
    """
    kept = {
        name: value
        for name, value in environ.items()
        if not name.upper().startswith("AWS_") and not name.lower().endswith("_proxy")
    }
    return {
        **kept,
        "AWS_ACCESS_KEY_ID": "made-up-key",
        "AWS_SECRET_ACCESS_KEY": "made-up-secret",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_CONFIG_FILE": "/nonexistent/aws-config",
        "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent/aws-credentials",
        "AWS_EC2_METADATA_DISABLED": "true",
        "HTTP_PROXY": _NOWHERE,
        "HTTPS_PROXY": _NOWHERE,
        "http_proxy": _NOWHERE,
        "https_proxy": _NOWHERE,
        "NO_PROXY": LOOPBACK_HOSTS,
        "no_proxy": LOOPBACK_HOSTS,
    }
