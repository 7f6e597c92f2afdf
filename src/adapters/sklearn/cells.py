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
"""The most cells that are numbered: each takes four bytes."""
MOST_REMEMBERED: Final = 1 << 18
"""The most cells whose answers are cached."""
MANY: Final = 1000
"""The number of rows from which on finding a row's cell takes less time than evaluating the row."""


@dataclass(frozen=True, slots=True)
class Cells:
    """The cells of an ensemble, numbered.

    Args:
        thresholds: of each column, rising.
    """

    thresholds: tuple[Floats, ...]

    @classmethod
    def of(cls, trees: FlatTrees, most: int = MOST_CELLS) -> Cells | None:
        """Number the cells of some trees; None where there are more than ``most``."""
        is_branch = np.isfinite(trees.thresholds)
        columns, thresholds = trees.features[is_branch], trees.thresholds[is_branch]
        width = int(columns.max(initial=-1)) + 1
        cells = cls(tuple(np.unique(thresholds[columns == column]) for column in range(width)))
        return cells if cells.count <= most else None

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
    """A cache of a function's values by cell, which several threads may use.

    Args:
        cells: the cells; the function is constant in each.
        evaluate: returns n numbers, or n x k, for n rows.
        most: the most cells that are cached; others are evaluated each time.
    """

    cells: Cells
    evaluate: Callable[[NDArray[Any]], Floats]
    most: int = MOST_REMEMBERED
    _places: NDArray[np.int32] | None = field(init=False, repr=False, default=None)
    _values: Floats | None = field(init=False, repr=False, default=None)
    _count: int = field(init=False, repr=False, default=0)
    _lock: Lock = field(init=False, repr=False, default_factory=Lock)

    def __call__(self, rows: NDArray[Any]) -> Floats:
        """Return the function's value for each row."""
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
        assert values is not None  # at least one cell was new
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
        # a position is published after its value is stored: other threads read without the lock
        self._places[numbers[new[first]]] = np.arange(self._count, total, dtype=np.int32)
        self._count = total
