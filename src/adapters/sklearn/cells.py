"""Cells of rows that an ensemble of trees cannot tell apart: each cell is evaluated once, however many rows it holds.

Trees compare each column with the thresholds that occur in them. Rows that lie between the same thresholds in every
column end in the same leaves, so they are given the very same numbers. Of a million people a few ten thousand lie in
different cells of a forest of ranks.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import prod
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from adapters.sklearn.trees import FlatTrees

    Floats = NDArray[np.float64]
    Positions = NDArray[np.intp]

MOST_CELLS: Final = 1 << 22
"""More cells are not numbered: the numbers of all take four bytes each."""
MOST_REMEMBERED: Final = 1 << 18
"""Cells whose answers are remembered."""
MANY: Final = 1000
"""Rows from which on it takes less time to look for a row's cell than to evaluate the row."""


@dataclass(frozen=True, slots=True)
class Cells:
    """The cells of an ensemble, numbered.

    Args:
        thresholds: of each column, rising.
    """

    thresholds: tuple[Floats, ...]

    @classmethod
    def of(cls, trees: FlatTrees) -> Cells | None:
        """Number the cells of some trees; None where there are too many."""
        is_branch = np.isfinite(trees.thresholds)
        columns, thresholds = trees.features[is_branch], trees.thresholds[is_branch]
        width = int(columns.max(initial=-1)) + 1
        cells = cls(tuple(np.unique(thresholds[columns == column]) for column in range(width)))
        return cells if cells.count <= MOST_CELLS else None

    @property
    def count(self) -> int:
        """Return how many cells there are."""
        return prod(len(each) + 1 for each in self.thresholds)

    def numbers(self, rows: NDArray[Any]) -> Positions:
        """Return the number of each row's cell; no value of the rows may be missing."""
        numbers = np.zeros(len(rows), dtype=np.intp)
        for column, thresholds in enumerate(self.thresholds):
            if len(thresholds):
                numbers *= len(thresholds) + 1
                numbers += np.searchsorted(thresholds, rows[:, column])
        return numbers


@dataclass(slots=True)
class Remembered:
    """What a function gives in each cell, remembered. Several threads may ask.

    Args:
        cells: in each of which the function gives the same for all rows.
        evaluate: gives n numbers, or n x k of them, for n rows.
        most: cells that are remembered; others are evaluated each time.
    """

    cells: Cells
    evaluate: Callable[[NDArray[Any]], Floats]
    most: int = MOST_REMEMBERED
    _places: NDArray[np.int32] | None = field(init=False, repr=False, default=None)
    _values: Floats | None = field(init=False, repr=False, default=None)
    _count: int = field(init=False, repr=False, default=0)
    _lock: Lock = field(init=False, repr=False, default_factory=Lock)

    def __call__(self, rows: NDArray[Any]) -> Floats:
        """Return what the function gives for each row."""
        if len(rows) < MANY or np.isnan(rows).any():
            return self.evaluate(rows)
        numbers = self.cells.numbers(rows)
        if self._places is None:
            self._places = np.full(self.cells.count, -1, dtype=np.int32)
        places = self._places.take(numbers)
        new = np.flatnonzero(places < 0)
        if len(new):
            with self._lock:
                self._remember(rows, numbers, new)
            places = self._places.take(numbers)
        values = self._values
        assert values is not None  # somebody's cell was new
        if places.min() >= 0:
            return values.take(places, axis=0)
        answers = values.take(np.maximum(places, 0), axis=0)
        left = np.flatnonzero(places < 0)
        answers[left] = self.evaluate(rows[left])
        return answers

    def _remember(self, rows: NDArray[Any], numbers: Positions, new: Positions) -> None:
        assert self._places is not None
        cells, first = np.unique(numbers[new], return_index=True)
        first = first[self._places.take(cells) < 0][: self.most - self._count]  # another thread was faster
        if not len(first):
            return
        answers = self.evaluate(rows[new[first]])
        total = self._count + len(first)
        values = self._values
        if values is None or total > len(values):
            values = np.empty((2 * total, *answers.shape[1:]))
            if self._values is not None:
                values[: self._count] = self._values[: self._count]
        values[self._count : total] = answers
        self._values = values
        # a place is given when there is something at it: others read without the lock
        self._places[numbers[new[first]]] = np.arange(self._count, total, dtype=np.int32)
        self._count = total
