"""A run by what a person types of its name: all of it, its beginning, or ``latest``."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from chalicelib.runs import is_run_id
from client.errors import SourceError, WrongStateError
from client.program import spell_command, spell_place

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

    from chalicelib.stages import Stage

LATEST = "latest"
# Step Functions keeps executions for 90 days; older runs are named in full.
_MOST_RUNS = 2_000
_NAMED = 4


def find_run_id(sfn: SFNClient, stage: Stage, text: str) -> str:
    """Find the one run that is meant.

    Parameters
    ----------
    text
        A run_id, the beginning of one, or ``latest``.

    Raises
    ------
    WrongStateError
        When the stage has no such run.
    SourceError
        When it has several.
    """
    if is_run_id(text, stage.name):
        return text
    names = list(islice(_list_names(sfn, stage), _MOST_RUNS))
    if text == LATEST:
        if names:
            return names[0]
        raise WrongStateError(
            f"stage {stage.name!r} has no runs yet; start one with "
            f"`{spell_command('run', 'data.zip', *spell_place(stage.name))}`"
        )
    if text in names:
        return text
    matching = [name for name in names if name.startswith(text)]
    if len(matching) == 1:
        return matching[0]
    if matching:
        shown = ", ".join(matching[:_NAMED])
        more = f" and {len(matching) - _NAMED} more" if matching[_NAMED:] else ""
        raise SourceError(
            f"{text!r} begins the names of {len(matching)} runs (found {shown}{more}); "
            f"give more of one, or {LATEST!r}"
        )
    alike = difflib.get_close_matches(text, [*names, LATEST], n=1, cutoff=0.5)
    meant = f"did you mean {alike[0]!r}? " if alike else ""
    raise WrongStateError(
        f"stage {stage.name!r} has no run {text!r} in account {stage.account}, region "
        f"{stage.region}; {meant}see "
        f"`{spell_command('list', *spell_place(stage.name))}`"
    )


def _list_names(sfn: SFNClient, stage: Stage) -> Iterator[str]:
    pages = sfn.get_paginator("list_executions").paginate(
        stateMachineArn=stage.state_machine_arn, PaginationConfig={"PageSize": 200}
    )
    for page in pages:
        for execution in page["executions"]:
            yield execution["name"]
