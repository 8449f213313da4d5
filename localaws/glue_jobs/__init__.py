"""AWS Glue: jobs that really run."""
