"""Links to AWS's console: they open in a browser, as ``s3://`` and ARNs do not."""

from urllib.parse import quote

_CONSOLES = {
    "aws": "console.aws.amazon.com",
    "aws-cn": "console.amazonaws.cn",
    "aws-us-gov": "console.amazonaws-us-gov.com",
}


def link_object(uri: str, arn: str) -> str:
    """Link to an object of S3, in the partition and region of an ARN."""
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    host, region = _find_console(arn)
    return f"https://{host}/s3/object/{bucket}?region={region}&prefix={quote(key)}"


def link_execution(arn: str) -> str:
    """Link to an execution of a state machine."""
    host, region = _find_console(arn)
    where = f"states/home?region={region}#/v2/executions/details/{arn}"
    return f"https://{host}/{where}"


def _find_console(arn: str) -> tuple[str, str]:
    partition, region = arn.split(":")[1], arn.split(":")[3]
    host = _CONSOLES.get(partition, _CONSOLES["aws"])
    return f"{region}.{host}", region
