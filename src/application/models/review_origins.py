"""Review the data that the served models learned from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from application.use_case import use_case
from domain.errors import FieldError
from domain.people.schema import Schema
from domain.ports.ledger import ModelLedger, champion_or_none

if TYPE_CHECKING:
    from collections.abc import Mapping

    from domain.models.model import ModelCard
    from domain.people.fact import Value
    from domain.people.origin import DataOrigin

STAND_IN: Final = 0
"""The version that answers where no model was trained, from a small invented sample."""
INVENTED: Final = "synthetic data: learned from invented people, not for planning"
"""The notice in each row of a file whose answers rest on invented people."""


@dataclass(frozen=True, slots=True)
class Origins:
    """The data of the champion, and the versions that learned from invented people.

    Args:
        champion: the data that the champion learned from; None where no version was promoted.
        synthetic: numbers of the versions whose data are invented.
        ranges: lowest and highest value of each numeric fact in the data of the champion, by the fact's name.
        usual: the middle value of each number and the commonest of each other fact in the data of the champion, by the
            fact's name; none for a fact that the champion does not know.
    """

    champion: DataOrigin | None
    synthetic: frozenset[int]
    ranges: Mapping[str, tuple[float, float]] = field(default_factory=dict[str, tuple[float, float]])
    usual: Mapping[str, Value] = field(default_factory=dict[str, "Value"])

    @property
    def invented(self) -> bool:
        """Return whether new answers rest on invented people."""
        return self.champion is None or self.champion.synthetic

    def is_synthetic(self, version: int) -> bool:
        """Return whether a version learned from invented people."""
        return version == STAND_IN or version in self.synthetic


@use_case
class ReviewOrigins:
    """Review the data of the champion, and which versions learned from invented people."""

    ledger: ModelLedger
    schema: Schema

    async def __call__(self) -> Origins:
        """Return the data of the champion and the versions that learned from invented people."""
        versions = await self.ledger.versions()
        champion = await champion_or_none(self.ledger)
        synthetic = frozenset(version.number for version in versions if version.card.origin.synthetic)
        if champion is None:
            return Origins(None, synthetic)
        return Origins(champion.card.origin, synthetic, champion.card.ranges, self._usual(champion.card))

    def _usual(self, card: ModelCard) -> dict[str, Value]:
        if card.profile is None:
            return {}
        numbers = [(fact, card.profile.usual(fact)) for fact in self.schema.facts]
        values = {fact.name: fact.read(fact.value(number)) for fact, number in numbers if number is not None}
        return {name: value for name, value in values.items() if not isinstance(value, FieldError)}
