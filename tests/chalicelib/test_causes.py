import json

import pytest

from chalicelib.causes import find_message

LAMBDA = {"errorMessage": "no settings", "errorType": "KeyError", "stackTrace": ["x"]}
GLUE = {
    "JobName": "preprocess",
    "JobRunState": "FAILED",
    "ErrorMessage": "UploadRejected: no TTS.csv; add it",
}


@pytest.mark.parametrize(
    ("cause", "expected"),
    [
        ("plain words", "plain words"),
        (json.dumps(LAMBDA), "no settings"),
        (json.dumps(GLUE), "UploadRejected: no TTS.csv; add it"),
        (json.dumps({"FailureReason": "no capacity"}), "no capacity"),
        (json.dumps({"Cause": json.dumps(LAMBDA)}), "no settings"),
        (json.dumps({"errorMessage": json.dumps(GLUE)}), GLUE["ErrorMessage"]),
        (json.dumps(json.dumps(LAMBDA)), "no settings"),
        (json.dumps([{"message": "in a list"}]), "in a list"),
        (json.dumps({"errorMessage": "", "cause": "the cause"}), "the cause"),
        (json.dumps({"JobRunState": "FAILED"}), ""),
        ("[1, 2]", ""),
        ("", ""),
        (
            'Traceback (most recent call last):\n  File "x"\n    y()\nKeyError: z',
            "KeyError: z",
        ),
    ],
)
def test_message_is_dug_out(cause, expected):
    assert find_message(cause) == expected
