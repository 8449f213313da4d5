"""What Glue needs to encrypt with a key and to stay in a network, where asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from chalicelib.aws_errors import error_code, error_message
from deployment.errors import DeploymentError
from deployment.review import Fix, Review, review_removal

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client
    from mypy_boto3_glue import GlueClient

    from chalicelib.stages import Stage
    from deployment.clients import Clients
    from deployment.options import Options

_LAST_PORT = 65535


def review_connection(clients: Clients, stage: Stage, options: Options) -> Review:
    """Compare the Glue connection into the network with what it should be.

    Raises
    ------
    DeploymentError
        When the network's first subnet does not exist, or no security group lets the
        jobs talk to one another.
    """
    name, glue = stage.resource("network"), clients.glue
    found = _find_connection(glue, name)
    if not options.has_network:
        return review_removal(
            "Glue connection",
            name,
            exists=found is not None,
            remove=lambda: glue.delete_connection(ConnectionName=name),
        )
    _check_groups(clients.ec2, options)
    wanted = build_connection(stage, options, zone=_find_zone(clients.ec2, options))
    if found is None:
        create = Fix(
            "connection",
            lambda: glue.create_connection(ConnectionInput=wanted, Tags=stage.tags),
        )
        return Review("Glue connection", name, False, (create,))
    key = "PhysicalConnectionRequirements"
    right = found.get(key) == wanted[key]
    update = Fix(
        "network",
        lambda: glue.update_connection(Name=name, ConnectionInput=wanted),
    )
    return Review("Glue connection", name, True, () if right else (update,))


def build_connection(stage: Stage, options: Options, *, zone: str) -> Any:
    """Build the connection; a Glue job stays in one subnet."""
    return {
        "Name": stage.resource("network"),
        "Description": f"Where the jobs of stage {stage.name} run",
        "ConnectionType": "NETWORK",
        "ConnectionProperties": {},
        "PhysicalConnectionRequirements": {
            "SubnetId": options.subnet_ids[0],
            "SecurityGroupIdList": list(options.security_group_ids),
            # The subnet implies it, and CreateConnection asks for it all the same.
            "AvailabilityZone": zone,
        },
    }


def review_security_configuration(
    glue: GlueClient, stage: Stage, options: Options
) -> Review:
    """Compare Glue's security configuration with what it should be.

    Glue cannot change one, so that a new key replaces it.
    """
    name = stage.resource("encryption")
    found = _find_security_configuration(glue, name)

    def remove() -> object:
        return glue.delete_security_configuration(Name=name)

    if options.kms_key is None:
        return review_removal(
            "Glue security configuration",
            name,
            exists=found is not None,
            remove=remove,
        )
    wanted = build_job_encryption(options.kms_key)
    create = Fix(
        "key",
        lambda: glue.create_security_configuration(
            Name=name, EncryptionConfiguration=wanted
        ),
    )
    if found is None:
        fixes: tuple[Fix, ...] = (create,)
    elif found["EncryptionConfiguration"].get("S3Encryption") == wanted["S3Encryption"]:
        fixes = ()
    else:
        fixes = (Fix("key", remove), create)
    return Review("Glue security configuration", name, found is not None, fixes)


def build_job_encryption(kms_key: str) -> Any:
    """Build how a job encrypts; its logs need the key to trust CloudWatch, so not."""
    return {
        "S3Encryption": [{"S3EncryptionMode": "SSE-KMS", "KmsKeyArn": kms_key}],
        "CloudWatchEncryption": {"CloudWatchEncryptionMode": "DISABLED"},
        "JobBookmarksEncryption": {"JobBookmarksEncryptionMode": "DISABLED"},
    }


def _check_groups(ec2: EC2Client, options: Options) -> None:
    """Refuse security groups that Glue would refuse when a job starts.

    https://docs.aws.amazon.com/glue/latest/dg/setup-vpc-for-glue-access.html: one of
    them has to admit itself on all TCP ports.
    """
    ids = list(options.security_group_ids)
    try:
        groups = ec2.describe_security_groups(GroupIds=ids)["SecurityGroups"]
    except ClientError as error:
        if error_code(error) not in {
            "InvalidGroup.NotFound",
            "InvalidGroupId.Malformed",
        }:
            raise
        raise DeploymentError(
            f"there are no such security groups in this account and region (received "
            f"{', '.join(ids)}: {error_message(error)}); give others with "
            "--security-group-ids, or 'none'"
        ) from error
    if not any(_admits_itself(group) for group in groups):
        raise DeploymentError(
            f"no security group refers to itself (found {', '.join(ids)}; needs one "
            "whose inbound rules admit the group itself on all TCP ports, for Glue); "
            f"add it: aws ec2 authorize-security-group-ingress --group-id {ids[0]} "
            f"--protocol tcp --port 0-65535 --source-group {ids[0]}"
        )


def _admits_itself(group: Any) -> bool:
    return any(
        _covers_all_tcp(rule)
        and any(
            pair.get("GroupId") == group["GroupId"] for pair in rule["UserIdGroupPairs"]
        )
        for rule in group["IpPermissions"]
    )


def _covers_all_tcp(rule: Any) -> bool:
    if rule["IpProtocol"] == "-1":
        return True
    ports = (rule.get("FromPort", -1), rule.get("ToPort", -1))
    return rule["IpProtocol"] in {"tcp", "6"} and ports in {(0, _LAST_PORT), (-1, -1)}


def _find_zone(ec2: EC2Client, options: Options) -> str:
    subnet = options.subnet_ids[0]
    try:
        found = ec2.describe_subnets(SubnetIds=[subnet])["Subnets"]
    except ClientError as error:
        if error_code(error) != "InvalidSubnetID.NotFound":
            raise
        raise DeploymentError(
            f"there is no subnet {subnet!r} in this account and region; give others "
            "with --subnet-ids, or 'none'"
        ) from error
    return found[0]["AvailabilityZone"]


def _find_connection(glue: GlueClient, name: str) -> Any | None:
    try:
        return glue.get_connection(Name=name)["Connection"]
    except ClientError as error:
        if error_code(error) == "EntityNotFoundException":
            return None
        raise


def _find_security_configuration(glue: GlueClient, name: str) -> Any | None:
    try:
        return glue.get_security_configuration(Name=name)["SecurityConfiguration"]
    except ClientError as error:
        if error_code(error) == "EntityNotFoundException":
            return None
        raise
