"""A fitted model: an estimator, the distribution around its point, and the training data that answers need."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from adapters.sklearn.alike import Likeness
from adapters.sklearn.cells import MANY
from adapters.sklearn.coalitions import MOST_EXACT, Coalitions
from adapters.sklearn.compiled import evaluation_of, grows_trees
from adapters.sklearn.distribution import ALL, LEVELS
from adapters.sklearn.orders import Orders
from adapters.sklearn.pieces import PIECE, pieces_of
from adapters.sklearn.predictive import LEAST_COST
from adapters.sklearn.ranks import RankDistribution
from adapters.sklearn.scoring import PUBLISHED_LEVELS, Published
from adapters.sklearn.step_answers import StepAnswers
from adapters.sklearn.tails import chances_above
from adapters.sklearn.threads import use_one_thread

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from adapters.sklearn.distribution import Positions
    from adapters.sklearn.predictive import PredictiveDistribution
    from adapters.sklearn.support import Bits, Support
    from domain.costs.explanation import Explained
    from domain.costs.prediction import Caution
    from domain.people.schema import Schema

    Floats = NDArray[np.float64]

_DECIMALS: Final = 6
_MEDIAN: Final = 49
_THREADS: Final = 2
"""The threads for many people: with more, reading and writing a file would take longest."""


@dataclass(frozen=True, slots=True)
class CostModel:
    """A model that answers for n x width numbers, `Beneficiary.as_numbers` row by row.

    Args:
        estimator: a fitted scikit-learn estimator of the point, in USD.
        distribution: the distribution of the cost around the point.
        support: the training data that answers need.
        background: training rows that represent everybody in explanations, m x width.
    """

    estimator: Any
    distribution: PredictiveDistribution
    support: Support
    background: Floats
    _explained_by: list[Coalitions | Orders] = field(
        init=False, default_factory=list["Coalitions | Orders"], repr=False, compare=False
    )
    _evaluate: Callable[[Floats], Floats] = field(init=False, repr=False, compare=False)
    _likeness: Likeness | None = field(init=False, repr=False, compare=False)
    _step_answers: StepAnswers | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_evaluate", evaluation_of(self.estimator, self.background))
        object.__setattr__(self, "_step_answers", StepAnswers.of(self.distribution, PUBLISHED_LEVELS))
        has_trees = grows_trees(self.estimator) or isinstance(self.distribution.shape, RankDistribution)
        likeness = Likeness.of(self.background, self._evaluate(self.background)) if has_trees else None
        object.__setattr__(self, "_likeness", likeness)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the model without the parts that are derived from the others."""
        return CostModel, (self.estimator, self.distribution, self.support, self.background)

    @property
    def explained_by(self) -> Coalitions | Orders:
        """Return the background prepared for explanations; it is made at its first use."""
        if not self._explained_by:
            way = Coalitions if self.background.shape[1] <= MOST_EXACT else Orders
            self._explained_by.append(way.of(self.background))
        return self._explained_by[0]

    @property
    def schema(self) -> Schema:
        """Return the schema that the model learned with."""
        return self.support.schema

    def points(self, rows: Floats) -> Floats:
        """Estimate points in USD."""
        return rounded(self._evaluate(rows))

    def expected(self, rows: Floats) -> Floats:
        """Return the mean of each row, in USD."""
        return self.distribution.mean(rows, self.points(rows))

    def typical(self, rows: Floats) -> Floats:
        """Return the median of each row, in USD. Cautions widen the distribution around it without moving it."""
        return self.distribution.table(rows, self.points(rows), [_MEDIAN])[:, 0]

    def predict_arrays(self, rows: Floats, more: Bits | None = None) -> tuple[Floats, dict[int, tuple[Caution, ...]]]:
        """Answer for many people at once; a person's figures do not depend on the other rows.

        Args:
            rows: n x width.
            more: further doubts about each row, in the form of `Support.doubts`.

        Returns:
            n x 101: the mean, the 99 quantiles, in USD, and the chance of no cost; and the cautions of the rows that
            have any, by row.
        """
        answers, doubts = self._answers(rows, ALL)
        return answers, self.support.cautions(doubts if more is None else doubts | more)

    def publish_arrays(self, rows: Floats) -> tuple[Published, Bits]:
        """Return the published figures of many people, equal to those of `predict_arrays`, without the other quantiles.

        Returns:
            The figures; and where the model guesses, as `Support.doubts`.
        """
        if len(rows) <= PIECE:
            answers, doubts = self._answers(rows, PUBLISHED_LEVELS)
            return Published.rounded(answers), doubts
        order = self._likeness.order(rows) if self._likeness else np.arange(len(rows))
        answers, doubts = np.empty((len(rows), 2 + len(PUBLISHED_LEVELS))), np.empty(len(rows), np.uint64)

        def answer(piece: NDArray[np.intp]) -> None:
            answers[piece], doubts[piece] = self._answers(rows[piece], PUBLISHED_LEVELS)

        # NumPy and scikit-learn release the interpreter while they work
        with ThreadPoolExecutor(_THREADS, initializer=use_one_thread) as pool:
            deque(pool.map(answer, (order[piece] for piece in pieces_of(len(rows)))), maxlen=0)
        return Published.rounded(answers), doubts

    def chances_above(self, rows: Floats, amount: float) -> Floats:
        """Return the chance that each row costs more than an amount."""
        answers = (self._answers(rows[piece], ALL)[0] for piece in pieces_of(len(rows)))
        return np.concatenate([chances_above(each, amount) for each in answers])

    def around(self, points: Floats, rows: Floats) -> Floats:
        """Answer as `predict_arrays` does, n x 101, around points of another estimator."""
        return self._spread(points, rows, ALL)[0]

    def _answers(self, rows: Floats, levels: Positions) -> tuple[Floats, Bits]:
        """Return the mean, the quantiles at some positions of `LEVELS` and the chance of no cost; and the doubts."""
        if not len(rows):
            return np.empty((0, 2 + len(LEVELS[levels]))), np.empty(0, np.uint64)
        return self._spread(self.points(rows), rows, levels)

    def _spread(self, middle: Floats, rows: Floats, levels: Positions) -> tuple[Floats, Bits]:
        doubts, widen = self.support.doubts(rows)
        if self._step_answers and levels is PUBLISHED_LEVELS and len(rows) >= MANY:
            means, quantiles, zero = self._step_answers.answers(rows, middle)
        else:
            means, quantiles, zero = self.distribution.answers(rows, middle, levels)
        wide = np.flatnonzero(widen)
        if len(wide):
            by = np.maximum(middle[wide], 0) * widen[wide]
            quantiles[wide] = self._widened(quantiles[wide], by, levels)
            if not self.distribution.is_zero_known:
                every = self._widened(self.distribution.table(rows[wide], middle[wide]), by, ALL)
                zero[wide] = np.count_nonzero(every <= 0, axis=1) / 100
        answers = np.empty((len(rows), 2 + quantiles.shape[1]))
        answers[:, 0], answers[:, 1:-1], answers[:, -1] = means, quantiles, zero
        return answers, doubts

    def _widened(self, quantiles: Floats, by: Floats, levels: Positions) -> Floats:
        """Move quantiles away from the median, most at levels 0 and 1; a known chance of no cost stays."""
        moved = quantiles + by[:, None] * (2 * LEVELS[levels] - 1)
        if not self.distribution.is_zero_known:
            return np.maximum(moved, 0.0)
        return np.where(quantiles > 0, np.maximum(moved, LEAST_COST), 0.0)

    def contributions(
        self, row: Floats, of: Explained = "expected"
    ) -> tuple[float, tuple[float, ...], tuple[float, ...]]:
        """Explain one row by interventional Shapley values: exact ones of few facts, else an estimate.

        A coalition's worth is the mean over the background rows of the expected cost, or of the median, with the
        coalition's facts set to this row's (Janzing, Minorics and Blöbaum 2020; Lundberg and Lee 2017, eq. 8).

        Args:
            row: the facts of one person.
            of: the figure to explain.

        Returns:
            The background's mean of it, what each fact adds to it, and the standard errors of these; none where exact.
        """
        return self.explained_by.contributions(row, self.expected if of == "expected" else self.typical)


def rounded(points: Floats) -> Floats:
    """Round points to a millionth of a dollar: below it, sums depend on how many rows are added up."""
    return np.round(np.asarray(points, dtype=np.float64), _DECIMALS)
