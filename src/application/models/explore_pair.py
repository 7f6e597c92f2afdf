"""Compute the dependence of the cost on two facts at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from application.use_case import use_case
from domain.models.dependence import some_of, surface, values_of
from domain.people.schema import Schema
from domain.ports.version_models import VersionModels

if TYPE_CHECKING:
    from application.models.compared_versions import Compared
    from application.models.read_people import People
    from domain.models.dependence import Surface
    from domain.models.model import ModelVersion
    from domain.people.fact import Fact

_PEOPLE: Final = 24
_VALUES: Final = 8


@dataclass(frozen=True, slots=True)
class ExploredPair:
    """The surface of each version over two facts; None without people in the folder."""

    versions: Compared
    first: Fact
    second: Fact
    people: int
    own: Surface | None
    rival: Surface | None


@use_case
class ExplorePair:
    """Estimate the same people with each pair of values of two facts, by each version."""

    models: VersionModels
    schema: Schema

    async def __call__(self, of: People, first: str, second: str) -> ExploredPair:
        """Compute the surfaces of both versions on the same people.

        Args:
            of: the versions, and the people whom the first one learned from.
            first: name of a fact of the schema.
            second: name of another one.

        Raises:
            VersionNotFound: if the other version is not where models are served.
            PredictorUnavailable: if no answer can be had.
        """
        versions, everybody = of.versions, of.everybody
        first_fact, second_fact = self.schema.by_name[first], self.schema.by_name[second]
        people = some_of(everybody, _PEOPLE)
        rows, columns = values_of(first_fact, everybody, _VALUES), values_of(second_fact, everybody, _VALUES)
        if not (people and rows and columns):
            return ExploredPair(versions, first_fact, second_fact, 0, None, None)
        variants = [who.changed(**{first: row, second: column}) for row in rows for column in columns for who in people]

        async def surface_of(version: ModelVersion) -> Surface:
            return surface(rows, columns, len(people), await self.models.publish(version.reference, variants))

        own = await surface_of(versions.own)
        rival = await surface_of(versions.rival) if versions.rival else None
        return ExploredPair(versions, first_fact, second_fact, len(people), own, rival)
