"""Deploy a stage of the pipeline, say what that would change, or remove it."""

from __future__ import annotations

import argparse
import os
import sys
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.errors import PipelineError
from chalicelib.stages import Stage, check_stage
from cli.ending import INTERRUPTED
from cli.endpoints import (
    LOCAL_STAGE,
    check_endpoints,
    close_proxies,
    find_endpoint,
    list_endpoints,
    prepare_environment,
    refuse_outside,
)
from cli.garbage import leave_garbage
from cli.terminal import printable_lines
from deployment.apply import deploy
from deployment.chalice.command import Chalice
from deployment.chalice.stage_files import read_stage_options
from deployment.clients import SELDOM, Clients
from deployment.deployment import Deployment
from deployment.destroy import destroy
from deployment.errors import DeploymentError, describe_aws_error
from deployment.fetch_wheels import fetch_wheel
from deployment.options import Options, change_options
from deployment.pipeline import Pipeline
from deployment.plan import plan
from deployment.preflight import preflight
from deployment.resources.engine_wheels import Libraries, read_wheels
from deployment.resources.glue_code import read_glue_code

PROJECT = Path(__file__).resolve().parent


def main(arguments: list[str] | None = None) -> int:
    """Do what the command line asks; return the exit code."""
    asked = parse_arguments(arguments)
    try:
        run(asked)
    except (BotoCoreError, ClientError) as error:
        return fail(describe_aws_error(error))
    except PipelineError as error:
        return fail(str(error))
    except KeyboardInterrupt:
        fail("stopped; run it again to finish")
        return INTERRUPTED
    return 0


def parse_arguments(arguments: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        epilog="Safe to repeat. What a stage was deployed with is remembered: name a "
        "key, a network or people again only to change them.",
    )
    add = parser.add_argument
    add("--stage", default="dev", help="at most 9 of a-z, 0-9 and -; default: dev")
    add("--region", help="AWS region; default: as for the AWS CLI")
    add("--profile", help="AWS profile; default: as for the AWS CLI")
    what = parser.add_argument_group("what to do, if not to deploy")
    add = what.add_argument
    add("--plan", action="store_true", help="say what would change, change nothing")
    add("--check", action="store_true", help="say what a run needs of the account")
    add("--destroy", action="store_true", help="remove all but the bucket's data")
    add("--delete-data", action="store_true", help="with --destroy: these too")
    add("--yes", action="store_true", help="with --destroy: do not ask; keeps data")
    add(
        "--confirm", metavar="STAGE", help="with --destroy: its name, instead of asking"
    )
    remembered = parser.add_argument_group("options of the stage; 'none' clears one")
    add = remembered.add_argument
    add(
        "--notify",
        action="append",
        metavar="EMAIL",
        help="e-mail address to notify of each run",
    )
    add("--deployer", action="append", metavar="ARN", help="who else deploys the stage")
    add("--kms-key", metavar="ARN", help="encrypt data and volumes with this key")
    add("--subnet-ids", metavar="IDS", help="comma-separated subnet IDs for the jobs")
    add(
        "--security-group-ids",
        metavar="IDS",
        help="comma-separated security group IDs for the jobs",
    )
    return parser.parse_args(arguments)


def run(asked: argparse.Namespace) -> None:
    """Deploy, plan, check or destroy.

    Raises
    ------
    DeploymentError
        When that is not possible as asked.
    """
    if asked.delete_data and not asked.destroy:
        raise DeploymentError(
            "--delete-data deletes with --destroy only (found it alone); add "
            "--destroy, or leave it out"
        )
    with ThreadPoolExecutor(1) as beside:
        act(build_deployment(asked, beside), asked)


def act(deployment: Deployment, asked: argparse.Namespace) -> None:
    """Do to a stage what the command line asks."""
    if asked.destroy:
        confirm(deployment, asked)
        destroy(deployment, say, delete_data=asked.delete_data, only_plan=asked.plan)
    elif asked.check:
        check(deployment)
    elif asked.plan:
        plan(deployment, say)
    else:
        deploy(deployment, say)
        say_what_is_next(deployment)


def say_what_is_next(deployment: Deployment) -> None:
    """Say what a person types next: after a deploy there is nothing to see yet."""
    stage = deployment.stage
    place = f"--stage {stage.name}"
    say(f"\nstage {stage.name!r} is deployed; its bucket is {stage.bucket}\nnext:")
    say(f"  forecast check data.zip {place:<14}  # what would be made of your data")
    say(f"  forecast run data.zip {place:<16}  # upload, follow, download")
    say(f"  forecast doctor {place:<22}  # is everything there that a run needs?")


def check(deployment: Deployment) -> None:
    """Say what a run needs of the account, whether the stage is deployed or not.

    Raises
    ------
    DeploymentError
        When no run can succeed before something is requested.
    """
    lacking = preflight(deployment, say)
    if lacking:
        raise DeploymentError(
            f"no run can succeed yet (found {lacking} of what it needs lacking); "
            "request it as the lines above say, and check again"
        )


