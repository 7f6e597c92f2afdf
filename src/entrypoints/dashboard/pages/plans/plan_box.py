"""A plan beside others: what a year costs with it, and the fields by which it is changed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from domain.costs.plan import FAMILY_FIELDS, LONGEST_NAME, Plan
from domain.errors import InvalidPlan
from domain.people.fact import in_language
from entrypoints.dashboard.elements import element, mark, paragraph, together
from entrypoints.dashboard.layout.shell import button, html, tag, text
from entrypoints.dashboard.layout.spoken import Spoken
from entrypoints.dashboard.widgets import cards
from entrypoints.dashboard.widgets.fields import Field, InputField, NumberField

if TYPE_CHECKING:
    from collections.abc import Callable

    from markupsafe import Markup

    from domain.costs.own_cost import OwnCost
    from domain.costs.plan import ExamplePlan
    from domain.errors import FieldError
    from entrypoints.dashboard.charts.drawing import Scale
    from entrypoints.dashboard.locale.speech import Words

_PERCENT: Final = 100
_SELDOM: Final = 0.005
_AMOUNTS: Final = ("premium", "deductible", "copay", "out_of_pocket_maximum")
"""Fields that are money."""
_START: Final = Plan(deductible=3000, coinsurance=0.2, out_of_pocket_maximum=8000, premium=6000)
"""A plan of a person's own, before they type."""


class PlanBox:
    """The box of one plan, hidden while it is not ``offered``.

    Args:
        words: the words of the visit.
        number: from 1.
        example: what it starts with; None for a plan of the person's own, which is not offered at first.
        on_change: called when a field changes.
        on_remove: called when the person takes the box away.
    """

    def __init__(
        self,
        words: Words,
        number: int,
        example: ExamplePlan | None,
        *,
        on_change: Callable[[], object],
        on_remove: Callable[[PlanBox], object],
    ) -> None:
        self._words, self._start = words, _plain_family(example.plan) if example else _START
        title = in_language(example.title, words.language, example.key) if example else words("plans.own")
        key = f"plan-{number}"
        with tag("div", "scenario plan").props(f'role=group aria-labelledby="{key}-title"') as self._box:
            self._title = text("h3", title).props(f'id="{key}-title"')
            self._figures = html("", "figures")
            with tag("details", "change").props(f"id={key}"):
                text("summary", words("plans.change"))
                self._name = InputField(
                    name=f"{key}-name", label=words("plans.name"), kind="words", value=title, persistent=True
                )
                self._fields = {name: self._amount(key, name) for name in _AMOUNTS}
                self._fields["coinsurance"] = NumberField(
                    name=f"{key}-coinsurance",
                    value=_plain(_PERCENT * self._start.coinsurance),
                    label=words("plans.coinsurance"),
                    hint=words("plans.coinsurance.help"),
                    unit="%",
                    persistent=True,
                )
                self._fields |= {name: self._amount(key, name, words("plans.family.twice")) for name in FAMILY_FIELDS}
                self._remove = button(words("plans.remove", name=title)).on("click", lambda: on_remove(self))
            self._spoken = Spoken()
        for field in (self._name, *self._fields.values()):
            field.on_value_change(on_change)
        self.offered = example is not None

    def _amount(self, key: str, name: str, unknown: str = "") -> Field:
        words, start = self._words, getattr(self._start, name)
        return NumberField(
            name=f"{key}-{name}",
            value=None if start is None else _plain(start),
            label=words(f"plans.{name}"),
            hint=words(f"plans.{name}.help"),
            unit=words.currency,
            persistent=True,
            unknown=unknown,
        )

    @property
    def offered(self) -> bool:
        """Return whether the plan is shown and compared."""
        return self._box.visible

    @offered.setter
    def offered(self, offered: bool) -> None:
        self._box.visible = offered

    @property
    def plan(self) -> Plan | None:
        """Return the plan of the fields; None if a field is wrong, which then shows its error."""
        values: dict[str, object] = {name: field.value for name, field in self._fields.items()}
        share = values["coinsurance"]
        if isinstance(share, int | float):
            values["coinsurance"] = share / _PERCENT
        errors: tuple[FieldError, ...] = ()
        plan = None
        try:
            plan = Plan.of({**values, "name": str(self._name.value or "")[:LONGEST_NAME]})
        except InvalidPlan as broken:
            errors = broken.errors
        sentences = {error.field: self._sentence(error) for error in reversed(errors)}
        for name, field in self._fields.items():
            field.error = sentences.get(name, "")
        self._spoken(" ".join(sentences.values()))
        self._title.text = str(self._name.value or "").strip() or self._words("plans.own")
        self._remove.text = self._words("plans.remove", name=self._title.text)
        return plan

    def _sentence(self, error: FieldError) -> str:
        if error.field == "out_of_pocket_maximum" and error.code == "range":
            return self._words("plans.wrong.maximum")
        if error.field in FAMILY_FIELDS and error.code == "range":
            return self._words("plans.wrong.family")
        return self._words("plans.wrong.share" if error.field == "coinsurance" else "plans.wrong.amount")

    def busy(self) -> None:
        """Grey the numbers."""
        self._figures.props("aria-busy=true")

    def show(self, plan: Plan, own: OwnCost, scale: Scale, members: int) -> None:
        """Show what a year costs with the plan, on the scale that all plans share."""
        self._figures.props(remove="aria-busy")
        self._figures.content = figures(plan, own, scale, members, self._words)


