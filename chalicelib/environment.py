"""The variables that the deploy script leaves for the Lambdas."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


def read_variables(
    environment: Mapping[str, str], names: Sequence[str]
) -> tuple[str, ...]:
    """Read the variables that every stage has.

    Raises
    ------
    SystemExit
        When one is missing, because it was not ``deploy.py`` that ran Chalice: whoever
        ran it, such as ``chalice deploy``, prints what to do, and no traceback.
    """
    missing = [name for name in names if not environment.get(name)]
    if missing:
        raise SystemExit(
            "Chalice alone does not know the stage "
            f"(found no variable {missing[0]!r}). Instead of:\n"
            "  chalice deploy, package   python deploy.py --stage dev\n"
            "  chalice delete            python deploy.py --stage dev --destroy\n"
            "  chalice local             python -m demo, or python -m localaws\n"
            "which run Chalice with all that a stage needs; `chalice logs` and "
            "`chalice invoke` work as they are."
        )
    return tuple(environment[name] for name in names)


@dataclass(frozen=True)
class Security:
    """The key and the network that jobs are to use; empty where none was asked for."""

    kms_key: str = ""
    subnet_ids: tuple[str, ...] = ()
    security_group_ids: tuple[str, ...] = ()


def read_security(environment: Mapping[str, str]) -> Security:
    """Read the optional key and network of the stage."""
    return Security(
        kms_key=environment.get("KMS_KEY_ARN", ""),
        subnet_ids=_split(environment.get("SUBNET_IDS", "")),
        security_group_ids=_split(environment.get("SECURITY_GROUP_IDS", "")),
    )


def _split(text: str) -> tuple[str, ...]:
    return tuple(part for part in text.split(",") if part)
