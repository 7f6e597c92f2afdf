"""The notes of a model card: what a reader should know about the people whom a model learnt from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from adapters.sklearn import weighting, work
from domain.costs.distribution import INTERVAL_LEVEL

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adapters.sklearn.family import Family
    from adapters.sklearn.table import Table
    from domain.people.claims import Claims

_FEW_PEOPLE: Final = 1_000


def notes_on(family: Family, claims: Claims, table: Table, *, everywhere: bool) -> Iterator[str]:
    """Yield all notes; ``everywhere`` says whether the estimator was fitted on all rows of a population."""
    yield from _sampled(claims, table, everywhere=everywhere)
    yield from family.notes_on(len(table))
    yield from _weighed(family, claims, table)
    yield from _few(table)


def _sampled(claims: Claims, table: Table, *, everywhere: bool) -> Iterator[str]:
    """Yield the notes on rows that are a sample."""
    if table.distinct_people > work.MOST_COMPARED:
        yield f"Family and settings were chosen on a sample of at most {work.MOST_COMPARED:,} people."
    if claims.population:
        of = f"a sample of {len(claims):,} of {claims.population.rows:,} rows, drawn by their digests"
        yield (
            f"The estimator was fitted on all rows; residuals, ranges and figures are those of {of}."
            if everywhere
            else f"It learnt from {of}."
        )


def _weighed(family: Family, claims: Claims, table: Table) -> Iterator[str]:
    """Yield the notes on repeated persons and weights."""
    if table.repeats:
        yield (
            f"{table.repeats:,} of {len(claims):,} rows repeat an earlier one in every fact and in cost. They count as "
            "weight of that row, not as other people."
        )
    if not (family.weighs or weighting.is_equal(table.weights)):
        yield (
            f"Rows count differently, and {family.label} cannot weigh them: each counts once in the fit. "
            "Ranges, figures and choices do weigh them."
        )


def _few(table: Table) -> Iterator[str]:
    """Yield the notes on few people."""
    people = table.distinct_people
    if people < _FEW_PEOPLE:
        off = 200 * (INTERVAL_LEVEL * (1 - INTERVAL_LEVEL) / people) ** 0.5
        yield (
            f"It learnt from {people:,} people. With so few, the share of new people whose cost lies within the "
            f"{INTERVAL_LEVEL:.0%} range is known to about {off:.0f} points only, and costs that one person in a "
            "hundred has are hardly known at all."
        )
