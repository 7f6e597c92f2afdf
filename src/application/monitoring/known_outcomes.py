"""Outcomes that came in, as labelled rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from domain.people.claims import ClaimRecord, Claims, DataOrigin

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.costs.prediction import Prediction
    from domain.people.schema import Schema

MOST: Final = 20_000
"""At most so many outcomes are looked at: more would show what is too small to matter."""

_CAME_IN: Final = DataOrigin("outcomes", "outcomes of predictions that were made here", synthetic=False)


def as_claims(schema: Schema, known: Sequence[Prediction]) -> Claims:
    """Make labelled rows of predictions; those without an outcome are left out."""
    records = [ClaimRecord(one.beneficiary, cost) for one in known if (cost := one.cost) is not None]
    return Claims.of(schema, records, _CAME_IN)
