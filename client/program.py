"""What this program is called by whoever reads a hint to type."""

import shlex
import sys
from pathlib import Path

NAME = "forecast"
# The option for the local AWS of one's own.
OWN_LOCAL = "--local"


def name_program(called: str | None = None) -> str:
    """Give the words that started the program: ``forecast``, or its script."""
    called = sys.argv[0] if called is None else called
    return NAME if Path(called).stem == NAME and _is_installed(called) else _SCRIPT


_SCRIPT = "python forecast.py"


def _is_installed(called: str) -> bool:
    return Path(called).suffix.lower() != ".py"


def spell_command(*words: str) -> str:
    """Spell a command of this program, to be pasted into a shell."""
    return f"{name_program()} {shlex.join(words)}"


def spell_place(stage: str) -> tuple[str, ...]:
    """Spell the option that names a stage as it was named."""
    return (OWN_LOCAL,) if OWN_LOCAL in sys.argv else ("--stage", stage)


def spell_deploy(stage: str) -> str:
    """Spell the command that deploys a stage."""
    if OWN_LOCAL in sys.argv:
        return spell_command("local", "deploy")
    return f"python deploy.py --stage {stage}"


def spell_aws(*words: str) -> str:
    """Spell a command of AWS's own program, and what leads it to a local AWS."""
    command = f"`{shlex.join(('aws', *words))}`"
    if OWN_LOCAL in sys.argv:
        return f"{command} (`{spell_command('local')}` says what leads it there)"
    return command