def figures(plan: Plan, own: OwnCost, scale: Scale, members: int, words: Words) -> Markup:
    """Say what a year costs with a plan: premium and average share together, as a number and as a bar."""
    most = plan.premium + plan.most_of(members)
    premium = scale.percent(plan.premium)
    bar = element(
        "div",
        mark("premium", 0, width=premium),
        mark("share", premium, width=scale.percent(plan.premium + own.expected) - premium),
        mark("base", scale.percent(plan.premium + own.interval.high)),
        classes="span paid",
        aria_hidden="true",
    )
    rows = [
        (words("plans.premium.row"), words.money(plan.premium)),
        (words("plans.share.typical"), words.money(own.typical)),
        (words("plans.share.expected"), words.money(own.expected)),
        (words("plans.aside"), words.money(own.interval.high)),
        (words("plans.reached"), reached(own.chance_of_maximum, words)),
        (words("plans.worst"), words.money(most)),
    ]
    return together(
        paragraph(terms(plan, members, words), "hint terms"),
        paragraph(words("plans.average"), "hint"),
        paragraph(words.money(plan.premium + own.expected), "fact-number"),
        bar,
        cards.definitions(rows, ""),
    )


def terms(plan: Plan, members: int, words: Words) -> str:
    """Say what a plan leaves to a person, or to a household of several members."""
    deductible = plan.deductible if members == 1 else plan.household_deductible
    amounts = {"deductible": words.money(deductible), "most": words.money(plan.most_of(members))}
    sentence = words("plans.terms", share=words.share(plan.coinsurance), **amounts)
    return f"{sentence} {words('plans.terms.copay', copay=words.money(plan.copay))}" if plan.copay else sentence


def reached(chance: float, words: Words) -> str:
    """Say how many of 100 reach a plan's maximum."""
    if chance < _SELDOM:
        return words("group.years.few")
    return words("group.years", years=round(_PERCENT * chance))


def _plain_family(plan: Plan) -> Plan:
    """Leave a family's limits open where they are twice one person's, so that they follow what is typed for one."""
    twice = replace(plan, family_deductible=None, family_maximum=None)
    return replace(
        plan,
        family_deductible=None if plan.family_deductible == twice.household_deductible else plan.family_deductible,
        family_maximum=None if plan.family_maximum == twice.household_maximum else plan.family_maximum,
    )


def _plain(number: float) -> float | int:
    """Return a whole number where it is one: a field writes what it is given."""
    number = round(number, 6)
    return int(number) if number.is_integer() else number
