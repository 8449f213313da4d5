"""Deploy the pipeline's stage: create or update all of it; safe to repeat."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.errors import PipelineError
from chalicelib.names import check_stage
from deployment.chalice_command import Chalice
from deployment.clients import Clients
from deployment.errors import DeploymentError, describe_aws_error
from deployment.stage import Stage, deploy
from deployment.target import Target

PROJECT = Path(__file__).resolve().parent


def main(arguments: list[str] | None = None) -> int:
    """Deploy as the command line asks; return the exit code."""
    options = parse_arguments(arguments)
    try:
        stage = build_stage(options)
        deploy(stage, say)
    except (BotoCoreError, ClientError) as error:
        return fail(describe_aws_error(error))
    except PipelineError as error:
        return fail(str(error))
    return 0


def parse_arguments(arguments: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--stage", default="dev", help="name of the stage, at most 9 of a-z, 0-9, -"
    )
    parser.add_argument("--region", help="AWS region; default as for the AWS CLI")
    parser.add_argument("--profile", help="AWS profile; default as for the AWS CLI")
    return parser.parse_args(arguments)


def build_stage(options: argparse.Namespace) -> Stage:
    """Find out which account and region this is about, and say so.

    Raises
    ------
    DeploymentError
        When no region is named anywhere.
    """
    check_stage(options.stage)
    session = boto3.Session(
        profile_name=options.profile,
        # The AWS CLI reads this variable first; boto3 alone does not.
        region_name=options.region or os.environ.get("AWS_REGION") or None,
    )
    region = session.region_name
    if region is None:
        raise DeploymentError(
            "no region is named (found neither AWS_REGION, AWS_DEFAULT_REGION nor one "
            "in the profile); name one with --region"
        )
    sts = session.client("sts", region_name=region)
    target = Target(options.stage, sts.get_caller_identity()["Account"], region)
    say(f"account    {target.account}")
    say(f"region     {target.region}")
    say(f"endpoint   {sts.meta.endpoint_url}")
    clients = Clients(
        glue=session.client("glue"),
        iam=session.client("iam"),
        s3=session.client("s3"),
        sfn=session.client("stepfunctions"),
    )
    chalice = Chalice(PROJECT, region, options.profile, os.environ)
    return Stage(PROJECT, target, clients, chalice)


def say(line: str) -> None:
    """Print a line at once, also into a pipe."""
    print(line, flush=True)


def fail(reason: str) -> int:
    """Say why nothing more was done, and return the exit code."""
    print(f"error: {reason}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
