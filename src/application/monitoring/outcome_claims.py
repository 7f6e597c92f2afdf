"""Recorded outcomes of predictions as labelled rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from domain.people.claims import ClaimRecord, Claims
from domain.people.origin import DataOrigin

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.costs.prediction import Prediction
    from domain.people.schema import Schema

MOST: Final = 20_000
"""The most outcomes that are used: more would show differences that are too small to matter."""

_CAME_IN: Final = DataOrigin("outcomes", "outcomes of predictions that were made here", synthetic=False)


def as_claims(schema: Schema, predictions: Sequence[Prediction]) -> Claims:
    """Return predictions as labelled rows; those without an outcome are left out."""
    records = [
        ClaimRecord(prediction.beneficiary, cost) for prediction in predictions if (cost := prediction.cost) is not None
    ]
    return Claims.of(schema, records, _CAME_IN)
