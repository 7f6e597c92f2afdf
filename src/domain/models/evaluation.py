"""Evaluations of recipes, which the trainer computes, and their order."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import inf, isfinite
from statistics import fmean, stdev
from typing import TYPE_CHECKING, Self

from domain.models.model import FamilySummary

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.models.actuarial_report import Curves
    from domain.models.model import Recipe
    from domain.models.scores import Scores
    from domain.people.claims import Column


class Metric(StrEnum):
    """The metric that models are compared by.

    All but r2 are losses in money: less is better.
    """

    CRPS = "crps"
    RMSE = "rmse"
    MAE = "mae"
    R2 = "r2"
    INTERVAL_SCORE = "interval_score"

    @property
    def sign(self) -> int:
        """Return +1 where less is better, -1 where more is: ``sign * value`` is always a loss."""
        return -1 if self is Metric.R2 else 1


class Stage(StrEnum):
    """The steps of a training to run."""

    COMPARE = "training"
    TUNE = "optuna"
    """Tune and judge."""
    ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class FoldScores:
    """One fold of one repeat, on rows that the fold's model has not seen; in money, except shares and r2.

    Args:
        crps: continuous ranked probability score of the distribution (Gneiting and Raftery 2007, eq. 20).
        rmse: root mean squared error of the expected cost.
        mae: mean absolute error of the expected cost.
        r2: coefficient of determination of the expected cost.
        typical_mae: mean absolute error of the typical cost.
        interval_score: mean interval score of the 90 % interval (Gneiting and Raftery 2007, eq. 43).
        coverage: share of rows inside the published 90 % interval.
        mean_width: mean width of that interval.
    """

    repeat: int
    fold: int
    crps: float
    rmse: float
    mae: float
    r2: float
    typical_mae: float
    interval_score: float
    coverage: float
    mean_width: float

    @classmethod
    def of(cls, repeat: int, fold: int, whole: Scores) -> Self:
        """Reduce the scores of one fold to the figures that families are compared by."""
        return cls(
            repeat=repeat,
            fold=fold,
            crps=whole.crps,
            rmse=whole.expected.rmse,
            mae=whole.expected.mae,
            r2=whole.expected.r2,
            typical_mae=whole.typical.mae,
            interval_score=whole.interval.interval_score,
            coverage=whole.interval.coverage,
            mean_width=whole.interval.mean_width,
        )

    def __getitem__(self, metric: Metric) -> float:
        return float(getattr(self, metric.value))


@dataclass(frozen=True, slots=True)
class OutOfFold:
    """Predictions of each training row by a model that had not seen it (first repeat); in money."""

    actual: Column[float]
    expected: Column[float]
    typical: Column[float]
    low: Column[float]
    high: Column[float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """One recipe, cross-validated.

    Args:
        recipe: the evaluated recipe.
        folds: the scores of each fold of each repeat.
        overall: all out-of-fold predictions of the first repeat together.
        out_of_fold: those predictions, for plots.
        fit_seconds: median time of one fit.
        predict_seconds: median time of predicting one fold.
        curves: the curves of an actuary's report; None where they were not requested.
    """

    recipe: Recipe
    folds: tuple[FoldScores, ...]
    overall: Scores
    out_of_fold: OutOfFold
    fit_seconds: float
    predict_seconds: float
    curves: Curves | None = None

    def summary(self, metric: Metric) -> FamilySummary:
        """Return its line in a comparison by a metric."""
        return FamilySummary(self.recipe.name, self.mean(metric), self.spread(metric), self.fit_seconds)

    def mean(self, metric: Metric) -> float:
        """Average a metric over the folds."""
        return fmean(fold[metric] for fold in self.folds)

    def spread(self, metric: Metric) -> float:
        """Return the standard deviation of a metric over the folds, 0 for a single fold."""
        return stdev(fold[metric] for fold in self.folds) if len(self.folds) > 1 else 0.0


def ranked(evaluations: Sequence[Evaluation], metric: Metric) -> list[Evaluation]:
    """Order evaluations on identical folds, best first; those without a finite figure come last."""

    def loss(evaluation: Evaluation) -> float:
        mean = metric.sign * evaluation.mean(metric)
        return mean if isfinite(mean) else inf

    return sorted(evaluations, key=lambda evaluation: (loss(evaluation), evaluation.recipe.name))
