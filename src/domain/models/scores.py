"""Scores of predictions of labelled rows: the figures of a model card and an evaluation.

Means, shares and sums count each row by its weight. Figures that a card of an earlier release does not have are None or
empty.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, final

CAP: Final = 250_000.0
"""The amount at which costs are capped in the capped R²."""
CLOSE: Final = 100.0
"""The error up to which a typical cost counts as close, see `TypicalScores`."""


@dataclass(frozen=True, slots=True)
class ExpectedScores:
    """Errors of the expected cost (mean): r2, and rmse, mae and bias (expected minus actual) in money.

    ``bias`` is None on cards of earlier releases.
    """

    r2: float
    rmse: float
    mae: float
    bias: float | None = None


@dataclass(frozen=True, slots=True)
class TypicalScores:
    """Errors of the typical cost (median), in money; ``within_100`` is the share within 100 of the currency."""

    mae: float
    median_ae: float
    within_100: float


@dataclass(frozen=True, slots=True)
class IntervalScores:
    """Coverage, width (in money) and interval score of the published range."""

    level: float
    coverage: float
    mean_width: float
    interval_score: float


@dataclass(frozen=True, slots=True)
class PredictiveRatio:
    """Predicted over observed cost of some people: 1 is right, below 1 they are underfunded.

    Args:
        ratio: sum of expected costs over sum of actual ones; None where the actual ones sum to zero.
        low: lower end of the 95 % interval by a bootstrap over people; None where it was not computed.
        high: upper end; None where it was not computed or has no bound.
    """

    ratio: float | None
    low: float | None = None
    high: float | None = None

    @property
    def text(self) -> str:
        """Return the ratio with its interval, in English.

        >>> PredictiveRatio(0.98, 0.9, 1.07).text, PredictiveRatio(1.5, 0.8).text, PredictiveRatio(None).text
        ('0.980 (0.900 to 1.070)', '1.500 (from 0.800)', 'no cost observed')
        """
        if self.ratio is None:
            return "no cost observed"
        if self.low is None:
            return f"{self.ratio:.3f}"
        interval = f"from {self.low:.3f}" if self.high is None else f"{self.low:.3f} to {self.high:.3f}"
        return f"{self.ratio:.3f} ({interval})"


@dataclass(frozen=True, slots=True)
class GroupScores:
    """Scores of one group of people, such as ``smoker=yes``.

    Args:
        group: the name of the group.
        rows: number of rows of the file in the group, repetitions too.
        coverage: share of costs inside the published range.
        mean_width: the mean width of that range, in money.
        bias: expected minus actual cost on average, in money.
        people: number of distinct people in the group; None if not counted.
        ratio: predicted over observed cost.
    """

    group: str
    rows: int
    coverage: float
    mean_width: float
    bias: float
    people: int | None = None
    ratio: PredictiveRatio | None = None


@dataclass(frozen=True, slots=True)
class Calibration:
    """The share of costs inside a range, or below a quantile, that should hold the share ``level`` of them."""

    level: float
    coverage: float


@final
@dataclass(frozen=True, slots=True)
class ZeroScores:
    """The chance of a year without any cost: predicted and observed share of people, and the Brier score."""

    predicted: float
    observed: float
    brier: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FifthScores:
    """One fifth of the people, ordered by their expected cost.

    Args:
        people: number of distinct people in the fifth, rounded: a person may be in two fifths by shares.
        coverage: share of costs inside the published range.
        predicted: mean expected cost.
        observed: mean actual cost.
        from_zero: share of people whose range begins at zero; only its upper end can miss their cost.
        zero_predicted: predicted chance of no cost, on average.
        zero_observed: share of people without any cost.
    """

    people: int
    coverage: float
    predicted: float
    observed: float
    from_zero: float
    zero_predicted: float
    zero_observed: float


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ActuarialScores:
    """The figures by which actuaries judge predictions of cost.

    Args:
        overall: predicted over observed cost of everybody.
        deciles: the same for each tenth of the people, ordered by their expected cost, lowest first.
        cpm: Cumming's prediction measure, 1 - sum of absolute errors over sum of absolute distances from the mean
            (Cumming, Knutson, Cameron and Derrick 2002, "A comparative analysis of claims-based methods of health risk
            assessment for commercial populations").
        gini: the Gini index of the curve of cumulated actual costs over people ordered by expected cost: 0 for a random
            order (Frees, Meyers and Cummings 2011, "Summarizing insurance scores using a Gini index").
        mae_over_mean: mean absolute error of the expected cost as a share of the mean cost.
        capped_r2: R² of the expected cost, where actual and expected costs count up to ``cap`` only.
        cap: in money.
        capture_1: costs of the 1 % with the highest expected cost, as a share of those of the 1 % who cost most
            (cost capture: Tamang et al. 2017, "Predicting patient 'cost blooms' in Denmark").
        capture_5: the same of 5 %.
        capture_10: the same of 10 %.
    """

    overall: PredictiveRatio
    deciles: tuple[PredictiveRatio, ...]
    cpm: float
    gini: float
    mae_over_mean: float
    capped_r2: float
    cap: float
    capture_1: float
    capture_5: float
    capture_10: float


@dataclass(frozen=True, slots=True)
class Scores:
    """The scores of a model's predictions of labelled rows.

    Args:
        rows: number of rows in the file, repetitions too.
        expected: errors of the expected cost.
        typical: errors of the typical cost.
        crps: mean continuous ranked probability score, in money.
        interval: the published range.
        groups: each group that the schema reports on.
        calibration: one entry for each of `domain.costs.distribution.CALIBRATION_LEVELS`, rising: the share of costs in
            the central range, by the randomised probability integral transform, so that many equal costs do not look
            like an error.
        people: number of distinct people in the rows; None if not counted.
        zero: the chance of no cost.
        fifths: each fifth of the people, lowest expected cost first.
        actuarial: predictive ratios and other actuarial figures.
        quantiles: at some levels, the share of costs below that quantile, by the same transform.
    """

    rows: int
    expected: ExpectedScores
    typical: TypicalScores
    crps: float
    interval: IntervalScores
    groups: tuple[GroupScores, ...]
    calibration: tuple[Calibration, ...] = ()
    people: int | None = None
    zero: ZeroScores | None = None
    fifths: tuple[FifthScores, ...] = ()
    actuarial: ActuarialScores | None = None
    quantiles: tuple[Calibration, ...] = ()

    @property
    def without_cost(self) -> ZeroScores | None:
        """Return the scores of the chance of no cost; None where nobody had no cost or was expected to have none."""
        zero = self.zero
        return zero if zero and (zero.predicted or zero.observed) else None
