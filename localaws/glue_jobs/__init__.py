"""AWS Glue: Python shell jobs that really run."""
