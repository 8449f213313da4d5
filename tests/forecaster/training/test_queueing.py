from contextlib import ExitStack

import pytest

from forecaster.training.queueing import TaskQueue


def take_all(queue, stack, count):
    """Take tasks that all run on, as many workers do at the same time."""
    return [stack.enter_context(queue.take()) for _ in range(count)]


def test_one_worker_takes_every_task_once():
    queue = TaskQueue(compiled="AB", interpreted="xyz")
    taken = []
    for _ in range(5):
        with queue.take() as task:
            taken.append(task)

    assert taken == ["x", "y", "A", "B", "z"]


def test_interpreted_tasks_run_one_at_a_time():
    with ExitStack() as stack:
        taken = take_all(TaskQueue(compiled="AB", interpreted="xyz"), stack, 3)

    assert taken == ["x", "A", "B"]


def test_interpreted_tasks_share_what_is_left():
    with ExitStack() as stack:
        taken = take_all(TaskQueue(compiled="A", interpreted="xyz"), stack, 4)

    assert taken == ["x", "A", "y", "z"]


def test_next_interpreted_task_waits_for_the_first():
    queue = TaskQueue(compiled="AB", interpreted="wxyz")
    with queue.take():
        pass

    with queue.take() as task:
        assert task == "x"


def test_half_is_kept_for_workers_without_a_compiled_task():
    queue = TaskQueue(compiled="AB", interpreted="wxyz")
    with queue.take(), queue.take() as compiled:
        pass
    with queue.take() as before, queue.take() as last_compiled:
        pass

    with queue.take() as kept:
        assert (compiled, before, last_compiled, kept) == ("A", "x", "B", "y")


def test_failed_task_makes_room():
    queue = TaskQueue(compiled="A", interpreted="wxyz")
    with pytest.raises(ZeroDivisionError), queue.take():
        raise ZeroDivisionError

    with queue.take() as task:
        assert task == "x"
