"""Fill the ``${Name}`` placeholders of a JSON template, and miss none."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from deployment.errors import DeploymentError

if TYPE_CHECKING:
    from collections.abc import Mapping

# A name only: IAM's own ${aws:...} variables and ASL's $. and $$. are left alone.
_PLACEHOLDER = re.compile(r"\$\{(\w+)\}")


def list_placeholders(template: str) -> list[str]:
    """Name every placeholder of a template once, in its order."""
    return list(dict.fromkeys(_PLACEHOLDER.findall(template)))


def fill(template: str, values: Mapping[str, str]) -> str:
    """Put a value in the place of every placeholder.

    Raises
    ------
    DeploymentError
        When a placeholder has no value.
    """
    missing = sorted(set(list_placeholders(template)) - values.keys())
    if missing:
        raise DeploymentError(
            f"placeholders without a value (found {', '.join(missing)}); "
            f"use only {', '.join(sorted(values))}"
        )
    return _PLACEHOLDER.sub(lambda match: values[match[1]], template)


def fill_exactly(template: str, values: Mapping[str, str]) -> str:
    """Fill a template whose placeholders are the values, all of them and no others.

    Raises
    ------
    DeploymentError
        When a placeholder has no value or a value no placeholder.
    """
    unused = sorted(values.keys() - set(list_placeholders(template)))
    if unused:
        raise DeploymentError(
            f"values without a placeholder (found {', '.join(unused)}); "
            "use each of them, or take it out of the deployment"
        )
    return fill(template, values)
