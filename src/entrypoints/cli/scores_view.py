"""Scores as tables for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table

from domain.models.score_figures import figures
from entrypoints.cli.output import money
from entrypoints.cli.tables import right, table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from domain.models.scores import Scores


def overall(scores: Scores, currency: str) -> dict[str, str]:
    """Return each figure over all people by its name, and the share of costs below each quantile."""
    texts = {figure.name: figure.text for figure in figures(scores, currency)}
    below = {
        f"costs below the {quantile.level:.0%} quantile": f"{quantile.coverage:.1%}" for quantile in scores.quantiles
    }
    return texts | below


def side_by_side(cross_validated: Scores, test: Scores, currency: str) -> Iterator[Table]:
    """Yield the tables of a card: scores over all people beside those of the test split; by group, fifth, decile."""
    both = _table("How good it is", "figure", "cross-validated", "test split (not used to select)")
    other = overall(test, currency)
    for name, text in overall(cross_validated, currency).items():
        both.add_row(name, text, other.get(name, ""))
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
