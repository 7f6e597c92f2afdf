"""A schema proposed for a table that nobody has described: a beginning for a person to correct."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from math import ceil, floor
from typing import TYPE_CHECKING, Final

from domain.errors import ConfigurationError
from domain.people.cost_inference import AMOUNTS, find_cost, quoted, words_of
from domain.people.fact import ANY_LANGUAGE, Fact, Kind
from domain.people.folding import fold
from domain.people.numbers import exact, round_step
from domain.people.schema import CostColumn, Roles, Schema
from domain.people.schema_rules import MOST_FACTS, RESERVED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from domain.people.column_content import ColumnContent, Numbers

MOST_CHOICES: Final = 20
ENOUGH_ROWS: Final = 20
"""In fewer rows it says nothing that all values of a column differ, or are alike."""

_PEOPLE: Final = frozenset(
    (
        *("id", "person", "patient", "member", "beneficiary", "subject", "enrolid", "policy", "insured", "client"),
        *("persona", "paciente", "miembro", "beneficiario", "poliza", "asegurado", "afiliado", "cliente", "socio"),
    )
)
"""Words in the name of a column that speak for a person, or for those whose rows belong together."""
_WEIGHTS: Final = frozenset(("wt", "perwt", "finalwt", "wgt", "ponderador", "expansion"))
_SURVEY: Final = frozenset(("survey", "sample", "sampling", "person", "final", "frequency", "freq", "muestral"))
_EXPOSURES: Final = frozenset(("exposure", "exposicion", "eligible", "time"))
_PERIODS: Final = frozenset(("year", "yr", "period", "ano", "anio", "periodo"))
_NONE: Final = "none"
"""In a column of words it is a kind of its own, such as no condition, rather than a value that nobody knows."""
_FEW: Final = 4
_MANY: Final = 500
_YEARS: Final = (1900, 2200)
_NAMED: Final = 5
"""Columns that an error names."""
_HUGE: Final = 1e300
"""Numbers beyond it cannot be rounded outward."""
_BEGINS_WITH_ZERO: Final = re.compile(r"0\d+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A schema, and what the person who checks it should know.

    Args:
        schema: keeps all rules.
        remarks: on the file as a whole.
        on_facts: by fact, what is unsure about it.
        left_out: by column, why it is no fact.
    """

    schema: Schema
    remarks: Sequence[str]
    on_facts: dict[str, list[str]]
    left_out: dict[str, str]


@dataclass(slots=True)
class _Draft:
    """A proposal under way; ``columns`` are the folded names of all columns."""

    columns: frozenset[str] = frozenset()
    facts: list[Fact] = field(default_factory=list[Fact])
    on_facts: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    left_out: dict[str, str] = field(default_factory=dict[str, str])
    roles: dict[str, str] = field(default_factory=dict[str, str])


def propose(columns: Iterable[ColumnContent], *, name: str, cost: str | None = None, currency: str = "") -> Proposal:
    """Propose a schema for a table.

    Args:
        columns: the columns of the table, in their order.
        name: the name of the schema; letters that cannot stand in one are replaced.
        cost: the column that holds the cost of a year; None to look for it by its name.
        currency: the ISO 4217 code of the money; empty to go by the signs beside the amounts, USD where there are none.

    Raises:
        ConfigurationError: if the cost's column is not there, no column can be the cost, or no column can be a fact.
    """
    contents = list(columns)
    target, currency, remarks = find_cost(contents, cost, currency)
    if target.cells < ENOUGH_ROWS:
        read = "only 1 row was read" if target.cells == 1 else f"only {target.cells} rows were read"
        remarks.append(f"{read}: widen the limits to what may come")
    draft = _Draft(frozenset(fold(content.name) for content in contents))
    for content in contents:
        if content is not target:
            _place(content, draft, currency)
    if not draft.facts:
        why = "; ".join(f"{column}, because {reason}" for column, reason in [*draft.left_out.items()][:_NAMED])
        message = f"no column of {name} can be a fact" + (f": left out: {why}" if why else " beside the cost")
        raise ConfigurationError(message)
    for fact in draft.facts[MOST_FACTS:]:
        draft.left_out[fact.header] = f"there are more than {MOST_FACTS} facts: keep those that matter most"
    facts = tuple(draft.facts[:MOST_FACTS])
    few = [fact.name for fact in facts if fact.kind is Kind.FLAG or 0 < len(fact.choices) <= _FEW]
    schema = Schema(
        name=_identifier(name),
        title={ANY_LANGUAGE: f"Cost of one person in a year ({name})"},
        cost=CostColumn(target.name, currency),
        facts=facts,
        groups=tuple(few[:3]),
        roles=Roles(
            person=draft.roles.get("person"),
            weight=draft.roles.get("weight"),
            exposure=draft.roles.get("exposure"),
            period=draft.roles.get("period"),
        ),
    )
    return Proposal(schema, remarks, draft.on_facts, draft.left_out)


