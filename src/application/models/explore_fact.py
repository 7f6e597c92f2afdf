"""Compute the partial dependence of the cost on one fact."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from application.use_case import use_case
from domain.models.dependence import points, some_of, values_of
from domain.people.schema import Schema
from domain.ports.version_models import VersionModels

if TYPE_CHECKING:
    from collections.abc import Sequence

    from application.models.compared_versions import Compared
    from application.models.read_people import People
    from domain.models.dependence import DependencePoint
    from domain.models.model import ModelVersion
    from domain.people.fact import Fact

_PEOPLE: Final = 40
_VALUES: Final = 24


@dataclass(frozen=True, slots=True)
class ExploredFact:
    """Partial dependence and individual curves by version; empty without people in the folder."""

    versions: Compared
    fact: Fact
    people: int
    own: Sequence[DependencePoint]
    rival: Sequence[DependencePoint]


@use_case
class ExploreFact:
    """Estimate the same people with each value of a fact, by each version."""

    models: VersionModels
    schema: Schema

    async def __call__(self, of: People, name: str) -> ExploredFact:
        """Compute the curves of both versions on the same people.

        Args:
            of: the versions, and the people whom the first one learned from.
            name: the name of a fact of the schema.

        Raises:
            VersionNotFound: if the other version is not where models are served.
            PredictorUnavailable: if no answer can be had.
        """
        versions, everybody, fact = of.versions, of.everybody, self.schema.by_name[name]
        values, people = values_of(fact, everybody, _VALUES), some_of(everybody, _PEOPLE)
        if not people or not values:
            return ExploredFact(versions, fact, 0, (), ())
        variants = [who.changed(**{name: value}) for value in values for who in people]

        async def along(version: ModelVersion) -> tuple[DependencePoint, ...]:
            return points(values, len(people), await self.models.publish(version.reference, variants))

        own = await along(versions.own)
        rival = await along(versions.rival) if versions.rival else ()
        return ExploredFact(versions, fact, len(people), own, rival)
