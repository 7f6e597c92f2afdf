"""The values of the columns that have a role: whose a row is, how much it counts, and of which year."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from adapters.arrow.columns import read_labels, read_people, read_role
from domain.errors import FieldError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from adapters.arrow.reading import Batch
    from domain.people.table_reading import TableReading

    Floats = NDArray[np.float64]
    Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class RoleValues:
    """The values of the columns of roles in n rows.

    Args:
        people: a code of each row's person; None where no column names persons.
        weights: the weight of each row: its own times the share of a year that it covers.
        exposure: the share of a year that each row covers.
        periods: the calendar year of each row.
        audits: the labels of each audit column.
        broken: positions of cells that break a rule, with the rule.
    """

    people: NDArray[np.uint64] | None
    weights: Floats | None
    exposure: Floats | None
    periods: Floats | None
    audits: Mapping[str, NDArray[np.object_]]
    broken: Sequence[tuple[int, FieldError]] = ()

    @classmethod
    def of(cls, reading: TableReading, batch: Batch) -> Self:
        """Read the columns that are there."""
        columns = reading.matched.columns
        read = {
            role: read_role(column, batch.column(columns[column.column]))
            for role, column in reading.roles.items()
            if role != "person"
        }
        broken = [pair for cells in read.values() for pair in cells.broken]
        people = None
        if column := reading.roles.get("person"):
            people, nameless = read_people(column, batch.column(columns[column.column]))
            broken += nameless
        numbers = {role: cells.numbers for role, cells in read.items()}
        weights, exposure = numbers.get("weight"), numbers.get("exposure")
        counted = exposure if weights is None else weights if exposure is None else weights * exposure
        audits = {
            name: read_labels(batch.column(columns[name])) for name in reading.schema.roles.audit if name in columns
        }
        return cls(people, counted, exposure, numbers.get("period"), audits, broken)

    @classmethod
    def joined(cls, parts: Sequence[Self], good: Mask) -> Self:
        """Put the good rows of batches one after another."""

        def column(values: list[Any]) -> Any:
            return None if not values or values[0] is None else np.concatenate(values)[good]

        return cls(
            column([part.people for part in parts]),
            column([part.weights for part in parts]),
            None,
            column([part.periods for part in parts]),
            {name: column([part.audits[name] for part in parts]) for name in (parts[0].audits if parts else ())},
        )

    def made_yearly(self, costs: Floats, column: str) -> list[tuple[int, FieldError]]:
        """Convert costs of a share of a year to those of a whole one; return an error for each that is too large."""
        if self.exposure is None:
            return []
        with np.errstate(over="ignore"):
            costs /= self.exposure
        large = np.flatnonzero(np.isinf(costs)).tolist()
        costs[large] = np.nan
        return [(i, FieldError(column, "range", "is larger than any amount in a whole year")) for i in large]

    def beside(self, numbers: Floats) -> Floats:
        """Return rows with person and period behind them: rows that are equal then repeat each other."""
        more = [numbers]
        if self.people is not None:
            halves = self.people[:, None].view(np.uint32)  # each of which a float can hold
            more.append(halves.astype(np.float64))
        if self.periods is not None:
            more.append(self.periods[:, None])
        return np.column_stack(more)

    def count(self, numbers: Floats) -> int:
        """Return the number of distinct persons in the rows."""
        if self.people is not None:
            return len(np.unique(self.people))
        return len(numbers) - len(repeated_rows(numbers))

    @property
    def content(self) -> bytes:
        """Return the bytes that the digest covers."""
        columns = (("person", self.people), ("weight", self.weights), ("period", self.periods))
        return b"".join(role.encode() + values.tobytes() for role, values in columns if values is not None)


def repeated_rows(numbers: Floats) -> NDArray[np.intp]:
    """Return the positions of rows that repeat an earlier row exactly, rising."""
    bits = np.ascontiguousarray(numbers + 0.0).view(np.uint64)  # -0.0 is 0.0
    odd = np.random.default_rng(0).integers(0, 2**63, bits.shape[1], dtype=np.uint64) * np.uint64(2) + np.uint64(1)
    _, first, key = np.unique((bits * odd).sum(axis=1, dtype=np.uint64), return_index=True, return_inverse=True)
    earlier = first[key]
    is_alike = (bits == bits[earlier]).all(axis=1)
    return np.flatnonzero((earlier != np.arange(len(bits))) & is_alike)
