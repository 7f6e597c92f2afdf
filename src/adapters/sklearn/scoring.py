"""Scores of published predictions against real costs, vectorised, in USD."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from adapters.sklearn import actuarial, weighting
from adapters.sklearn.distribution import LEVELS
from adapters.sklearn.grouping import reported_groups
from adapters.sklearn.pieces import pieces_of
from domain.costs.distribution import CALIBRATION_LEVELS, CALIBRATION_QUANTILES, INTERVAL_LEVEL, QUANTILE_LEVELS
from domain.models.scores import (
    CAP,
    CLOSE,
    ActuarialScores,
    Calibration,
    ExpectedScores,
    FifthScores,
    GroupScores,
    IntervalScores,
    Scores,
    TypicalScores,
    ZeroScores,
)
from domain.monitoring.report import TOLERANCE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from adapters.sklearn.table import Table
    from domain.models.scores import PredictiveRatio

    Floats = NDArray[np.float64]

_ALPHA: Final = 1 - INTERVAL_LEVEL
PUBLISHED_LEVELS: Final = [round(_ALPHA / 2 * 100) - 1, 49, 99 - round(_ALPHA / 2 * 100)]
"""Positions, among the 99 levels, of the lower bound, the median and the upper bound."""
ANSWER_WIDTH: Final = 2 + len(QUANTILE_LEVELS)
"""Numbers of an answer: the mean, the 99 quantiles and the chance of no cost."""
_NEAR_TIE: Final = 1e-5
_SEED: Final = 0


def crps(charges: Floats, quantiles: Floats) -> Floats:
    """Return the continuous ranked probability score of each row, in USD.

    CRPS is twice the pinball loss integrated over all levels (Laio and Tamea 2007, eq. 4; the score itself: Gneiting
    and Raftery 2007, eq. 20); here averaged over the 99 levels at which a distribution is known.
    """
    losses = np.empty(len(charges))
    for piece in pieces_of(len(charges)):
        over = quantiles[piece] - charges[piece, None]
        losses[piece] = 2 * np.mean(over * ((over > 0) - LEVELS), axis=1)
    return losses


@dataclass(frozen=True, slots=True)
class Published:
    """The published figures of n answers: n amounts each, in USD, rounded as `CostDistribution` does, and n chances."""

    expected: Floats
    typical: Floats
    low: Floats
    high: Floats
    zero: Floats

    @classmethod
    def of(cls, answers: Floats) -> Published:
        """Round answers, n x 101: the mean, the 99 quantiles and the chance of no cost."""
        return cls.rounded(answers[:, [0, *(1 + level for level in PUBLISHED_LEVELS), -1]])

    @classmethod
    def rounded(cls, answers: Floats) -> Published:
        """Round answers with published figures only, n x 5: with quantiles at `PUBLISHED_LEVELS`."""
        mean, low, middle, high, zero = answers.T
        return cls(
            _cents(mean),
            _cents(middle),
            np.floor(np.round(low * 100, 6)) / 100,
            np.ceil(np.round(high * 100, 6)) / 100,
            np.round(zero * 1e6) / 1e6,
        )


def _cents(usd: Floats) -> Floats:
    """Round to whole cents as Python does: NumPy multiplies first, and so takes 2.675 for a tie."""
    cents = usd * 100
    rounded = np.rint(cents)
    ties = np.flatnonzero(np.abs(np.abs(cents - rounded) - 0.5) < _NEAR_TIE)
    rounded /= 100
    rounded[ties] = [round(amount, 2) for amount in usd[ties].tolist()]
    return rounded


def scores(table: Table, answers: Floats, *, intervals: bool = True) -> Scores:
    """Score answers for people with known charges; rows are weighted.

    Args:
        table: n rows with facts, costs and weights.
        answers: n x 101, the mean, the 99 quantiles and the chance of no cost.
        intervals: whether to compute the 95 % intervals of predictive ratios.
    """
    charges, weights = table.charges, table.weights
    measured = _Measured(table, answers)
    published, errors, mean = measured.published, measured.errors, measured.mean
    off = np.abs(published.typical - charges)
    groups = [(name, members) for name, members in reported_groups(table.schema, table.rows) if members.any()]
    tenths = actuarial.portions(published.expected, weights, [share / 10 for share in range(11)])
    fifths = actuarial.portions(published.expected, weights, [share / 5 for share in range(6)])
    portioned = np.vstack([weights, tenths, *(weights * members for _, members in groups)])
    people = table.people if intervals else None
    overall, *ratios = actuarial.predictive_ratios(published.expected, charges, portioned, people)
    pit = randomised_pit(charges, answers[:, 1:-1])
    return Scores(
        rows=int(table.counts.sum()),
        expected=ExpectedScores(
            r2=r2(charges, errors, weights),
            rmse=mean(errors**2) ** 0.5,
            mae=mean(np.abs(errors)),
            bias=mean(errors),
        ),
        typical=TypicalScores(mae=mean(off), median_ae=weighting.median(off, weights), within_100=mean(off <= CLOSE)),
        crps=mean(crps(charges, answers[:, 1:-1])),
        interval=IntervalScores(INTERVAL_LEVEL, mean(measured.inside), mean(measured.width), mean(measured.penalised)),
        groups=tuple(
            measured.group(name, members, ratio)
            for (name, members), ratio in zip(groups, ratios[len(tenths) :], strict=True)
        ),
        calibration=tuple(Calibration(level, mean(np.abs(pit - 0.5) <= level / 2)) for level in CALIBRATION_LEVELS),
        people=table.distinct_people,
        zero=ZeroScores(mean(published.zero), mean(charges == 0), mean((published.zero - (charges == 0)) ** 2)),
        fifths=tuple(map(measured.fifth, fifths)),
        actuarial=measured.actuarial(overall, tuple(ratios[: len(tenths)])),
        quantiles=tuple(Calibration(level, mean(pit <= level)) for level in CALIBRATION_QUANTILES),
    )


class _Measured:
    """The published figures and errors of each row: n numbers each."""

    def __init__(self, table: Table, answers: Floats) -> None:
        self._table = table
        self.published = Published.of(answers)
        self.errors = self.published.expected - table.charges
        self.inside, self.width, self.penalised = _interval(table.charges, self.published)

    def mean(self, figure: NDArray[Any], weights: Floats | None = None) -> float:
        """Average a figure by the rows' weights, or by others."""
        return weighting.mean(figure, self._table.weights if weights is None else weights)

    def group(self, name: str, members: NDArray[np.bool_], ratio: PredictiveRatio) -> GroupScores:
        """Score the rows of a group."""
        weights = self._table.weights * members
        return GroupScores(
            name,
            int(self._table.counts[members].sum()),
            self.mean(self.inside, weights),
            self.mean(self.width, weights),
            self.mean(self.errors, weights),
            len(np.unique(self._table.people[members])),
            ratio,
        )

    def fifth(self, portion: Floats) -> FifthScores:
        """Score a fifth of the people, given the weight of each row in it."""
        _, whose, rows = np.unique(self._table.people, return_inverse=True, return_counts=True)
        share = portion / self._table.weights / rows[whose]  # of a person
        return FifthScores(
            people=round(float(share.sum())),
            coverage=self.mean(self.inside, portion),
            predicted=self.mean(self.published.expected, portion),
            observed=self.mean(self._table.charges, portion),
            from_zero=self.mean(self.published.low <= 0, portion),
            zero_predicted=self.mean(self.published.zero, portion),
            zero_observed=self.mean(self._table.charges == 0, portion),
        )

    def actuarial(self, overall: PredictiveRatio, deciles: tuple[PredictiveRatio, ...]) -> ActuarialScores:
        """Put the figures for actuaries together."""
        charges, expected, weights = self._table.charges, self.published.expected, self._table.weights
        capped = np.minimum(charges, CAP)
        observed = self.mean(charges)
        capture_1, capture_5, capture_10 = (
            actuarial.captured(expected, charges, weights, share) for share in (0.01, 0.05, 0.1)
        )
        return ActuarialScores(
            overall=overall,
            deciles=deciles,
            cpm=actuarial.prediction_measure(charges, self.errors, weights),
            gini=actuarial.gini(expected, charges, weights),
            mae_over_mean=self.mean(np.abs(self.errors)) / observed if observed else 0.0,
            capped_r2=r2(capped, np.minimum(expected, CAP) - capped, weights),
            cap=CAP,
            capture_1=capture_1,
            capture_5=capture_5,
            capture_10=capture_10,
        )


