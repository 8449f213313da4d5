"""Whether S3 tells the stage of uploads is seen before one is made."""

import pytest

from client.errors import NoRunError
from client.trigger import check_trigger
from tests.building.scripted_run import STAGE, make_error

ARN = STAGE.function_arn("on_upload")


def make_notification(prefix="raw", function=ARN, events=("s3:ObjectCreated:*",)):
    rules = [{"Name": "Prefix", "Value": prefix}]
    return {
        "LambdaFunctionArn": function,
        "Events": list(events),
        "Filter": {"Key": {"FilterRules": rules}},
    }


class FakeS3:
    def __init__(self, *notifications, error=None):
        self._answer = {"LambdaFunctionConfigurations": list(notifications)}
        self._error = error

    def get_bucket_notification_configuration(self, Bucket):
        if self._error:
            raise self._error
        return self._answer


@pytest.mark.parametrize(
    "notification",
    [
        make_notification(),
        make_notification(events=["s3:ObjectCreated:Put"]),
        {"LambdaFunctionArn": ARN, "Events": ["s3:ObjectCreated:*"]},
    ],
)
def test_trigger_that_is_told_is_fine(notification):
    check_trigger(FakeS3(notification), STAGE, "raw/x.zip")


@pytest.mark.parametrize(
    "notifications",
    [
        [],
        [make_notification(prefix="other/")],
        [make_notification(function=f"{ARN}2")],
        [make_notification(events=["s3:ObjectRemoved:*"])],
    ],
)
def test_trigger_that_is_not_told_is_said(notifications):
    with pytest.raises(NoRunError, match=r"nothing was uploaded; run `python deploy"):
        check_trigger(FakeS3(*notifications), STAGE, "raw/x.zip")


def test_who_may_not_look_uploads_all_the_same():
    check_trigger(FakeS3(error=make_error("AccessDenied")), STAGE, "raw/x.zip")
