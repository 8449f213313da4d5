"""Versions of a dataset's model, as the registry would have them."""

from datetime import UTC, datetime, timedelta

from chalicelib.registry import APPROVED, Version

GROUP = "automl-ts-mlops-pipeline-dev--sales"
NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)
TRAINED_BY = "sales-261101012419-0123abcd-dev"
CONTAINER = {
    "Image": "123456789012.dkr.ecr.us-east-1.amazonaws.com/autopilot:latest",
    "ModelDataUrl": f"s3://bucket/autopilot-output/{TRAINED_BY}/model.tar.gz",
    "Environment": {},
}


def make_version(number=3, *, approval=APPROVED, days=7, reason="", **facts):
    """Make a version that was trained so many days ago."""
    known = {"run_id": TRAINED_BY, "metric": "WQL", "backtest": "0.1", **facts}
    return Version(
        arn=f"arn:aws:sagemaker:us-east-1:123456789012:model-package/{GROUP}/{number}",
        number=number,
        approval=approval,
        created=NOW - timedelta(days=days),
        containers=(CONTAINER,),
        facts={name: text for name, text in known.items() if text is not None},
        reason=reason,
    )
