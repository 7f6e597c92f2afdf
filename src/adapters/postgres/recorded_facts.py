"""The storage of a schema's facts in the table of predictions, and their indexes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Boolean, Double, SmallInteger, Text, literal_column

from adapters.postgres.prediction_table import FIRST_FACTS, INDEXED_FACTS, PREDICTIONS
from domain.people.fact import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlalchemy import ColumnElement

    from domain.people.fact import Fact, Value
    from domain.people.schema import Schema

MOST_KINDS: Final = 32
"""The most combinations in one index: a page reads the end of each, and more would take longer to plan."""
OURS: Final = "predictions_facts_"
"""The prefix of the names of a schema's indexes."""
_TYPES: Final[dict[type, Kind]] = {SmallInteger: Kind.WHOLE, Double: Kind.NUMBER, Text: Kind.CHOICE, Boolean: Kind.FLAG}
_NOT_GIVEN: Final = ""
"""The stored value of a missing choice or flag: no choice has this name."""


@dataclass(frozen=True, slots=True)
class RecordedFacts:
    """The facts of a schema as PostgreSQL keeps them.

    Args:
        schema: the schema.
        columns: the facts that rows also keep in a column of their own, as release 0.1 does; all of its facts or none.
        together: the choices and flags that have one index over all of them and the identifier.
        alone: those that have an index each.
    """

    schema: Schema
    columns: tuple[str, ...]
    together: tuple[str, ...]
    alone: tuple[str, ...]

    @classmethod
    def of(cls, schema: Schema) -> RecordedFacts:
        """Return the storage of a schema's facts."""
        columns = tuple(column.name for column in FIRST_FACTS) if _has_first_facts(schema) else ()
        filters = [fact.name for fact in schema.filters]
        if columns:
            together = tuple(INDEXED_FACTS)
        else:
            kinds = prod(len(_values(fact)) for fact in schema.filters)
            together = tuple(filters) if kinds <= MOST_KINDS else ()
        return cls(schema, columns, together, tuple(name for name in filters if name not in together))

    def filter(self, name: str) -> ColumnElement[Any]:
        """Return the expression of a choice or a flag that is compared with `stored` values; it is never null."""
        if name in self.columns:
            return PREDICTIONS.c[name]
        # as text: with parameters in it, PostgreSQL would not recognise the expression of an index
        return literal_column(_indexed(name), Text)

    def stored(self, name: str, value: Value) -> object:
        """Return the result of `filter` for people with a value."""
        if name in self.columns:
            return value
        if value is None:
            return _NOT_GIVEN
        return str(value).lower() if isinstance(value, bool) else value

    def number(self, name: str) -> ColumnElement[Any]:
        """Return the expression of a numeric fact, null where it is not given."""
        if name in self.columns:
            return PREDICTIONS.c[name]
        return literal_column(f"CAST(facts ->> '{name}' AS double precision)", Double)

    def kinds(self, where: Mapping[str, Value]) -> list[tuple[object, ...]]:
        """Return the combinations that match, each as the stored values of the facts that are indexed together."""
        given = [(where[name],) if name in where else _values(self.schema.by_name[name]) for name in self.together]
        return [
            tuple(self.stored(name, value) for name, value in zip(self.together, kind, strict=True))
            for kind in product(*given)
        ]

    def indexes(self) -> dict[str, str]:
        """Return the statements that make the indexes of a schema, by the names of the indexes.

        Indexes over the first facts belong to the migrations, and their names do not depend on the schema.
        """
        definitions = list(self._definitions())
        names = [OURS + hashlib.sha256(definition.encode()).hexdigest()[:16] for definition in definitions]
        return {
            name: f"CREATE INDEX {name} ON predictions {definition}"
            for name, definition in zip(names, definitions, strict=True)
        }

    def _definitions(self) -> Iterator[str]:
        alone = [f"({_indexed(name)}, id)" for name in self.alone]
        if not self.columns:
            together = ", ".join([*map(_indexed, self.together), "id"])
            if self.together:
                yield f"({together})"
            yield f"(owner, {together}) WHERE owner IS NOT NULL"
        yield from alone


def _indexed(name: str) -> str:
    return f"COALESCE(facts ->> '{name}', '{_NOT_GIVEN}')"  # names of facts are small letters, digits and _


def _values(fact: Fact) -> tuple[Value, ...]:
    """Return the values that a choice or a flag may have."""
    values: tuple[Value, ...] = (False, True) if fact.kind is Kind.FLAG else fact.choices
    return (*values, None) if fact.may_be_missing else values


def _has_first_facts(schema: Schema) -> bool:
    """Return whether a schema has each of the first facts, of the kind of its column, and never missing."""
    facts = [(schema.by_name.get(column.name), _TYPES[type(column.type)]) for column in FIRST_FACTS]
    return all(fact is not None and fact.kind is kind and not fact.may_be_missing for fact, kind in facts)
