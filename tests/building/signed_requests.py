"""HTTP requests signed as a client of AWS does, and changed as an attacker would."""

import dataclasses
import http.client
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from botocore.auth import S3SigV4Auth, S3SigV4QueryAuth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials


@dataclass(frozen=True)
class Keys:
    """What a request is signed with."""

    name: str
    secret: str
    token: str | None = None

    @classmethod
    def of(cls, environ):
        return cls(environ["AWS_ACCESS_KEY_ID"], environ["AWS_SECRET_ACCESS_KEY"])

    @classmethod
    def taken(cls, assumed):
        """Give the keys that AssumeRole answered with."""
        keys = assumed["Credentials"]
        return cls(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])


@dataclass(frozen=True)
class Sent:
    """A request as it goes over the wire."""

    method: str
    target: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    def but(self, **changes):
        return dataclasses.replace(self, **changes)

    def saying(self, **headers):
        """Add headers after it was signed, or take those away that are None."""
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        kept = {k: v for k, v in self.headers.items() if k not in named}
        added = {k: v for k, v in named.items() if v is not None}
        return self.but(headers={**kept, **added})

    def claiming(self, old, new):
        """Replace a part of the Authorization header."""
        claimed = self.headers["Authorization"]
        assert old in claimed
        return self.saying(Authorization=claimed.replace(old, new))


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    text: str


JSON = {"Content-Type": "application/x-amz-json-1.1"}
FORM = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}


def sign(sent, keys, *, service="s3", age=timedelta(0), region="us-east-1"):
    """Sign a request with keys, at a moment that is ``age`` ago."""
    auth = S3SigV4Auth if service == "s3" else SigV4Auth
    signed = _sign(sent, auth(_credentials(keys), service, region), age)
    headers = {name: _decode(text) for name, text in signed.headers.items()}
    return sent.but(headers=headers)


def presign(sent, keys, *, age=timedelta(0), expires=60, service="s3"):
    """Put a signature into the URL of a request."""
    auth = S3SigV4QueryAuth(_credentials(keys), service, "us-east-1", expires=expires)
    found = urlsplit(_sign(sent, auth, age).url)
    return sent.but(target=f"{found.path}?{found.query}")


def send(sent, port):
    """Send a request to loopback just as it is."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.putrequest(
        sent.method, sent.target, skip_host=True, skip_accept_encoding=True
    )
    for name, text in sent.headers.items():
        connection.putheader(name, text)
    if sent.body and "Content-Length" not in sent.headers:
        connection.putheader("Content-Length", str(len(sent.body)))
    connection.endheaders(sent.body)
    answer = connection.getresponse()
    text = answer.read().decode("utf-8", "replace")
    connection.close()
    return Answer(answer.status, dict(answer.getheaders()), text)


def _sign(sent, auth, age):
    url = f"http://{sent.headers['Host']}{sent.target}"
    signed = AWSRequest(sent.method, url, headers=dict(sent.headers), data=sent.body)
    moment = datetime.now(UTC) - age
    signed.context["timestamp"] = moment.strftime("%Y%m%dT%H%M%SZ")
    auth._modify_request_before_signing(signed)
    text = auth.string_to_sign(signed, auth.canonical_request(signed))
    auth._inject_signature_to_request(signed, auth.signature(text, signed))
    return signed


def _credentials(keys):
    return Credentials(keys.name, keys.secret, keys.token)


def _decode(text):
    return text.decode() if isinstance(text, bytes) else text
