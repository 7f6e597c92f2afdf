"""The sums of an ensemble's leaves in every cell at once, which take less time than some ten thousand rows.

A leaf is a box of cells: its rows lie between two thresholds in each column. So the sum of an ensemble is a sum of
boxes, and a box is the running sum, along each column, of numbers at its corners alone (inclusion and exclusion; in two
dimensions a summed-area table, Crow 1984). The numbers at the corners of all leaves are added up, and summed along
each column once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, Self

import numpy as np

from adapters.sklearn.cells import MANY, Cells

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from adapters.sklearn.trees import FlatTrees

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

MOST_CELLS: Final = 1 << 23
"""The most cells whose sums are computed: each takes eight bytes."""
_BITS: Final = 62
"""Bits of the largest sum. Running sums pass beyond it and come back, since whole numbers of 64 bits wrap around."""


@dataclass(frozen=True, slots=True)
class SummedCells:
    """The sums of the leaves in each cell, for rows that have whole numbers in some columns.

    Args:
        cells: the cells.
        whole: the columns with whole numbers.
        sums: the sum in each cell, times two to the power of ``bits``. Whole numbers make sums exact in any order.
        bits: see above.
    """

    cells: Cells
    whole: NDArray[np.intp]
    sums: Integers
    bits: int

    @classmethod
    def of(cls, cells: Cells, trees: FlatTrees, whole: NDArray[np.intp]) -> Self:
        """Add up the leaves of trees."""
        sums, bits = _sums(cells, trees)
        return cls(cells, whole, sums, bits)

    def hold(self, rows: NDArray[Any]) -> bool:
        """Return whether all rows have whole numbers where they have to."""
        some = rows[:, self.whole]
        return np.array_equal(some, np.floor(some))

    def __call__(self, rows: NDArray[Any]) -> Floats:
        """Return the sum for each row."""
        return np.ldexp(self.sums.take(self.cells.numbers(rows)).astype(np.float64), -self.bits)


def _sums(cells: Cells, trees: FlatTrees) -> tuple[Integers, int]:
    leaves, low, high = _boxes(cells, trees)
    values = trees.values[leaves]
    largest = np.maximum.reduceat(np.abs(trees.values), trees.roots).sum()
    bits = _BITS - int(np.frexp(max(largest, 1.0))[1])
    amounts = np.rint(np.ldexp(values, bits)).astype(np.int64)
    shape = [len(thresholds) + 1 for thresholds in cells.thresholds]
    places = np.zeros(len(leaves), dtype=np.intp)
    for column, size in enumerate(shape):
        ends = np.flatnonzero(high[:, column] < size)
        begin, end = places * size + low[:, column], places[ends] * size + high[ends, column]
        places, amounts = np.concatenate([begin, end]), np.concatenate([amounts, -amounts[ends]])
        low, high = np.concatenate([low, low[ends]]), np.concatenate([high, high[ends]])
    sums = np.zeros(cells.count, dtype=np.int64)
    np.add.at(sums, places, amounts)
    before = 1
    for size in shape:
        along = sums.reshape(before, size, -1)
        for place in range(1, size):
            along[:, place] += along[:, place - 1]
        before *= size
    return sums, bits


def _boxes(cells: Cells, trees: FlatTrees) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    """Return the positions of all leaves, and the first cell and the one behind the last in each column."""
    low = np.zeros((len(trees.values), len(cells.thresholds)), dtype=np.intp)
    high = low + [len(thresholds) + 1 for thresholds in cells.thresholds]
    left, right = trees.branches[::2], trees.branches[1::2]
    at = trees.roots
    leaves: list[NDArray[np.intp]] = []
    while len(at):
        is_leaf = left[at] == at
        leaves.append(at[is_leaf])
        at = at[~is_leaf]
        columns, below = trees.features[at], np.empty(len(at), dtype=np.intp)
        for column, thresholds in enumerate(cells.thresholds):
            mine = columns == column
            below[mine] = np.searchsorted(thresholds, trees.thresholds[at[mine]]) + 1  # cells up to the threshold
        for child in (left[at], right[at]):
            low[child], high[child] = low[at], high[at]
        high[left[at], columns] = np.minimum(high[at, columns], below)
        low[right[at], columns] = np.maximum(low[at, columns], below)
        at = np.concatenate([left[at], right[at]])
    ends = np.concatenate(leaves)
    reached = ends[(low[ends] < high[ends]).all(axis=1)]
    return reached, low[reached], high[reached]


@dataclass(slots=True)
class CellSums:
    """The answers of an ensemble of trees for many rows, which several threads may ask for.

    The sums of all cells are computed once as many rows were evaluated, one by one, as take about as long.

    Args:
        trees: the trees.
        evaluate: returns the answers for n rows.
        finish: returns the answers for n sums of leaves.
    """

    trees: FlatTrees
    evaluate: Callable[[NDArray[Any]], Floats]
    finish: Callable[[Floats], Floats]
    _summed: SummedCells | None = field(init=False, repr=False, default=None)
    _steps: int = field(init=False, repr=False, default=0)
    _has_too_many: bool = field(init=False, repr=False, default=False)
    _lock: Lock = field(init=False, repr=False, default_factory=Lock)

    def __call__(self, rows: NDArray[Any]) -> Floats:
        """Return the answer for each row."""
        if len(rows) < MANY or self._has_too_many or np.isnan(rows).any():
            return self.evaluate(rows)
        summed = self._summed or self._computed(rows)
        if summed is None or not summed.hold(rows):
            return self.evaluate(rows)
        return self.finish(summed(rows) + self.trees.start)

    def _computed(self, rows: NDArray[Any]) -> SummedCells | None:
        """Compute the sums of all cells where it is time to; None where it is not, or another thread is about it."""
        self._steps += len(rows) * len(self.trees.roots)
        if not self._lock.acquire(blocking=False):
            return None
        try:
            whole = np.flatnonzero((rows == np.floor(rows)).all(axis=0))
            trees = self.trees.among_whole(whole)
            cells = Cells.of(trees, MOST_CELLS)
            self._has_too_many = cells is None
            if cells and cells.count <= self._steps:
                self._summed = SummedCells.of(cells, trees, whole)
        finally:
            self._lock.release()
        return self._summed
