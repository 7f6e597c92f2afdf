"""What a year may cost at most: how many of 100 years cost more than an amount, with each plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrypoints.dashboard.charts.hundred import hundred
from entrypoints.dashboard.elements import element, paragraph
from entrypoints.dashboard.layout.shell import card, html
from entrypoints.dashboard.pages.plans.summary import name_of
from entrypoints.dashboard.widgets.amount import typed_amount
from entrypoints.dashboard.widgets.fields import InputField

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markupsafe import Markup

    from entrypoints.dashboard.locale.speech import Words
    from entrypoints.dashboard.pages.plans.summary import PlanCost


class BudgetCard:
    """The card that asks for an amount, and answers for each plan."""

    def __init__(self, words: Words) -> None:
        self._words = words
        self._pairs: Sequence[PlanCost] = ()
        with card("budget", words("plans.budget"), words("plans.budget.lead")):
            self._amount = InputField(
                name="affordable",
                label=words("plans.budget.amount"),
                hint=words("above.help"),
                kind="text",
                unit=words.currency,
                persistent=True,
            ).on_value_change(self._answer)
            self._chances = html().props("role=status")

    def show(self, pairs: Sequence[PlanCost]) -> None:
        """Answer for these plans from now on."""
        self._pairs = pairs
        self._answer()

    def _answer(self) -> None:
        """Say for each plan how many of 100 years cost more than the amount that was typed; nothing while none is."""
        amount = typed_amount(self._amount, self._words)
        chances = [] if amount is None else [_chance(pair, amount, self._words) for pair in self._pairs]
        self._chances.content = element("div", *chances, classes="scenarios plans") if chances else ""


def _chance(pair: PlanCost, amount: float, words: Words) -> Markup:
    """Say how many of 100 years cost more than an amount with a plan, its premium included, and draw them."""
    plan, own = pair
    chance, usd = own.chance_above(amount - plan.premium), words.money(amount)
    years = round(100 * chance)
    if amount < plan.premium:
        chance, sentence = 1.0, words("plans.budget.all", amount=usd)
    elif years:
        sentence = words("plans.budget.some", count=years, amount=usd)
    else:
        sentence = words("plans.budget.none", amount=usd)
    title = element("h3", name_of(pair, words))
    return element("div", title, paragraph(sentence), hundred(chance, sentence), classes="scenario")
