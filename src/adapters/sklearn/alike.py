"""An order of rows in which neighbours are alike, so that processors predict their branches in trees."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Positions = NDArray[np.intp]

_PARTS: Final = 32
"""The number of parts, of equally many people, into which a column is cut."""
_MOST_COLUMNS: Final = 10
"""The most columns whose parts fit into 64 bits."""
_FEWEST: Final = 2


@dataclass(frozen=True, slots=True)
class Likeness:
    """Sorts rows by the parts of their columns, the strongest column first.

    Sorted by parts of all columns, a million people are answered by a forest in little more than half of the time that
    sorting by the values of the strongest three takes.

    Args:
        columns: positions of columns, the strongest first.
        edges: the rising values between the parts of each column.
    """

    columns: tuple[int, ...]
    edges: tuple[Floats, ...]

    @classmethod
    def of(cls, background: Floats, points: Floats) -> Self:
        """Determine the parts by some rows, and the strength of columns by their correlation with the rows' points."""
        if len(background) < _FEWEST:
            return cls((), ())
        filled = np.nan_to_num(background)
        with np.errstate(invalid="ignore", divide="ignore"):  # a column may be constant
            together = np.asarray(np.corrcoef(np.column_stack([filled, points]), rowvar=False))[-1, :-1]
        columns = np.argsort(-np.abs(np.nan_to_num(together)), kind="stable")[:_MOST_COLUMNS].tolist()
        shares = np.arange(1, _PARTS) / _PARTS
        return cls(tuple(columns), tuple(np.unique(np.quantile(filled[:, column], shares)) for column in columns))

    def order(self, rows: Floats) -> Positions:
        """Return the positions of rows in the order of likeness."""
        parts = np.zeros(len(rows), dtype=np.int64)
        for column, edges in zip(self.columns, self.edges, strict=True):
            parts *= len(edges) + 1
            parts += np.searchsorted(edges, rows[:, column])
        return np.argsort(parts, kind="stable")
