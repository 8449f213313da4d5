"""What moto 5.2.5 keeps for ever, or copies whole, and need not.

As in ``moto_mends``, the test beside each says what upstream does and fails once it
does no more.
"""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import moto.s3.models as moto_buckets
from moto.core.common_models import BaseModel
from moto.stepfunctions.parser.utils import TMP_THREADS
from moto.utilities.tagging_service import TaggingService

from localaws.patches import Patches
from localaws.step_functions.executions import Worker


def install(patches: Patches) -> None:
    """Mend everything."""
    forget_what_nobody_refers_to(patches)
    forget_threads_that_ended(patches)
    list_versions_without_their_bodies(patches)
    forget_tags_of_what_has_none(patches)


def forget_what_nobody_refers_to(patches: Patches) -> None:
    """Let go of keys, jobs and the like: moto lists all that there ever were.

    It shows them on a page of its own, which nobody is let to see here.
    """

    def make(cls: type, *_args: Any, **_options: Any) -> Any:
        return object.__new__(cls)

    patches.give(BaseModel, "__new__", staticmethod(make))
    # It warns of a body that was not closed before its key was let go.
    patches.replace(moto_buckets.FakeKey, "__del__", moto_buckets.FakeKey.dispose)


def forget_threads_that_ended(patches: Patches) -> None:
    """Let go of the threads of states: moto lists all that there ever were."""

    @patches.wrap(Worker, "start")
    def start(original: Callable[[Any], None], worker: Any) -> None:
        TMP_THREADS[:] = [thread for thread in list(TMP_THREADS) if thread.is_alive()]
        original(worker)


class ListedVersion(moto_buckets.FakeKey):
    """A version in a listing, which shares its body with the one that is kept."""

    def __del__(self) -> None:
        """Leave the body open."""


def list_versions_without_their_bodies(patches: Patches) -> None:
    """List versions as they are: moto copies the bodies of all that a bucket holds."""
    asked = threading.local()

    @patches.wrap(moto_buckets.S3Backend, "list_object_versions")
    def list_versions(original: Callable[..., Any], *args: Any, **options: Any) -> Any:
        asked.prefix = options.get("prefix") or ""
        return original(*args, **options)

    def share(versions: list[Any]) -> list[Any]:
        return [_share(v) for v in versions if v.name.startswith(asked.prefix)]

    copies = SimpleNamespace(copy=copy.copy, deepcopy=share)
    patches.replace(moto_buckets, "copy", copies)


def _share(version: Any) -> Any:
    if not isinstance(version, moto_buckets.FakeKey):
        return copy.copy(version)
    listed = object.__new__(ListedVersion)
    vars(listed).update(vars(version))
    return listed


def forget_tags_of_what_has_none(patches: Patches) -> None:
    """Keep tags of what is tagged alone: moto has an entry for every object."""

    @patches.wrap(TaggingService, "tag_resource")
    def tag(original: Callable[..., None], tagger: Any, arn: str, tags: Any) -> None:
        if tags:
            original(tagger, arn, tags)
