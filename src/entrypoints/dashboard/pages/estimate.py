"""The estimate: six facts on the left, what a year may cost on the right, as one types."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from dishka import FromDishka
from nicegui import background_tasks

from application.explain_cost import ExplainCost
from application.explore_cost import ExploreCost
from application.predict_cost import PredictCost
from application.review_models import ReviewModels
from application.review_predictions import ReviewPredictions
from domain.beneficiary import Beneficiary
from domain.errors import InvalidBeneficiary, NoChampion, Unavailable
from domain.model import ModelVersion
from domain.prediction import Estimate, Explanation, Idempotency, ModelReference, Prediction, PredictionQuery
from entrypoints.dashboard.kit import cards
from entrypoints.dashboard.kit.answer import AnswerCards, ReasonCards
from entrypoints.dashboard.kit.live import Live
from entrypoints.dashboard.kit.page import Page, Visit
from entrypoints.dashboard.kit.person import PersonForm
from entrypoints.dashboard.kit.shell import button, card, html, tag

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


async def newest(review: FromDishka[ReviewPredictions]) -> Sequence[Prediction]:
    """Read the last estimates."""
    return await review(PredictionQuery(limit=_LAST))


async def champion(review: FromDishka[ReviewModels]) -> ModelVersion | None:
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
    newest: Callable[[], Awaitable[Sequence[Prediction]]]
    champion: Callable[[], Awaitable[ModelVersion | None]]


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
        self._use, self._words, self._client, self._shows_last = use, words, client, shows_last
        opened = visit.frame(words("estimate.title"), words("estimate.lead"), skip_to="answer")
        with opened, tag("div", "columns"):
            self._form = PersonForm(words, on_change=self._changed)
            with tag("div", "results"):
                self._answer = AnswerCards(
                    words, then=self._shown, on_save=self._save, on_retry=self._ask, first=self._form.person()
                )
                self._explained = ReasonCards(words)
                with card("model", words("model")):
                    self._model = html(f'<p class="hint">{words("working")}</p>')
                with card("last", words("last"), words("last.lead")) as last:
                    last.visible = shows_last
                    self._last = html(f'<p class="hint">{words("working")}</p>')
                    self._reread = button(words("retry")).on("click", self._read)
                    self._reread.visible = False
        self._estimates = Live(use.explore, self._answer, client=client, quiet=0.04)
        self._reasons = Live(use.explain, self._explained, client=client, quiet=0.25)
        self._once = str(uuid4())
        self._named: ModelReference | None = None
        client.on_exception(self._answer.unexpected)

    async def first_look(self) -> None:
        """Ask for everything at once; the page is sent as soon as it is complete, or after half a second as it is."""
        first = self._estimates(self._form.person(), quiet=0)
        others = background_tasks.create(self._read(), name="last estimates", context=self._client)
        await asyncio.wait([first, others], timeout=_PATIENCE)

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
            background_tasks.create(self._name_model(estimate.model), name="model", context=self._client)

    async def _name_model(self, reference: ModelReference) -> None:
        try:
            version = await self._use.champion()
        except Unavailable:
            self._model.content = f'<p class="hint">{self._words("model.away")}</p>'
            return
        self._named = reference
        if version:
            self._model.content = cards.model(version, self._words)
        else:
            self._model.content = cards.stand_in(reference, self._words)

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
        await self._read(saved.id)

    async def _read(self, fresh: object = None) -> None:
        if not self._shows_last:
            return
        try:
            predictions = await self._use.newest()
        except Unavailable:
            words = self._words
            self._last.content = cards.notice("bad", words("last.away"), words("last.away.do"))
            self._reread.visible = True
            return
        self._last.content = cards.last(predictions, self._words, fresh if isinstance(fresh, UUID) else None)
        self._reread.visible = False
