"""What the training data hold: their ranges, people alike, and how far beyond them a question lies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.spatial import KDTree

from domain.beneficiary import FACTS
from domain.prediction import Caution, PeopleAlike

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

NUMERIC: Final = ("age", "bmi", "children")
MOST_REFERENCES: Final = 5000
"""People alike are looked for among at most this many training rows, a seeded sample of more."""

_COLUMNS: Final = [FACTS.index(name) for name in (*NUMERIC, "smoker")]
_ALIKE: Final = np.array([8.0, 4.0, 2.0, 0.5])  # alike: within 8 years, 4 kg/m², 2 children, same smoking
_FEW: Final = 5
_FEW_WIDEN: Final = 0.1
_UNITS: Final = {"age": " years", "bmi": " kg/m²", "children": ""}


@dataclass(frozen=True, slots=True)
class Support:
    """The training data behind a model, as far as answers need them.

    Args:
        lows: smallest age, BMI and number of children of all training rows.
        highs: largest of them.
        rows: training rows to compare with, n x 6.
        charges: what they cost, USD.
        tree: of those rows, in steps of likeness.
    """

    lows: Floats
    highs: Floats
    rows: Floats
    charges: Floats
    tree: KDTree

    @classmethod
    def of(cls, rows: Floats, charges: Floats, *, seed: int) -> Support:
        """Describe training rows."""
        some = rows[:, _COLUMNS[:-1]]
        draw = np.sort(np.random.default_rng(seed).permutation(len(rows))[:MOST_REFERENCES])
        return cls.from_parts(some.min(axis=0), some.max(axis=0), rows[draw], charges[draw])

    @classmethod
    def from_parts(cls, lows: Floats, highs: Floats, rows: Floats, charges: Floats) -> Support:
        """Grow the tree anew over parts that were kept."""
        return cls(lows, highs, rows, charges, KDTree(rows[:, _COLUMNS] / _ALIKE))

    @property
    def ranges(self) -> Mapping[str, tuple[float, float]]:
        """The smallest and largest value of each numeric fact."""
        return {name: (float(low), float(high)) for name, low, high in zip(NUMERIC, self.lows, self.highs, strict=True)}

    def cautions(self, rows: Floats) -> tuple[dict[int, tuple[Caution, ...]], Floats]:
        """Warn where a model guesses.

        Returns:
            The cautions of the rows that have any, by row; and for each row by what share of its point the range is
            to be widened at either end: how far it lies beyond the data, in spans of the data, and a little where
            few people are alike. A rule of caution of our own: nothing is known there by which to calibrate it.
        """
        values = rows[:, _COLUMNS[:-1]]
        beyond = np.maximum(np.maximum(self.lows - values, values - self.highs), 0)
        far, _ = self.tree.query(rows[:, _COLUMNS] / _ALIKE, k=[min(_FEW, len(self.rows))], p=np.inf)
        few = far[:, 0] > 1
        share = np.sum(beyond / np.maximum(self.highs - self.lows, 1.0), axis=1) + _FEW_WIDEN * few
        cautions: dict[int, tuple[Caution, ...]] = {}
        for row in np.flatnonzero(share).tolist():
            found = [self._beyond(i) for i in np.flatnonzero(beyond[row]).tolist()]
            if few[row]:
                found.append(_few_alike())
            cautions[row] = tuple(found)
        return cautions, np.minimum(share, 1.0)

    def alike(self, row: Floats) -> PeopleAlike:
        """Say how people alike really came out: same smoking, within 8 years, 4 kg/m² and 2 children."""
        near = self.tree.query_ball_point(row[_COLUMNS] / _ALIKE, r=1.0, p=np.inf)
        if not near:
            return PeopleAlike(0, len(self.rows), None, None, None)
        low, middle, high = np.round(np.quantile(self.charges[near], [0.25, 0.5, 0.75]), 2).tolist()
        return PeopleAlike(len(near), len(self.rows), low, middle, high)

    def _beyond(self, i: int) -> Caution:
        name = NUMERIC[i]
        return Caution(
            f"{name}_beyond_data",
            name,
            f"The model has seen only {name} from {self.lows[i]:g} to {self.highs[i]:g}{_UNITS[name]}; "
            "beyond that it is guessing, and the range is wider.",
        )


def _few_alike() -> Caution:
    return Caution(
        "few_alike",
        "",
        f"Fewer than {_FEW} people in the data are alike (same smoking, near in age, BMI and children), "
        "so the range is wider.",
    )
