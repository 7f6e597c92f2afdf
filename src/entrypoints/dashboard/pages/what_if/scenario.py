"""Somebody who differs from the person in one fact."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.errors import InvalidBeneficiary
from domain.people.fact import Kind
from entrypoints.dashboard.elements import element, mark, paragraph, together
from entrypoints.dashboard.layout.shell import html, tag, text
from entrypoints.dashboard.layout.spoken import Spoken
from entrypoints.dashboard.widgets import cards
from entrypoints.dashboard.widgets.fact_fields import NOT_GIVEN, around, fact_field, meaning, slider, step
from entrypoints.dashboard.widgets.fields import Field, SelectField
from entrypoints.dashboard.widgets.summary import half

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from markupsafe import Markup

    from domain.costs.prediction import Estimate
    from domain.people.beneficiary import Beneficiary
    from domain.people.fact import Fact, Value
    from domain.people.schema import Schema
    from entrypoints.dashboard.charts.drawing import Scale
    from entrypoints.dashboard.locale.speech import Words

_TENTH = 10
"""Another number starts a tenth of its range above the one in the form."""


def first_differences(schema: Schema, most: int) -> list[str]:
    """Return the facts that are compared before a person chooses: a flag, numbers, and then what else there is."""
    flags = [fact.name for fact in schema.facts if fact.kind is Kind.FLAG]
    choices = [fact.name for fact in schema.facts if fact.kind is Kind.CHOICE]
    names = [*flags[:1], *(fact.name for fact in schema.numeric), *choices, *flags[1:]]
    return [*names[:most], *[NOT_GIVEN] * (most - len(names))]


class Scenario:
    """One column: who is compared, and what a year of theirs costs. The first column is the person as entered."""

    def __init__(
        self,
        words: Words,
        number: int,
        differs_in: str,
        start: Mapping[str, Value],
        *,
        on_change: Callable[[], object],
    ) -> None:
        self._words, self._schema, self._form_starts_with = words, words.schema, start
        name = f"scenario-{number}"
        with tag("div", "scenario").props(f'role=group aria-labelledby="{name}-title"'):
            text("h3", words("what_if.other", number=number), "veiled").props(f'id="{name}-title"')
            facts = [
                (NOT_GIVEN, words("what_if.none")),
                *((fact.name, words.label(fact)) for fact in self._schema.facts),
            ]
            self._fact = SelectField(
                name=name, value=differs_in, label=words("what_if.who"), options=facts, persistent=True, reveals=True
            )
            self._others = {
                fact.name: self._other(fact, f"{name}-{fact.name}", hidden=fact.name != differs_in)
                for fact in self._schema.facts
                if fact.kind is not Kind.FLAG or fact.may_be_missing  # other flags have one other value only
            }
            self._who = text("p", "", "who")
            self._spoken = Spoken()
            self._figures = html("", "figures").props("aria-live=off")
        for field in (self._fact, *self._others.values()):
            field.on_value_change(on_change)

    def _other(self, fact: Fact, name: str, *, hidden: bool) -> Field:
        """Ask for the other value of a fact."""
        with tag("div", "other-value").props(f"data-for={fact.name}{' hidden' * hidden}"):
            return fact_field(fact, self._words, value=self._start(fact), name=name)

    def _start(self, fact: Fact) -> Value:
        """Return a value that differs from the one that the form starts with."""
        before = self._form_starts_with[fact.name]
        if fact.kind is Kind.FLAG:
            return not before
        if fact.kind is Kind.CHOICE:
            return next((choice for choice in fact.choices if choice != before), before)
        low, high = slider(fact) or around(fact, float(before or 0))
        size = step(fact, low, high)
        value = (low if before is None else float(before)) + round((high - low) / _TENTH / size) * size
        value = value if value <= high else low
        return round(value) if fact.kind is Kind.WHOLE else value

    def of(self, who: Beneficiary) -> Beneficiary | None:
        """Return the person to compare with; None if nobody is chosen.

        None also stands for a value that breaks a rule, which its field then shows.
        """
        fact = self._schema.by_name.get(str(self._fact.value))
        self._who.text = ""
        if fact is None:
            return None
        field = self._others.get(fact.name)
        value = meaning(fact, field.value) if field else not who[fact.name]
        sentence, other = "", None
        try:
            other = who.changed(**{fact.name: value})
        except InvalidBeneficiary as broken:
            sentence = self._words.error(broken.errors[0])
        if field:
            field.error = sentence
        elif other:
            self._who.text = self._words.of(fact, other[fact.name])
        self._spoken(sentence)
        return other

    def busy(self) -> None:
        """Grey the numbers."""
        self._figures.props("aria-busy=true")

    def show(self, estimate: Estimate | None, base: Estimate, scale: Scale) -> None:
        """Show what a year of theirs costs, and how much lies between the two; None: nobody is chosen."""
        words = self._words
        self._figures.props(remove="aria-busy")
        if estimate is None:
            self._figures.content = paragraph(words("what_if.nobody"), "empty")
            return
        difference = gap(estimate.cost.typical, base.cost.typical, words)
        self._figures.content = figures(estimate, words, scale, base, difference)


def figures(estimate: Estimate, words: Words, scale: Scale, base: Estimate, difference: Markup) -> Markup:
    """Say what a year of one column costs; its range is a bar on the scale that all columns share.

    ``said`` is the paragraph after the typical year.
    """
    cost, likely = estimate.cost, estimate.cost.interval()
    most = half(cost, words)
    bounds = words("range.value", low=words.money(likely.low), high=words.money(likely.high))
    zero = cards.of_hundred(cost.zero, words)
    left, right = scale.percent(likely.low), scale.percent(likely.high)
    rows = [(words("range"), bounds), (words("expected"), words.money(cost.expected))]
    rows += [(words("zero"), zero)] if zero else []
    span = (
        mark("reach", left, width=right - left),
        mark("base", scale.percent(base.cost.typical)),
        mark("point solid", scale.percent(cost.typical)),
    )
    return together(
        cards.typical_label(words),
        paragraph(words.money(cost.typical), "fact-number"),
        paragraph(most, "hint") if most else "",
        difference,
        element("div", *span, classes="span", aria_hidden="true"),
        cards.definitions(rows, ""),
        cards.cautions(estimate, words),
    )


def gap(other: float, base: float, words: Words) -> Markup:
    """Say how much lies between two typical years as they are shown: each to the nearest ten."""
    tens = round(other, -1) - round(base, -1)
    if not tens:
        return paragraph(words("what_if.same"), "gap")
    kind, key = ("up", "what_if.more") if tens > 0 else ("down", "what_if.less")
    return paragraph(words(key, amount=words.money(abs(tens))), f"gap {kind}")
