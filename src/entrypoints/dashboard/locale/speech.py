"""How texts, money, numbers, dates and people are said in one language."""

from __future__ import annotations

import re
from datetime import UTC
from typing import TYPE_CHECKING, Final

from babel.dates import format_date, format_skeleton
from babel.lists import format_list
from babel.numbers import format_decimal, parse_pattern

from domain.people.fact import NO, YES, Fact, Kind, Value, in_language
from domain.people.folding import fold
from domain.people.numbers import rounded
from entrypoints.dashboard.locale.catalogues import LOCALES, catalogue
from entrypoints.dashboard.locale.money import MINUS, Money

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from domain.costs.prediction import Caution
    from domain.errors import FieldError
    from domain.people.beneficiary import Beneficiary
    from domain.people.schema import Schema

__all__ = ["MINUS", "Words"]

_ABBREVIATION: Final = re.compile(r"\(([A-Z][A-Z0-9]{1,5})\)$")
"""What a label such as ``Body mass index (BMI)`` may be called for short."""
_MOST_FACTS: Final = 6
"""Facts of a person that one line holds."""
_BEYOND: Final = "_beyond_data"
_RARE: Final = "_rare"
_WHOLE: Final = parse_pattern("#,##0")
_PERCENT: Final = tuple(parse_pattern(pattern) for pattern in ("#,##0%", "#,##0.0%", "#,##0.00%"))
"""By the number of digits after the point."""


