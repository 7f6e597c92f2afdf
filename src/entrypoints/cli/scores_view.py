"""Scores as tables for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table

from entrypoints.cli.output import money
from entrypoints.cli.tables import right, table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from domain.models.scores import Scores


def figures(scores: Scores) -> Iterator[tuple[str, str]]:
    """Yield the name and the value of each score over all people."""
    expected, typical, interval = scores.expected, scores.typical, scores.interval
    if scores.people:
        yield "people", f"{scores.people:,}"
    yield "CRPS", money(scores.crps)
    yield "expected: R²", f"{expected.r2:.4f}"
    yield "expected: RMSE", money(expected.rmse)
    yield "expected: MAE", money(expected.mae)
    yield "typical: MAE", money(typical.mae)
    yield "typical: median absolute error", money(typical.median_ae)
    yield "typical: within 100", f"{typical.within_100:.1%}"
    yield f"{interval.level:.0%} interval: coverage", f"{interval.coverage:.3f}"
    yield "interval: mean width", money(interval.mean_width)
    yield "interval: score", money(interval.interval_score)
    if actuarial := scores.actuarial:
        yield "predicted over observed (95 % interval)", actuarial.overall.text
        yield "MAE over mean", f"{actuarial.mae_over_mean:.3f}"
        yield f"R² of costs up to {actuarial.cap:,.0f}", f"{actuarial.capped_r2:.4f}"
        yield "Cumming's prediction measure", f"{actuarial.cpm:.4f}"
        yield "Gini", f"{actuarial.gini:.4f}"
        captures = (actuarial.capture_1, actuarial.capture_5, actuarial.capture_10)
        yield "cost capture of the top 1, 5, 10 %", ", ".join(f"{share:.3f}" for share in captures)
    if zero := scores.zero:
        yield "chance of no cost: predicted, observed", f"{zero.predicted:.3f}, {zero.observed:.3f}"
        yield "chance of no cost: Brier score", f"{zero.brier:.4f}"
    for quantile in scores.quantiles:
        yield f"costs below the {quantile.level:.0%} quantile", f"{quantile.coverage:.3f}"


def side_by_side(cross_validated: Scores, test: Scores) -> Iterator[Table]:
    """Yield the tables of a card: scores over all people beside those of the test split; by group, fifth, decile."""
    both = _table("How good it is", "figure", "cross-validated", "test split (not used to select)")
    other = dict(figures(test))
    for figure, value in figures(cross_validated):
        both.add_row(figure, value, other.get(figure, ""))
    yield both
    yield from tables(cross_validated)


def tables(scores: Scores) -> Iterator[Table]:
    """Yield the tables of scores by group, by fifth and by decile of the expected cost."""
    groups = _table("By group", "group", "rows", "people", "coverage", "mean width", "bias", "predicted over observed")
    for group in scores.groups:
        groups.add_row(
            group.group, f"{group.rows:,}", f"{group.people:,}" if group.people else "", f"{group.coverage:.3f}",
            money(group.mean_width), f"{group.bias:+,.0f}", group.ratio.text if group.ratio else "",
        )  # fmt: skip
    yield groups
    if scores.fifths:
        fifths = _table(
            "By fifth of the expected cost", "fifth", "people", "coverage", "ranges from 0", "predicted", "observed",
            "no cost: predicted", "observed",
        )  # fmt: skip
        for number, fifth in enumerate(scores.fifths, 1):
            fifths.add_row(
                str(number), f"{fifth.people:,}", f"{fifth.coverage:.3f}", f"{fifth.from_zero:.0%}",
                money(fifth.predicted), money(fifth.observed),
                f"{fifth.zero_predicted:.3f}", f"{fifth.zero_observed:.3f}",
            )  # fmt: skip
        yield fifths
    if scores.actuarial:
        deciles = _table("By tenth of the expected cost", "tenth", "predicted over observed (95 % interval)")
        for number, decile in enumerate(scores.actuarial.deciles, 1):
            deciles.add_row(str(number), decile.text)
        yield deciles


def _table(title: str, first: str, *numbers: str) -> Table:
    return table(first, *right(*numbers), title=title, lines=True)
