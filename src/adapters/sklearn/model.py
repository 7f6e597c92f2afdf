"""A fitted model: an estimator, its residual distribution, and the data behind them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from adapters.sklearn.coalitions import Coalitions
from adapters.sklearn.compiled import evaluation_of
from adapters.sklearn.distribution import ALL, LEVELS
from adapters.sklearn.scoring import PUBLISHED_LEVELS, Published
from domain.shapley import shapley_values

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from adapters.sklearn.distribution import Positions, ResidualDistribution
    from adapters.sklearn.support import Bits, Support
    from domain.prediction import Caution

    Floats = NDArray[np.float64]

_DECIMALS: Final = 6
_PIECE: Final = 8192


@dataclass(frozen=True, slots=True)
class CostModel:
    """Answers for n x 6 numbers, `Beneficiary.as_numbers` row by row.

    Args:
        estimator: a fitted scikit-learn estimator of the point, in USD.
        distribution: of what it leaves over.
        support: the training data as far as they are needed.
        background: training rows that stand for everybody when a fact is not known, m x 6.
        coalitions: those rows, ready for the question what each fact adds.
    """

    estimator: Any
    distribution: ResidualDistribution
    support: Support
    background: Floats
    coalitions: Coalitions = field(init=False)
    _evaluate: Callable[[Floats], Floats] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "coalitions", Coalitions.of(self.background))
        object.__setattr__(self, "_evaluate", evaluation_of(self.estimator, self.background))

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel to another process without what is made anew from the rest."""
        return CostModel, (self.estimator, self.distribution, self.support, self.background)

    def points(self, rows: Floats) -> Floats:
        """Estimate points in USD."""
        return rounded(self._evaluate(rows))

    def expected(self, rows: Floats) -> Floats:
        """Give the mean for each row, in USD."""
        return self.distribution.mean(rows, self.points(rows))

    def predict_arrays(self, rows: Floats) -> tuple[Floats, dict[int, tuple[Caution, ...]]]:
        """Answer for many people at once; nobody's figures depend on who else is asked about.

        Args:
            rows: n x 6.

        Returns:
            n x 100: the mean and the 99 quantiles, in USD; and the cautions of the rows that have any, by row.
        """
        answers, doubts = self._answers(rows, ALL)
        return answers, self.support.cautions(doubts)

    def publish_arrays(self, rows: Floats) -> tuple[Published, Bits]:
        """Give what is published about many people, as `predict_arrays` has it, and none of the other quantiles.

        Returns:
            The figures; and where the model guesses, as `Support.doubts`.
        """
        # pieces that stay in the processor's cache
        pieces = [self._answers(rows[at : at + _PIECE], PUBLISHED_LEVELS) for at in range(0, len(rows) or 1, _PIECE)]
        answers, doubts = zip(*pieces, strict=True)
        return Published.rounded(np.concatenate(answers)), np.concatenate(doubts)

    def around(self, points: Floats, rows: Floats) -> Floats:
        """Answer as `predict_arrays` does, n x 100 in USD, around points that another estimator gave for the rows."""
        return self._spread(points, rows, ALL)[0]

    def _answers(self, rows: Floats, levels: Positions) -> tuple[Floats, Bits]:
        """Give the mean and the quantiles at some positions of `LEVELS`, and where the model guesses."""
        if not len(rows):
            return np.empty((0, 1 + len(LEVELS[levels]))), np.empty(0, np.uint8)
        return self._spread(self.points(rows), rows, levels)

    def _spread(self, middle: Floats, rows: Floats, levels: Positions) -> tuple[Floats, Bits]:
        answers = np.column_stack([self.distribution.mean(rows, middle), self.distribution.table(rows, middle, levels)])
        doubts, widen = self.support.doubts(rows)
        wide = np.flatnonzero(widen)
        if len(wide):
            spread = np.maximum(middle[wide], 0) * widen[wide]
            answers[wide, 1:] = np.maximum(answers[wide, 1:] + spread[:, None] * (2 * LEVELS[levels] - 1), 0)
        return answers, doubts

    def contributions(self, row: Floats) -> tuple[float, tuple[float, ...]]:
        """Explain the mean of one row by exact interventional Shapley values.

        A coalition's worth is the mean over the background rows, with the coalition's facts set to this row's
        (Janzing, Minorics and Blöbaum 2020; Lundberg and Lee 2017, eq. 8).

        Args:
            row: six numbers.

        Returns:
            The background's mean and what each fact adds to it, in USD.
        """
        worth = self.coalitions.worth(row, self.expected)
        return float(worth[0]), shapley_values(worth.tolist())


def rounded(points: Floats) -> Floats:
    """Round points to a millionth of a dollar: below it, sums depend on how many rows are added up."""
    return np.round(np.asarray(points, dtype=np.float64), _DECIMALS)
