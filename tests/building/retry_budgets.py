"""What the Retry rules of a state machine amount to: how long they last at least."""

from dataclasses import dataclass

DAY = 24 * 3600.0
# One run in three million is given less than this many deviations below the mean.
_DEVIATIONS = 5


@dataclass(frozen=True)
class Budget:
    """The seconds that a rule waits in all, with its jitter."""

    attempts: int
    mean: float
    least: float
    most: float


def find_budget(rule):
    """Add up the waits of a rule; with FULL jitter each is drawn from 0 to its all."""
    waits = list_waits(rule)
    most = sum(waits)
    if rule.get("JitterStrategy", "NONE") == "NONE":
        return Budget(len(waits), most, most, most)
    deviation = sum(wait**2 / 12 for wait in waits) ** 0.5
    mean = most / 2
    return Budget(len(waits), mean, max(mean - _DEVIATIONS * deviation, 0.0), most)


def list_waits(rule):
    """List the longest waits of a rule, attempt by attempt, in seconds."""
    longest = rule.get("MaxDelaySeconds", float("inf"))
    return [
        min(rule["IntervalSeconds"] * rule["BackoffRate"] ** number, longest)
        for number in range(rule["MaxAttempts"])
    ]


def count_events(budgets, *, seconds, per_attempt, per_second):
    """Count the most events of a run: its time goes where the most events are.

    Parameters
    ----------
    seconds
        What the run may take in all.
    per_second
        The events of polling, which takes whatever time the budgets leave.
    """
    dense = [
        budget
        for budget in budgets
        if budget.attempts * per_attempt > budget.mean * per_second
    ]
    attempts = sum(budget.attempts for budget in dense)
    left = seconds - sum(budget.mean for budget in dense)
    return attempts * per_attempt + left * per_second
