"""Why an action stands on ``*`` in a policy, and the page of AWS that says so."""

_REFERENCE = "https://docs.aws.amazon.com/service-authorization/latest/reference/"
_NO_RESOURCE = "the action can be held against no resource"
# Actions as patterns, separated by commas.
STAR_REASONS: dict[str, tuple[str, str]] = {
    "cloudwatch:PutMetricData": (
        "metrics of a namespace have no ARN",
        f"{_REFERENCE}list_amazoncloudwatch.html",
    ),
    "ecr:BatchCheckLayerAvailability, ecr:BatchGetImage, ecr:GetDownloadUrlForLayer": (
        "Autopilot's images lie in accounts of AWS, others in each region",
        "https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html",
    ),
    "ecr:GetAuthorizationToken": (
        _NO_RESOURCE,
        f"{_REFERENCE}list_amazonelasticcontainerregistry.html",
    ),
    "logs:*Deliver*, logs:*ResourcePolic*, logs:DescribeLogGroups": (
        "log delivery is set up for the account, not for one group",
        "https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html",
    ),
    "sagemaker:ListCandidatesForAutoMLJob, sagemaker:ListModels": (
        _NO_RESOURCE,
        f"{_REFERENCE}list_amazonsagemaker.html",
    ),
    "servicequotas:Get*, servicequotas:List*": (
        _NO_RESOURCE,
        f"{_REFERENCE}list_servicequotas.html",
    ),
    "ec2:Describe*": (
        _NO_RESOURCE,
        f"{_REFERENCE}list_amazonec2.html",
    ),
}
