"""Claims as arrays in which each row stands once, with the weight of all rows of the file that are equal to it."""

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
        schema: which facts the rows hold.
        rows: `Beneficiary.as_numbers` of each row, n x the schema's facts.
        charges: the cost of a whole year, n.
        weights: how many people each row stands for, n floats above 0; by default 1 each.
        people: a code of the person whose row it is, n: a digest, the same in every table. By default that of the
            row, so that rows with equal facts and cost are one person's.
        periods: when the year was, n rising numbers such as 2019; None where no role says it.
        counts: how many rows of the file each row stands for, n; by default 1 each.
        audits: what each audit column says of each row, n texts; of rows that became one, what it said of the first.
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
        """Make arrays of columns; rows that are equal in person, facts, cost and period become one."""
        rows = np.asarray(claims.facts, dtype=np.float64).reshape(-1, claims.schema.width)
        charges = np.asarray(claims.charges, dtype=np.float64)
        weights = _to_fill() if claims.weights is None else np.asarray(claims.weights, dtype=np.float64)
        people = _to_fill() if claims.people is None else np.asarray(claims.people, dtype=np.uint64)
        periods = None if claims.periods is None else np.asarray(claims.periods, dtype=np.float64)
        audits = {name: np.asarray(texts, dtype=np.object_) for name, texts in claims.audits.items()}
        return cls(claims.schema, rows, charges, weights, people, periods, audits=audits).collapsed()

    @classmethod
    def empty(cls, schema: Schema) -> Self:
        """Give no rows."""
        return cls(schema, np.empty((0, schema.width)), np.empty(0))

    @classmethod
    def joined(cls, tables: Sequence[Table]) -> Self:
        """Put the rows of tables of one schema one after another."""
        periods = [one.periods for one in tables if one.periods is not None]
        return cls(
            tables[0].schema,
            np.concatenate([one.rows for one in tables]),
            np.concatenate([one.charges for one in tables]),
            np.concatenate([one.weights for one in tables]),
            np.concatenate([one.people for one in tables]),
            np.concatenate(periods) if len(periods) == len(tables) else None,
            np.concatenate([one.counts for one in tables]),
        )

    def collapsed(self) -> Self:
        """Give rows that are equal in person, facts, cost and period once, at the place of the first.

        The weight of such a row is the sum of theirs: a row of weight 2 and the row twice are the same table.
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
        """Return the number of each row's person, from 0 in the order in which persons first stand here."""
        _, first, which = np.unique(self.people, return_index=True, return_inverse=True)
        numbers = np.empty(len(first), dtype=np.intp)
        numbers[np.argsort(first)] = np.arange(len(first))
        return numbers[which]

    @property
    def repeats(self) -> int:
        """Return how many rows of the file repeat an earlier one."""
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
    """Give the digest of each row's facts and cost."""
    together = np.ascontiguousarray(np.column_stack([table.rows, table.charges]), dtype="<f8") + 0.0  # -0.0 is 0.0
    together[np.isnan(together)] = NOT_GIVEN  # there are many NaN, and a digest knows bits only
    return np.frombuffer(row_digests(together.tobytes(), together.shape[1]), dtype="<u8")
