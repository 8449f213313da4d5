"""A small version of benchmarks/kills.py: what is killed comes right in the end."""

from benchmarks.kills import is_right, kill_and_settle


def test_killed_runs_come_right():
    stream, jobs = kill_and_settle(6, seed=3, pause=3.0)

    assert sum(stream.killed.values()) == 6
    assert stream.asked
    assert is_right(stream), stream.came
    assert len(jobs) <= len(stream.asked)
