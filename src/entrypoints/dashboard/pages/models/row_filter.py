"""Which rows are looked at: a form whose choices stand in the address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.models.judged_rows import within
from entrypoints.dashboard.addresses import at
from entrypoints.dashboard.elements import element
from entrypoints.dashboard.pages.models.pair import NOTHING, hidden_pair, select

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from markupsafe import Markup

    from application.models.compared_versions import Pair
    from domain.models.judged_rows import JudgedRow
    from domain.people.fact import Fact
    from domain.people.schema import Schema
    from entrypoints.dashboard.locale.speech import Words


@dataclass(frozen=True, slots=True)
class RowFilter:
    """A fact along which rows are cut, and the people who are shown.

    Args:
        along: the fact.
        low: the lowest value shown, where the fact is a number.
        high: the highest value shown.
        who: a choice or a flag, with the value of those who are shown; None for everybody.
    """

    along: Fact
    low: float | None = None
    high: float | None = None
    who: tuple[Fact, str] | None = None

    @classmethod
    def of(cls, query: Mapping[str, str], schema: Schema) -> RowFilter:
        """Read an address; what cannot be read filters nothing."""
        along = schema.by_name.get(query.get("fact", "")) or next(iter(schema.numeric), schema.facts[0])
        name, _, value = query.get("who", "").partition("=")
        fact = schema.by_name.get(name)
        who = (fact, value) if fact and not fact.kind.is_numeric and value in fact.words else None
        if not along.kind.is_numeric:
            return cls(along, who=who)
        return cls(along, _number(query.get("from", "")), _number(query.get("to", "")), who)

    @property
    def query(self) -> Mapping[str, str]:
        """Return its part of the address."""
        ends = {"from": self.low, "to": self.high}
        given = {name: f"{end:g}" for name, end in ends.items() if end is not None}
        who = {"who": f"{self.who[0].name}={self.who[1]}"} if self.who else {}
        return {"fact": self.along.name, **given, **who}

    def chosen(self, rows: Sequence[JudgedRow]) -> list[JudgedRow]:
        """Return the rows that are shown."""
        if self.low is not None or self.high is not None:
            rows = [judged for judged in rows if within(judged, self.along, self.low, self.high)]
        if self.who:
            fact, value = self.who
            rows = [judged for judged in rows if judged.beneficiary[fact.name] == fact.words[value]]
        return list(rows)

    def describe(self, words: Words) -> str:
        """Say which people are shown."""
        parts: list[str] = []
        if self.who:
            fact, value = self.who
            parts.append(f"{words.short(fact)}: {dict(words.choices(fact))[value]}")
        name, low, high = words.short(self.along), self.low, self.high
        if low is not None and high is not None:
            parts.append(f"{name} {words('range.value', low=words.number(low), high=words.number(high))}")
        elif low is not None:
            parts.append(words("models.group.from", fact=name, number=words.number(low)))
        elif high is not None:
            parts.append(words("models.group.to", fact=name, number=words.number(high)))
        return ", ".join(parts) or words("models.group.all")

    def form(self, pair: Pair, schema: Schema, words: Words) -> Markup:
        """Write the form; it opens the address of what was chosen, without a script."""
        facts = [(fact.name, words.label(fact)) for fact in schema.facts]
        people = [("", words("models.group.all"))]
        for fact in schema.filters:
            people += [
                (f"{fact.name}={value}", f"{words.short(fact)}: {label}") for value, label in words.choices(fact)
            ]
        who = f"{self.who[0].name}={self.who[1]}" if self.who else ""
        return element(
            "form",
            select("fact", words("models.rows.along"), facts, self.along.name),
            _field("from", words("models.rows.from"), self.low),
            _field("to", words("models.rows.to"), self.high),
            select("who", words("models.rows.who"), people, who),
            *hidden_pair(pair),
            element("button", words("models.pair.show"), type="submit", classes="btn"),
            method="get",
            action=at("/models/rows"),
            classes="pair",
        )


def _field(name: str, label: str, value: float | None) -> Markup:
    given = None if value is None else f"{value:g}"
    box = element("input", id=f"pair-{name}", name=name, value=given, inputmode="decimal", autocomplete="off")
    return element(
        "div",
        element("label", label, **{"for": f"pair-{name}"}),
        element("span", box, classes="box"),
        classes="field short",
    )


def _number(text: str) -> float | None:
    try:
        number = float(text.strip().replace(",", "."))
    except ValueError:
        return None
    return number if abs(number) < float("inf") and text != NOTHING else None
