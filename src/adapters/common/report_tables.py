"""The tables of an actuary's report, which pages and workbooks share."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from domain.models.score_figures import Layout, figures

if TYPE_CHECKING:
    from collections.abc import Iterator

    from domain.models.actuarial_report import ActuarialReport, Curves
    from domain.models.scores import PredictiveRatio, Scores


class Cell(NamedTuple):
    """A figure and how it is written; None where there is none."""

    value: str | float | None
    layout: Layout


Row: TypeAlias = tuple[Cell, ...]

_text = partial(Cell, layout=Layout.TEXT)
_count = partial(Cell, layout=Layout.COUNT)
_money = partial(Cell, layout=Layout.MONEY)
_share = partial(Cell, layout=Layout.SHARE)
_number = partial(Cell, layout=Layout.RATIO)


@dataclass(frozen=True, slots=True)
class ReportTable:
    """One table of a report.

    Args:
        name: short and unique, also of the drawing beside it.
        title: for people.
        note: what it shows, in a sentence or two.
        columns: the titles.
        rows: as many cells as there are columns each.
    """

    name: str
    title: str
    note: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def report_tables(report: ActuarialReport) -> tuple[ReportTable, ...]:
    """Return the tables of a report in their order; those without figures are left out."""
    tables = [*_of_scores(report.scores, report.currency)]
    if report.curves:
        tables += _of_curves(report.curves, report.currency)
    return tuple(table for table in tables if table.rows)


def _of_scores(scores: Scores, currency: str) -> Iterator[ReportTable]:
    yield ReportTable(
        "figures",
        "Key figures",
        "R² and Cumming's prediction measure are shares of what could be explained: 1 is all, 0 is what the mean alone "
        "explains. The Gini index and the capture tell how well people are ordered by cost.",
        ("figure", "value"),
        tuple((_text(figure.name), Cell(figure.value, figure.layout)) for figure in figures(scores, currency)),
    )
    if scores.actuarial:
        yield ReportTable(
            "ratios",
            "Predictive ratio by tenth of expected cost",
            "Predicted over observed cost. Below 1, these people cost more than was predicted. The interval holds the "
            "ratio in 95 of 100 samples of people like these.",
            ("tenth", *_RATIO),
            tuple((_count(number), *_ratio(decile)) for number, decile in enumerate(scores.actuarial.deciles, 1)),
        )
    yield ReportTable(
        "groups",
        "By group",
        "Groups that the schema reports on.",
        ("group", "people", *_RATIO, "coverage", f"predicted minus observed, {currency}"),
        tuple(
            (
                _text(group.group),
                _count(group.people or group.rows),
                *_ratio(group.ratio),
                _share(group.coverage),
                _money(group.bias),
            )
            for group in scores.groups
        ),
    )
    yield ReportTable(
        "fifths",
        "Coverage by fifth of expected cost",
        f"The range promises to hold {scores.interval.level:.0%} of costs in each fifth. Where it begins at 0, it may "
        "hold more.",
        (
            "fifth",
            "people",
            "coverage",
            f"predicted, {currency}",
            f"observed, {currency}",
            *(("predicted chance of no cost", "share without cost") if scores.without_cost else ()),
        ),
        tuple(
            (
                _count(number),
                _count(fifth.people),
                _share(fifth.coverage),
                _money(fifth.predicted),
                _money(fifth.observed),
                *((_share(fifth.zero_predicted), _share(fifth.zero_observed)) if scores.without_cost else ()),
            )
            for number, fifth in enumerate(scores.fifths, 1)
        ),
    )
    yield ReportTable(
        "quantiles",
        "Calibration of quantiles",
        "Which share of costs lies below each quantile. Equal costs, such as many zeros, are told apart by lot "
        "(randomised probability integral transform).",
        ("quantile", "share of costs below"),
        tuple((_share(quantile.level), _share(quantile.coverage)) for quantile in scores.quantiles),
    )


def _of_curves(curves: Curves, currency: str) -> Iterator[ReportTable]:
    predicted, observed = f"predicted, {currency}", f"observed, {currency}"
    yield ReportTable(
        "lift",
        "Lift",
        "Mean cost of each tenth of people: the steeper, the better the model tells people apart.",
        ("tenth", "people", predicted, observed),
        tuple(
            (_count(number), _count(decile.people), _money(decile.predicted), _money(decile.observed))
            for number, decile in enumerate(curves.deciles, 1)
        ),
    )
    yield ReportTable(
        "lorenz",
        "Lorenz curve",
        "Share of all cost that the least costly people had: in the model's order, and in the order of actual costs, "
        "which only hindsight knows.",
        ("share of people", "cost, ordered by expected cost", "cost, ordered by actual cost"),
        tuple((_share(point.people), _share(point.by_predicted), _share(point.by_observed)) for point in curves.lorenz),
    )
    if lift := curves.double_lift:
        yield ReportTable(
            "double_lift",
            f"Double lift against {lift.rival}",
            "People ordered by how much more this model expects than the other. The model whose line follows the bars "
            "is right where both disagree.",
            ("tenth", "people", f"this model, {currency}", f"{lift.rival}, {currency}", observed),
            tuple(
                (
                    _count(number),
                    _count(portion.people),
                    _money(portion.predicted),
                    _money(portion.rival),
                    _money(portion.observed),
                )
                for number, portion in enumerate(lift.portions, 1)
            ),
        )
    yield ReportTable(
        "chances",
        "Reliability of the chance of no cost",
        "People ordered by their chance of a year without cost.",
        ("people", "predicted chance", "share without cost"),
        tuple((_count(chance.people), _share(chance.predicted), _share(chance.observed)) for chance in curves.chances),
    )
    yield ReportTable(
        "audits",
        "Groups that the model never sees",
        "Net compensation is the predicted minus the observed cost of a person: below 0, these people are underfunded.",
        ("column", "value", "people", *_RATIO, f"net compensation, {currency}", "coverage"),
        tuple(
            (
                _text(audit.column),
                _text(audit.value),
                _count(audit.people),
                *_ratio(audit.ratio),
                _money(audit.net_compensation),
                _share(audit.coverage),
            )
            for audit in curves.audits
        ),
    )
    yield ReportTable(
        "periods",
        "Stability over periods",
        "The same figures for each period.",
        ("period", "people", *_RATIO, "coverage", f"CRPS, {currency}"),
        tuple(
            (
                _text(period.period),
                _count(period.people),
                *_ratio(period.ratio),
                _share(period.coverage),
                _money(period.crps),
            )
            for period in curves.periods
        ),
    )


_RATIO = ("predicted over observed", "95% from", "95% to")


def _ratio(ratio: PredictiveRatio | None) -> Row:
    ends = (ratio.ratio, ratio.low, ratio.high) if ratio else (None, None, None)
    return tuple(_number(end) for end in ends)
