"""Scores of published predictions against what a year really cost, all vectorised, all in USD."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from domain.beneficiary import OBESITY
from domain.cost import CALIBRATION_LEVELS, INTERVAL_LEVEL, QUANTILE_LEVELS
from domain.scores import Calibration, ExpectedScores, GroupScores, IntervalScores, Scores, TypicalScores

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_LEVELS: Final = np.array(QUANTILE_LEVELS)
_ALPHA: Final = 1 - INTERVAL_LEVEL
PUBLISHED_LEVELS: Final = [round(_ALPHA / 2 * 100) - 1, 49, 99 - round(_ALPHA / 2 * 100)]
"""Positions, among the 99 levels, of the lower bound, the median and the upper bound."""
_NEAR_TIE: Final = 1e-5
_CLOSE: Final = 100.0


def crps(charges: Floats, quantiles: Floats) -> Floats:
    """Give the continuous ranked probability score of each row, in USD.

    CRPS is twice the pinball loss integrated over all levels (Laio and Tamea 2007, eq. 4; the score itself: Gneiting
    and Raftery 2007, eq. 20); here averaged over the 99 levels at which a distribution is known.
    """
    over = quantiles - charges[:, None]
    return 2 * np.mean(np.where(over > 0, over * (1 - _LEVELS), -over * _LEVELS), axis=1)


@dataclass(frozen=True, slots=True)
class Published:
    """What is published of n answers, rounded as `CostDistribution` rounds: n numbers of USD each."""

    expected: Floats
    typical: Floats
    low: Floats
    high: Floats

    @classmethod
    def of(cls, answers: Floats) -> Published:
        """Round answers, n x 100: the mean and the 99 quantiles."""
        return cls.rounded(answers[:, [0, *(1 + level for level in PUBLISHED_LEVELS)]])

    @classmethod
    def rounded(cls, answers: Floats) -> Published:
        """Round answers of which only what is published was made, n x 4: the mean and `PUBLISHED_LEVELS`."""
        mean, low, middle, high = answers.T
        return cls(
            _cents(mean),
            _cents(middle),
            np.floor(np.round(low * 100, 6)) / 100,
            np.ceil(np.round(high * 100, 6)) / 100,
        )


def _cents(usd: Floats) -> Floats:
    """Round to whole cents as Python does: NumPy multiplies first, and so takes 2.675 for a tie."""
    cents = usd * 100
    rounded = np.rint(cents)
    ties = np.flatnonzero(np.abs(np.abs(cents - rounded) - 0.5) < _NEAR_TIE)
    rounded /= 100
    rounded[ties] = [round(one, 2) for one in usd[ties].tolist()]
    return rounded


def scores(rows: Floats, charges: Floats, answers: Floats) -> Scores:
    """Measure answers (n x 100, USD) about people (n x 6) whose charges are known."""
    said = Published.of(answers)
    errors = said.expected - charges
    off = np.abs(said.typical - charges)
    inside, width, penalised = _interval(charges, said)
    return Scores(
        rows=len(charges),
        expected=ExpectedScores(
            r2=r2(charges, errors),
            rmse=float(np.sqrt(np.mean(errors**2))),
            mae=float(np.mean(np.abs(errors))),
            bias=float(np.mean(errors)),
        ),
        typical=TypicalScores(
            mae=float(np.mean(off)), median_ae=float(np.median(off)), within_100=float(np.mean(off <= _CLOSE))
        ),
        crps=float(np.mean(crps(charges, answers[:, 1:]))),
        interval=IntervalScores(
            INTERVAL_LEVEL, float(np.mean(inside)), float(np.mean(width)), float(np.mean(penalised))
        ),
        groups=tuple(
            GroupScores(
                name,
                int(members.sum()),
                float(np.mean(inside[members])),
                float(np.mean(width[members])),
                float(np.mean(errors[members])),
            )
            for name, members in _groups(rows)
            if members.any()
        ),
        calibration=tuple(_calibration(charges, answers)),
    )


def _calibration(charges: Floats, answers: Floats) -> Iterator[Calibration]:
    """Give the coverage of the central range at each level, its bounds rounded outward as published ones are."""
    for level in CALIBRATION_LEVELS:
        below = round(50 * (1 - level))  # percent that may lie below; quantiles stand behind the mean, 1 to 99 percent
        said = Published.rounded(answers[:, [0, below, 50, 100 - below]])
        inside, _, _ = _interval(charges, said)
        yield Calibration(level, float(np.mean(inside)))


def _interval(charges: Floats, said: Published) -> tuple[NDArray[np.bool_], Floats, Floats]:
    """Give whether each charge is inside, the width, and the interval score (Gneiting and Raftery 2007, eq. 43)."""
    width = said.high - said.low
    missed = np.maximum(said.low - charges, 0) + np.maximum(charges - said.high, 0)
    inside = (charges >= said.low) & (charges <= said.high)
    return inside, width, width + 2 / _ALPHA * missed


def r2(charges: Floats, errors: Floats) -> float:
    """Give the coefficient of determination, 0 where all charges are alike."""
    spread = float(np.sum((charges - charges.mean()) ** 2))
    return 1 - float(np.sum(errors**2)) / spread if spread else 0.0


def _groups(rows: Floats) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    smoker = rows[:, 4] == 1
    obese = rows[:, 2] >= OBESITY
    yield "smoker=yes", smoker
    yield "smoker=no", ~smoker
    yield "obese=yes", obese
    yield "obese=no", ~obese
    yield "sex=female", rows[:, 1] == 0
    yield "sex=male", rows[:, 1] == 1
