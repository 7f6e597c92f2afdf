"""Dense regions, in which at least a few training rows are alike, evaluated quickly for many people."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from itertools import product
from typing import TYPE_CHECKING, Final, Protocol, Self

import numpy as np
from scipy.spatial import KDTree

from domain.people.fact import Kind

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from domain.people.fact import Fact
    from domain.people.schema import Schema

    Floats = NDArray[np.float64]
    Mask = NDArray[np.bool_]

FEW: Final = 5
"""The fewest rows of a dense region."""
SLACK: Final = 2.5e-10
"""The share by which a reach is widened, so that the last digits of floats have no effect."""

_MOST_CELLS: Final = 1 << 16
_MOST_COPIES: Final = 2_000_000
_APART: Final = 3.0
"""A distance in reaches that is larger than that of any two values that are alike."""


class DenseRegions(Protocol):
    """The regions in which at least `FEW` training rows are alike."""

    def holds(self, rows: Floats) -> Mask:
        """Return which rows lie in a crowd."""
        ...


@dataclass(frozen=True, slots=True)
class Reach:
    """The facts in which people are compared, and the largest difference of people alike in each.

    Args:
        columns: positions of the facts in a row.
        facts: the facts.
        near: of each, the largest difference of people alike; 0 where they have to be equal.
    """

    columns: tuple[int, ...]
    facts: tuple[Fact, ...]
    near: Floats

    @classmethod
    def of(cls, schema: Schema, near: Floats) -> Self:
        """Select the facts that are compared from the differences of all facts.

        Args:
            schema: which facts there are.
            near: a number for each fact of the schema; infinite for one in which people are not compared.
        """
        columns = np.flatnonzero(np.isfinite(near))
        return cls(tuple(columns.tolist()), tuple(schema.facts[column] for column in columns), near[columns])

    def alike(self, rows: Floats, row: Floats) -> Mask:
        """Return a mask of the rows that are alike to a row; "not given" is a value that equals itself only."""
        values, value = rows[:, self.columns], row[list(self.columns)]
        near = np.abs(values - value) <= self.near * (1 + SLACK)
        alike: Mask = np.all(near | (np.isnan(values) & np.isnan(value)), axis=1)
        return alike


def dense_regions_of(rows: Floats, reach: Reach) -> DenseRegions:
    """Find the dense regions among training rows, by stretches of a line where that is possible, else by a tree."""
    return Stretches.of(rows, reach) or Tree.of(rows, reach)


@dataclass(frozen=True, slots=True)
class Tree:
    """Dense regions by the distance to the row that is `FEW` rows away, in reaches.

    Values that are alike are at most one reach apart. Different choices, and a value that is not given and any other,
    are `_APART`.
    """

    reach: Reach
    tree: KDTree | None

    @classmethod
    def of(cls, rows: Floats, reach: Reach) -> Self:
        """Build the tree; there is none without enough rows or facts to compare."""
        enough = len(rows) >= FEW and reach.columns
        return cls(reach, KDTree(_scaled(rows, reach)) if enough else None)

    def holds(self, rows: Floats) -> Mask:
        """Return which rows lie in a crowd."""
        if self.tree is None:
            return np.full(len(rows), not self.reach.columns)
        away, _ = self.tree.query(_scaled(rows, self.reach), k=[FEW], p=np.inf, distance_upper_bound=1 + 2 * SLACK)
        return away[:, 0] <= 1 + SLACK


def _scaled(rows: Floats, reach: Reach) -> Floats:
    near = np.where(reach.near > 0, reach.near, 1 / _APART)
    scaled = rows[:, reach.columns] / near
    # no other value is below zero: choices begin at 0, and no numbers are so low
    return np.where(np.isnan(scaled), -1e12, scaled)


@dataclass(frozen=True, slots=True)
class Stretches:
    """Dense regions as stretches of one line.

    Where all compared facts but one have few values, each combination of those values is a cell. All cells' scales of
    the remaining fact are laid on one line, one after another; a dense region is a stretch of that line.

    Args:
        reach: the facts in which people are compared.
        cells: numbers the combinations.
        begin: the lowest value on the scale of the remaining fact.
        stride: the length of that scale, in reaches.
        edges: the beginning and end of each stretch, rising.
    """

    reach: Reach
    cells: _Cells
    begin: float
    stride: float
    edges: Floats

    @classmethod
    def of(cls, rows: Floats, reach: Reach) -> Self | None:
        """Find the stretches; None where the facts have too many values, or there are no rows.

        Within a cell, rows that are near enough in the other facts are put in order of the fact that is laid out.
        A value is within reach of five rows if it is within reach of the first and the last of five neighbours in that
        order.
        """
        cells = _Cells.of(reach)
        if cells is None or len(rows) * cells.copies > _MOST_COPIES or len(rows) < FEW:
            return None
        values = rows[:, cells.line]
        given = values[~np.isnan(values)]
        if not len(given):
            return None
        begin, span = float(given.min()), float(given.max() - given.min()) / cells.near
        bare = cls(reach, cells, begin, span + 4 * _APART, np.empty(0))
        return cls(reach, cells, begin, bare.stride, bare.edges_of(rows))

    def holds(self, rows: Floats) -> Mask:
        """Return a mask of the rows in dense regions: behind an odd number of edges."""
        places = self.cells.numbers(rows) * self.stride + self.on_line(rows)
        return np.searchsorted(self.edges, places, side="right") % 2 == 1

    def on_line(self, rows: Floats) -> Floats:
        """Return the positions of rows on the scale of the remaining fact, in reaches; "not given" lies apart."""
        scaled = (rows[:, self.cells.line] - self.begin) / self.cells.near
        # nobody is near to what lies beyond
        inside = np.minimum(np.maximum(scaled, -_APART / 2), self.stride - 2.5 * _APART)
        return np.where(np.isnan(inside), self.stride - _APART, inside) if self.cells.has_gaps else inside

    def edges_of(self, rows: Floats) -> Floats:
        """Return the edges of the stretches of dense rows."""
        on_line = self.on_line(rows)
        order = np.argsort(on_line)
        on_line = on_line[order]
        cells, whose = self.cells.near_to(rows[order])
        order = np.argsort(cells, kind="stable")  # within a cell in order of the line, as before
        cells, places = cells[order], on_line[whose[order]]
        others = FEW - 1
        first, last = slice(len(cells) - others), slice(others, None)
        begins, ends = places[last] - (1 + SLACK), places[first] + (1 + SLACK)
        reached = (cells[first] == cells[last]) & (begins <= ends)
        base = cells[first][reached] * self.stride
        begins, ends = begins[reached] + base, ends[reached] + base
        apart = begins[1:] > ends[:-1]  # stretches that touch are one
        return np.column_stack(
            [begins[np.append(True, apart)[: len(begins)]], ends[np.append(apart, True)[: len(ends)]]]
        ).ravel()


@dataclass(frozen=True, slots=True)
class _Cells:
    """The combinations of values of the compared facts with few values.

    Args:
        line: the column of the other compared fact, the one that is laid out.
        near: the largest difference of people alike in it.
        columns: the columns of the facts with few values.
        lows: the lowest value of each.
        sizes: the number of values of each, with "not given" as the last one.
        steps: the largest difference of people alike in each.
        has_gaps: whether any of the compared facts may be missing.
    """

    line: int
    near: float
    columns: tuple[int, ...]
    lows: Floats
    sizes: tuple[int, ...]
    steps: tuple[int, ...]
    has_gaps: bool
    _last: Floats = field(init=False, repr=False, compare=False)
    _weights: Floats = field(init=False, repr=False, compare=False)
    _index: NDArray[np.intp] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_last", np.array(self.sizes) - 1.0)
        object.__setattr__(self, "_weights", np.cumprod([1.0, *self.sizes])[:-1])
        object.__setattr__(self, "_index", np.array(self.columns, dtype=np.intp))

    @classmethod
    def of(cls, reach: Reach) -> Self | None:
        """Lay out the number that is not whole, else the fact with most values; None if others have too many."""
        levels = [_levels(fact) for fact in reach.facts]
        scales = [at for at, fact in enumerate(reach.facts) if fact.kind.is_numeric]
        if not scales:
            return None
        line = max(scales, key=lambda at: levels[at] or _MOST_CELLS)
        others = [at for at in range(len(levels)) if at != line]
        sizes = tuple(size + 1 for at in others if (size := levels[at]) is not None)
        if len(sizes) < len(others) or math.prod(sizes) > _MOST_CELLS:
            return None
        return cls(
            line=reach.columns[line],
            near=float(reach.near[line]),
            columns=tuple(reach.columns[at] for at in others),
            lows=np.array([reach.facts[at].bounds[0] for at in others]),
            sizes=sizes,
            steps=tuple(int(reach.near[at]) for at in others),
            has_gaps=any(fact.may_be_missing for fact in reach.facts),
        )

    @property
    def copies(self) -> int:
        """Return the most cells that are near to a row."""
        return math.prod(2 * step + 1 for step in self.steps)

    def numbers(self, rows: Floats) -> Floats:
        """Return the number of each row's cell."""
        return self._codes(rows) @ self._weights

    def near_to(self, rows: Floats) -> tuple[NDArray[np.uint16], NDArray[np.intp]]:
        """Return the cells that are near to each row, row after row, and the rows' positions."""
        codes = self._codes(rows)
        moves = np.array(list(product(*(range(-step, step + 1) for step in self.steps))), dtype=np.float64)
        moves = moves.reshape(self.copies, len(self.columns))
        moved = codes[:, None, :] + moves
        missing = (codes == self._last)[:, None, :]
        there = np.where(missing, moves == 0, (moved >= 0) & (moved < self._last)).all(axis=2)
        cells = (moved @ self._weights)[there]
        return cells.astype(np.uint16), np.repeat(np.arange(len(rows)), there.sum(axis=1))

    def _codes(self, rows: Floats) -> Floats:
        codes = np.minimum(np.maximum(rows[:, self._index] - self.lows, 0), self._last - 1)
        return np.where(np.isnan(codes), self._last, codes) if self.has_gaps else codes


def _levels(fact: Fact) -> int | None:
    """Return the number of values of a fact, None if it is unlimited."""
    low, high = fact.bounds
    return int(high - low) + 1 if fact.kind is not Kind.NUMBER and np.isfinite(high - low) else None
