"""Nobody but its owner gets anything out of a local AWS, or into it."""

import base64
import json
import socket
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import boto3
import pytest

from localaws.server import serve
from tests.building.signed_requests import (
    FORM,
    JSON,
    Keys,
    Sent,
    presign,
    send,
    sign,
)

BUCKET, KEY, BODY = "owned", "raw/a b.txt", b"the owner's data"
OBJECT = f"/{BUCKET}/raw/a%20b.txt"
TARGET = "AWSGlue.GetJobs"
TRUST = {"Version": "2012-10-17", "Statement": []}
ALLOW_ALL = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
}


@dataclass(frozen=True)
class Bench:
    """A local AWS that somebody owns, and the means to attack it."""

    port: int
    owner: Keys
    role: Keys
    other_role: Keys
    user: Keys
    former: Keys

    @property
    def host(self):
        return f"127.0.0.1:{self.port}"

    def read(self, **headers):
        """Ask for the owner's object, unsigned."""
        return Sent("GET", OBJECT, {"Host": self.host, **headers})

    def write(self, body=b"planted"):
        return Sent("PUT", f"/{BUCKET}/raw/new.zip", {"Host": self.host}, body)

    def ask_glue(self, body=b"{}"):
        headers = {"Host": self.host, **JSON, "X-Amz-Target": TARGET}
        return Sent("POST", "/", headers, body)

    def ask_iam(self, body=b"Action=ListRoles&Version=2010-05-08"):
        return Sent("POST", "/", {"Host": self.host, **FORM}, body)

    def invoke(self):
        target = "/2015-03-31/functions/f/invocations"
        return Sent("POST", target, {"Host": self.host}, b"{}")

    def read_signed(self, keys=None, **options):
        return sign(self.read(), keys or self.owner, **options)

    def write_signed(self):
        return sign(self.write(), self.owner)

    def ask_glue_signed(self, keys=None, **options):
        return sign(self.ask_glue(), keys or self.owner, service="glue", **options)

    def ask_iam_signed(self, keys=None, **options):
        return sign(self.ask_iam(), keys or self.owner, service="iam", **options)

    def read_presigned(self, keys=None, **options):
        return presign(self.read(), keys or self.owner, **options)


@pytest.fixture(scope="module")
def bench():
    with serve() as gone:
        former = Keys.of(gone.environ)
    with serve() as server:
        s3, iam, sts = (boto3.client(name) for name in ("s3", "iam", "sts"))
        s3.create_bucket(Bucket=BUCKET)
        s3.put_object(Bucket=BUCKET, Key=KEY, Body=BODY)
        roles = []
        for name in ("one", "two"):
            made = iam.create_role(
                RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST)
            )
            iam.put_role_policy(
                RoleName=name, PolicyName="all", PolicyDocument=json.dumps(ALLOW_ALL)
            )
            arn = made["Role"]["Arn"]
            roles.append(
                Keys.taken(sts.assume_role(RoleArn=arn, RoleSessionName="of-a-test"))
            )
        iam.create_user(UserName="somebody")
        made = iam.create_access_key(UserName="somebody")["AccessKey"]
        yield Bench(
            port=int(server.endpoint_url.rpartition(":")[2]),
            owner=Keys.of(server.environ),
            role=roles[0],
            other_role=roles[1],
            user=Keys(made["AccessKeyId"], made["SecretAccessKey"]),
            former=former,
        )


def list_state():
    """List what an attack would have changed."""
    s3 = boto3.client("s3")
    objects = s3.list_objects_v2(Bucket=BUCKET)["Contents"]
    buckets = s3.list_buckets()["Buckets"]
    return [b["Name"] for b in buckets], [o["Key"] for o in objects]


STATE = ([BUCKET], [KEY])
# What is said to whoever asks for another host, or from another page.
FOREIGN = (403, "Forbidden")
AFTER_ALL = datetime(2999, 1, 1)


