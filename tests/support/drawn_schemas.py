"""Random schemas and random people, for tests that hold for any facts."""

from __future__ import annotations

from typing import Any

from hypothesis import reject
from hypothesis import strategies as st

from domain.people.fact import NO, YES, Fact, Kind
from domain.people.folding import fold
from domain.people.schema import CostColumn, InvalidSchema, Schema

NAMES = ("age", "bmi", "class", "def", "none", "x", "x1", "income", "plan", "site_of_care", "self", "import")
"""Names of facts, words of Python among them."""
_TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=6)
_MOST = 2.0**53 - 1


def facts(name: str) -> st.SearchStrategy[Fact]:
    """Draw a fact of any kind."""
    return st.sampled_from(Kind).flatmap(lambda kind: _facts_of(name, kind))


@st.composite
def schemas(draw: st.DrawFn) -> Schema:
    """Draw a schema of one to six facts."""
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=6, unique=True))
    try:
        return Schema(name="any", cost=CostColumn("paid"), facts=tuple(draw(facts(name)) for name in names))
    except InvalidSchema:
        reject()


def right(fact: Fact) -> st.SearchStrategy[Any]:
    """Draw a value that a fact may have, as JSON may give it: choices and flags by any of their spellings."""
    values: st.SearchStrategy[Any]
    low, high = max(fact.bounds[0], -_MOST), min(fact.bounds[1], _MOST)
    if fact.kind is Kind.WHOLE:
        values = st.integers(int(low), int(high))
    elif fact.kind is Kind.NUMBER:
        values = st.floats(low, high) | st.integers(int(low), int(high))
    else:
        words = st.sampled_from(sorted(fact.words))
        values = words | words.map(lambda word: f" {word.upper()} " if fold(word.upper()) == fold(word) else word)
        if fact.kind is Kind.FLAG:
            values |= st.booleans()
    return values | st.none() if fact.may_be_missing else values


_WRONG: st.SearchStrategy[Any] = (
    st.none()
    | st.booleans()
    | st.integers(1 - 2**53, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | _TEXT
) | st.lists(st.integers(0, 3), max_size=2)


@st.composite
def people(draw: st.DrawFn, schema: Schema) -> dict[str, Any]:
    """Draw what a caller may send: right and wrong values, facts left out, facts that there are none."""
    given = {
        fact.name: draw(st.one_of(right(fact), right(fact), right(fact), _WRONG))
        for fact in schema.facts
        if draw(st.integers(0, 9))
    }
    more = draw(st.dictionaries(_TEXT, st.integers(0, 9), max_size=1)) if not draw(st.integers(0, 5)) else {}
    order = draw(st.permutations([*given.items(), *more.items()]))
    return dict(order)


@st.composite
def _facts_of(draw: st.DrawFn, name: str, kind: Kind) -> Fact:
    more: dict[str, Any] = {"name": name, "kind": kind, "may_be_missing": draw(st.booleans())}
    if kind.is_numeric:
        low = draw(st.none() | st.integers(-1000, 1000))
        more |= {"low": low, "high": draw(st.none() | st.integers(1, 2000).map(lambda width: (low or 0) + width))}
        return Fact(**more)
    if kind is Kind.CHOICE:
        more["choices"] = tuple(draw(st.lists(_TEXT, min_size=2, max_size=4, unique_by=fold)))
    spelled = st.dictionaries(st.sampled_from(more.get("choices", (NO, YES))), st.lists(_TEXT, max_size=2).map(tuple))
    return Fact(**more, spellings=draw(spelled))
