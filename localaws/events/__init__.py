"""Events on their way: from S3 to Lambda, and from Step Functions by rules."""
