"""Quote the yearly cost of a group of people."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.use_case import use_case
from domain.costs.group import GroupQuote, GroupTerms
from domain.errors import VersionNotFound
from domain.ports.ledger import ModelLedger
from domain.ports.predictor import Predictor
from domain.ports.simulator import CostSimulator

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.costs.prediction import Estimate, ModelReference
    from domain.people.beneficiary import Beneficiary


@dataclass(frozen=True, slots=True)
class QuotedGroup:
    """A quote, and the model that answered."""

    quote: GroupQuote
    model: ModelReference


@use_case
class QuoteGroup:
    """Quote the yearly cost of a group, and of covers against it; nothing is recorded."""

    predictor: Predictor
    simulator: CostSimulator
    ledger: ModelLedger

    async def __call__(self, people: Sequence[Beneficiary], terms: GroupTerms) -> QuotedGroup:
        """Quote a group of at least one person.

        Raises:
            PredictorUnavailable: if the model does not answer.
            RepositoryUnavailable: if it cannot be looked up how many people the model learned from.
        """
        return await self.of(people, await self.predictor.predict(people), terms)

    async def of(self, people: Sequence[Beneficiary], estimates: Sequence[Estimate], terms: GroupTerms) -> QuotedGroup:
        """Quote people who were estimated already, by one and the same model."""
        model = estimates[0].model
        learned_from = await self._learned_from(model)
        quote = await asyncio.to_thread(self._quote, people, estimates, terms, learned_from)
        return QuotedGroup(quote, model)

    def _quote(
        self, people: Sequence[Beneficiary], estimates: Sequence[Estimate], terms: GroupTerms, learned_from: int | None
    ) -> GroupQuote:
        costs = [estimate.cost for estimate in estimates]
        error = None if learned_from is None else self.simulator.level_error(costs, learned_from)
        return GroupQuote.of(people, self.simulator.total(costs, terms, error or 0.0), terms, error)

    async def _learned_from(self, model: ModelReference) -> int | None:
        """Return how many people a model learned from; None for one that is not registered."""
        try:
            version = await self.ledger.version(model.version)
        except VersionNotFound:
            return None
        if version.digest != model.digest:
            return None
        return version.card.people or version.card.rows
