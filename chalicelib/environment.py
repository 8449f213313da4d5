"""The variables that the deploy script leaves for the Lambdas."""

from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.errors import SettingError


def read_variable(environment: Mapping[str, str], name: str) -> str:
    """Read one variable.

    Raises
    ------
    SettingError
        When the stage has none, because it was never deployed by ``deploy.py``.
    """
    value = environment.get(name)
    if not value:
        raise SettingError(
            f"Chalice alone does not know the stage (found no variable {name!r}); "
            "deploy with `python deploy.py --stage dev`, or the name of your stage: "
            "it runs Chalice with all that the stage needs"
        )
    return value


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
