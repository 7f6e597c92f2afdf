"""Which facts change a person's cost most, and along which of them it jumps."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from domain.people.fact import Kind
from entrypoints.dashboard.charts.curve import along, jump
from entrypoints.dashboard.elements import paragraph
from entrypoints.dashboard.layout.shell import button, card, html, tag, text
from entrypoints.dashboard.widgets import model_facts

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from domain.costs.prediction import Estimate
    from domain.people.beneficiary import Beneficiary
    from domain.people.fact import Fact, Value
    from entrypoints.dashboard.locale.speech import Words
    from entrypoints.dashboard.widgets.fact_fields import Ranges

_MOST_PEOPLE: Final = 1_000
"""The most estimates of one look: they take a model some hundred milliseconds."""


@dataclass(frozen=True, slots=True)
class Effect:
    """The typical year of a person along one fact.

    Args:
        fact: which is changed.
        lowest: the value with the lowest typical year, and that year.
        highest: the value with the highest typical year, and that year.
        jump: the values before and after a jump, with their typical years; None where there is none.
    """

    fact: Fact
    lowest: tuple[Value, float]
    highest: tuple[Value, float]
    jump: tuple[tuple[Value, float], tuple[Value, float]] | None

    @property
    def size(self) -> float:
        """Return the difference between the highest and the lowest typical year."""
        return self.highest[1] - self.lowest[1]


def variants(who: Beneficiary, learnt: Ranges) -> list[tuple[Fact, tuple[Beneficiary, ...]]]:
    """Return the person with other values of each fact; facts for which there is no room are left out."""
    made: list[tuple[Fact, tuple[Beneficiary, ...]]] = []
    room = _MOST_PEOPLE
    for fact in who.schema.facts:
        values = (False, True) if fact.kind is Kind.FLAG else fact.choices
        people = (
            along(who, fact, learnt)
            if fact.kind.is_numeric
            else tuple(who.changed(**{fact.name: value}) for value in values)
        )
        if len(people) > 1 and len(people) <= room:
            made.append((fact, people))
            room -= len(people)
    return made


def everybody(question: Sequence[tuple[Fact, Sequence[Beneficiary]]]) -> list[Beneficiary]:
    """Name everybody who is asked about, one fact after another."""
    return [who for _, people in question for who in people]


def effects(question: Sequence[tuple[Fact, Sequence[Beneficiary]]], answers: Sequence[Estimate]) -> tuple[Effect, ...]:
    """Return the effect of each fact, the largest first, from the answers for its people one fact after another."""
    ordered: list[Effect] = []
    costs = iter(answers)
    for fact, people in question:
        points = [(who[fact.name], next(costs).cost.typical) for who in people]
        place = jump([typical for _, typical in points]) if fact.kind.is_numeric else None
        ordered.append(
            Effect(
                fact,
                min(points, key=lambda point: point[1]),
                max(points, key=lambda point: point[1]),
                None if place is None else (points[place], points[place + 1]),
            )
        )
    return tuple(sorted(ordered, key=lambda effect: -effect.size))


class EffectsCard:
    """The facts in the order of their effects, with a button to the curve of each that jumps; a `View` of answers.

    ``on_choose`` is told the name of the fact whose curve somebody wants to see.
    """

    def __init__(self, words: Words, *, on_choose: Callable[[str], object]) -> None:
        self._words, self._on_choose = words, on_choose
        self._shown: tuple[Effect, ...] | None = None
        with card("effects", words("effects"), words("effects.lead")):
            self._table = html(paragraph(words("working"), "hint"))
            self._jumps = tag("div", "jumps").props("role=status")

    def busy(self) -> None:
        """Grey the numbers."""
        self._table.props("aria-busy=true")

    def show(self, question: Sequence[tuple[Fact, Sequence[Beneficiary]]], answer: Sequence[Estimate]) -> None:
        """Show the facts, the one with the largest effect first."""
        self._table.props(remove="aria-busy")
        ordered = effects(question, answer)
        if ordered != self._shown:
            self._shown = ordered
            self._draw(ordered)

    def fail(self) -> None:
        """Grey the numbers; the notice above says that they are old."""
        self._table.props("aria-busy=true")

    def _draw(self, ordered: Sequence[Effect]) -> None:
        words = self._words
        heads = [words(f"effects.{key}") for key in ("fact", "lowest", "highest", "between")]
        rows = [
            (
                words.short(effect.fact),
                self._at(effect, effect.lowest),
                self._at(effect, effect.highest),
                words.money(effect.size),
            )
            for effect in ordered
        ]
        self._table.content = model_facts.table(words("effects"), heads, rows)
        self._jumps.clear()
        with self._jumps:
            jumps = [effect for effect in ordered if effect.jump]
            if not jumps:
                text("p", words("effects.smooth"), "hint")
            for effect in jumps:
                self._jump(effect)

    def _jump(self, effect: Effect) -> None:
        words, fact = self._words, effect.fact
        assert effect.jump
        (low, before), (high, after) = effect.jump
        ends = {"low": words.value(fact, low), "high": words.value(fact, high)}
        amounts = {"before": words.money(before), "after": words.money(after)}
        with tag("div", "jump-to"):
            text("p", words("effects.jump", fact=words.short(fact), **ends, **amounts), "jump")
            pressed = button(words("effects.show", fact=words.short(fact)))
            pressed.on("click", partial(self._on_choose, fact.name))
            pressed.on("click", js_handler="() => document.getElementById('curve').scrollIntoView()")

    def _at(self, effect: Effect, point: tuple[Value, float]) -> str:
        words, (value, typical) = self._words, point
        amount = words.money(typical)
        if not effect.size:  # of every value
            return amount
        return words("effects.at", amount=amount, value=words.value(effect.fact, value))
