"""The models of a dataset: which there are, and who decides which one forecasts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chalicelib.registry import (
    APPROVED,
    PENDING,
    REJECTED,
    Version,
    list_versions,
    set_approval,
)
from client.errors import WrongStateError

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient

    from chalicelib.stages import Stage

_WORDS = {APPROVED: "approved", PENDING: "waits for approval", REJECTED: "rejected"}


@dataclass(frozen=True)
class Models:
    """The versions of a dataset's model, the newest first."""

    dataset: str
    versions: tuple[Version, ...]

    @property
    def champion(self) -> Version | None:
        """The version that forecasts: the highest that is approved."""
        approved = [one for one in self.versions if one.is_approved]
        return max(approved, key=lambda one: one.number, default=None)

    def find(self, number: int) -> Version:
        """Find a version by its number.

        Raises
        ------
        WrongStateError
            When there is none.
        """
        for version in self.versions:
            if version.number == number:
                return version
        known = ", ".join(str(one.number) for one in self.versions) or "none"
        raise WrongStateError(
            f"dataset {self.dataset!r} has no version {number} (found {known}); give "
            "one of these"
        )

    def word_state(self, version: Version) -> str:
        """Say in a word or two how a version stands."""
        if version == self.champion:
            return "champion"
        return _WORDS.get(version.approval, version.approval)


class Registrar:
    """Reads and decides on the models of one dataset."""

    def __init__(self, sagemaker: SageMakerClient, stage: Stage, dataset: str) -> None:
        self._sagemaker = sagemaker
        self._group = stage.model_group(dataset)
        self._dataset = dataset

    def read(self) -> Models:
        """Read all versions."""
        found = list_versions(self._sagemaker, self._group)
        return Models(self._dataset, tuple(found))

    def approve(self, number: int, reason: str) -> Models:
        """Approve a version; give how all of them stand then."""
        return self._decide(number, APPROVED, reason)

    def reject(self, number: int, reason: str) -> Models:
        """Reject a version; give how all of them stand then."""
        return self._decide(number, REJECTED, reason)

    def roll_back(self, reason: str) -> tuple[Version, Models]:
        """Reject the champion, so that the approved version before it forecasts.

        Raises
        ------
        WrongStateError
            When there is no such version.
        """
        models = self.read()
        champion = models.champion
        earlier = [v for v in models.versions if v.is_approved and v != champion]
        if champion is None:
            raise WrongStateError(
                f"dataset {self._dataset!r} has no champion (found no version to be "
                "approved); `forecast approve` makes one, or the next run trains anew"
            )
        if not earlier:
            raise WrongStateError(
                f"dataset {self._dataset!r} has no approved version to go back to "
                f"(found version {champion.number} alone to be approved); `forecast "
                "reject` it, and the next run trains anew"
            )
        return champion, self._decide(champion.number, REJECTED, reason)

    def _decide(self, number: int, approval: str, reason: str) -> Models:
        version = self.read().find(number)
        if version.approval != approval:
            set_approval(self._sagemaker, version.arn, approval, reason=reason)
        return self.read()


def word_champion(models: Models) -> str:
    """Say which version forecasts from now on."""
    champion = models.champion
    if champion is None:
        return "no version is approved: the next run trains, whatever the settings say"
    return f"version {champion.number} is the champion"


def explain_approval(models: Models, number: int) -> str:
    """Say what became of an approved version: the highest one is the champion."""
    champion = models.champion
    if champion is None or champion.number <= number:
        return word_champion(models)
    return (
        f"version {number} is approved, and version {champion.number} stays the "
        "champion, as the highest approved one is; `forecast rollback` rejects it"
    )


def describe_models(models: Models) -> dict[str, Any]:
    """Give the versions for a program."""
    champion = models.champion
    return {
        "dataset": models.dataset,
        "champion": champion and champion.number,
        "versions": [
            {
                "version": one.number,
                "approval": one.approval,
                "reason": one.reason or None,
                "created_at": one.created.isoformat(),
                "arn": one.arn,
                **one.facts,
            }
            for one in models.versions
        ],
    }
