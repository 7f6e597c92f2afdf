"""Figures over all people, with English names: the one list that cards, commands and reports show."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Final

from domain.models.evaluation import Metric
from domain.models.scores import CLOSE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from domain.models.scores import Scores


class Layout(Enum):
    """How a figure is written."""

    TEXT = auto()
    COUNT = auto()
    MONEY = auto()
    SHARE = auto()
    RATIO = auto()


_FORMATS: Final = {Layout.COUNT: ",.0f", Layout.SHARE: ".1%", Layout.RATIO: ",.3f"}


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of scores.

    Args:
        name: for people, with the currency of amounts.
        value: None where these rows have no such figure.
        layout: how it is written.
        metric: the metric that the figure is; None if models are not compared by it.
    """

    name: str
    value: float | None
    layout: Layout
    metric: Metric | None = None

    @property
    def text(self) -> str:
        """Return the value as people read it.

        >>> Figure("R²", 0.8612, Layout.RATIO).text, Figure("coverage", 0.912, Layout.SHARE).text
        ('0.861', '91.2%')
        """
        if self.value is None:
            return ""
        if self.layout is Layout.MONEY:
            return amount(self.value)
        return f"{self.value:{_FORMATS[self.layout]}}"


def amount(value: float) -> str:
    """Write an amount without cents, and one below 1 with three digits.

    >>> amount(1234.5), amount(0.8612)
    ('1,234', '0.861')
    """
    return f"{value:,.0f}" if abs(value) >= 1 else f"{value:.3f}"


def figures(scores: Scores, currency: str) -> Iterator[Figure]:
    """Yield the figures of scores over all people; those that an earlier release did not count are left out."""
    expected, typical, interval = scores.expected, scores.typical, scores.interval
    yield Figure("rows", scores.rows, Layout.COUNT)
    if scores.people:
        yield Figure("people", scores.people, Layout.COUNT)
    yield Figure(f"CRPS, {currency}", scores.crps, Layout.MONEY, Metric.CRPS)
    yield Figure("R² of the expected cost", expected.r2, Layout.RATIO, Metric.R2)
    yield Figure(f"RMSE of the expected cost, {currency}", expected.rmse, Layout.MONEY, Metric.RMSE)
    yield Figure(f"MAE of the expected cost, {currency}", expected.mae, Layout.MONEY, Metric.MAE)
    yield Figure(f"MAE of the typical cost, {currency}", typical.mae, Layout.MONEY)
    yield Figure(f"median absolute error of the typical cost, {currency}", typical.median_ae, Layout.MONEY)
    yield Figure(f"typical cost within {CLOSE:.0f} {currency}", typical.within_100, Layout.SHARE)
    yield Figure(f"coverage of the {interval.level:.0%} range", interval.coverage, Layout.SHARE)
    yield Figure(f"mean width of the range, {currency}", interval.mean_width, Layout.MONEY)
    yield Figure(f"interval score, {currency}", interval.interval_score, Layout.MONEY, Metric.INTERVAL_SCORE)
    if actuarial := scores.actuarial:
        ratio = actuarial.overall
        yield Figure("predicted over observed cost", ratio.ratio, Layout.RATIO)
        if ratio.low is not None:
            yield Figure("predicted over observed cost, 95% from", ratio.low, Layout.RATIO)
            yield Figure("predicted over observed cost, 95% to", ratio.high, Layout.RATIO)
        yield Figure("MAE of the expected cost over the mean cost", actuarial.mae_over_mean, Layout.RATIO)
        yield Figure(f"R² of costs up to {actuarial.cap:,.0f} {currency}", actuarial.capped_r2, Layout.RATIO)
        yield Figure("Cumming's prediction measure", actuarial.cpm, Layout.RATIO)
        yield Figure("Gini index of the order by expected cost", actuarial.gini, Layout.RATIO)
        captures = {"1%": actuarial.capture_1, "5%": actuarial.capture_5, "10%": actuarial.capture_10}
        for top, capture in captures.items():
            yield Figure(f"cost captured by the top {top}", capture, Layout.SHARE)
    if zero := scores.without_cost:
        yield Figure("predicted chance of no cost", zero.predicted, Layout.SHARE)
        yield Figure("share without cost", zero.observed, Layout.SHARE)
        yield Figure("Brier score of no cost", zero.brier, Layout.RATIO)
