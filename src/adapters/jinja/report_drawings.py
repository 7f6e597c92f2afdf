"""Drawings of an actuary's report as SVG."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, PercentFormatter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from domain.models.actuarial_report import ActuarialReport, ChancePortion, Curves, DoubleLift, Portion
    from domain.models.scores import Calibration, FifthScores, PredictiveRatio

_TEAL, _INK, _SOFT, _WASH, _WARM, _LINE = "#0b5a69", "#14202b", "#5b6975", "#d5e8ea", "#a8430c", "#e5eaee"
_OF_THE_PAGE: Final = {
    _TEAL: "brand", _INK: "ink", _SOFT: "axis", _WASH: "wash", _WARM: "warm", _LINE: "grid",
}  # fmt: skip
"""Colours by the page's names of them: it has others in the dark."""
_COLOUR: Final = re.compile("|".join(_OF_THE_PAGE))
_HEAD_ENDS: Final = '.dtd">'
"""The end of the head of Matplotlib's documents."""
_WIDTH: Final = 4.8
"""Inches: words are still legible where a phone makes the drawing a third smaller."""
_LONGEST: Final = 26
"""Letters of a label beside a drawing."""
_STYLE: Final[dict[Any, Any]] = {
    "svg.fonttype": "none",  # text stays text: small, and read aloud
    "svg.hashsalt": "medcost",  # the same drawing is the same bytes
    "font.family": "sans-serif",
    "font.sans-serif": ["system-ui", "Segoe UI", "Roboto", "DejaVu Sans"],
    "font.size": 10,
    "text.color": _INK,
    "axes.labelcolor": _INK,
}


@dataclass(frozen=True, slots=True)
class Drawing:
    """A drawing that Matplotlib wrote, which escapes texts: a page takes it as it is."""

    svg: str

    def __html__(self) -> str:
        """Return what a template writes."""
        return self.svg


def drawings(report: ActuarialReport) -> dict[str, Drawing]:
    """Draw what a report has figures for, by the name of the table beside it."""
    with mpl.rc_context(_STYLE):
        return {name: _svg(figure) for name, figure in _figures(report).items()}


def _figures(report: ActuarialReport) -> dict[str, Figure]:
    scores, curves = report.scores, report.curves
    made: dict[str, Figure] = {"quantiles": _quantiles(scores.quantiles)} if scores.quantiles else {}
    if scores.actuarial:
        labels = [str(number) for number in range(1, len(scores.actuarial.deciles) + 1)]
        made["ratios"] = _ratios(scores.actuarial.deciles, labels, "tenth of people by expected cost")
    groups = [(group.group, group.ratio) for group in scores.groups if group.ratio]
    if groups:
        made["groups"] = _ratio_list([ratio for _, ratio in groups], [name for name, _ in groups])
    if scores.fifths:
        made["fifths"] = _fifths(scores.fifths, scores.interval.level)
    if curves:
        made |= _of_curves(curves, report.currency)
    return made


def _of_curves(curves: Curves, currency: str) -> dict[str, Figure]:
    made = {"lift": _lift(curves.deciles, currency), "lorenz": _lorenz(curves)}
    if curves.double_lift:
        made["double_lift"] = _double_lift(curves.double_lift, currency)
    if curves.chances:
        made["chances"] = _chances(curves.chances)
    if curves.audits:
        made["audits"] = _ratio_list(
            [group.ratio for group in curves.audits], [f"{group.column} = {group.value}" for group in curves.audits]
        )
    if curves.periods:
        made["periods"] = _ratios(
            [period.ratio for period in curves.periods], [period.period for period in curves.periods], "period"
        )
    return made


def _ratios(ratios: Sequence[PredictiveRatio], labels: Sequence[str], axis: str) -> Figure:
    figure, axes = _drawing()
    places = list(range(len(ratios)))
    axes.axhline(1, color=_SOFT, linewidth=1, linestyle="--")
    for place, ratio in zip(places, ratios, strict=True):
        if ratio.low is not None and ratio.high is not None:
            axes.plot([place, place], [ratio.low, ratio.high], color=_TEAL, linewidth=2, alpha=0.5)
    axes.plot(places, [ratio.ratio or float("nan") for ratio in ratios], "o", color=_TEAL)
    axes.set_xticks(places, labels)
    axes.set(xlabel=axis, ylabel="predicted over observed")
    return figure


def _ratio_list(ratios: Sequence[PredictiveRatio], labels: Sequence[str]) -> Figure:
    figure, axes = _drawing(height=0.9 + 0.32 * len(ratios))
    labels = [label if len(label) <= _LONGEST else f"{label[: _LONGEST - 1]}…" for label in labels]
    places = list(range(len(ratios)))[::-1]
    axes.axvline(1, color=_SOFT, linewidth=1, linestyle="--")
    for place, ratio in zip(places, ratios, strict=True):
        if ratio.low is not None and ratio.high is not None:
            axes.plot([ratio.low, ratio.high], [place, place], color=_TEAL, linewidth=2, alpha=0.5)
    axes.plot([ratio.ratio or float("nan") for ratio in ratios], places, "o", color=_TEAL)
    axes.set_yticks(places, labels)
    axes.set_ylim(-0.6, len(ratios) - 0.4)
    axes.set_xlabel("predicted over observed")
    return figure


