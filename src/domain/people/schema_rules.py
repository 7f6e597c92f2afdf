"""The rules of a schema: names that mean one thing, limits in order, choices told apart, words where promised."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from domain.people.fact import ANY_LANGUAGE, TRUTH, Fact, Kind, Words
from domain.people.folding import fold
from domain.people.numbers import exact
from domain.people.terms import InvalidTerm, groups_of, term_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from domain.people.schema import Schema

ROLES: Final = ("person", "weight", "exposure", "period")
RESERVED: Final = frozenset({"id", "row", "limit", "cursor", "since", "owner", "cost", "audit", *ROLES})
"""Names that mean something else in requests, files and schemas."""
MOST_FACTS: Final = 40
_MOST_FACTOR: Final = 1000.0
"""Between the prices of two years; currencies that lost more were replaced."""

_NAME: Final = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)
_CURRENCY: Final = re.compile(r"[A-Z]{3}", re.ASCII)


@dataclass(frozen=True, slots=True)
class SchemaProblem:
    """A mistake in a schema: the key at which it stands, such as ``facts.age.low``, and what to do about it."""

    place: str
    detail: str


def problems_of(schema: Schema) -> Iterator[SchemaProblem]:
    """Yield each broken rule of a schema."""
    if not _NAME.fullmatch(schema.name):
        yield SchemaProblem("name", f"{schema.name!r} is no name: give small letters, digits and _")
    yield from _empty_words("title", schema.title)
    yield from _cost_problems(schema)
    if not schema.facts:
        yield SchemaProblem("facts", "there are none: give at least one fact")
    if len(schema.facts) > MOST_FACTS:
        yield SchemaProblem("facts", f"there are {len(schema.facts)}, and at most {MOST_FACTS} can be asked")
    for fact in schema.facts:
        yield from _fact_problems(fact, f"facts.{fact.name}")
    yield from _column_problems(schema)
    for key, texts, read in (("terms", schema.terms, term_of), ("groups", schema.groups, groups_of)):
        for at, text in enumerate(texts):
            try:
                read(text, schema.by_name)
            except InvalidTerm as error:
                yield SchemaProblem(f"{key}.{at}", str(error))
        for text in sorted({text for text in texts if texts.count(text) > 1}):
            yield SchemaProblem(key, f"{text} stands there twice: take one away")


def _cost_problems(schema: Schema) -> Iterator[SchemaProblem]:
    if not schema.cost.column.strip():
        yield SchemaProblem("cost.column", "is empty: name the column that holds the cost of a year")
    if not _CURRENCY.fullmatch(schema.cost.currency):
        detail = f"{schema.cost.currency!r} is no currency: give three capital letters (ISO 4217), such as USD or EUR"
        yield SchemaProblem("cost.currency", detail)
    yield from _today_problems(schema)


def _today_problems(schema: Schema) -> Iterator[SchemaProblem]:
    today, year = schema.cost.today, schema.cost.year
    if today is None:
        return
    if not 0 < today.factor <= _MOST_FACTOR:
        detail = f"is {today.factor:g}: give a number above 0, at most {_MOST_FACTOR:g}, such as 1.12"
        yield SchemaProblem("cost.today.factor", detail)
    if year is None:
        yield SchemaProblem("cost.today", "needs cost.year: say of which year the costs are")
    elif today.year <= year:
        yield SchemaProblem("cost.today.year", f"is {today.year}: give a year after {year}, that of the costs")
    if not today.source:
        yield SchemaProblem("cost.today.source", "is empty: name the index that the factor comes from")
    yield from _empty_words("cost.today.source", today.source)


def _column_problems(schema: Schema) -> Iterator[SchemaProblem]:
    """Report names and columns that mean two things."""
    owners = {fold(schema.cost.column): "the cost"}
    owners.update({fold(column): f"the role {role}" for role, column in schema.roles.columns.items()})
    for role, column in schema.roles.columns.items():
        if fold(column) == fold(schema.cost.column):
            yield SchemaProblem(f"roles.{role}", f"the column {column} is the cost: name another column")
    facts: dict[str, str] = {}
    for fact in schema.facts:
        place = f"facts.{fact.name}"
        for column in dict.fromkeys((fact.header, fact.name, *fact.aliases)):
            folded = fold(column)
            if folded in owners:
                detail = f"its column {column} is that of {owners[folded]}: rename the fact or take it away"
                yield SchemaProblem(place, detail)
            elif facts.setdefault(folded, fact.name) != fact.name:
                yield SchemaProblem(place, f"its column {column} is that of the fact {facts[folded]}, too")
    for name in {name for name in schema.names if schema.names.count(name) > 1}:
        yield SchemaProblem(f"facts.{name}", "stands there twice: take one away")


def _empty_words(place: str, words: Words) -> Iterator[SchemaProblem]:
    for language, text in words.items():
        if not text.strip():
            key = f"{place}.{language}" if language != ANY_LANGUAGE else place
            yield SchemaProblem(key, "has no words: write them, or take the language away")


def _fact_problems(fact: Fact, place: str) -> Iterator[SchemaProblem]:
    if not _NAME.fullmatch(fact.name):
        detail = f"{fact.name!r} is no name of a fact: give small letters, digits and _, and the file's name in column"
        yield SchemaProblem(place, detail)
    if fact.name in RESERVED:
        yield SchemaProblem(place, f"{fact.name} means something else here: give another name, and this one in column")
    words_of = (("label", fact.label), ("help", fact.help), ("section", fact.section), ("unit", fact.unit_words))
    for key, words in words_of:
        yield from _empty_words(f"{place}.{key}", words)
    for choice, words in fact.choice_labels.items():
        yield from _empty_words(f"{place}.words.{choice}", words)
    yield from _limit_problems(fact, place)
    yield from _choice_problems(fact, place)


def _limit_problems(fact: Fact, place: str) -> Iterator[SchemaProblem]:
    for key, given in (("low", fact.low), ("high", fact.high), ("unit", fact.unit or None)):
        if given is not None and not fact.kind.is_numeric:
            yield SchemaProblem(f"{place}.{key}", f"a {fact.kind.value} has none: take it away, or give another kind")
    if fact.low is not None and fact.high is not None and fact.low >= fact.high:
        detail = f"low is {exact(fact.low)} and high is {exact(fact.high)}: low must be below high"
        yield SchemaProblem(f"{place}.low", detail)


def _choice_problems(fact: Fact, place: str) -> Iterator[SchemaProblem]:
    different = len({fold(choice) for choice in fact.choices})
    if fact.kind is not Kind.CHOICE and fact.choices:
        yield SchemaProblem(f"{place}.choices", f"a {fact.kind.value} has none: take them away, or say kind: choice")
    elif different < len(fact.choices):
        twice = next(choice for at, choice in enumerate(fact.choices) if fold(choice) in map(fold, fact.choices[:at]))
        yield SchemaProblem(f"{place}.choices", f"{twice} stands there twice: take one away")
    elif fact.kind is Kind.CHOICE and different <= 1:
        yield SchemaProblem(f"{place}.choices", "give at least two choices")
    if not all(choice.strip() for choice in fact.choices):
        yield SchemaProblem(f"{place}.choices", "a choice is empty: name it")
    yield from _spelling_problems(fact, place)


def _spelling_problems(fact: Fact, place: str) -> Iterator[SchemaProblem]:
    names = ("no", "yes") if fact.kind is Kind.FLAG else fact.choices
    if fact.spellings and not names:
        yield SchemaProblem(f"{place}.spellings", f"a {fact.kind.value} has none: only a choice and a flag have")
        return
    for key, spelled in (("spellings", fact.spellings), ("words", fact.choice_labels)):
        for name in spelled:
            if name not in names:
                yield SchemaProblem(f"{place}.{key}.{name}", f"there is no such choice; there are {', '.join(names)}")
    meant = {fold(choice): choice for choice in fact.choices}
    if fact.kind is Kind.FLAG:
        meant = {text: "yes" if value else "no" for text, value in TRUTH.items()}
    for name, texts in fact.spellings.items():
        for text in texts:
            if meant.setdefault(fold(text), name) != name:
                yield SchemaProblem(f"{place}.spellings.{name}", f"{text} means {meant[fold(text)]} already")
