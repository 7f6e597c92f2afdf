"""What if: the person beside people who differ in one fact, and the cost along age or BMI."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import TYPE_CHECKING, Final

from dishka import FromDishka

from application.explore_cost import ExploreCost
from domain.beneficiary import Beneficiary
from domain.errors import InvalidBeneficiary
from domain.prediction import Estimate
from entrypoints.dashboard.kit import cards
from entrypoints.dashboard.kit.charts import Scale
from entrypoints.dashboard.kit.curve import band
from entrypoints.dashboard.kit.fields import ChoiceField
from entrypoints.dashboard.kit.live import Live
from entrypoints.dashboard.kit.measures import ADVISED_AGES, COMMON_BMIS
from entrypoints.dashboard.kit.page import Page, Visit
from entrypoints.dashboard.kit.person import PersonForm
from entrypoints.dashboard.kit.scenario import Scenario, figures
from entrypoints.dashboard.kit.shell import card, html, retry_button, tag, text

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from entrypoints.dashboard.kit.inject import Inject

_PATIENCE: Final = 0.5
"""Seconds that the first page waits for its numbers, before it is shown without them."""
_QUIET: Final = 0.04
_FIRST: Final = ("smoking", "older", "bmi")
"""What the scenarios compare before a person chooses."""


@dataclass(frozen=True)
class Question:
    """Everything that one look at the page needs: asked in one call, so one model answers all of it.

    ``others`` holds None where nobody is chosen; ``curve`` holds the person at rising values of ``fact``.
    """

    who: Beneficiary
    others: tuple[Beneficiary | None, ...]
    fact: str
    curve: tuple[Beneficiary, ...]

    def people(self) -> list[Beneficiary]:
        """Name everybody who is asked about: the person, the others who are chosen, the curve."""
        return [self.who, *(other for other in self.others if other), *self.curve]


async def explore(question: Question, ask: FromDishka[ExploreCost]) -> Sequence[Estimate]:
    """Estimate everybody, in the order of `Question.people`."""
    return await ask(question.people())


def page(inject: Inject) -> Page:
    """Make the page over its use case."""
    use = inject(explore)

    async def build(visit: Visit) -> None:
        await WhatIfPage(use, visit).first_look()

    return Page("/what-if", "what_if", build)


class WhatIfPage:
    """One open page of one person; a `View` of estimates."""

    def __init__(self, use: Callable[[Question], Awaitable[Sequence[Estimate]]], visit: Visit) -> None:
        words, client = visit.words, visit.client
        self._words = words
        opened = visit.frame(words("what_if.title"), words("what_if.lead"), skip_to="answer")
        with opened, tag("div", "columns"):
            self._form = PersonForm(words, on_change=self._ask)
            with tag("div", "results"):
                with card("answer", words("what_if.compare"), words("what_if.compare.lead")) as section:
                    section.props("tabindex=-1")
                    with tag("div").props("role=alert"):
                        self._failed = html()
                        self._retry = retry_button(words, "answer", self._ask)
                    self._stale = html().props("role=status")
                    with tag("div", "scenarios"):
                        with tag("div", "scenario").props('role=group aria-labelledby="scenario-0-title"'):
                            text("h3", words("what_if.this")).props('id="scenario-0-title"')
                            self._who = text("p", "", "who")
                            self._base = html(f'<p class="hint">{escape(words("working"))}</p>', "figures")
                        self._scenarios = [
                            Scenario(words, number, change, on_change=self._ask)
                            for number, change in enumerate(_FIRST, start=1)
                        ]
                    text("p", words("what_if.bars"), "hint")
                    text("p", words("what_if.note"), "hint")
                with card("curve", words("curve"), words("curve.lead")):
                    facts = [(fact, words(f"curve.{fact}")) for fact in ("age", "bmi")]
                    self._fact = ChoiceField(
                        name="curve-of", value="age", label=words("curve.choose"), options=facts, kept=True
                    )
                    self._curve = html('<div class="density waiting"></div>', "chart")
                    text("p", words("reasons.note"), "hint")
        self._fact.on_value_change(self._ask)
        self._estimates = Live(use, self, client=client, quiet=_QUIET)
        client.on_exception(self._unexpected)

    async def first_look(self) -> None:
        """Ask at once; the page is sent as soon as it is complete, or after half a second as it is."""
        if asked := self._ask():
            await asyncio.wait([asked], timeout=_PATIENCE)

    def _ask(self) -> asyncio.Task[None] | None:
        try:
            who = self._form.person()
        except InvalidBeneficiary as broken:
            self._estimates.cancel()
            self._form.mark(broken.errors)
            self._stale.content = f'<p class="notice warn">{escape(self._words("what_if.stale"))}</p>'
            return None
        self._form.mark(())
        self._stale.content = ""
        others = tuple(scenario.of(who) for scenario in self._scenarios)
        fact = str(self._fact.value)
        return self._estimates(Question(who, others, fact, _along(who, fact)))

    def busy(self) -> None:
        """Grey the numbers."""
        self._base.props("aria-busy=true")
        for scenario in self._scenarios:
            scenario.busy()

    def show(self, question: Question, answer: Sequence[Estimate]) -> None:
        """Show every column and the curve."""
        words = self._words
        base, *rest = answer
        chosen, curve = rest[: -len(question.curve)], rest[-len(question.curve) :]
        scale = Scale(max(estimate.cost.interval().high for estimate in (base, *chosen)))
        self._failed.content, self._retry.visible = "", False
        self._base.props(remove="aria-busy")
        self._who.text = words.person(question.who)
        self._base.content = figures(base, words, scale, base, f'<p class="gap">{escape(words("what_if.base"))}</p>')
        self._form.typical(words.usd(base.cost.typical))
        others = iter(chosen)
        for scenario, other in zip(self._scenarios, question.others, strict=True):
            scenario.show(next(others) if other else None, base, scale)
        points = [
            (float(getattr(who, question.fact)), estimate.cost)
            for who, estimate in zip(question.curve, curve, strict=True)
        ]
        own = float(getattr(question.who, question.fact))
        self._curve.content = band(question.fact, points, own, words)

    def fail(self) -> None:
        """Say that the numbers are old, and that it is tried again."""
        self._failed.content = f'<p class="notice bad">{escape(self._words("what_if.failed"))}</p>'
        self._retry.visible = True

    def _unexpected(self) -> None:
        """Say that we made a mistake; nothing of it is shown."""
        self._failed.content = cards.notice("bad", self._words("unexpected"), self._words("unexpected.do"))
        self._retry.visible = True


def _along(who: Beneficiary, fact: str) -> tuple[Beneficiary, ...]:
    """Give the person at each whole value of a fact that is common in the data, and at their own."""
    if fact == "age":
        low, high = ADVISED_AGES
        return tuple(replace(who, age=age) for age in sorted({*range(low, high + 1), who.age}))
    low, high = COMMON_BMIS
    return tuple(replace(who, bmi=bmi) for bmi in sorted({*range(low, high + 1), who.bmi}))
