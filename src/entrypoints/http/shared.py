"""What routes share that is no use case. One dependency: several are resolved in a task group for each request."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from domain.people.schema import Schema
from domain.ports.people_files import PeopleFiles
from entrypoints.http.about import About
from entrypoints.http.batch_turns import BatchTurns
from entrypoints.http.codecs.people import PeopleReader
from entrypoints.http.metrics import Metrics
from entrypoints.http.options import ApiOptions


@dataclass(frozen=True, slots=True)
class Shared:
    """Of one API process. Litestar reads the annotations when it starts.

    Args:
        files: gives the reader of tables, whose libraries are loaded when the first table comes.
    """

    options: ApiOptions
    metrics: Metrics
    about: About
    people: PeopleReader
    files: Callable[[], Awaitable[PeopleFiles]]
    batches: BatchTurns = field(default_factory=BatchTurns)

    @property
    def schema(self) -> Schema:
        """Return the facts of this installation, and the cost."""
        return self.people.schema