def test_owner_gets_what_is_the_owner_s(bench):
    answers = [
        send(sent, bench.port)
        for sent in (
            bench.read_signed(),
            bench.read_signed(age=timedelta(minutes=14)),
            bench.read_signed(age=timedelta(minutes=-14)),
            bench.read_signed(bench.role),
            bench.read_presigned(),
            bench.read_presigned(bench.role).saying(),
            sign(bench.read(Host=f"localhost:{bench.port}"), bench.owner),
            bench.read_signed().saying(Origin=f"http://{bench.host}"),
            bench.read_signed().saying(Referer=f"http://localhost:{bench.port}/x?y"),
            bench.read_signed().saying(Sec_Fetch_Site="same-origin"),
        )
    ]

    assert [(a.status, a.text) for a in answers] == [(200, BODY.decode())] * 10
    assert send(bench.ask_glue_signed(), bench.port).status == 200
    assert send(bench.ask_iam_signed(), bench.port).status == 200


# Each signed by the owner, so that nothing but the host speaks against it.
HOSTS = {
    "another site": "evil.example",
    "another site on the port": "evil.example:{port}",
    "a name that leads here": "127.0.0.1.nip.io:{port}",
    "no port": "127.0.0.1",
    "another port": "127.0.0.1:1",
    "localhost on another port": "localhost:1",
    "a subdomain of localhost": "owned.localhost:{port}",
    "localhost with a dot": "localhost.:{port}",
    "every address": "0.0.0.0:{port}",
    "the other loopback": "[::1]:{port}",
    "another address of loopback": "127.0.0.2:{port}",
    "the address as a number": "2130706433:{port}",
    "two hosts": "127.0.0.1:{port}, evil.example",
    "a user before the host": "evil.example@127.0.0.1:{port}",
    "the address in octal": "0177.0.0.1:{port}",
    "the address in hexadecimal": "0x7f000001:{port}",
    "the address with zeros": "127.000.000.001:{port}",
    "half an address": "127.1:{port}",
    "the address inside version 6": "[::ffff:127.0.0.1]:{port}",
    "a port with zeros": "127.0.0.1:0{port}",
    "a port with a sign": "127.0.0.1:+{port}",
    "a port behind a path": "evil.example/127.0.0.1:{port}",
    "a port behind a fragment": "127.0.0.1:{port}#evil.example",
    "the local domain": "localhost.localdomain:{port}",
    "another user before localhost": "localhost:{port}@evil.example",
    "the metadata of an instance": "169.254.169.254",
    "a service of AWS": "s3.us-east-1.amazonaws.com",
}


@pytest.mark.parametrize("attack", HOSTS)
def test_request_for_another_host_is_refused(bench, attack):
    host = HOSTS[attack].format(port=bench.port)

    answer = send(sign(bench.read(Host=host), bench.owner), bench.port)

    assert (answer.status, answer.text) == FOREIGN


def test_request_without_a_host_is_refused(bench):
    answer = send(bench.read_signed().saying(Host=None), bench.port)

    assert (answer.status, answer.text) == FOREIGN


def test_request_by_way_of_a_proxy_is_refused(bench):
    sent = bench.read_signed()

    for host in ("evil.example", bench.host):
        answer = send(sent.but(target=f"http://{host}{OBJECT}"), bench.port)
        assert (answer.status, answer.text) == FOREIGN


PAGES = {
    "another site": "http://evil.example",
    "another site, encrypted": "https://evil.example",
    "an opaque page": "null",
    "a file": "file://",
    "an extension": "chrome-extension://abcdef",
    "another port of loopback": "http://127.0.0.1:1",
    "no port": "http://127.0.0.1",
    "another scheme": "https://127.0.0.1:{port}",
    "a host that begins as ours": "http://127.0.0.1:{port}.evil.example",
    "a user that looks like ours": "http://127.0.0.1:{port}@evil.example",
    "a host in version 6": "http://[::1]:{port}",
    "two pages, ours first": "http://127.0.0.1:{port} http://evil.example",
    "two pages, ours last": "http://evil.example, http://127.0.0.1:{port}",
    "a blob": "blob:http://127.0.0.1:{port}",
    "data": "data:text/html,x",
    "a host that ends as ours": "http://evil127.0.0.1:{port}",
    "a host before a backslash": "http://evil.example\\@127.0.0.1:{port}",
    "a port with zeros": "http://127.0.0.1:0{port}",
    "the address as a number": "http://2130706433:{port}",
    "nothing": "",
    "no address": "http://[",
}
SAYING = {
    "Origin": "{page}",
    "Referer": "{page}/path?query",
}


