"""The optional settings of a stage, remembered from one deploy to the next."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from deployment.errors import DeploymentError

if TYPE_CHECKING:
    from collections.abc import Mapping

# What is said on the command line to drop a remembered setting.
NONE = "none"
_KEY_ARN = re.compile(r"arn:aws[\w-]*:kms:[\w-]+:\d{12}:key/[\w-]+")
_PRINCIPAL = re.compile(r"arn:aws[\w-]*:iam::\d{12}:(user|role)/[\w+=,.@/-]+")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


@dataclass(frozen=True)
class Options:
    """A key to encrypt with, a network to stay in, people to tell, who deploys too."""

    kms_key: str | None = None
    subnet_ids: tuple[str, ...] = ()
    security_group_ids: tuple[str, ...] = ()
    notify: tuple[str, ...] = ()
    deployers: tuple[str, ...] = ()

    @property
    def has_network(self) -> bool:
        """Tell whether jobs are to run in a network of one's own."""
        return bool(self.subnet_ids)


def read_options(remembered: Mapping[str, Any]) -> Options:
    """Read what an earlier deploy of the stage remembered.

    The file can be edited, and ``*`` among the deployers would let everybody write
    what Glue runs: what is remembered is checked as what is said anew.

    Raises
    ------
    DeploymentError
        When a value cannot be what it is given as.
    """
    subnets = remembered.get("subnet_ids")
    groups = remembered.get("security_group_ids")
    return change_options(
        Options(),
        kms_key=remembered.get("kms_key"),
        subnet_ids=None if subnets is None else ",".join(subnets),
        security_group_ids=None if groups is None else ",".join(groups),
        notify=remembered.get("notify"),
        deployers=remembered.get("deployers"),
    )


def write_options(options: Options) -> dict[str, Any]:
    """Build what a stage remembers; empty without options."""
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in asdict(options).items()
        if value
    }


def change_options(
    options: Options,
    *,
    kms_key: str | None,
    subnet_ids: str | None,
    security_group_ids: str | None,
    notify: list[str] | None,
    deployers: list[str] | None,
) -> Options:
    """Change what the command line names and leave the rest as it was.

    Raises
    ------
    DeploymentError
        When a value cannot be what it is given as.
    """
    if kms_key is not None:
        options = replace(options, kms_key=_check_key(kms_key))
    if subnet_ids is not None:
        options = replace(options, subnet_ids=_split(subnet_ids, "subnet-"))
    if security_group_ids is not None:
        groups = _split(security_group_ids, "sg-")
        options = replace(options, security_group_ids=groups)
    if notify is not None:
        options = replace(options, notify=_check_emails(notify))
    if deployers is not None:
        options = replace(options, deployers=_check_deployers(deployers))
    if bool(options.subnet_ids) != bool(options.security_group_ids):
        raise DeploymentError(
            "a network needs subnets and security groups (found only one of them); "
            "give both --subnet-ids and --security-group-ids, or 'none' for both"
        )
    return options


def _check_key(text: str) -> str | None:
    if text == NONE:
        return None
    if not _KEY_ARN.fullmatch(text):
        raise DeploymentError(
            f"--kms-key is not a key's ARN (received {text!r}); give "
            "arn:aws:kms:<region>:<account>:key/<id>, or 'none'"
        )
    return text


def _split(text: str, prefix: str) -> tuple[str, ...]:
    if text == NONE:
        return ()
    ids = tuple(part.strip() for part in text.split(",") if part.strip())
    wrong = [name for name in ids if not name.startswith(prefix)]
    if wrong or not ids:
        raise DeploymentError(
            f"not a list of ids (received {text!r}, needs {prefix}...,{prefix}...); "
            "separate them by commas, or say 'none'"
        )
    return ids


def _check_emails(addresses: list[str]) -> tuple[str, ...]:
    if addresses == [NONE]:
        return ()
    wrong = [address for address in addresses if not _EMAIL.fullmatch(address)]
    if wrong:
        raise DeploymentError(
            f"--notify takes e-mail addresses (received {', '.join(wrong)}); "
            "repeat it for each, or say 'none'"
        )
    return tuple(dict.fromkeys(addresses))


def _check_deployers(arns: list[str]) -> tuple[str, ...]:
    if arns == [NONE]:
        return ()
    wrong = [arn for arn in arns if not _PRINCIPAL.fullmatch(arn)]
    if wrong:
        raise DeploymentError(
            f"--deployer is no user's or role's ARN (received {wrong[0]!r}); give "
            "arn:aws:iam::<account>:role/<path and name>, or 'none'"
        )
    return tuple(arns)
