"""Plots of an evaluation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, PercentFormatter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from domain.models.evaluation import Evaluation, Metric

DPI: Final = 110
_TEAL, _INK, _SOFT, _WASH, _WARM = "#0b5a69", "#14202b", "#6b7985", "#d5e8ea", "#a8430c"
_DECILES: Final = 10


def of_family(evaluation: Evaluation, currency: str) -> dict[str, Figure]:
    """Draw one family out of fold: predicted against actual, residuals, calibration, folds. By name."""
    return {
        "predicted-against-actual": _predicted_against_actual(evaluation, currency),
        "residuals": _residuals(evaluation, currency),
        "calibration": _calibration(evaluation),
        "folds": _folds(evaluation, currency),
    }


def comparison(ranking: Sequence[Evaluation], metric: Metric, currency: str) -> Figure:
    """Draw every family fold by fold, the best at the top."""
    figure, axes = _drawing(f"{metric.value.upper()} on identical folds, best first", height=1.6 + 0.42 * len(ranking))
    for row, evaluation in enumerate(reversed(ranking)):
        values = [fold[metric] for fold in evaluation.folds]
        best = row == len(ranking) - 1
        axes.plot(values, [row] * len(values), "o", color=_TEAL if best else _SOFT, alpha=0.45, markersize=5)
        axes.plot([evaluation.mean(metric)], [row], "|", color=_INK, markersize=16, markeredgewidth=2)
    axes.set_yticks(range(len(ranking)), [evaluation.recipe.name for evaluation in reversed(ranking)])
    axes.set_ylim(-0.6, len(ranking) - 0.4)
    axes.set_xlabel("R²" if metric.sign < 0 else f"{metric.value} ({currency}; less is better)")
    if metric.sign > 0:
        axes.xaxis.set_major_formatter(_amounts())
    axes.grid(axis="x", color="#e5eaee")
    return figure


def _predicted_against_actual(evaluation: Evaluation, currency: str) -> Figure:
    actual, expected, typical = _columns(evaluation)
    figure, axes = _drawing(f"{evaluation.recipe.name}: predicted against actual, out of fold")
    top = float(max(actual.max(), expected.max())) * 1.03 or 1.0  # where all is free, an axis is one long
    axes.plot([0, top], [0, top], color=_SOFT, linewidth=1, linestyle="--", label="perfect")
    axes.scatter(actual, typical, s=9, color=_TEAL, alpha=0.45, linewidths=0, label="typical cost")
    axes.scatter(actual, expected, s=9, color=_WARM, alpha=0.3, linewidths=0, label="expected cost")
    axes.set(xlim=(0, top), ylim=(0, top), xlabel=f"actual cost ({currency})", ylabel=f"predicted ({currency})")
    axes.xaxis.set_major_formatter(_amounts())
    axes.yaxis.set_major_formatter(_amounts())
    axes.legend(frameon=False, loc="upper left")
    return figure


def _residuals(evaluation: Evaluation, currency: str) -> Figure:
    actual, expected, typical = _columns(evaluation)
    figure, axes = _drawing(f"{evaluation.recipe.name}: residuals, out of fold")
    axes.axhline(0, color=_SOFT, linewidth=1)
    axes.scatter(expected, actual - typical, s=9, color=_TEAL, alpha=0.45, linewidths=0)
    axes.set(xlabel=f"expected cost ({currency})", ylabel=f"actual minus typical ({currency})")
    axes.xaxis.set_major_formatter(_amounts())
    axes.yaxis.set_major_formatter(_amounts())
    return figure


def _calibration(evaluation: Evaluation) -> Figure:
    actual, expected, _ = _columns(evaluation)
    low, high = np.asarray(evaluation.out_of_fold.low), np.asarray(evaluation.out_of_fold.high)
    inside = (low <= actual) & (actual <= high)
    figure, axes = _drawing(f"{evaluation.recipe.name}: share inside the 90 % range, by tenth of expected cost")
    tenths = np.array_split(np.argsort(expected, kind="stable"), _DECILES)
    shares = [float(inside[tenth].mean()) for tenth in tenths]
    # two standard errors of a share of 0.9 among as many rows
    slack = 2 * np.sqrt(0.9 * 0.1 / max(len(tenths[0]), 1))
    axes.axhspan(0.9 - slack, min(0.9 + slack, 1), color=_WASH, label="0.9, two standard errors")
    axes.axhline(0.9, color=_SOFT, linewidth=1, linestyle="--")
    axes.plot(range(1, _DECILES + 1), shares, "o-", color=_TEAL, label="measured")
    axes.set(xlabel="tenth of people by expected cost", ylabel="share inside", ylim=(min(0.6, *shares) - 0.02, 1.02))
    axes.set_xticks(range(1, _DECILES + 1))
    axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    axes.legend(frameon=False, loc="lower left")
    return figure


def _folds(evaluation: Evaluation, currency: str) -> Figure:
    figure, axes = _drawing(f"{evaluation.recipe.name}: error of each fold")
    places = range(1, len(evaluation.folds) + 1)
    for name, colour, values in (
        ("CRPS", _TEAL, [fold.crps for fold in evaluation.folds]),
        ("mean absolute error of the typical cost", _WARM, [fold.typical_mae for fold in evaluation.folds]),
    ):
        axes.plot(places, values, "o-", color=colour, label=name)
    axes.set(xlabel="fold", ylabel=currency)
    axes.set_ylim(bottom=0)
    axes.set_xticks(list(places))
    axes.yaxis.set_major_formatter(_amounts())
    axes.legend(frameon=False)
    return figure


def _columns(evaluation: Evaluation) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    out = evaluation.out_of_fold
    return np.asarray(out.actual), np.asarray(out.expected), np.asarray(out.typical)


def _drawing(title: str, *, height: float = 5.0) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(9, height), layout="constrained")
    axes = figure.add_subplot()
    axes.set_title(title, loc="left", color=_INK, fontsize=12, fontweight="bold")
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(colors=_SOFT, labelcolor=_INK)
    return figure, axes


def _amounts() -> FuncFormatter:
    return FuncFormatter(lambda amount, _: f"{amount:,.0f}")
