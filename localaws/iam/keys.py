"""Keys of whoever asks: the owner, and the roles that are assumed."""

from __future__ import annotations

import secrets
import string
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from moto.sts.models import AssumedRole


@dataclass(frozen=True)
class Credentials:
    """Keys of an assumed role, or of the owner, who has no token."""

    access_key_id: str
    secret_access_key: str
    session_token: str = ""

    @classmethod
    def of_role(cls, role: AssumedRole) -> Credentials:
        """Give the keys of a role that was assumed."""
        return cls(role.access_key_id, role.secret_access_key, role.session_token)

    @property
    def environ(self) -> dict[str, str]:
        """Give the variables that an SDK reads them from."""
        keys = {
            "AWS_ACCESS_KEY_ID": self.access_key_id,
            "AWS_SECRET_ACCESS_KEY": self.secret_access_key,
        }
        token = self.session_token
        return {**keys, "AWS_SESSION_TOKEN": token} if token else keys


def make_owner() -> Credentials:
    """Make up keys that nobody else can know.

    The first letters are none of AWS's, so that nobody takes them for real ones.
    """
    letters = string.ascii_uppercase + "234567"
    name = "".join(secrets.choice(letters) for _ in range(16))
    return Credentials(f"LKIA{name}", secrets.token_urlsafe(30))
