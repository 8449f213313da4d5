"""The generated parts of these pages: findings, permissions and command lines.

``python -m docs.tables`` writes each between its markers.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from client.command.group import commands
from client.exit_codes import MEANINGS
from deployment.resources.policies import PolicyTemplates
from deployment.resources.star_reasons import STAR_REASONS
from glue.findings.codes import CODES

ROOT = Path(__file__).parents[1]
_LEVELS = {
    "error": "Errors: the upload is refused, before training is paid for",
    "warning": "Warnings: the run goes on, and you should know",
    "fixed": "Repairs: put right, with no more to do than to look",
}
# What the options of a stage add, and to whom.
_ADDITIONS = {
    "use-key": "with `--kms-key`: all that touch objects",
    "use-key-for-messages": "with `--kms-key`: all that send messages",
    "encrypt-volumes": "with `--kms-key`: sagemaker",
    "join-network-glue": "with `--subnet-ids`: all Glue jobs",
    "join-network-sagemaker": "with `--subnet-ids`: sagemaker",
}
# The same for everything in a policy, and longer than what differs.
_SHORT = {
    "arn:${Partition}:": "",
    ":${Region}:${Account}:": ":",
    "::${Account}:": ":",
    ":${Region}:*:": ":*:",
    ":::": ":",
    "automl-ts-mlops-pipeline-${Stage}": "<app>-<stage>",
    "${StateMachine}": "<app>-<stage>",
    "${Queue}": "<app>-<stage>-failed-events",
    "${Topic}": "<app>-<stage>-runs",
    "${Connection}": "<app>-<stage>-network",
    "${Bucket}": "<bucket>",
    "${KeyArn}": "<key>",
    "${DnsSuffix}": "amazonaws.com",
    "${Stage}": "<stage>",
    "${Region}": "<region>",
    "${Account}": "<account>",
}


def build_findings() -> str:
    """Build one table per level, with a row for each code."""
    return "\n\n".join(_build_level(level, title) for level, title in _LEVELS.items())


def build_permissions() -> str:
    """Build the table of all policy statements."""
    templates = PolicyTemplates(ROOT)
    names = {part: part for part in templates.pipeline.parts} | _ADDITIONS
    rows = [
        (who, *cells)
        for name, who in names.items()
        for cells in _describe_policy(templates.read(name))
    ]
    return build_table(("who", "may", "on"), rows)


def build_star_reasons() -> str:
    """Build the table of the actions on ``*``, each with its reason."""
    rows = [
        (f"`{actions}`", reason, f"[{page.rsplit('/', 1)[1]}]({page})")
        for actions, (reason, page) in STAR_REASONS.items()
    ]
    return build_table(("on `*`", "because", "says"), rows)


def build_help(*command: str) -> str:
    """Build the block of what a command of the project says of itself."""
    said = subprocess.run(
        [sys.executable, *command, "--help"],
        cwd=ROOT,
        env={**os.environ, "COLUMNS": "80"},
        capture_output=True,
        text=True,
        check=True,
    )
    return f"```text\n{said.stdout.rstrip()}\n```"


def build_forecast_help() -> str:
    """Build what `forecast` says of itself and of each of its commands."""
    root = commands.make_context(
        "forecast", [], resilient_parsing=True, terminal_width=80
    )
    pages = [root.get_help()]
    for name, command in commands.commands.items():
        context = click.Context(
            command,
            info_name=name,
            parent=root,
            help_option_names=root.help_option_names,
        )
        pages.append(command.get_help(context))
    return "\n\n".join(f"```text\n{page.rstrip()}\n```" for page in pages)


def build_exit_codes() -> str:
    """Build the table of what the exit codes mean."""
    rows = [(str(code), meaning) for code, meaning in MEANINGS.items()]
    return build_table(("exit code", "means"), rows)


def build_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Build a Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


# Each page's generated parts, by the name in their markers.
PAGES: Mapping[str, Mapping[str, Callable[[], str]]] = {
    "findings.md": {"findings": build_findings},
    "permissions.md": {
        "permissions": build_permissions,
        "reasons": build_star_reasons,
    },
    "cli.md": {
        "forecast": build_forecast_help,
        "codes": build_exit_codes,
        "deploy": lambda: build_help("deploy.py"),
        "localaws": lambda: build_help("-m", "localaws"),
    },
}


def build_page(name: str) -> str:
    """Build a page as it should be, from what it is."""
    text = (ROOT / "docs" / name).read_text(encoding="utf-8")
    for part, build in PAGES[name].items():
        text = replace_part(text, part, build())
    return text


def replace_part(text: str, name: str, content: str) -> str:
    """Put a generated part between its markers.

    Raises
    ------
    ValueError
        When the page has no such markers.
    """
    start, end = f"<!-- {name}:start -->", f"<!-- {name}:end -->"
    before, found, rest = text.partition(start)
    _, closed, after = rest.partition(end)
    if not (found and closed):
        raise ValueError(f"the page has no markers (needs {start} and {end}); add them")
    return f"{before}{start}\n{content}\n{end}{after}"


def _build_level(level: str, title: str) -> str:
    rows = [
        (f"`{name}`", code.meaning, f"{code.remedy[:1].upper()}{code.remedy[1:]}.")
        for name, code in sorted(CODES.items())
        if code.level == level
    ]
    return f"## {title}\n\n{build_table(('code', 'what it means', 'what to do'), rows)}"


def _describe_policy(template: str) -> Iterator[tuple[str, str]]:
    for statement in json.loads(template)["Statement"]:
        actions = ", ".join(f"`{action}`" for action in statement["Action"])
        resources = ", ".join(f"`{_shorten(arn)}`" for arn in statement["Resource"])
        yield actions, resources + _describe_condition(statement.get("Condition", {}))


def _describe_condition(condition: dict[str, Any]) -> str:
    parts = [
        f"`{key}` is {_describe_values(value)}"
        for keys in condition.values()
        for key, value in keys.items()
    ]
    return f", if {' and '.join(parts)}" if parts else ""


def _describe_values(value: str | list[str]) -> str:
    values = [value] if isinstance(value, str) else value
    return " or ".join(f"`{_shorten(one)}`" for one in values)


def _shorten(text: str) -> str:
    for long, short in _SHORT.items():
        text = text.replace(long, short)
    return text


def main() -> None:
    """Write the generated parts of all pages."""
    for name in PAGES:
        (ROOT / "docs" / name).write_text(build_page(name), encoding="utf-8")


if __name__ == "__main__":
    main()
