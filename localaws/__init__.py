"""A local AWS whose Lambda, Glue, SageMaker and Step Functions really execute."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from localaws.server import LocalAWS, serve

__all__ = ["LocalAWS", "serve"]


def __getattr__(name: str) -> Any:
    """Load the server when it is asked for: the jobs' processes have no use for it."""
    if name not in __all__:
        raise AttributeError(name)
    from localaws import server  # noqa: PLC0415  # see above

    return getattr(server, name)
