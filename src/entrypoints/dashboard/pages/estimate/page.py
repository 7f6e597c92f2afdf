"""The estimate: the facts on the left, what a year may cost on the right, as one types."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import uuid4

from dishka import FromDishka

from application.costs.explain_cost import ExplainCost
from application.costs.explore_cost import ExploreCost
from application.costs.predict_cost import PredictCost
from domain.access.callers import Caller
from domain.costs.explanation import Explained, Explanation
from domain.costs.prediction import Estimate, Idempotency, ModelReference, Prediction
from domain.errors import InvalidBeneficiary, Unavailable
from domain.people.beneficiary import Beneficiary
from entrypoints.dashboard.charts.spread import small
from entrypoints.dashboard.layout.page import Page, Visit
from entrypoints.dashboard.layout.shell import tag
from entrypoints.dashboard.pages.estimate.answer import AnswerCards, ReasonCards
from entrypoints.dashboard.widgets.fact_fields import start_of
from entrypoints.dashboard.widgets.live import Live
from entrypoints.dashboard.widgets.person import PersonForm
from entrypoints.dashboard.widgets.printed import PrintedLine

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from entrypoints.dashboard.auth.visitor import Visitors
    from entrypoints.dashboard.inject import Inject


async def explore(who: Beneficiary, ask: FromDishka[ExploreCost]) -> Estimate:
    """Estimate one person."""
    (estimate,) = await ask([who])
    return estimate


async def save(who: Beneficiary, once: Idempotency, caller: Caller, predict: FromDishka[PredictCost]) -> Prediction:
    """Predict and record."""
    return await predict(who, owner=caller.owner, idempotency=once)


@dataclass(frozen=True)
class UseCases:
    """The use cases of the page."""

    explore: Callable[[Beneficiary], Awaitable[Estimate]]
    explain: Callable[[Beneficiary, Explained], Awaitable[Explanation]]
    save: Callable[[Beneficiary, Idempotency], Awaitable[Prediction]]


def page(inject: Inject, visitors: Visitors) -> Page:
    """Make the page over its use cases."""
    use = UseCases(inject(explore), inject(ExplainCost), visitors.inject(save, own=True))

    async def build(visit: Visit) -> None:
        visitors.own(visit.client.request)  # the cookie comes with the page
        await EstimatePage(use, visit).first_look()

    return Page("/", "estimate", build)


class EstimatePage:
    """One open page of one person."""

    def __init__(self, use: UseCases, visit: Visit) -> None:
        words, client = visit.words, visit.client
        self._use, self._words = use, words
        opened = visit.frame(words("estimate.title"), words("estimate.lead"), skip_to="answer")
        with opened, tag("div", "columns one-page"):
            self._form = PersonForm(words, start_of(words.schema, visit.data.usual), on_change=self._changed)
            with tag("div", "results"):
                self._answer = AnswerCards(
                    words,
                    visit.data,
                    then=self._shown,
                    on_save=self._save,
                    on_retry=self._ask,
                    first=self._form.person(),
                )
                self._explained = ReasonCards(words, then=self._explain)
                self._printed = PrintedLine(words, self._form.person())
        self._estimates = Live(use.explore, self._answer, client=client, quiet=0.04)
        self._reasons = Live(lambda question: use.explain(*question), self._explained, client=client, quiet=0.25)
        self._once = str(uuid4())
        self._data = visit.data
        self._data.on_change(lambda: self._form.offer(self._data.ranges))
        self._named: ModelReference | None = None
        self._person: Beneficiary | None = None
        client.on_exception(self._answer.unexpected)

    async def first_look(self) -> None:
        """Ask at once; the page is sent as soon as it is complete, or after half a second as it is."""
        self._estimates(self._form.person(), quiet=0)
        await self._estimates.first_answer()

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
        self._form.typical(self._words.money(estimate.cost.typical), small(estimate.cost))
        self._person = who
        self._printed.tell(who)
        self._explain()
        if estimate.model != self._named:
            if self._named:
                self._data.again()
            self._named = estimate.model

    def _explain(self) -> None:
        if self._person:
            self._explained.busy()
            self._reasons((self._person, self._explained.figure))

    async def _save(self) -> None:
        if not self._answer.can_be_saved:
            return
        who = self._form.person()
        fingerprint = hashlib.sha256(repr(who.as_numbers()).encode()).hexdigest()
        self._answer.saving()
        try:
            await self._use.save(who, Idempotency(f"dashboard-{self._once}", fingerprint))
        except Unavailable:
            self._answer.unsaved(who)
            return
        self._answer.saved()
