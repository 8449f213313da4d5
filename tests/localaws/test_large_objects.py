"""Objects larger than memory: a test fails here once its mend is not needed."""

import hashlib
import io
import zlib
from base64 import b64encode

import boto3
import pytest
from boto3.s3.transfer import TransferConfig
from botocore.exceptions import ClientError
from moto.s3.models import FakeKey, s3_backends
from moto.server import ThreadedMotoServer

from localaws import large_objects
from localaws.patches import Patches
from tests.building.local_resources import name

PART = 5 * 1024**2
BODY = b"".join(b"%07d\n" % number for number in range(12 * 1024**2 // 8))


PARTS = [BODY[start : start + PART] for start in range(0, len(BODY), PART)]


@pytest.fixture(scope="module")
def s3():
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield boto3.client("s3", endpoint_url=f"http://{host}:{port}")
    server.stop()


@pytest.fixture
def bucket(s3):
    made = name("bucket")
    s3.create_bucket(Bucket=made)
    return made


@pytest.fixture(params=[False, True], ids=["as moto does", "mended"])
def mended(request):
    with Patches() as patches:
        if request.param:
            large_objects.install(patches)
        yield request.param


@pytest.fixture
def upload(s3, bucket):
    def upload(key="a"):
        """Upload in three parts."""
        parts = TransferConfig(multipart_threshold=PART, multipart_chunksize=PART)
        s3.upload_fileobj(io.BytesIO(BODY), bucket, key, Config=parts)

    return upload


@pytest.fixture
def read(s3, bucket):
    def read(asked=None):
        given = {} if asked is None else {"Range": f"bytes={asked}"}
        return s3.get_object(Bucket=bucket, Key="a", **given)["Body"].read()

    return read


@pytest.fixture
def whole_reads(monkeypatch):
    """The sizes of the bodies that moto has read as a whole."""
    sizes, value = [], FakeKey.value

    def watch(key):
        found = value.fget(key)
        sizes.append(len(found))
        return found

    monkeypatch.setattr(FakeKey, "value", property(watch, value.fset))
    return sizes


def test_moto_keeps_megabytes_in_memory(s3, bucket, mended):
    s3.put_object(Bucket=bucket, Key="a", Body=BODY[: 2 * 1024**2])

    (backend,) = (b for _, _, b in s3_backends.iter_backends() if bucket in b.buckets)
    assert backend.buckets[bucket].keys["a"]._value_buffer._rolled == mended


def test_moto_reads_all_for_a_few_bytes(upload, read, whole_reads, mended):
    upload()
    whole_reads.clear()

    read("8-15")

    assert (len(BODY) in whole_reads) != mended


def test_moto_joins_uploads_in_memory(upload, mended):
    given = []
    with Patches() as patches:

        @patches.wrap(FakeKey, "__init__")
        def make(original, *args, **options):
            given.append(type(options.get("value")))
            original(*args, **options)

        upload()

    assert (given[-1] is bytes) != mended


@pytest.mark.parametrize("asked", [None, "0-0", "8-15", "5242872-5242887", "-8", "9-"])
def test_ranges_are_of_what_was_sent(upload, read, mended, asked):
    upload()

    found = read(asked)

    first, last = ("0", "") if asked is None else asked.split("-")
    start = int(first) if first else len(BODY) - int(last)
    end = int(last) + 1 if first and last else len(BODY)
    assert found == BODY[start:end]


def test_object_is_known_by_its_parts(s3, bucket, upload, mended):
    upload()

    said = s3.head_object(Bucket=bucket, Key="a", ChecksumMode="ENABLED")

    sums = b"".join(zlib.crc32(part).to_bytes(4, "big") for part in PARTS)
    checksum = b64encode(zlib.crc32(sums).to_bytes(4, "big")).decode()
    tags = hashlib.md5(b"".join(hashlib.md5(part).digest() for part in PARTS))
    assert said["ContentLength"] == len(BODY)
    assert said["ETag"] == f'"{tags.hexdigest()}-3"'
    assert said["ChecksumCRC32"] == checksum


def test_object_that_is_deleted_is_read_on(s3, bucket, upload, mended):
    upload()
    body = s3.get_object(Bucket=bucket, Key="a")["Body"]

    s3.delete_object(Bucket=bucket, Key="a")

    assert body.read() == BODY


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ([(1, "0" * 32)], "InvalidPart"),
        ([(3, None)], "InvalidPart"),
        ([(1, None), (2, None)], "EntityTooSmall"),
        ([], "MalformedXML"),
    ],
)
def test_parts_that_s3_refuses_are_refused(s3, bucket, mended, asked, code):
    begun = {
        "Bucket": bucket,
        "Key": "a",
        "UploadId": s3.create_multipart_upload(Bucket=bucket, Key="a")["UploadId"],
    }
    tags = [s3.upload_part(**begun, PartNumber=n, Body=b"x")["ETag"] for n in (1, 2)]
    parts = [{"PartNumber": n, "ETag": tag or tags[n % 2]} for n, tag in asked]

    with pytest.raises(ClientError, match=code):
        s3.complete_multipart_upload(**begun, MultipartUpload={"Parts": parts})


def test_copy_of_a_large_object_is_whole(s3, bucket, upload, read, mended):
    upload("b")

    s3.copy_object(Bucket=bucket, Key="a", CopySource={"Bucket": bucket, "Key": "b"})

    assert read("1-") == BODY[1:]
