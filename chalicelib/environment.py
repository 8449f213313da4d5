"""The variables that the deploy script leaves for the Lambdas."""

from collections.abc import Mapping

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
            f"environment variable {name!r} is missing from the stage in "
            ".chalice/config.json; run `python deploy.py --stage dev` first "
            "(or with the name of your stage)"
        )
    return value