class Words:
    """Texts, money, dates and facts in one language. Passed explicitly: event handlers know no request.

    Args:
        language: the language of the catalogue, ``en`` or ``es``.
        schema: has the words for each fact, and the currency.
    """

    def __init__(self, language: str, schema: Schema) -> None:
        self.language, self.schema = language, schema
        self._texts, self._locale = catalogue(language), LOCALES[language]
        money = Money(schema.cost.currency, self._locale)
        self.currency, self.currency_name = money.currency, money.name
        self.money, self.whole, self.cents = money.rounded, money.whole, money.cents
        self.change, self.signed, self.thousands = money.change, money.signed, money.tick

    def __call__(self, key: str, **values: object) -> str:
        """Return a text, with its gaps filled.

        Of a text with several forms, the number ``count`` chooses one, and is written as the language does.
        """
        form, *others = self._texts.forms[key]
        if others:
            count = values["count"]
            assert isinstance(count, int), f"{key} needs a whole number as its count, not {count!r}"
            form = self._texts.forms[key][self._texts.form_of(count)]
            values["count"] = self.count(count)
        return form.format(**values) if values else form

    def or_else(self, key: str, otherwise: str) -> str:
        """Return a text, or what there is where the catalogue has none: names come from models, which come and go."""
        return self(key) if key in self._texts.forms else otherwise

    def all_of(self, names: Sequence[str]) -> str:
        """Write names as a list: A, B and C."""
        return format_list(names, locale=self._locale)

    # numbers and dates

    def share(self, share: float, digits: int = 0) -> str:
        """Write a share of one as per cent."""
        return _PERCENT[digits].apply(share, self._locale)

    def count(self, number: int) -> str:
        """Write a whole number."""
        return _WHOLE.apply(number, self._locale)

    def number(self, number: float) -> str:
        """Write a value of a fact that is a number."""
        return format_decimal(rounded(number), locale=self._locale, decimal_quantization=False)

    def day(self, when: datetime) -> str:
        """Write a date."""
        return format_date(when.astimezone(UTC), "medium", locale=self._locale)

    def day_of_month(self, when: datetime) -> str:
        """Write a date without its year."""
        return format_skeleton("MMMd", when.astimezone(UTC), locale=self._locale)

    def moment(self, when: datetime) -> str:
        """Write a date and time, in UTC."""
        return f"{self.day(when)}, {when.astimezone(UTC):%H:%M} UTC"

    # models

    def family(self, name: str) -> str:
        """Say a model family in plain words, or as it is called where there are none."""
        return self.or_else(f"family.{name}", name.replace("_", " "))

    # facts

    def label(self, fact: Fact) -> str:
        """Return the name of a fact for people."""
        return in_language(fact.label, self.language, fact.name.replace("_", " ").capitalize())

    def short(self, fact: Fact) -> str:
        """Return the label of a fact, or the abbreviation that it ends with."""
        label = self.label(fact)
        short = _ABBREVIATION.search(label)
        return short[1] if short else label

    def named(self, name: str) -> str:
        """Return the short label of a fact by its name; of a fact that is not in the schema, the name."""
        fact = self.schema.by_name.get(name)
        return self.short(fact) if fact else name

    def help(self, fact: Fact) -> str:
        """Return the sentence on a fact for people, empty if there is none."""
        return in_language(fact.help, self.language)

    def unit(self, fact: Fact) -> str:
        """Return the unit of a fact; none where it only repeats the name of the fact."""
        if fact.unit == fact.name:
            return ""
        return fact.unit_words.get(self.language) or self.or_else(f"unit.{fact.unit}", fact.unit)

    def choices(self, fact: Fact) -> list[tuple[str, str]]:
        """Return the values of a choice or a flag, each as (word, text for people); a flag has no before yes."""
        if fact.kind is Kind.FLAG:
            return [(NO, self("fact.no")), (YES, self("fact.yes"))]
        return [
            (choice, in_language(fact.choice_labels.get(choice, {}), self.language, choice.replace("_", " ")))
            for choice in fact.choices
        ]

    def value(self, fact: Fact, value: Value) -> str:
        """Say a value of a fact."""
        if value is None:
            return self("fact.not_given")
        if fact.kind.is_numeric:
            return self.number(float(value))
        return dict(self.choices(fact))[_word(value)]

    def facts(self, who: Beneficiary) -> list[str]:
        """Say the facts of a person one by one, for the cells of a table."""
        values = who.as_facts()
        return [self.value(fact, values.get(fact.name)) for fact in self.schema.facts]

    def person(self, who: Beneficiary) -> str:
        """Say a person in one line, by the first facts that are given."""
        values = who.as_facts()
        given = [fact for fact in self.schema.facts if values.get(fact.name) is not None]
        shown = [self.of(fact, values[fact.name]) for fact in given[:_MOST_FACTS]]
        more = len(given) - _MOST_FACTS
        return ", ".join(shown) + (f", {self('person.more', count=more)}" if more > 0 else "")

    def of(self, fact: Fact, value: Value) -> str:
        """Say a fact with its value."""
        sign = "" if fact.kind.is_numeric and value is not None else ":"
        return f"{self.short(fact)}{sign} {self.value(fact, value)}"

    def error(self, error: FieldError) -> str:
        """Say what to do about a broken rule of a fact."""
        fact = self.schema.by_name.get(error.field)
        label = self.label(fact) if fact else error.field
        if error.code == "missing":
            return self("field.missing", field=label)
        if fact is None or error.code not in ("type", "range", "choice"):
            return self("field.other", field=label)
        if not fact.kind.is_numeric:
            return self("fact.choose", field=label)
        return self.limits(fact) + (f" {self('fact.or_unknown')}" if fact.may_be_missing else "")

    def limits(self, fact: Fact) -> str:
        """Say which numbers a fact may have, after its label."""
        low, high = ("" if limit is None else f"{limit:,.10g}" for limit in (fact.low, fact.high))
        limits = "from" * bool(low) + "to" * bool(high)
        kind = "whole" if fact.kind is Kind.WHOLE else "number"
        key = f"fact.{kind}.{limits}" if limits else f"fact.{kind}"
        return self(key, field=self.label(fact), low=low, high=high)

    def instead(self, fact: Fact) -> str:
        """Say what a cell may hold for a choice or a flag; words are those that a reader of the file takes."""
        written = [text.lower() if fold(text) in fact.words else word for word, text in self.choices(fact)]
        return self("fact.write", choices=", ".join(written))

    def caution(self, caution: Caution) -> str:
        """Say why the model is guessing."""
        fact = self.schema.by_name.get(caution.field)
        for ending, key in ((_BEYOND, "caution.beyond"), (_RARE, "caution.rare")):
            if fact and caution.code == fact.name + ending:
                return self(key, field=self.label(fact))
        return self.or_else(f"caution.{caution.code}", caution.detail)


def _word(value: Value) -> str:
    if isinstance(value, bool):
        return YES if value else NO
    return str(value)
