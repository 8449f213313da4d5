"""Security groups of a made-up network."""


def make_security_group(ec2, *rules, name="jobs"):
    """Make a group with inbound rules; ``None`` as the source is the group itself."""
    (vpc,) = ec2.describe_vpcs()["Vpcs"]
    group = ec2.create_security_group(
        GroupName=name, Description="For the jobs", VpcId=vpc["VpcId"]
    )["GroupId"]
    for protocol, first, last in rules:
        ports = {} if protocol == "-1" else {"FromPort": first, "ToPort": last}
        permission = {
            "IpProtocol": protocol,
            **ports,
            "UserIdGroupPairs": [{"GroupId": group}],
        }
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[permission])
    return group