def randomised_pit(charges: Floats, quantiles: Floats, *, seed: int = _SEED) -> Floats:
    """Return the randomised probability integral transform of each charge, as `domain.monitoring.report.pit` does.

    Args:
        charges: n.
        quantiles: n x 99.
        seed: the seed of the draws.
    """
    below = np.sum(quantiles < charges[:, None] - TOLERANCE, axis=1)
    upto = np.sum(quantiles <= charges[:, None] + TOLERANCE, axis=1)
    draws = np.random.default_rng(seed).random(len(charges))
    return (below + draws * (upto - below + 1)) / (len(LEVELS) + 1)


def _interval(charges: Floats, published: Published) -> tuple[NDArray[np.bool_], Floats, Floats]:
    """Return whether each charge is inside, the width, and the interval score (Gneiting and Raftery 2007, eq. 43)."""
    width = published.high - published.low
    missed = np.maximum(published.low - charges, 0) + np.maximum(charges - published.high, 0)
    inside = (charges >= published.low) & (charges <= published.high)
    return inside, width, width + 2 / _ALPHA * missed


def r2(charges: Floats, errors: Floats, weights: Floats) -> float:
    """Return the coefficient of determination, 0 where all charges are equal."""
    spread = float(np.sum(weights * (charges - weighting.mean(charges, weights)) ** 2))
    return 1 - float(np.sum(weights * errors**2)) / spread if spread else 0.0
