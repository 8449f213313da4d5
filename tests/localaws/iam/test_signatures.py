"""Signatures are computed as AWS's own examples say, and read strictly."""

from datetime import timedelta

import pytest

from localaws.iam.keys import Credentials, make_owner
from localaws.iam.requests import Request
from localaws.iam.signatures import (
    BadSignature,
    Fault,
    check_signature,
    compute_signature,
    read_signature,
)
from tests.building.signed_requests import JSON, Keys, Sent, presign, sign

# https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html and
# https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
EXAMPLE = Credentials(
    "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
)
HOST = "examplebucket.s3.amazonaws.com"
SCOPE = "AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request"
EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
GET = Request(
    "GET",
    "/test.txt",
    {
        "host": HOST,
        "range": "bytes=0-9",
        "x-amz-content-sha256": EMPTY,
        "x-amz-date": "20130524T000000Z",
        "authorization": f"AWS4-HMAC-SHA256 Credential={SCOPE},"
        "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,"
        "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
    },
)
LIST = Request(
    "GET",
    "/?max-keys=2&prefix=J",
    {
        "host": HOST,
        "x-amz-content-sha256": EMPTY,
        "x-amz-date": "20130524T000000Z",
        "authorization": f"AWS4-HMAC-SHA256 Credential={SCOPE},"
        "SignedHeaders=host;x-amz-content-sha256;x-amz-date,"
        "Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
    },
)
PRESIGNED = Request(
    "GET",
    "/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256"
    f"&X-Amz-Credential={SCOPE.replace('/', '%2F')}"
    "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"
    "&X-Amz-Signature="
    "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404",
    {"host": HOST},
)


@pytest.mark.parametrize("request_", [GET, LIST, PRESIGNED])
def test_signature_is_the_one_of_the_guide(request_):
    signature = read_signature(request_)

    computed = compute_signature(request_, signature, EXAMPLE, b"")

    assert computed == signature.digits


OWNER = make_owner()
KEYS = Keys(OWNER.access_key_id, OWNER.secret_access_key)
ASKED = Sent("POST", "/", {"Host": "127.0.0.1:1", **JSON}, b"{}")


def check(sent, service):
    request = read(sent)
    signature = read_signature(request)
    assert signature.service == service
    check_signature(request, signature, OWNER, lambda: sent.body)


def read(sent):
    headers = {name.lower(): text for name, text in sent.headers.items()}
    return Request(sent.method, sent.target, headers)


@pytest.mark.parametrize("minutes", [-14.9, 0, 14.9])
@pytest.mark.parametrize("service", ["s3", "glue"])
def test_request_of_now_is_taken(service, minutes):
    check(sign(ASKED, KEYS, service=service, age=timedelta(minutes=minutes)), service)


@pytest.mark.parametrize(
    ("age", "expires", "fault"),
    [
        (timedelta(0), 1, None),
        (timedelta(days=6), 7 * 24 * 3600, None),
        (timedelta(seconds=2), 1, Fault.EXPIRED_URL),
        (timedelta(days=7, seconds=9), 999_999, Fault.EXPIRED_URL),
        (timedelta(minutes=-16), 1, Fault.EXPIRED_URL),
    ],
)
def test_url_holds_for_its_lifetime(age, expires, fault):
    asked = ASKED.but(method="GET", headers={"Host": "127.0.0.1:1"}, body=b"")
    sent = presign(asked, KEYS, age=age, expires=expires)

    if fault is None:
        check(sent, "s3")
    else:
        assert find_fault(sent) is fault


def find_fault(sent):
    with pytest.raises(BadSignature) as caught:
        check(sent, "s3")
    return caught.value.fault


def test_body_that_is_not_hashed_is_not_read():
    sent = sign(ASKED.saying(X_Amz_Content_SHA256=None), KEYS)
    unhashed = compute_unhashed(sent)

    check_signature(unhashed, read_signature(unhashed), OWNER, refuse_to_read)


def compute_unhashed(sent):
    """Sign again as a client does that leaves the body out of the signature."""
    request = read(sent.saying(**{"X-Amz-Content-SHA256": "UNSIGNED-PAYLOAD"}))
    signature = read_signature(request)
    digits = compute_signature(request, signature, OWNER, b"")
    claimed = request.headers["authorization"].replace(signature.digits, digits)
    return Request(
        request.method, request.target, {**request.headers, "authorization": claimed}
    )


def refuse_to_read():
    raise AssertionError("the body was read")


def test_owners_are_never_the_same():
    owners = [make_owner() for _ in range(100)]

    assert len({owner.access_key_id for owner in owners}) == 100
    assert len({owner.secret_access_key for owner in owners}) == 100
    assert {len(owner.secret_access_key) for owner in owners} == {40}