@pytest.mark.parametrize("header", SAYING)
@pytest.mark.parametrize("attack", PAGES)
def test_request_from_a_foreign_page_is_refused(bench, attack, header):
    page = PAGES[attack].format(port=bench.port)
    said = SAYING[header].format(page=page) if page else ""

    answer = send(bench.read_signed().saying(**{header: said}), bench.port)

    assert (answer.status, answer.text) == FOREIGN
    assert not any(name.startswith("Access-Control-") for name in answer.headers)


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_request_that_a_browser_calls_foreign_is_refused(bench, site):
    answer = send(bench.read_signed().saying(Sec_Fetch_Site=site), bench.port)

    assert (answer.status, answer.text) == FOREIGN


def test_browser_may_not_ask_first(bench):
    asked = {
        "Origin": "http://evil.example",
        "Access-Control-Request-Method": "PUT",
        "Access-Control-Request-Headers": "authorization,x-amz-date",
    }

    answers = [
        send(bench.read(**headers).but(method="OPTIONS"), bench.port)
        for headers in (asked, {**asked, "Origin": f"http://{bench.host}"}, {})
    ]

    assert [answer.status for answer in answers] == [403, 403, 403]
    said = [name for answer in answers for name in answer.headers]
    assert not any(name.startswith("Access-Control-") for name in said)


def test_answer_lets_no_other_origin_read_it(bench):
    answer = send(bench.read_signed().saying(Origin=f"http://{bench.host}"), bench.port)

    assert answer.status == 200
    assert not any(name.startswith("Access-Control-") for name in answer.headers)


