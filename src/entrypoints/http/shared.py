"""Objects other than use cases that routes share, as one dependency: several would need a task group a request."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

from litestar.types import Scope

from domain.people.schema import Schema
from domain.ports.people_files import PeopleFiles
from entrypoints.http.about import About
from entrypoints.http.batch_turns import BatchTurns
from entrypoints.http.codecs.people import PeopleReader
from entrypoints.http.metrics import Metrics
from entrypoints.http.options import ApiOptions

CONTAINER: Final = "dishka_container"
"""Where the state of a request's scope holds the application's container: dishka looks for it there."""
SHARED: Final = "shared"
"""Where the state of a request's scope holds the shared objects."""


@dataclass(frozen=True, slots=True)
class Shared:
    """The shared objects of an API process.

    Args:
        files: factory of the reader of tables, whose libraries are imported for the first table.
    """

    options: ApiOptions
    metrics: Metrics
    about: About
    people: PeopleReader
    files: Callable[[], Awaitable[PeopleFiles]]
    batches: BatchTurns = field(default_factory=BatchTurns)

    @property
    def schema(self) -> Schema:
        """Return the schema of this installation."""
        return self.people.schema


def shared_of(scope: Scope) -> Shared:
    """Return the shared objects of the application that answers a request."""
    return scope["state"][SHARED]
