"""A small burst of benchmarks/load.py: nothing lost, nothing doubled."""

from benchmarks.load import Load, measure


def test_burst_with_faults_comes_right():
    found = measure(Load(6, duplicates=0.3, faults=0.1), autopilot_jobs=2, seconds=900)

    assert found["verdicts"] == {"right": 6}
    assert (found["runs"], found["jobs"]) == (6, 6)
