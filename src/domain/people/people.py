"""Many beneficiaries of one schema, without an object for each."""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from domain.people.beneficiary import Beneficiary
from domain.rows import Rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.people.fact import Value
    from domain.people.schema import Schema


@dataclass(frozen=True, slots=True)
class People(Rows[Beneficiary]):
    """Beneficiaries as rows of values that keep the rules of a schema; see `read` for values that may break them.

    Args:
        schema: which facts there are.
        values: of each person, one value for each fact of the schema, in its order.
    """

    schema: Schema
    values: Sequence[tuple[Value, ...]]

    @classmethod
    def of(cls, beneficiaries: Sequence[Beneficiary]) -> People:
        """Return beneficiaries of one schema, at least one, as rows."""
        if isinstance(beneficiaries, People):
            return beneficiaries
        return cls(beneficiaries[0].schema, [who.values for who in beneficiaries])

    @classmethod
    def read(cls, schema: Schema, rows: Sequence[tuple[object, ...]]) -> Self | None:
        """Read values as `Beneficiary` does; None where a row breaks a rule, which `Beneficiary` names.

        >>> from tests.support.default_schema import DEFAULT
        >>> People.read(DEFAULT, [(40, "female", 27.5, 1, "no", "northeast")]).values
        [(40, 'female', 27.5, 1, False, 'northeast')]
        >>> People.read(DEFAULT, [(40, "female", 27.5, 1, "no", "northeast"), (7, "male", 20.0, 0, "no", "northeast")])
        """
        columns: list[Sequence[Value]] = []
        for fact, column in zip(schema.facts, zip(*rows, strict=True), strict=True):
            values = fact.read_all(column)
            if values is None:
                return None
            columns.append(values)
        return cls(schema, list(zip(*columns, strict=True)))

    def numbers(self) -> array[float]:
        """Return `Beneficiary.as_numbers` of all, row by row."""
        width = self.schema.width
        numbers = array("d", bytes(8 * width * len(self.values)))
        for place, (fact, column) in enumerate(zip(self.schema.facts, zip(*self.values, strict=True), strict=False)):
            numbers[place::width] = array("d", fact.numbers(column))
        return numbers

    def __len__(self) -> int:
        return len(self.values)

    def row(self, number: int) -> Beneficiary:
        """Return a person."""
        return Beneficiary(self.schema, self.values[number])

    def part(self, rows: slice) -> Self:
        """Return some of the people."""
        return type(self)(self.schema, self.values[rows])
