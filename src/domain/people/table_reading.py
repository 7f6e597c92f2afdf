"""The reading of a table: the columns of the facts, and the meaning of their cells."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, Self

from domain.errors import FieldError
from domain.people.beneficiary import Beneficiary
from domain.people.cells import NumberStyle
from domain.people.folding import fold
from domain.people.matching import ColumnMap, match
from domain.people.meaning import CostColumnReader, FactColumn
from domain.people.role_column import ABSENT, RoleColumn
from domain.people.schema_rules import ROLES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from domain.people.fact import Fact, Value
    from domain.people.matching import Matched
    from domain.people.schema import Schema

_MOST_READINGS: Final = 1_000


@dataclass(frozen=True, slots=True)
class ReadingRules:
    """How tables are to be read.

    Args:
        schema: which facts are looked for.
        column_map: the mapping of columns and words that a person has given.
        sheet: the sheet of a workbook; empty for the first.
        needs_roles: whether claims are refused that lack the column of a declared role, as for training.
    """

    schema: Schema
    column_map: ColumnMap = field(default_factory=ColumnMap)
    sheet: str = ""
    needs_roles: bool = False

    @property
    def digest(self) -> str:
        """Return a text that is another one for rules by which a file could mean anything else."""
        column_map = (
            sorted(self.column_map.columns.items()),
            sorted((at, sorted(of.items())) for at, of in self.column_map.words.items()),
        )
        turned, without = sorted(self.column_map.turned), sorted(self.column_map.without)
        content = (self.schema.digest, column_map, turned, self.column_map.decimal, self.sheet)
        text = repr((*content, without) if without else content)
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class TableReading:
    """How one table is read.

    Args:
        schema: which facts there are.
        matched: which column holds which of them.
        facts: in the order of the schema; None for a fact that no column holds.
        cost: None where no column holds it.
        roles: the columns of roles in the table.
        needs_roles: see `ReadingRules`.
    """

    schema: Schema
    matched: Matched
    facts: tuple[FactColumn | None, ...]
    cost: CostColumnReader | None
    roles: Mapping[str, RoleColumn] = field(default_factory=dict[str, "RoleColumn"])
    needs_roles: bool = False

    @classmethod
    def of(
        cls,
        schema: Schema,
        matched: Matched,
        column_map: ColumnMap,
        cells: Callable[[str], Iterable[object]],
        *,
        semicolons: bool = False,
        needs_roles: bool = False,
    ) -> Self:
        """Return the reading of a table.

        Args:
            schema: which facts there are.
            matched: which column of the file holds which of them.
            column_map: the mapping of columns and words that a person has given.
            cells: gives the first cells of a column of numbers, by which its style is told.
            semicolons: whether semicolons separate its cells, as where the decimal sign is a comma: unless a number
                shows a decimal point, a point might separate thousands.
            needs_roles: see `ReadingRules`.
        """
        held, cost = matched.columns, schema.cost
        roles = {role: column for role in ROLES if (column := getattr(schema.roles, role)) and column in held}
        numbers = [fact.name for fact in schema.facts if fact.kind.is_numeric and fact.name in held]
        numbers += [cost.column] if cost.column in held else []
        numbers += [column for role, column in roles.items() if role != "person"]
        seen = {
            name: NumberStyle.of(
                cells(held[name]), decimal=column_map.decimal, currency=cost.currency * (name not in roles.values())
            )
            for name in numbers
        }
        styles = {name: style.beside(other for at, other in seen.items() if at != name) for name, style in seen.items()}
        if semicolons and not any(style.points for style in seen.values()):
            styles = {name: replace(style, foreign=True) for name, style in styles.items()}
        facts = tuple(
            _fact_column(fact, held[fact.name], styles.get(fact.name), column_map) if fact.name in held else None
            for fact in schema.facts
        )
        reader = CostColumnReader(cost.column, styles[cost.column]) if cost.column in held else None
        columns = {role: RoleColumn(role, column, styles.get(column, NumberStyle())) for role, column in roles.items()}
        return cls(schema, matched, facts, reader, columns, needs_roles)

    @property
    def missing(self) -> list[FieldError]:
        """Return the mistakes of the columns: required facts without one, and names that several could hold."""
        wrong: list[FieldError] = []
        for fact, column in zip(self.schema.facts, self.facts, strict=True):
            if several := self.matched.twice.get(fact.name):
                wrong.append(FieldError(fact.name, "twice", f"is there twice: as {' and as '.join(several)}"))
            elif column is None and not fact.may_be_missing:
                wrong.append(FieldError(fact.name, "missing", "the column is not there"))
        return wrong

    @property
    def missing_for_claims(self) -> list[FieldError]:
        """Return the mistakes of the columns, including those of the cost and, if needed, of roles."""
        wrong, roles = self.missing, self.schema.roles
        for name in (self.schema.cost.column, *(getattr(roles, role) for role in ROLES)):
            if several := self.matched.twice.get(name):
                wrong.append(FieldError(name, "twice", f"is there twice: as {' and as '.join(several)}"))
        if not self.cost and self.schema.cost.column not in self.matched.twice:
            wrong.append(FieldError(self.schema.cost.column, "missing", "the column is not there"))
        if self.needs_roles:
            for role, column in self._absent:
                detail = f"the column is not there: name another with --map, or write {role}: null under roles"
                wrong.append(FieldError(column, "missing", detail))
        return wrong

    @property
    def notes_on_roles(self) -> list[str]:
        """Return notes on costs of a part of a year, and on the assumption for a role without a column."""
        exposure, cost = self.roles.get("exposure"), self.schema.cost.column
        yearly = [f"{cost} is that of a whole year: {cost} / {exposure.column}"] if exposure else []
        return yearly + [
            f"there is no column {column} for roles: {role}, so {ABSENT[role]}" for role, column in self._absent
        ]

    @property
    def _absent(self) -> list[tuple[str, str]]:
        declared = ((role, getattr(self.schema.roles, role)) for role in ROLES)
        twice = self.matched.twice
        return [(role, name) for role, name in declared if name and role not in self.roles and name not in twice]

    def person(self, row: Mapping[str, object], *, is_json: bool = False) -> Beneficiary | list[FieldError]:
        """Read a person from a row, or say which rules it breaks.

        Args:
            row: cells by the names of their columns.
            is_json: whether the values come from JSON, whose types are taken as they are.
        """
        values: list[Value] = []
        wrong: list[FieldError] = []
        for fact, column in zip(self.schema.facts, self.facts, strict=True):
            if column is None:
                if fact.may_be_missing:
                    values.append(None)
                else:
                    wrong.append(FieldError(fact.name, "missing", "is required"))
                continue
            cell = row.get(column.column)
            value = column.read_json(cell) if is_json else column.read(cell)
            if isinstance(value, FieldError):
                wrong.append(value)
            else:
                values.append(value)
        return wrong or Beneficiary(self.schema, tuple(values))

    def value(self, name: str, row: Mapping[str, object]) -> Value | FieldError:
        """Return what a row says of a fact, or the rule that its cell breaks."""
        column = self.facts[self.schema.place(name)]
        if column:
            return column.read(row.get(column.column))
        fact = self.schema.by_name[name]
        return None if fact.may_be_missing else FieldError(name, "missing", "is required")

    def cell(self, name: str, row: Mapping[str, object]) -> object:
        """Return the cell of a fact, or of the cost, as the row has it; None if no column holds it."""
        column = self.matched.columns.get(name)
        return None if column is None else row.get(column)


@dataclass(slots=True)
class RowReader:
    """Reads rows that each name their own columns, as JSON Lines do.

    Args:
        schema: which facts there are.
        column_map: the mapping of columns and words that a person has given.
    """

    schema: Schema
    column_map: ColumnMap
    _readings: dict[tuple[str, ...], TableReading] = field(default_factory=dict[tuple[str, ...], "TableReading"])

    def reading(self, row: Mapping[str, object]) -> TableReading:
        """Return the reading of a table with these columns."""
        names = tuple(row)
        reading = self._readings.get(names)
        if reading is None:
            # a row may lack a column of which somebody has said something
            there = {fold(name) for name in names}
            columns = {column: name for column, name in self.column_map.columns.items() if fold(column) in there}
            column_map = replace(self.column_map, columns=columns)
            reading = TableReading.of(self.schema, match(names, self.schema, column_map), column_map, lambda _: ())
            if len(self._readings) < _MOST_READINGS:
                self._readings[names] = reading
        return reading


def _fact_column(fact: Fact, column: str, style: NumberStyle | None, column_map: ColumnMap) -> FactColumn:
    words: dict[str, Value] = {}
    for name, meanings in column_map.words.items():
        if fold(name) in (fold(column), fold(fact.name)):
            words.update(meanings)
    return FactColumn(fact, column, style or NumberStyle(), words, fact.name in column_map.turned)
