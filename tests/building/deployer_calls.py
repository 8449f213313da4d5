"""What AWS asks of whoever deploys: the permissions of each call, and on what.

From https://docs.aws.amazon.com/service-authorization/latest/reference/.
"""

from localaws.iam.authorize import Need

ACCOUNT = "123456789012"
_PREFIXES = {"service-quotas": "servicequotas", "stepfunctions": "states"}
# Actions whose names are not the operations'.
_ACTIONS = {
    "s3:HeadBucket": "s3:ListBucket",
    "s3:HeadObject": "s3:GetObject",
    "s3:ListObjectsV2": "s3:ListBucket",
    "s3:ListObjectVersions": "s3:ListBucketVersions",
    "s3:GetBucketEncryption": "s3:GetEncryptionConfiguration",
    "s3:PutBucketEncryption": "s3:PutEncryptionConfiguration",
    "s3:GetBucketLifecycleConfiguration": "s3:GetLifecycleConfiguration",
    "s3:PutBucketLifecycleConfiguration": "s3:PutLifecycleConfiguration",
    "s3:GetPublicAccessBlock": "s3:GetBucketPublicAccessBlock",
    "s3:PutPublicAccessBlock": "s3:PutBucketPublicAccessBlock",
    "s3:GetBucketNotificationConfiguration": "s3:GetBucketNotification",
    "s3:PutBucketNotificationConfiguration": "s3:PutBucketNotification",
}
# Calls that can be held against no resource.
_ANYWHERE = {
    "cloudwatch:DescribeAlarms",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "glue:CreateSecurityConfiguration",
    "glue:DeleteSecurityConfiguration",
    "glue:GetSecurityConfiguration",
    "lambda:ListFunctions",
    "logs:DescribeLogGroups",
    "sagemaker:ListModels",
    "servicequotas:GetAWSDefaultServiceQuota",
    "servicequotas:GetServiceQuota",
    "servicequotas:ListAWSDefaultServiceQuotas",
    "servicequotas:ListServiceQuotas",
}
# What a tag at the creation takes besides.
_TAGGING = {
    "cloudwatch:PutMetricAlarm": "cloudwatch:TagResource",
    "glue:CreateConnection": "glue:TagResource",
    "glue:CreateJob": "glue:TagResource",
    "iam:CreateRole": "iam:TagRole",
    "lambda:CreateFunction": "lambda:TagResource",
    "logs:CreateLogGroup": "logs:TagResource",
    "sns:CreateTopic": "sns:TagResource",
    "sqs:CreateQueue": "sqs:TagQueue",
    "states:CreateStateMachine": "states:TagResource",
}
# Calls that pass a role on, the parameter that names it, and to whom.
_PASSING = {
    "glue:CreateJob": ("Role", "glue"),
    "glue:UpdateJob": ("JobUpdate", "glue"),
    "lambda:CreateFunction": ("Role", "lambda"),
    "lambda:UpdateFunctionConfiguration": ("Role", "lambda"),
    "states:CreateStateMachine": ("roleArn", "states"),
    "states:UpdateStateMachine": ("roleArn", "states"),
}
_ARNS = ("ResourceArn", "ResourceARN", "resourceArn", "TopicArn", "stateMachineArn")
_ARNS += ("executionArn", "PolicySourceArn", "Resource")
# The parameter that names a resource, and how its ARN ends.
_NAMES = {
    "cloudwatch": {"AlarmName": "alarm:{}", "AlarmNames": "alarm:{}"},
    "events": {"Rule": "rule/{}", "Name": "rule/{}"},
    "glue": {
        "JobName": "job/{}",
        "ConnectionName": "connection/{}",
        "ConnectionInput": "connection/{}",
        "Name": "job/{}",
    },
    "lambda": {"FunctionName": "function:{}"},
    "logs": {"logGroupName": "log-group:{}"},
    "sagemaker": {"ModelName": "model/{}", "AutoMLJobName": "automl-job/{}"},
    "sns": {"Name": "{}"},
    "sqs": {"QueueName": "{}", "QueueUrl": "{}"},
    "states": {"name": "stateMachine:{}"},
}


def list_needs(service, operation, params, region):
    """List every permission that a call takes."""
    prefix = _PREFIXES.get(service, service)
    action = f"{prefix}:{operation}"
    if service == "sts":
        return []
    if service == "s3":
        return _list_s3_needs(action, params)
    if prefix == "glue" and ("Database" in action or action.endswith("Table")):
        return _list_catalog_needs(action, params, region)
    resource = "*"
    if action not in _ANYWHERE:
        resource = _find_arn(prefix, params, region)
    needs = [Need(action, resource)]
    if prefix == "glue" and "Connection" in action:
        needs[0] = Need(action, resource.replace(":job/", ":connection/"))
        needs.append(Need(action, f"arn:aws:glue:{region}:{ACCOUNT}:catalog"))
    if action in _TAGGING and (params.get("Tags") or params.get("tags")):
        needs.append(Need(_TAGGING[action], resource))
    if action in _PASSING:
        needs += _list_passed(params, *_PASSING[action])
    return needs


def _list_catalog_needs(action, params, region):
    """List what a call about the catalog takes, on the catalog and all below it."""
    table = params.get("Name") or (params.get("TableInput") or {}).get("Name")
    database = params.get("DatabaseName") or table or params["DatabaseInput"]["Name"]
    endings = ["catalog", f"database/{database}"]
    if action.endswith("Table"):
        endings.append(f"table/{database}/{table}")
    elif action == "glue:DeleteDatabase":
        # With all that is in it.
        endings += [f"table/{database}/any", f"userDefinedFunction/{database}/any"]
    return [
        Need(action, f"arn:aws:glue:{region}:{ACCOUNT}:{ending}") for ending in endings
    ]


def _list_passed(params, parameter, to):
    role = params.get(parameter)
    if isinstance(role, dict):
        role = role.get("Role")
    context = {"iam:PassedToService": f"{to}.amazonaws.com"}
    return [Need("iam:PassRole", role, context)] if role else []


def _list_s3_needs(action, params):
    bucket = f"arn:aws:s3:::{params['Bucket']}"
    context = {"aws:ResourceAccount": ACCOUNT}
    if action == "s3:DeleteObjects":
        return [
            Need(f"s3:DeleteObject{version}", f"{bucket}/{item['Key']}", context)
            for item in params["Delete"]["Objects"]
            for version in ("", "Version")
        ]
    name = _ACTIONS.get(action, action)
    resource = f"{bucket}/{params['Key']}" if "Key" in params else bucket
    needs = [Need(name, resource, context)]
    if params.get("ObjectOwnership"):
        needs.append(Need("s3:PutBucketOwnershipControls", resource, context))
    return needs


def _find_arn(prefix, params, region):
    for name in _ARNS:
        if name in params:
            return params[name]
    if prefix == "iam":
        return f"arn:aws:iam::{ACCOUNT}:role/{params['RoleName']}"
    for name, ending in _NAMES[prefix].items():
        if name in params:
            value = _read_name(params[name])
            if value.startswith("arn:"):
                return value
            return f"arn:aws:{prefix}:{region}:{ACCOUNT}:{ending.format(value)}"
    raise LookupError(f"{prefix} with {sorted(params)} is not in the table of calls")


def _read_name(value):
    if isinstance(value, list):
        (value,) = value
    if isinstance(value, dict):
        value = value["Name"]
    # A queue goes by its URL.
    return value.rsplit("/", 1)[-1] if value.startswith("http") else value
