"""All versions as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrypoints.dashboard.widgets import model_facts
from entrypoints.dashboard.widgets.table import Column

if TYPE_CHECKING:
    from collections.abc import Sequence

    from application.models.review_models import ReviewedVersion
    from entrypoints.dashboard.locale.speech import Words


def columns(words: Words) -> list[Column]:
    """Return the columns."""
    return [
        Column("version", words("models.version")),
        Column("recipe", words("models.recipe")),
        Column("now", words("models.now")),
        Column("gate", words("models.state"), "wide"),
        Column("crps", "CRPS", "number-cell wide"),
        Column("r2", "R²", "number-cell wider"),
        Column("covered", words("models.held"), "number-cell wide"),
        Column("made", words("models.made"), "wider"),
    ]


def line(reviewed: ReviewedVersion, words: Words) -> tuple[str, Sequence[str]]:
    """Return a version as a row: its identifier, and its cells."""
    its, scores = reviewed.version.card, reviewed.version.card.cross_validation
    gate = "unjudged" if reviewed.verdict is None else "passed" if reviewed.verdict.passed else "refused"
    return str(reviewed.version.number), [
        str(reviewed.version.number),
        its.recipe.name,
        words("models.serves") if reviewed.is_champion else "—",
        words(f"models.{gate}"),
        words.whole(scores.crps),
        model_facts.figure("r2", scores.expected.r2, words),
        words.share(scores.interval.coverage, 1),
        words.day(its.created_at),
    ]