def _place(content: ColumnContent, draft: _Draft, currency: str) -> None:
    """Take a column as a fact or a role, or leave it out and say why."""
    words = set(words_of(content.name))
    numbers = content.numbers(currency)
    enough = content.given >= ENOUGH_ROWS
    role = _role_of(content, words, numbers)
    if any(fold(content.name) == fold(fact.header) for fact in draft.facts):
        draft.left_out[content.name] = "another column has nearly the same name: rename one of them"
    elif not content.given:
        draft.left_out[content.name] = "it holds no value"
    elif content.is_date:
        draft.left_out[content.name] = "it holds dates: give a number instead, such as the years since then"
    elif role and role not in draft.roles:
        draft.roles[role] = content.name
    elif content.counts_rows and enough:
        draft.left_out[content.name] = "it numbers the rows"
    elif len(content.choices) > MOST_CHOICES and (unit := content.unit):
        draft.left_out[content.name] = f"its numbers have a unit behind them: leave {unit!r} out of the cells"
    elif len(content.texts) == 1 and (enough or (numbers is None and not content.is_flag)):
        draft.left_out[content.name] = f"all values are {next(iter(content.texts))}"
    elif enough and content.is_unique and (numbers is None or (numbers.whole and words & _PEOPLE)):
        draft.left_out[content.name] = "hardly two values are alike: it looks like an identifier"
    else:
        _add_fact(content, numbers, words, draft)


def _role_of(content: ColumnContent, words: set[str], numbers: Numbers | None) -> str | None:
    if words & _PEOPLE and (numbers is None or numbers.whole) and len(content.texts) > MOST_CHOICES:
        return "person"
    if numbers is None:
        return None
    if words & _WEIGHTS or ("weight" in words and words & _SURVEY):
        return "weight"
    if words & _EXPOSURES and numbers.low > 0 and numbers.high <= 1:
        return "exposure"
    few = len(content.texts) <= MOST_CHOICES and numbers.whole
    counted = numbers.high <= MOST_CHOICES or (numbers.low >= _YEARS[0] and numbers.high <= _YEARS[1])
    return "period" if words & _PERIODS and few and counted else None


def _add_fact(content: ColumnContent, numbers: Numbers | None, words: set[str], draft: _Draft) -> None:
    fact = _fact(content, numbers, _name(content.name, draft))
    if fact is None:
        different = len(content.choices)
        draft.left_out[content.name] = f"it has {different} different texts: at most {MOST_CHOICES} can be choices"
        return
    draft.facts.append(fact)
    draft.on_facts[fact.name] = list(_remarks(content, fact, numbers, words))


def _name(column: str, draft: _Draft) -> str:
    name = _identifier(column)
    # a fact may not be called as the column of another one is
    others = draft.columns - {fold(column)}
    while name in RESERVED or fold(name) in others or any(fact.name == name for fact in draft.facts):
        name += "_of_person" if name in RESERVED else "_2"
    return name


