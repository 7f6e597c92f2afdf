"""Groups of people as arrays: those that are reported on, and those whose residuals are kept apart."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

import numpy as np

from domain.people.fact import YES, Kind
from domain.people.terms import Shape, groups_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from domain.people.schema import Schema
    from domain.people.terms import Factor

    Floats = NDArray[np.float64]
    Mask = NDArray[np.bool_]

_MOST_SPLITS: Final = 2


def reported_groups(schema: Schema, rows: Floats) -> Iterator[tuple[str, Mask]]:
    """Yield each group that the schema reports on, with a mask of its rows; "not given" belongs to none."""
    for group in schema.reported_groups:
        given = ~np.isnan(rows[:, schema.place(group.condition.fact)])
        yield group.name, given & (_holds(group.condition, schema, rows) == group.holds)


@dataclass(frozen=True, slots=True)
class Split:
    """A split of people by one declared group: by each value of a choice or flag, or by a condition.

    Args:
        fact: the name of the fact.
        condition: the condition; None where each value is a part.
    """

    fact: str
    condition: Factor | None

    @classmethod
    def of(cls, text: str, schema: Schema) -> Self:
        """Read a declared group, see `groups_of`."""
        condition = groups_of(text, schema.by_name)[0].condition
        return cls(condition.fact, None if text.strip() == condition.fact else condition)

    def size(self, schema: Schema) -> int:
        """Return the number of parts; the last one has the people without the fact, where it may be missing."""
        fact = schema.by_name[self.fact]
        return (2 if self.condition else fact.codes) + fact.may_be_missing

    def codes(self, schema: Schema, rows: Floats) -> NDArray[np.intp]:
        """Return the part of each row, from 0."""
        values = rows[:, schema.place(self.fact)]
        parts = _holds(self.condition, schema, rows) if self.condition else values
        if schema.by_name[self.fact].may_be_missing:
            parts = np.where(np.isnan(values), self.size(schema) - 1, parts)
        return parts.astype(np.intp)


@dataclass(frozen=True, slots=True)
class Grouping:
    """A grouping of residuals by splits.

    Args:
        names: the names of the splits: the name of the fact, or the declared text where an earlier group has that fact,
            too.
        schema: which facts the rows carry; None where there are no splits.
        splits: in the order of the names.
    """

    names: tuple[str, ...] = ()
    schema: Schema | None = None
    splits: tuple[Split, ...] = ()

    @classmethod
    def of(cls, names: tuple[str, ...], schema: Schema) -> Self:
        """Look splits up by their names.

        Raises:
            KeyError: if the schema declares no such group.
        """
        declared = _declared(schema)
        return cls(names, schema, tuple(declared[name] for name in names))

    @property
    def size(self) -> int:
        """Return the number of groups."""
        return math.prod(split.size(self.schema) for split in self.splits) if self.schema else 1

    def codes(self, rows: Floats) -> NDArray[np.intp]:
        """Return the number of each row's group, from 0."""
        codes = np.zeros(len(rows), dtype=np.intp)
        step = 1
        if self.schema:
            for split in self.splits:
                codes += step * split.codes(self.schema, rows)
                step *= split.size(self.schema)
        return codes


def groupings_of(schema: Schema) -> tuple[Grouping, ...]:
    """Return the groupings of residuals, the simplest first: none, by the first declared group, by the first two."""
    names = tuple(_declared(schema))
    return tuple(Grouping.of(names[:count], schema) for count in range(min(len(names), _MOST_SPLITS) + 1))


def declared_groupings(schema: Schema) -> tuple[Grouping, ...]:
    """Return a grouping by each declared group alone."""
    return tuple(Grouping.of((name,), schema) for name in _declared(schema))


def _declared(schema: Schema) -> dict[str, Split]:
    splits: dict[str, Split] = {}
    for text in schema.groups:
        split = Split.of(text, schema)
        splits[text if split.fact in splits else split.fact] = split
    return splits


def _holds(condition: Factor, schema: Schema, rows: Floats) -> Mask:
    values = rows[:, schema.place(condition.fact)]
    if condition.shape is Shape.IS:
        fact = schema.by_name[condition.fact]
        meant = condition.choice == YES if fact.kind is Kind.FLAG else condition.choice
        return values == fact.number(meant)
    assert condition.threshold is not None  # groups have one: schemas are checked
    return values >= condition.threshold if condition.shape is Shape.FROM else values > condition.threshold
