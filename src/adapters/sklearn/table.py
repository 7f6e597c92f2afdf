"""Claims as arrays of distinct rows, each with the weight of all rows of the file that are equal to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from domain.people.claims import row_digests
from domain.people.fact import NOT_GIVEN

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from domain.people.claims import Claims
    from domain.people.schema import Schema

    Floats = NDArray[np.float64]
    Digests = NDArray[np.uint64]
    Counts = NDArray[np.int64]


def _to_fill() -> Any:
    return np.empty(0)


@dataclass(frozen=True, slots=True)
class Table:
    """Claims as arrays.

    Args:
        schema: the facts of the rows.
        rows: `Beneficiary.as_numbers` of each row, n x the schema's facts.
        charges: the cost of a whole year, n.
        weights: the number of people that each row stands for, n floats above 0; by default 1 each.
        people: the code of each row's person, n: a digest, the same in every table. By default that of the row, so that
            rows with equal facts and cost are one person's.
        periods: the year of each row, n rising numbers such as 2019; None where no role names it.
        counts: the number of rows of the file that each row stands for, n; by default 1 each.
        audits: the labels of each audit column, n texts; merged rows have that of the first.
    """

    schema: Schema
    rows: Floats
    charges: Floats
    weights: Floats = field(default_factory=_to_fill)
    people: Digests = field(default_factory=_to_fill)
    periods: Floats | None = None
    counts: Counts = field(default_factory=_to_fill)
    audits: Mapping[str, NDArray[np.object_]] = field(default_factory=dict[str, "NDArray[np.object_]"])

    def __post_init__(self) -> None:
        n = len(self.charges)
        if len(self.weights) != n:
            object.__setattr__(self, "weights", np.ones(n))
        if len(self.people) != n or self.people.dtype != np.uint64:
            object.__setattr__(self, "people", digests_of(self))
        if len(self.counts) != n or self.counts.dtype != np.int64:
            object.__setattr__(self, "counts", np.ones(n, np.int64))

    @classmethod
    def of(cls, claims: Claims) -> Self:
        """Make a table of claims; rows that are equal in person, facts, cost and period become one."""
        rows = np.asarray(claims.facts, dtype=np.float64).reshape(-1, claims.schema.width)
        charges = np.asarray(claims.charges, dtype=np.float64)
        weights = _to_fill() if claims.weights is None else np.asarray(claims.weights, dtype=np.float64)
        people = _to_fill() if claims.people is None else np.asarray(claims.people, dtype=np.uint64)
        periods = None if claims.periods is None else np.asarray(claims.periods, dtype=np.float64)
        audits = {name: np.asarray(texts, dtype=np.object_) for name, texts in claims.audits.items()}
        return cls(claims.schema, rows, charges, weights, people, periods, audits=audits).collapsed()

    @classmethod
    def empty(cls, schema: Schema) -> Self:
        """Return a table without rows."""
        return cls(schema, np.empty((0, schema.width)), np.empty(0))

    @classmethod
    def joined(cls, tables: Sequence[Table]) -> Self:
        """Concatenate tables of one schema."""
        periods = [table.periods for table in tables if table.periods is not None]
        return cls(
            tables[0].schema,
            np.concatenate([table.rows for table in tables]),
            np.concatenate([table.charges for table in tables]),
            np.concatenate([table.weights for table in tables]),
            np.concatenate([table.people for table in tables]),
            np.concatenate(periods) if len(periods) == len(tables) else None,
            np.concatenate([table.counts for table in tables]),
        )

    def collapsed(self) -> Self:
        """Merge rows that are equal in person, facts, cost and period, at the place of the first.

        The weight of a merged row is the sum of the weights: a row of weight 2 and the row twice are the same table.
        """
        digests = digests_of(self)
        parts = [digests] if np.array_equal(digests, self.people) else [digests, self.people]
        if self.periods is not None:
            parts.append((self.periods + 0.0).view(np.uint64))
        keys = digests if len(parts) == 1 else np.column_stack(parts)
        _, first, which = np.unique(keys, axis=0, return_index=True, return_inverse=True)
        if len(first) == len(self):
            return self
        weights: Floats = np.bincount(which.ravel(), self.weights).astype(np.float64)
        counts = np.bincount(which.ravel(), self.counts).astype(np.int64)
        order = np.argsort(first)
        once = self[first[order]]
        return type(self)(
            once.schema,
            once.rows,
            once.charges,
            weights[order],
            once.people,
            once.periods,
            counts[order],
            once.audits,
        )

    @property
    def distinct_people(self) -> int:
        """Return the number of distinct persons."""
        return len(np.unique(self.people))

    @property
    def person_numbers(self) -> NDArray[np.intp]:
        """Return the number of each row's person, from 0 in the order of the persons' first rows."""
        _, first, which = np.unique(self.people, return_index=True, return_inverse=True)
        numbers = np.empty(len(first), dtype=np.intp)
        numbers[np.argsort(first)] = np.arange(len(first))
        return numbers[which]

    @property
    def repeats(self) -> int:
        """Return the number of rows of the file that repeat an earlier one."""
        return int(self.counts.sum()) - len(self)

    def __len__(self) -> int:
        return len(self.charges)

    def __getitem__(self, positions: NDArray[Any]) -> Self:
        periods = None if self.periods is None else self.periods[positions]
        return type(self)(
            self.schema,
            self.rows[positions],
            self.charges[positions],
            self.weights[positions],
            self.people[positions],
            periods,
            self.counts[positions],
            {name: texts[positions] for name, texts in self.audits.items()},
        )


def digests_of(table: Table) -> Digests:
    """Return the digest of each row's facts and cost."""
    together = np.ascontiguousarray(np.column_stack([table.rows, table.charges]), dtype="<f8") + 0.0  # -0.0 is 0.0
    together[np.isnan(together)] = NOT_GIVEN  # there are many NaN, and a digest knows bits only
    return np.frombuffer(row_digests(together.tobytes(), together.shape[1]), dtype="<u8")