def _fact(content: ColumnContent, numbers: Numbers | None, name: str) -> Fact | None:
    """Return the fact that a column can be; None if its texts are too many for choices."""
    kind, low, high, choices = Kind.FLAG, None, None, ()
    if not content.is_flag and numbers is not None:
        kind = Kind.WHOLE if numbers.whole else Kind.NUMBER
        low, high = _outward(numbers)
    elif not content.is_flag:
        words = {*content.choices, _NONE} if content.nothing[_NONE] else set(content.choices)
        kind, choices = Kind.CHOICE, tuple(sorted(words))
        if content.is_wide or not 1 < len(choices) <= MOST_CHOICES:
            return None
    return Fact(
        name=name,
        kind=kind,
        low=low,
        high=high,
        choices=choices,
        column=content.name if fold(content.name) != fold(name) else "",
        may_be_missing=content.empty > (content.nothing[_NONE] if kind is Kind.CHOICE else 0),
        label={ANY_LANGUAGE: _label(content.name) or content.name.strip() or name},
    )


def _remarks(content: ColumnContent, fact: Fact, numbers: Numbers | None, words_in_name: set[str]) -> Iterator[str]:
    nothing = Counter(content.nothing)
    if fact.kind is Kind.CHOICE and nothing.pop(_NONE, 0):
        yield f"{_NONE} is read as a choice: if it means that nobody knows, take it out and say missing: allowed"
    if nothing:
        words = ", ".join(sorted(word for word in nothing if word))
        yield f"{nothing.total()} of {content.cells} cells are empty{f' or say {words}' if words else ''}"
    if fact.kind.is_numeric and numbers:
        yield from _remarks_on_numbers(content, fact, numbers, words_in_name)
    if fact.kind is Kind.CHOICE and (unit := content.unit):
        yield f"if these are amounts, leave {unit!r} out of the cells: they are numbers then"
    if fact.kind is Kind.FLAG and content.texts.keys() <= {"0", "1"}:
        yield '0 is read as no and 1 as yes; if they are two kinds, say kind: choice, choices: ["0", "1"]'


def _remarks_on_numbers(content: ColumnContent, fact: Fact, numbers: Numbers, words_in_name: set[str]) -> Iterator[str]:
    if numbers.unread:
        yield f"no number: {quoted(numbers.unread)}; give such cells one, or their rows are refused"
    if numbers.codes:
        codes = " and ".join(map(exact, numbers.codes))
        yield f"{codes} may say that nobody knows: leave such cells empty and say missing: allowed, or widen the limits"
    if any(map(_BEGINS_WITH_ZERO.fullmatch, content.texts)):
        yield "some begin with 0: if they are codes, say kind: choice, or leave it out"
    if words_in_name & AMOUNTS:
        yield "leave it out if it is a part of the cost, or is not known before the year begins"
    different = len(content.choices)
    if fact.kind is Kind.WHOLE and different <= _FEW and content.given >= ENOUGH_ROWS:
        yield "few different numbers: if they are codes, say kind: choice"
    if fact.kind is Kind.WHOLE and (content.is_wide or different >= _MANY):
        yield "many different whole numbers: if they name people, move it to roles: person"
    if "weight" in words_in_name:
        yield "if it is a survey weight and not a measure of the body, move it to roles: weight"


def _outward(numbers: Numbers) -> tuple[float, float]:
    """Return round limits around the numbers of a column; never below zero where no number is."""
    if max(abs(numbers.low), abs(numbers.high)) > _HUGE:
        return numbers.low, numbers.high
    span = (numbers.high - numbers.low) or max(abs(numbers.high), 1.0)
    step = round_step(span / 4)
    step = max(step, 1.0) if numbers.whole else step
    low, high = floor(numbers.low / step) * step, ceil(numbers.high / step) * step
    if low == high:
        low, high = low - step, high + step
    return float(exact(max(low, 0.0) if numbers.low >= 0 else low)), float(exact(high))


def _label(name: str) -> str:
    """Return the name of a column for people: as it is written, in words; what has capitals only stays as it is.

    >>> _label("BloodPressure"), _label("fecha_de_ingreso"), _label("Género"), _label("IMC 2024")
    ('Blood pressure', 'Fecha de ingreso', 'Género', 'IMC 2024')
    """
    words: list[str] = re.findall(r"[^\W_]+", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name))
    text = " ".join(word if len(word) > 1 and word.isupper() else word.lower() for word in words)
    return text[:1].upper() + text[1:]


def _identifier(name: str) -> str:
    """Return a name as the names of facts are: small letters, digits and underscores."""
    plain = "_".join(words_of(name)) or "fact"
    return plain if plain[0].isalpha() else f"fact_{plain}"
