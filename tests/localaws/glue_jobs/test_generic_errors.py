from localaws import serve
from tests.building.local_resources import make_job, run_job


def test_silent_glue_tells_the_exit_code_only():
    with serve(glue_errors="generic"):
        run = run_job(make_job("raise ValueError('the reason')"))

    assert run["JobRunState"] == "FAILED"
    assert run["ErrorMessage"] == "Command failed with exit code 1"
