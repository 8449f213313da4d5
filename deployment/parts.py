"""What a stage is made of, beside what has a module of its own."""

FUNCTIONS = (
    "on_upload",
    "prepare_run",
    "create_autopilot_job",
    "check_autopilot_job",
    "on_execution_end",
)
# Called by S3 and EventBridge, which do not wait for an answer.
ASYNCHRONOUS_FUNCTIONS = ("on_upload", "on_execution_end")
GLUE_JOBS = ("preprocess", "report")
ROLES = ("states", "glue-preprocess", "glue-report", "sagemaker")
