"""What if: the person beside people who differ in one fact, and the cost along a number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from dishka import FromDishka

from application.costs.explore_cost import ExploreCost
from domain.costs.prediction import Estimate
from domain.errors import InvalidBeneficiary
from domain.people.beneficiary import Beneficiary
from domain.people.fact import Fact
from entrypoints.dashboard.charts.curve import along, band
from entrypoints.dashboard.charts.drawing import Scale
from entrypoints.dashboard.elements import element, paragraph
from entrypoints.dashboard.layout.data_notice import axis_title, prices
from entrypoints.dashboard.layout.page import Page, Visit
from entrypoints.dashboard.layout.shell import card, html, tag, text
from entrypoints.dashboard.pages.what_if.effects import EffectsCard, everybody, variants
from entrypoints.dashboard.pages.what_if.scenario import Scenario, figures, first_differences
from entrypoints.dashboard.widgets import cards
from entrypoints.dashboard.widgets.fact_fields import field_for, start_of
from entrypoints.dashboard.widgets.failure import FailureNotice
from entrypoints.dashboard.widgets.fields import ChoiceField, SelectField
from entrypoints.dashboard.widgets.live import Live
from entrypoints.dashboard.widgets.person import PersonForm

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from entrypoints.dashboard.inject import Inject
    from entrypoints.dashboard.locale.speech import Words

_QUIET: Final = 0.04
_RESTED: Final = 0.4
"""Seconds without a change after which all facts are looked at: that is a few hundred estimates."""
_OTHERS: Final = 3
"""People beside this one."""


@dataclass(frozen=True)
class Question:
    """Everything that one look at the page needs: asked in one call, so one model answers all of it.

    ``others`` holds None where nobody is chosen; ``curve`` holds the person at rising values of ``fact``, or is
    empty where no fact is a number.
    """

    who: Beneficiary
    others: tuple[Beneficiary | None, ...]
    fact: Fact | None
    curve: tuple[Beneficiary, ...]

    def people(self) -> list[Beneficiary]:
        """Name everybody who is asked about: the person, the others who are chosen, the curve."""
        return [self.who, *(other for other in self.others if other), *self.curve]


async def explore(people: Sequence[Beneficiary], ask: FromDishka[ExploreCost]) -> Sequence[Estimate]:
    """Estimate everybody, in their order."""
    return await ask(people)


def page(inject: Inject) -> Page:
    """Make the page over its use case."""
    use = inject(explore)

    async def build(visit: Visit) -> None:
        await WhatIfPage(use, visit).first_look()

    return Page("/what-if", "what_if", build)


class WhatIfPage:
    """One open page of one person; a `View` of estimates."""

    def __init__(self, use: Callable[[Sequence[Beneficiary]], Awaitable[Sequence[Estimate]]], visit: Visit) -> None:
        words, client = visit.words, visit.client
        self._words = words
        self._shown: tuple[Question, Sequence[Estimate]] | None = None
        opened = visit.frame(words("what_if.title"), words("what_if.lead"), skip_to="answer")
        with opened, tag("div", "columns"):
            start = start_of(words.schema, visit.data.usual)
            self._form = PersonForm(words, start, on_change=self._ask)
            with tag("div", "results"):
                with card("answer", words("what_if.compare"), words("what_if.compare.lead")) as section:
                    section.props("tabindex=-1")
                    self._failure = FailureNotice(words, self._ask)
                    self._stale = html().props("role=status")
                    self._billed = html(cards.billed(words, ""))
                    with tag("div", "scenarios"):
                        with tag("div", "scenario").props('role=group aria-labelledby="scenario-0-title"'):
                            text("h3", words("what_if.this")).props('id="scenario-0-title"')
                            self._who = text("p", "", "who")
                            self._base = html(paragraph(words("working"), "hint"), "figures")
                        self._scenarios = [
                            Scenario(words, number, fact, start, on_change=self._ask)
                            for number, fact in enumerate(first_differences(words.schema, _OTHERS), start=1)
                        ]
                    text("p", words("what_if.bars"), "hint")
                    text("p", words("what_if.note"), "hint")
                self._effects = EffectsCard(words, on_choose=self._choose)
                with card("curve", words("curve"), words("curve.lead")) as curve:
                    curve.visible = bool(words.schema.numeric)
                    self._fact = _curve_of(words)
                    self._curve = html(element("div", classes="density waiting"), "chart")
                    text("p", words("reasons.note"), "hint")
        self._data = visit.data
        self._fact.on_value_change(self._ask)
        self._estimates = Live(lambda question: use(question.people()), self, client=client, quiet=_QUIET)
        self._looks = Live(lambda facts: use(everybody(facts)), self._effects, client=client, quiet=_RESTED)
        self._looked_at: Beneficiary | None = None
        self._data.on_change(self._learnt)
        client.on_exception(self._unexpected)

    async def first_look(self) -> None:
        """Ask at once; the page is sent as soon as it is complete, or after half a second as it is."""
        self._ask()
        await self._estimates.first_answer()

    def _ask(self) -> None:
        try:
            who = self._form.person()
        except InvalidBeneficiary as broken:
            self._estimates.cancel()
            self._looks.cancel()
            self._looked_at = None
            self._form.mark(broken.errors)
            self._stale.content = paragraph(self._words("what_if.stale"), "notice warn")
            return
        self._form.mark(())
        self._stale.content = ""
        others = tuple(scenario.of(who) for scenario in self._scenarios)
        fact = self._words.schema.by_name.get(str(self._fact.value))
        self._estimates(Question(who, others, fact, along(who, fact, self._data.ranges) if fact else ()))

    def _choose(self, fact: str) -> None:
        """Draw the curve of a fact."""
        self._fact.set_value(fact)

    def busy(self) -> None:
        """Grey the numbers."""
        self._base.props("aria-busy=true")
        for scenario in self._scenarios:
            scenario.busy()

    def show(self, question: Question, answer: Sequence[Estimate]) -> None:
        """Show every column and the curve."""
        if self._shown and answer[0].model != self._shown[1][0].model:
            self._data.again()
        self._shown = question, answer
        self._failure.clear()
        self._base.props(remove="aria-busy")
        self._draw()
        self._look(question.who)

    def _look(self, who: Beneficiary) -> None:
        """Look for the facts that change the cost most, unless that was done for this person."""
        if who != self._looked_at:
            self._looked_at = who
            self._looks(variants(who, self._data.ranges))

    def _learnt(self) -> None:
        """Show the values in the data only, once these are known."""
        self._draw()
        if self._data.ranges:
            self._looked_at = None
            self._form.offer(self._data.ranges)
            self._ask()

    def _draw(self) -> None:
        words = self._words
        self._billed.content = cards.billed(words, prices(self._data.origins, words))
        if self._shown is None:
            return
        question, (base, *rest) = self._shown
        others = len(rest) - len(question.curve)
        chosen, curve, fact = rest[:others], rest[others:], question.fact
        scale = Scale(max(estimate.cost.interval().high for estimate in (base, *chosen)))
        self._who.text = words.person(question.who)
        self._base.content = figures(base, words, scale, base, paragraph(words("what_if.base"), "gap"))
        self._form.typical(words.money(base.cost.typical))
        shown = iter(chosen)
        for scenario, other in zip(self._scenarios, question.others, strict=True):
            scenario.show(next(shown) if other else None, base, scale)
        if fact:
            place = words.schema.place(fact.name)
            at = [who.as_numbers()[place] for who in question.curve]
            points = [(value, estimate.cost) for value, estimate in zip(at, curve, strict=True)]
            self._curve.content = band(
                fact, points, question.who[fact.name], words, axis_title(self._data.origins, words)
            )

    def fail(self) -> None:
        """Say that the numbers are old, and that the page asks again."""
        self._failure.show(paragraph(self._words("what_if.failed"), "notice bad"))

    def _unexpected(self) -> None:
        """Say that the application failed, without the text of the error."""
        self._looked_at = None
        self._failure.unexpected()


def _curve_of(words: Words) -> ChoiceField | SelectField:
    """Ask for the number along which the cost is drawn."""
    facts = [(fact.name, words.short(fact)) for fact in words.schema.numeric]
    kind = field_for(facts)
    first = facts[0][0] if facts else ""
    return kind(name="curve-of", value=first, label=words("curve.choose"), options=facts, persistent=True)