def build_deployment(asked: argparse.Namespace, beside: Executor) -> Deployment:
    """Find out which account and region this is about, and say so.

    Raises
    ------
    DeploymentError
        When no region is named anywhere.
    EndpointError
        When requests would go elsewhere than where the stage is.
    """
    options = read_options(asked)
    is_local = asked.stage == LOCAL_STAGE
    prepare_environment(os.environ, asked.stage)
    session = boto3.Session(
        profile_name=asked.profile,
        # The AWS CLI reads this variable first; boto3 alone does not.
        region_name=asked.region or os.environ.get("AWS_REGION") or None,
    )
    region = session.region_name
    if region is None:
        raise DeploymentError(
            "no region is named (found neither AWS_REGION, AWS_DEFAULT_REGION nor one "
            "in the profile); name one with --region"
        )
    partition = session.get_partition_for_region(region)
    if is_local:
        session.events.register("before-send", refuse_outside)
    make = Maker(session, asked.stage)
    sts, clients = make("sts"), Clients(make)
    # While AWS answers, as it waits for nothing that AWS says.
    code = beside.submit(read_glue_code, PROJECT, Pipeline(PROJECT).glue_jobs)
    caller = sts.get_caller_identity()
    stage = Stage(asked.stage, caller["Account"], region)
    if partition != stage.partition:
        raise DeploymentError(
            f"region {region} is in partition {partition!r}, whose names of services "
            "this deployment does not know (needs aws, aws-cn or aws-us-gov); choose "
            "another --region"
        )
    say(f"account    {stage.account}")
    say(f"region     {stage.region}")
    say(f"endpoint   {sts.meta.endpoint_url}{f' ({make.note})' if make.note else ''}")
    environ = close_proxies(os.environ) if is_local else os.environ
    chalice = Chalice(PROJECT, region, asked.profile, environ)
    # The local AWS has the engine's libraries itself, and no way to fetch any.
    libraries = Libraries(() if is_local else read_wheels(PROJECT), fetch_wheel)
    return Deployment(
        PROJECT,
        stage,
        options,
        clients,
        chalice,
        caller["Arn"],
        libraries,
        code.result,
    )


class Maker:
    """Makes clients, each seen to lead where the stage is before anything is sent."""

    def __init__(self, session: boto3.Session, stage: str) -> None:
        self._session = session
        self._stage = stage
        # Of those that are made later, what is known before.
        self._endpoints = {name: find_endpoint(session, name) for name in SELDOM}
        self.note: str | None = None

    def __call__(self, service: str) -> Any:
        """Make the client of a service.

        Raises
        ------
        EndpointError
            When its requests would go elsewhere than where the stage is.
        """
        client = self._session.client(service)  # type: ignore[call-overload]  # any service
        self._endpoints |= list_endpoints([client])
        self.note = check_endpoints(self._stage, self._endpoints)
        return client


def read_options(asked: argparse.Namespace) -> Options:
    """Read the stage's options: as remembered, changed by the command line."""
    return change_options(
        read_stage_options(PROJECT, check_stage(asked.stage)),
        kms_key=asked.kms_key,
        subnet_ids=asked.subnet_ids,
        security_group_ids=asked.security_group_ids,
        notify=asked.notify,
        deployers=asked.deployer,
    )


def confirm(deployment: Deployment, asked: argparse.Namespace) -> None:
    """Have it confirmed that something is removed: by a person, or beforehand.

    Data are deleted for the stage's name only, typed or given.

    Raises
    ------
    DeploymentError
        When it is not confirmed.
    """
    name = deployment.stage.name
    if asked.plan or (asked.yes and not asked.delete_data):
        return
    answer = asked.confirm
    if answer is None:
        answer = ask_for_name(name, delete_data=asked.delete_data)
    if answer.strip() != name:
        raise DeploymentError(
            f"nothing was removed (received {answer!r}, needs {name!r}); give the name "
            "of the stage to do it"
        )


def ask_for_name(name: str, *, delete_data: bool) -> str:
    """Ask the person at the terminal for the name of the stage to remove.

    Raises
    ------
    DeploymentError
        When there is no terminal.
    """
    if not sys.stdin.isatty():
        needed = f"--confirm {name}" if delete_data else f"--yes or --confirm {name}"
        raise DeploymentError(
            f"nothing was removed, as there is no terminal to ask at (needs {needed}); "
            "add it to do it"
        )
    data = " and all its data" if delete_data else ""
    try:
        return input(f"remove stage {name!r}{data}? type its name: ")
    except EOFError:
        return ""


def say(line: str) -> None:
    """Print a line at once, also into a pipe."""
    print(printable_lines(line), flush=True)


def fail(reason: str) -> int:
    """Say why nothing more was done, and return the exit code."""
    print(f"error: {printable_lines(reason)}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    leave_garbage()
    sys.exit(main())
