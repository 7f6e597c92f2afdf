"""The matching of columns to facts, by their names or by the mapping that a person has given."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final, Self, TypeAlias

from domain.errors import ConfigurationError
from domain.people.fact import Fact, Kind, Value
from domain.people.folding import fold, without_accents

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.people.cells import DecimalSign
    from domain.people.schema import Schema

Matching: TypeAlias = Mapping[str, str]
"""Name of a fact, or the cost's or a role's column in the schema, to the column of the file that holds it."""

_DENIALS: Final = frozenset(
    ("no", "not", "non", "never", "n", "0", "false", "ex", "former", "quit", "without", "sin", "nunca", "falso")
)
"""Words in the name of a column by which its yes may mean no."""


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """The mapping of a table's columns and words that a person has given.

    Args:
        columns: column of the file to the name of a fact, or to the cost's or a role's column in the schema.
        words: column of the file, or name of a fact, to what its cells mean: folded text to value.
        turned: facts whose column is read the other way round.
        decimal: the decimal sign of all numbers; empty to go by the cells.
        without: facts that are read from no column, whatever its name is.
    """

    columns: Mapping[str, str] = field(default_factory=dict[str, str])
    words: Mapping[str, Mapping[str, Value]] = field(default_factory=dict[str, Mapping[str, Value]])
    turned: frozenset[str] = frozenset()
    decimal: DecimalSign = ""
    without: frozenset[str] = frozenset()

    @classmethod
    def of(cls, given: Iterable[tuple[str, str]], schema: Schema, *, decimal: DecimalSign = "") -> Self:
        """Read pairs of ``COLUMN`` and a fact, or of ``COLUMN:VALUE`` and a choice.

        Raises:
            ConfigurationError: naming the pair that cannot be meant, and what to write.

        >>> from tests.support.default_schema import DEFAULT
        >>> column_map = ColumnMap.of([("gender", "sex"), ("gender:0", "female")], DEFAULT)
        >>> column_map.columns, column_map.words
        ({'gender': 'sex'}, {'gender': {'0': 'female'}})
        """
        pairs = [(left.strip(), right.strip()) for left, right in given]
        columns = {left: _target(left, right, schema) for left, right in pairs if _is_column(left, right, schema)}
        words: dict[str, dict[str, Value]] = {}
        for left, right in pairs:
            if left not in columns:
                column, text = _column_and_value(left, columns)
                fact = _fact_of(column, columns, schema, f"{left}={right}")
                words.setdefault(column, {})[fold(text)] = _choice(fact, right, f"{left}={right}")
        for column, name in columns.items():
            fact = schema.by_name.get(name)
            if fact and denies(column, fact) and column not in words:
                message = (
                    f"{column}={name}: the name of this column says no, so its yes may mean no: say what its values "
                    f"mean, for example {column}:1=no {column}:0=yes"
                )
                raise ConfigurationError(message)
        return cls(columns, words, decimal=decimal)


def mapped_pair(text: str, option: str = "") -> tuple[str, str]:
    """Return the two sides of a mapping, for `ColumnMap.of`.

    Args:
        text: ``COLUMN=FACT`` or ``COLUMN:VALUE=CHOICE``; a column may have a ``=`` in its name.
        option: what the mapping was written behind, for the message of an error.

    Raises:
        ConfigurationError: if a side is missing.

    >>> mapped_pair("gender=sex")
    ('gender', 'sex')
    """
    left, sign, right = text.rpartition("=")
    if not (sign and left.strip() and right.strip()):
        message = f"{option}{text}: write {option}COLUMN=FACT, or {option}COLUMN:VALUE=CHOICE"
        raise ConfigurationError(message)
    return left, right


@dataclass(frozen=True, slots=True)
class Matched:
    """Columns and their matches.

    Args:
        columns: the column of each fact, cost or role that has one.
        twice: names with several possible columns.
        unused: columns that are not read.
    """

    columns: Matching
    twice: Mapping[str, Sequence[str]]
    unused: Sequence[str]


def match(columns: Sequence[str], schema: Schema, column_map: ColumnMap) -> Matched:
    """Find the columns of the facts, the cost and the roles by their names, without case, space and hyphens.

    The given mapping goes before the name of a column, and the name before its aliases.

    Raises:
        ConfigurationError: if a column of the given mapping is missing.

    >>> from tests.support.default_schema import DEFAULT
    >>> match(["AGE ", "Sex", "id"], DEFAULT, ColumnMap()).columns
    {'age': 'AGE ', 'sex': 'Sex'}
    """
    by_fold: dict[str, list[str]] = {}
    for column in columns:
        by_fold.setdefault(fold(column), []).append(column)
    mapped: dict[str, list[str]] = {}
    for column, name in column_map.columns.items():
        there = [column] if column in columns else by_fold.get(fold(column), [])
        if not there:
            message = f"there is no column {column!r} to be read as {name}: the columns are {', '.join(columns)}"
            raise ConfigurationError(message)
        mapped.setdefault(name, []).extend(there)
    taken = {column for several in mapped.values() for column in several}
    candidates_of = dict(mapped)
    for name, names in _names(schema):
        if name not in candidates_of and name not in column_map.without:
            several = [[column for column in by_fold.get(fold(text), ()) if column not in taken] for text in names]
            exact = [column for column in several[:2] if column]  # the name of its column, or its own
            candidates = exact[0] if exact else list(dict.fromkeys(column for some in several for column in some))
            if candidates:
                candidates_of[name] = candidates
    matched = {name: candidates[0] for name, candidates in candidates_of.items() if len(candidates) == 1}
    twice = {name: candidates for name, candidates in candidates_of.items() if len(candidates) > 1}
    used = {column for several in candidates_of.values() for column in several}
    return Matched(matched, twice, [column for column in columns if column not in used])


def knows(schema: Schema, column_map: ColumnMap) -> frozenset[str]:
    """Return the folded names of all columns that are looked for."""
    return frozenset(fold(text) for _, names in _names(schema) for text in names) | frozenset(
        map(fold, column_map.columns)
    )


def suggest(columns: Sequence[str], schema: Schema) -> dict[str, str]:
    """Suggest which column holds which fact, for a person to check; each column for one fact at most.

    A name that is a fact's own goes before one that only holds it as a word. A column whose name denies is never
    suggested for a flag.

    >>> from tests.support.default_schema import DEFAULT
    >>> suggest(["AGE_YEARS", "smoker_no", "smoker_yes", "stage"], DEFAULT)
    {'age': 'AGE_YEARS', 'smoker': 'smoker_yes'}
    """
    suggested = {
        name: column for name, column in match(columns, schema, ColumnMap()).columns.items() if name in schema.by_name
    }
    for fact in schema.facts:
        if fact.name in suggested:
            continue
        names = [_words(text) for text in _names_of(fact)]
        for column in columns:
            holds = any(f" {words} " in f" {_words(column)} " for words in names)
            if holds and column not in suggested.values() and not denies(column, fact):
                suggested[fact.name] = column
                break
    return {name: suggested[name] for name in schema.names if name in suggested}


def denies(column: str, fact: Fact) -> bool:
    """Return whether the name of a column for a flag says that its yes may mean no.

    >>> smoker = Fact(name="smoker", kind=Kind.FLAG)
    >>> [denies(name, smoker) for name in ("smoker_no", "Non-smoker", "smoker_yes", "smoker")]
    [True, True, False, False]
    """
    if fact.kind is not Kind.FLAG:
        return False
    own = {word for text in _names_of(fact) for word in _words(text).split()}
    return bool(_DENIALS.intersection(_words(column).split()) - own)


def shared(matching: Matching) -> Mapping[str, str]:
    """Return the facts that have a column in common with an earlier fact, each with the earlier fact.

    >>> shared({"age": "years", "sex": "sex", "children": "years"})
    {'children': 'age'}
    """
    first: dict[str, str] = {}
    return {fact: first[column] for fact, column in matching.items() if first.setdefault(column, fact) != fact}


def _names(schema: Schema) -> Iterable[tuple[str, Sequence[str]]]:
    """Return what columns may hold, each with the names that its column may have."""
    yield from ((fact.name, _names_of(fact)) for fact in schema.facts)
    yield schema.cost.column, (schema.cost.column,)
    yield from ((column, (column,)) for column in schema.roles.columns.values())


def _is_column(left: str, right: str, schema: Schema) -> bool:
    """Return whether a pair maps a column; if not, a value of one. The name of a column may hold colons, too."""
    if ":" not in left:
        return True
    if all(fold(target) != fold(right) for target, _ in _names(schema)):
        return False
    fact = _fact_with(left.partition(":")[0], schema)
    return fact is None or fold(right) not in fact.words


def _column_and_value(left: str, columns: Mapping[str, str]) -> tuple[str, str]:
    places = [i for i, letter in enumerate(left) if letter == ":"]
    place = next((i for i in reversed(places) if left[:i].strip() in columns), places[0])
    return left[:place].strip(), left[place + 1 :]


def _target(column: str, name: str, schema: Schema) -> str:
    names = [target for target, _ in _names(schema)]
    for target in names:
        if fold(target) == fold(name):
            return target
    near = get_close_matches(name, names, 1)
    hint = f"did you mean {near[0]}?" if near else f"choose one of {', '.join(names)}"
    message = f"{column}={name}: {name!r} is no fact and not the cost; {hint}"
    raise ConfigurationError(message)


def _fact_of(column: str, columns: Mapping[str, str], schema: Schema, pair: str) -> Fact:
    fact = schema.by_name.get(columns[column]) if column in columns else _fact_with(column, schema)
    if fact is None:
        message = f"{pair}: {column!r} is not the column of a fact; say which fact it holds, for example {column}=FACT"
        raise ConfigurationError(message)
    if fact.kind.is_numeric:
        message = f"{pair}: {fact.name} is a number, and numbers need no other words"
        raise ConfigurationError(message)
    return fact


def _fact_with(column: str, schema: Schema) -> Fact | None:
    """Return the fact whose column may have this name."""
    return next((fact for fact in schema.facts if fold(column) in map(fold, _names_of(fact))), None)


def _names_of(fact: Fact) -> tuple[str, ...]:
    return (fact.header, fact.name, *fact.aliases)


def _choice(fact: Fact, text: str, pair: str) -> Value:
    value = fact.words.get(text, fact.words.get(fold(text)))
    if value is None:
        choices = "yes, no" if fact.kind is Kind.FLAG else ", ".join(fact.choices)
        message = f"{pair}: {text!r} is no choice of {fact.name}: choose one of {choices}"
        raise ConfigurationError(message)
    return value


def _words(name: str) -> str:
    """Return the words of a name, without case, accents and punctuation."""
    return " ".join(re.findall(r"[a-z]+|\d+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", without_accents(name)).casefold()))