MADE_UP = Keys("made-up-key", "made-up-secret")
BASIC = base64.b64encode(b"owner:owner").decode()
# What is sent, and what the service says of it.
STRANGERS = {
    "read an object": (lambda b: b.read(), "AccessDenied"),
    "write an object": (lambda b: b.write(), "AccessDenied"),
    "list buckets": (lambda b: b.read().but(target="/"), "AccessDenied"),
    "delete the bucket": (
        lambda b: b.read().but(method="DELETE", target=f"/{BUCKET}"),
        "AccessDenied",
    ),
    "post a form to the bucket": (
        lambda b: b.write().but(method="POST", target=f"/{BUCKET}"),
        "AccessDenied",
    ),
    "see whether it is there": (lambda b: b.read().but(method="HEAD"), ""),
    "ask Glue": (lambda b: b.ask_glue(), "MissingAuthenticationTokenException"),
    "ask IAM": (lambda b: b.ask_iam(), "MissingAuthenticationToken"),
    "assume a role without keys": (
        lambda b: b.ask_iam(
            b"Action=AssumeRoleWithWebIdentity&Version=2011-06-15&WebIdentityToken=t"
            b"&RoleSessionName=s&RoleArn=arn:aws:iam::123456789012:role/one"
        ),
        "MissingAuthenticationToken",
    ),
    "invoke a function": (lambda b: b.invoke(), "AccessDenied"),
    "go by moto's own path": (
        lambda b: b.read().but(target="/s3_us-east-1/owned"),
        "AccessDenied",
    ),
    "give a password": (
        lambda b: b.read(Authorization=f"Basic {BASIC}"),
        "AuthorizationHeaderMalformed",
    ),
    "give a bearer's token": (
        lambda b: b.read(Authorization="Bearer abc"),
        "AuthorizationHeaderMalformed",
    ),
    "sign as of old": (
        lambda b: b.read(Authorization=f"AWS {b.owner.name}:c2lnbmF0dXJl"),
        "AuthorizationHeaderMalformed",
    ),
    "name the owner's key in a URL of old": (
        lambda b: b.read().but(
            target=f"{OBJECT}?AWSAccessKeyId={b.owner.name}&Signature=x&Expires=9999999999"
        ),
        "AccessDenied",
    ),
    "sign with keys of nobody": (
        lambda b: b.read_signed(MADE_UP),
        "InvalidAccessKeyId",
    ),
    "ask Glue with keys of nobody": (
        lambda b: b.ask_glue_signed(MADE_UP),
        "UnrecognizedClientException",
    ),
    "ask IAM with keys of nobody": (
        lambda b: b.ask_iam_signed(MADE_UP),
        "InvalidClientTokenId",
    ),
    "sign with the keys of a server that has gone": (
        lambda b: b.read_signed(b.former),
        "InvalidAccessKeyId",
    ),
    "sign with the keys of an IAM user": (
        lambda b: b.read_signed(b.user),
        "InvalidAccessKeyId",
    ),
    "know the owner's key but not the secret": (
        lambda b: b.read_signed(Keys(b.owner.name, "wrong")),
        "SignatureDoesNotMatch",
    ),
    "ask Glue without the secret": (
        lambda b: b.ask_glue_signed(Keys(b.owner.name, "wrong")),
        "InvalidSignatureException",
    ),
    "ask IAM without the secret": (
        lambda b: b.ask_iam_signed(Keys(b.owner.name, "wrong")),
        "SignatureDoesNotMatch",
    ),
    "know the secret but not the key": (
        lambda b: b.read_signed(Keys("LKIAAAAAAAAAAAAAAAAA", b.owner.secret)),
        "InvalidAccessKeyId",
    ),
    "add a token to the owner's key": (
        lambda b: b.read_signed(Keys(b.owner.name, b.owner.secret, "token")),
        "InvalidToken",
    ),
    "use a role's keys without the token": (
        lambda b: b.read_signed(Keys(b.role.name, b.role.secret)),
        "InvalidToken",
    ),
    "use a role's keys with another's token": (
        lambda b: b.read_signed(Keys(b.role.name, b.role.secret, b.other_role.token)),
        "InvalidToken",
    ),
    "know a role's token but not the secret": (
        lambda b: b.read_signed(Keys(b.role.name, "wrong", b.role.token)),
        "SignatureDoesNotMatch",
    ),
    "sign nothing": (
        lambda b: b.read_signed().claiming("SignedHeaders=host;", "SignedHeaders="),
        "AuthorizationHeaderMalformed",
    ),
    "give no signature": (
        lambda b: b.read_signed().claiming("Signature=", "Signature=,x="),
        "AuthorizationHeaderMalformed",
    ),
    "give a part of the signature": (
        lambda b: b.read_signed().saying(
            Authorization=b.read_signed().headers["Authorization"][:-1]
        ),
        "SignatureDoesNotMatch",
    ),
    "name another algorithm": (
        lambda b: b.read_signed().claiming("AWS4-HMAC-SHA256", "AWS4-NONE"),
        "AuthorizationHeaderMalformed",
    ),
}
OLD = timedelta(minutes=16)


def choose_age_of_today():
    """Choose an age that is too old or too young, but never of another day.

    Just after midnight an old request names the day before, which is told
    before its signature is looked at.
    """
    now = datetime.now(UTC)
    return OLD if (now - OLD).date() == now.date() else -OLD


