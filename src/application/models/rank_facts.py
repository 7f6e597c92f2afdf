"""Rank facts by how much versions rely on them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Final

from application.use_case import use_case
from domain.models.dependence import exchanged, importance, some_of
from domain.people.schema import Schema
from domain.ports.version_models import VersionModels

if TYPE_CHECKING:
    from collections.abc import Sequence

    from application.models.compared_versions import Compared
    from application.models.read_people import People
    from domain.models.dependence import Importance
    from domain.models.model import ModelVersion
    from domain.people.beneficiary import Beneficiary

_MOST_ROWS: Final = 2_400
"""The most people to estimate, all facts together: they take a model some hundred milliseconds."""
_PEOPLE: Final = 100
_EXCHANGES: Final = 3


@dataclass(frozen=True, slots=True)
class RankedFacts:
    """Importance of facts by version, the most important of the first version first; empty without people."""

    versions: Compared
    people: int
    own: Sequence[Importance]
    rival: Sequence[Importance]


@use_case
class RankFacts:
    """Exchange each fact between people, and measure the change of the expected cost."""

    models: VersionModels
    schema: Schema

    async def __call__(self, of: People) -> RankedFacts:
        """Rank the facts by the first version; both versions estimate the same people.

        Raises:
            VersionNotFound: if the other version is not where models are served.
            PredictorUnavailable: if no answer can be had.
        """
        versions, everybody = of.versions, of.everybody
        people = some_of(everybody, max(10, min(_PEOPLE, _MOST_ROWS // (1 + _EXCHANGES * self.schema.width))))
        if not people:
            return RankedFacts(versions, 0, (), ())
        variants = [*people, *chain.from_iterable(exchanged(people, name) for name in self.schema.names)]
        own = await self._rank(versions.own, variants, len(people))
        rival = await self._rank(versions.rival, variants, len(people)) if versions.rival else []
        return RankedFacts(versions, len(people), sorted(own, key=lambda importance: -importance.change), rival)

    async def _rank(self, version: ModelVersion, variants: Sequence[Beneficiary], people: int) -> list[Importance]:
        """Ask a version about so many people, followed by their variants for each fact."""
        published = await self.models.publish(version.reference, variants)
        before, size = published[:people], _EXCHANGES * people
        return [
            importance(name, before, published[start : start + size])
            for name, start in zip(self.schema.names, range(people, len(variants), size), strict=True)
        ]
