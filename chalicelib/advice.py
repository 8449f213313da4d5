"""Where to look further, where a reason is no more than a service's own words."""

from __future__ import annotations

import re

from chalicelib.runs import read_run_id
from chalicelib.stages import APP_NAME

# What Lambda and Step Functions call it when a function does not come to an answer.
DEATHS = {
    **dict.fromkeys(
        ("Lambda.Unknown", "Runtime.ExitError"),
        "the state's function died each time it was tried",
    ),
    **dict.fromkeys(
        ("Sandbox.Timedout", "States.Timeout"),
        "the state took longer than it may, each time it was tried",
    ),
}
# The states that are functions of ours, whose logs bear the functions' names.
FUNCTIONS = {
    "PrepareRun": "prepare_run",
    "ChooseModel": "choose_model",
    "CreateAutopilotJob": "create_autopilot_job",
    "CheckAutopilotJob": "check_autopilot_job",
    "RegisterModel": "register_model",
}
# The second is what Python says where it finds no room for a temporary file.
_FULL = re.compile(r"No space left on device|No usable temporary directory")
_DENIED = re.compile(r"AccessDenied|is not authorized to perform")


def find_advice(
    run_id: str, error: str | None, reason: str, *, step: str | None
) -> str:
    """Find what a reason is to be followed by; empty where it says enough.

    Parameters
    ----------
    error
        What Step Functions calls it.
    step
        The state that the run ended in.
    """
    run = read_run_id(run_id)
    if run is None:
        return ""
    if error in DEATHS and step in FUNCTIONS:
        log = f"/aws/lambda/{APP_NAME}-{run.stage}-{FUNCTIONS[step]}"
        return f"; its log is {log}"
    if error is not None and _FULL.search(reason):
        return "; the disk of the machine that ran it is full: make room first"
    if error is not None and _DENIED.search(reason):
        return (
            "; a permission is missing or was taken away: `python deploy.py --stage "
            f"{run.stage} --plan` shows what was changed, and a deploy puts it back"
        )
    return ""
