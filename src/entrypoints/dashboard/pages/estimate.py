"""The estimate: six facts on the left, what a year may cost on the right, as one types."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from dishka import FromDishka

from application.explain_cost import ExplainCost
from application.explore_cost import ExploreCost
from application.predict_cost import PredictCost
from application.review_models import ReviewModels
from application.review_predictions import ReviewPredictions
from domain.beneficiary import Beneficiary
from domain.errors import InvalidBeneficiary, NoChampion, Unavailable
from domain.model import ModelVersion
from domain.prediction import Estimate, Explanation, Idempotency, ModelReference, Prediction, PredictionQuery
from entrypoints.dashboard.kit.answer import AnswerCards, ReasonCards
from entrypoints.dashboard.kit.beside import LastCard, ModelCard
from entrypoints.dashboard.kit.live import Live
from entrypoints.dashboard.kit.page import Page, Visit
from entrypoints.dashboard.kit.person import PersonForm
from entrypoints.dashboard.kit.shell import tag

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from entrypoints.dashboard.kit.inject import Inject

_PATIENCE = 0.5
"""Seconds that the first page waits for its numbers, before it is shown without them."""
_LAST = 8


async def explore(who: Beneficiary, ask: FromDishka[ExploreCost]) -> Estimate:
    """Estimate one person."""
    (estimate,) = await ask([who])
    return estimate


async def explain(who: Beneficiary, ask: FromDishka[ExplainCost]) -> Explanation:
    """Explain one estimate."""
    return await ask(who)


async def save(who: Beneficiary, once: Idempotency, predict: FromDishka[PredictCost]) -> Prediction:
    """Predict and record."""
    return await predict(who, idempotency=once)


async def newest(_: UUID | None, review: FromDishka[ReviewPredictions]) -> Sequence[Prediction]:
    """Read the last estimates."""
    return await review(PredictionQuery(limit=_LAST))


async def champion(_: ModelReference, review: FromDishka[ReviewModels]) -> ModelVersion | None:
    """Find the model behind the answer; None if none was ever promoted."""
    try:
        return (await review.champion()).version
    except NoChampion:
        return None


@dataclass(frozen=True)
class UseCases:
    """What the page asks of the application: each call in a scope of its own."""

    explore: Callable[[Beneficiary], Awaitable[Estimate]]
    explain: Callable[[Beneficiary], Awaitable[Explanation]]
    save: Callable[[Beneficiary, Idempotency], Awaitable[Prediction]]
    newest: Callable[[UUID | None], Awaitable[Sequence[Prediction]]]
    champion: Callable[[ModelReference], Awaitable[ModelVersion | None]]


def page(inject: Inject, *, shows_last: bool) -> Page:
    """Make the page over its use cases; ``shows_last`` where whoever sees the page may see everybody's estimates."""
    use = UseCases(inject(explore), inject(explain), inject(save), inject(newest), inject(champion))

    async def build(visit: Visit) -> None:
        await EstimatePage(use, visit, shows_last=shows_last).first_look()

    return Page("/", "estimate", build)


class EstimatePage:
    """One open page of one person."""

    def __init__(self, use: UseCases, visit: Visit, *, shows_last: bool) -> None:
        words, client = visit.words, visit.client
        self._use, self._words, self._shows_last = use, words, shows_last
        opened = visit.frame(words("estimate.title"), words("estimate.lead"), skip_to="answer")
        with opened, tag("div", "columns"):
            self._form = PersonForm(words, on_change=self._changed)
            with tag("div", "results"):
                self._answer = AnswerCards(
                    words, then=self._shown, on_save=self._save, on_retry=self._ask, first=self._form.person()
                )
                self._explained = ReasonCards(words)
                model = ModelCard(words)
                last = LastCard(words, shown=shows_last, on_retry=lambda: self._last(None))
        self._estimates = Live(use.explore, self._answer, client=client, quiet=0.04)
        self._reasons = Live(use.explain, self._explained, client=client, quiet=0.25)
        self._model = Live(use.champion, model, client=client, quiet=0)
        self._last = Live(use.newest, last, client=client, quiet=0)
        self._once = str(uuid4())
        self._named: ModelReference | None = None
        client.on_exception(self._answer.unexpected)

    async def first_look(self) -> None:
        """Ask for everything at once; the page is sent as soon as it is complete, or after half a second as it is."""
        first = self._estimates(self._form.person(), quiet=0)
        await asyncio.wait([first, self._last(None)] if self._shows_last else [first], timeout=_PATIENCE)

    def _changed(self) -> None:
        self._once = str(uuid4())
        self._ask()

    def _ask(self) -> None:
        try:
            who = self._form.person()
        except InvalidBeneficiary as broken:
            self._estimates.cancel()
            self._reasons.cancel()
            self._form.mark(broken.errors)
            self._answer.stale()
            return
        self._form.mark(())
        self._estimates(who)

    def _shown(self, who: Beneficiary, estimate: Estimate) -> None:
        self._form.typical(self._words.usd(estimate.cost.typical))
        self._explained.busy()
        self._reasons(who)
        if estimate.model != self._named:
            self._named = estimate.model
            self._model(estimate.model)

    async def _save(self) -> None:
        if not self._answer.can_be_saved:
            return
        who = self._form.person()
        fingerprint = hashlib.sha256(repr(who.as_numbers()).encode()).hexdigest()
        self._answer.saving()
        try:
            saved = await self._use.save(who, Idempotency(f"dashboard-{self._once}", fingerprint))
        except Unavailable:
            self._answer.unsaved()
            return
        self._answer.saved(listed=self._shows_last)
        if self._shows_last:
            self._last(saved.id)