def _lift(deciles: Sequence[Portion], currency: str) -> Figure:
    figure, axes = _drawing()
    places = list(range(1, len(deciles) + 1))
    axes.bar(places, [decile.observed for decile in deciles], color=_WASH, label="observed")
    axes.plot(places, [decile.predicted for decile in deciles], "o-", color=_TEAL, label="predicted")
    axes.set_xticks(places)
    axes.set(xlabel="tenth of people by expected cost", ylabel=f"mean cost, {currency}")
    axes.yaxis.set_major_formatter(_amounts())
    axes.legend(frameon=False)
    return figure


def _lorenz(curves: Curves) -> Figure:
    figure, axes = _drawing(height=4.2)
    people = [point.people for point in curves.lorenz]
    axes.plot([0, 1], [0, 1], color=_SOFT, linewidth=1, linestyle="--", label="everybody costs the same")
    axes.plot(people, [point.by_predicted for point in curves.lorenz], color=_TEAL, label="ordered by expected cost")
    axes.plot(people, [point.by_observed for point in curves.lorenz], color=_WARM, label="ordered by actual cost")
    axes.set(xlabel="share of people, least costly first", ylabel="share of all cost", xlim=(0, 1), ylim=(0, 1))
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(PercentFormatter(1, decimals=0))
    axes.legend(frameon=False, loc="upper left")
    return figure


def _double_lift(lift: DoubleLift, currency: str) -> Figure:
    figure, axes = _drawing()
    places = list(range(1, len(lift.portions) + 1))
    axes.bar(places, [portion.observed for portion in lift.portions], color=_WASH, label="observed")
    axes.plot(places, [portion.predicted for portion in lift.portions], "o-", color=_TEAL, label="this model")
    axes.plot(places, [portion.rival for portion in lift.portions], "s--", color=_WARM, label=lift.rival)
    axes.set_xticks(places)
    axes.set(xlabel="tenth of people by expected cost,\nthis model's over the other's", ylabel=f"mean cost, {currency}")
    axes.yaxis.set_major_formatter(_amounts())
    axes.legend(frameon=False)
    return figure


def _chances(chances: Sequence[ChancePortion]) -> Figure:
    figure, axes = _drawing()
    top = max(max(portion.predicted, portion.observed) for portion in chances) * 1.05 or 1.0
    axes.plot([0, top], [0, top], color=_SOFT, linewidth=1, linestyle="--", label="right")
    axes.plot([portion.predicted for portion in chances], [portion.observed for portion in chances], "o-", color=_TEAL)
    axes.set(xlabel="predicted chance of no cost", ylabel="share without cost")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(PercentFormatter(1, decimals=0))
    return figure


def _quantiles(quantiles: Sequence[Calibration]) -> Figure:
    figure, axes = _drawing()
    axes.plot([0, 1], [0, 1], color=_SOFT, linewidth=1, linestyle="--", label="right")
    axes.plot(
        [quantile.level for quantile in quantiles], [quantile.coverage for quantile in quantiles], "o-", color=_TEAL
    )
    axes.set(xlabel="quantile", ylabel="share of costs below it", xlim=(0, 1), ylim=(0, 1))
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(PercentFormatter(1, decimals=0))
    return figure


def _fifths(fifths: Sequence[FifthScores], level: float) -> Figure:
    figure, axes = _drawing()
    places = list(range(1, len(fifths) + 1))
    axes.axhline(level, color=_SOFT, linewidth=1, linestyle="--")
    axes.plot(places, [fifth.coverage for fifth in fifths], "o-", color=_TEAL)
    axes.set_xticks(places)
    axes.set(xlabel="fifth of people by expected cost", ylabel="share inside the range")
    axes.set_ylim(min(0.7, *(fifth.coverage for fifth in fifths)) - 0.02, 1.01)
    axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    return figure


def _drawing(*, height: float = 3.2) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(_WIDTH, height), layout="constrained", facecolor="none")
    axes = figure.add_subplot(facecolor="none")
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(_SOFT)
    axes.tick_params(colors=_SOFT, labelcolor=_INK)
    axes.grid(color=_LINE)
    axes.set_axisbelow(True)
    return figure, axes


def _amounts() -> FuncFormatter:
    return FuncFormatter(lambda value, _: f"{value:,.0f}")


def _svg(figure: Figure) -> Drawing:
    """Return the drawing to be put into a page: in its colours, without the head of a document of its own."""
    text = io.StringIO()
    figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None})
    drawing = text.getvalue().partition(_HEAD_ENDS)[2].lstrip()
    return Drawing(_COLOUR.sub(lambda colour: f"var(--{_OF_THE_PAGE[colour[0]]}, {colour[0]})", drawing))