TAMPERED = {
    "send a request again later": (
        lambda b: b.read_signed(age=OLD),
        "RequestTimeTooSkewed",
    ),
    "send a request before its time": (
        lambda b: b.read_signed(age=-OLD),
        "RequestTimeTooSkewed",
    ),
    "send one to Glue again later": (
        lambda b: b.ask_glue_signed(age=OLD),
        "InvalidSignatureException",
    ),
    "send one to IAM again later": (
        lambda b: b.ask_iam_signed(age=OLD),
        "SignatureDoesNotMatch",
    ),
    "make an old request new": (
        lambda b: b.read_signed(age=choose_age_of_today()).saying(
            X_Amz_Date=b.read_signed().headers["X-Amz-Date"]
        ),
        "SignatureDoesNotMatch",
    ),
    "give a date of another day": (
        lambda b: b.read_signed().saying(X_Amz_Date="20200101T000000Z"),
        "AuthorizationHeaderMalformed",
    ),
    "give no date": (
        lambda b: b.read_signed().saying(X_Amz_Date=None),
        "AuthorizationHeaderMalformed",
    ),
    "write another body": (
        lambda b: b.write_signed().but(body=b"PLANTED"),
        "XAmzContentSHA256Mismatch",
    ),
    "write another body with its hash": (
        lambda b: (
            b.write_signed()
            .but(body=b"PLANTED")
            .saying(X_Amz_Content_SHA256="UNSIGNED-PAYLOAD")
        ),
        "SignatureDoesNotMatch",
    ),
    "leave out the hash of a body": (
        lambda b: b.write_signed().saying(X_Amz_Content_SHA256=None),
        "SignatureDoesNotMatch",
    ),
    "ask Glue something else": (
        lambda b: b.ask_glue_signed().but(body=b'{"JobName": "x"}'),
        "InvalidSignatureException",
    ),
    "let Glue not look at the body": (
        lambda b: sign(
            b.ask_glue().saying(X_Amz_Content_SHA256="UNSIGNED-PAYLOAD"),
            b.owner,
            service="glue",
        ).but(body=b'{"JobName": "x"}'),
        "InvalidSignatureException",
    ),
    "ask IAM something else": (
        lambda b: b.ask_iam_signed().but(body=b"Action=ListUsers&Version=2010-05-08"),
        "SignatureDoesNotMatch",
    ),
    "call another operation": (
        lambda b: b.ask_glue_signed().saying(X_Amz_Target="AWSGlue.GetConnections"),
        "InvalidSignatureException",
    ),
    "read another object": (
        lambda b: b.read_signed().but(target=f"/{BUCKET}/raw/other"),
        "SignatureDoesNotMatch",
    ),
    "climb to another object": (
        lambda b: b.read_signed().but(target=f"/{BUCKET}/raw/../raw/a%20b.txt"),
        "SignatureDoesNotMatch",
    ),
    "add a query": (
        lambda b: b.read_signed().but(target=f"{OBJECT}?acl"),
        "SignatureDoesNotMatch",
    ),
    "delete what was to be read": (
        lambda b: b.read_signed().but(method="DELETE"),
        "SignatureDoesNotMatch",
    ),
    "change a signed header": (
        lambda b: sign(b.read(**{"X-Amz-Meta-A": "1"}), b.owner).saying(
            X_Amz_Meta_A="2"
        ),
        "SignatureDoesNotMatch",
    ),
    "copy an object by a header that is not signed": (
        lambda b: b.write_signed().saying(X_Amz_Copy_Source=OBJECT),
        "AccessDenied",
    ),
    "claim a header that was not sent": (
        lambda b: b.read_signed().claiming(
            "SignedHeaders=host", "SignedHeaders=accept;host"
        ),
        "SignatureDoesNotMatch",
    ),
    "move a request to the other name of the host": (
        lambda b: b.read_signed().saying(Host=f"localhost:{b.port}"),
        "SignatureDoesNotMatch",
    ),
    "move a request to another region": (
        lambda b: b.read_signed().claiming("/us-east-1/", "/eu-west-1/"),
        "SignatureDoesNotMatch",
    ),
    "move a request to another service": (
        lambda b: b.read_signed().claiming("/s3/", "/glue/"),
        "InvalidSignatureException",
    ),
    "move a role's request to the owner": (
        lambda b: b.read_signed(b.role).claiming(b.role.name, b.owner.name),
        "InvalidToken",
    ),
    "sign a body chunk by chunk": (
        lambda b: sign(b.write(b"PLANTED"), b.owner).saying(
            X_Amz_Content_SHA256="STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
        ),
        "SignatureDoesNotMatch",
    ),
}
WEEK = 7 * 24 * 3600
PRESIGNED = {
    "with keys of nobody": (
        lambda b: b.read_presigned(MADE_UP),
        "InvalidAccessKeyId",
    ),
    "without the secret": (
        lambda b: b.read_presigned(Keys(b.owner.name, "wrong")),
        "SignatureDoesNotMatch",
    ),
    "with a role's keys and another's token": (
        lambda b: b.read_presigned(
            Keys(b.role.name, b.role.secret, b.other_role.token)
        ),
        "InvalidToken",
    ),
    "after its time": (
        lambda b: b.read_presigned(age=timedelta(seconds=61)),
        "AccessDenied",
    ),
    "before its time": (lambda b: b.read_presigned(age=-OLD), "AccessDenied"),
    "for longer than a week": (
        lambda b: b.read_presigned(age=timedelta(days=7, minutes=1), expires=2 * WEEK),
        "AuthorizationHeaderMalformed",
    ),
    "for longer than it was signed for": (
        lambda b: b.read_presigned().but(
            target=b.read_presigned().target.replace("Expires=60", "Expires=600")
        ),
        "SignatureDoesNotMatch",
    ),
    "for another object": (
        lambda b: b.read_presigned().but(
            target=b.read_presigned().target.replace("a%20b", "other")
        ),
        "SignatureDoesNotMatch",
    ),
    "to write what may be read": (
        lambda b: b.read_presigned().but(method="PUT", body=b"PLANTED"),
        "SignatureDoesNotMatch",
    ),
    "with another parameter": (
        lambda b: b.read_presigned().but(target=f"{b.read_presigned().target}&acl"),
        "SignatureDoesNotMatch",
    ),
    "with a header as well": (
        lambda b: b.read_presigned().but(headers=b.read_signed().headers),
        "AuthorizationHeaderMalformed",
    ),
    "for another service": (
        lambda b: b.read_presigned(service="iam"),
        "AuthorizationHeaderMalformed",
    ),
    "without a signature": (
        lambda b: b.read_presigned().but(
            target=b.read_presigned().target.rpartition("&X-Amz-Signature")[0]
        ),
        "AccessDenied",
    ),
}
ATTACKS = {
    **{f"stranger: {name}": attack for name, attack in STRANGERS.items()},
    **{f"tampered: {name}": attack for name, attack in TAMPERED.items()},
    **{f"presigned: {name}": attack for name, attack in PRESIGNED.items()},
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_request_that_the_owner_did_not_make_is_refused(bench, attack):
    make, code = ATTACKS[attack]

    answer = send(make(bench), bench.port)

    assert answer.status == 403
    assert code in answer.text
    assert BODY.decode() not in answer.text
    assert list_state() == STATE


def test_refusal_names_none_of_the_keys(bench):
    answers = [send(make(bench), bench.port) for make, _ in ATTACKS.values()]

    told = "".join(f"{answer.headers}{answer.text}" for answer in answers)
    for keys in (bench.owner, bench.role, bench.other_role):
        assert keys.name not in told
        assert keys.secret not in told


def test_expired_keys_of_a_role_are_refused(bench, monkeypatch):
    monkeypatch.setattr("localaws.iam.gate.utcnow", lambda: AFTER_ALL)

    assert "ExpiredToken" in send(bench.read_signed(bench.role), bench.port).text
    asked = send(bench.ask_glue_signed(bench.role), bench.port)
    assert "ExpiredTokenException" in asked.text
    assert send(bench.read_signed(), bench.port).status == 200


# What moto's server has and AWS has not.
NOT_AWS = [
    ("GET", "/moto-api/"),
    ("GET", "/moto-api/data.json"),
    ("GET", "/moto-api/config"),
    ("GET", "/moto-api"),
    ("POST", "/moto-api/reset"),
    ("POST", "/moto-api/reset-auth"),
    ("POST", "/moto-api/seed?a=1"),
    ("POST", "/moto-api/config"),
    ("POST", "/moto-api/recorder/reset-recording"),
    ("POST", "/moto-api/recorder/start-recording"),
    ("POST", "/moto-api/recorder/upload-recording"),
    ("POST", "/moto-api/recorder/replay-recording"),
    ("GET", "/moto-api/recorder/download-recording"),
    ("POST", "/moto-api/state-manager/set-transition"),
    ("GET", "/favicon.ico"),
    ("GET", "/latest/meta-data/iam/security-credentials/"),
    ("PUT", "/latest/api/token"),
]


@pytest.mark.parametrize(("method", "target"), NOT_AWS)
def test_what_aws_has_not_is_not_there(bench, method, target, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    body = b"" if method == "GET" else b"{}"
    asked = Sent(method, target, {"Host": bench.host}, body)

    stranger = send(asked, bench.port)
    owner = send(sign(asked, bench.owner), bench.port)

    assert stranger.status == 403
    assert owner.status in {403, 404}
    assert "AccessKeyId" not in owner.text
    assert list_state() == STATE
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("service", ["moto_api", "motoapi.amazonaws.com", "instance"])
def test_moto_s_own_api_is_no_service(bench, service):
    asked = Sent("POST", "/moto-api/reset", {"Host": bench.host}, b"{}")

    answer = send(sign(asked, bench.owner, service=service), bench.port)

    assert answer.status in {403, 404}
    assert list_state() == STATE


def speak(port, *lines, body=b""):
    """Send lines as they are; give the status of the first answer."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        text = "\r\n".join([*lines, "Connection: close", "", ""])
        connection.sendall(text.encode() + body)
        answer = b""
        while part := connection.recv(65_536):
            answer += part
    assert BODY not in answer
    return int(answer.split(b" ", 2)[1]) if answer else 400


def list_lines(sent):
    """Write a request as lines, for what no library would send."""
    headers = [f"{name}: {text}" for name, text in sent.headers.items()]
    return [f"{sent.method} {sent.target} HTTP/1.1", *headers]


# Each is the owner's own request, with something beside it that makes it foreign.
BESIDE = {
    "a second host": "Host: evil.example",
    "a second page": "Origin: http://evil.example",
    "a page in small letters": "origin: http://evil.example",
    "a page that a proxy had": "Referer: http://evil.example/",
    "a second signature": "Authorization: AWS4-HMAC-SHA256 Credential=x",
}


@pytest.mark.parametrize("attack", BESIDE)
def test_owner_s_request_with_something_foreign_is_refused(bench, attack):
    lines = list_lines(bench.read_signed().saying(Origin=f"http://{bench.host}"))

    assert speak(bench.port, *lines, BESIDE[attack]) in {400, 403}


UNSIGNED = {
    "a host behind a proxy": ["X-Forwarded-Host: 127.0.0.1"],
    "an address behind a proxy": ["X-Forwarded-For: 127.0.0.1"],
    "another method": ["X-HTTP-Method-Override: GET"],
    "another path": [f"X-Original-URL: {OBJECT}", f"X-Rewrite-URL: {OBJECT}"],
    "a cookie": ["Cookie: aws-creds=owner"],
    "keys of an instance": ["X-aws-ec2-metadata-token: x"],
    "an account": ["X-Moto-Account-Id: 123456789012"],
    "two lengths": ["Content-Length: 0", "Content-Length: 5"],
    "a length and chunks": ["Content-Length: 4", "Transfer-Encoding: chunked"],
}


@pytest.mark.parametrize("attack", UNSIGNED)
def test_stranger_gets_in_by_no_header(bench, attack):
    lines = list_lines(bench.read())

    assert speak(bench.port, *lines, *UNSIGNED[attack]) in {400, 403}
    assert list_state() == STATE


PATHS = {
    "another encoding": OBJECT.replace("raw", "r%61w"),
    "a dot": OBJECT.replace("/raw", "/./raw"),
    "a step up": f"/{BUCKET}/x/..%2fraw/a%20b.txt",
    "two slashes": f"/{OBJECT}",
    "a host": f"//127.0.0.1{OBJECT}",
    "a NUL": f"{OBJECT}%00",
    "a line break": f"{OBJECT}%0d%0aX-Evil:%201",
}


@pytest.mark.parametrize("attack", PATHS)
def test_stranger_gets_in_by_no_path(bench, attack):
    answer = send(bench.read().but(target=PATHS[attack]), bench.port)

    assert answer.status in {400, 403}
    assert BODY.decode() not in answer.text
    assert "X-Evil" not in answer.headers


def test_large_body_of_a_stranger_is_not_waited_for(bench):
    began = time.monotonic()
    headers = {"Host": bench.host, "Content-Length": str(10**12)}

    answer = send(bench.write().but(headers=headers), bench.port)

    assert answer.status == 403
    assert time.monotonic() - began < 10
