"""The actuary's report of a model by the figures of its training."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.models.actuarial_report import ActuarialReport
from domain.models.card import limits_of, title_of

if TYPE_CHECKING:
    from datetime import datetime

    from domain.models.actuarial_report import ReportedModel
    from domain.models.model import ModelCard


def training_report(model: ReportedModel, card: ModelCard, *, at: datetime) -> ActuarialReport:
    """Return the report of a model in which each row is judged by a model that had not seen the person.

    Args:
        model: the model.
        card: the card.
        at: when the report is made.
    """
    return ActuarialReport(
        model=model,
        created_at=at,
        title=title_of(card),
        currency=card.currency,
        basis=f"{card.cross_validation.rows:,} training rows, each judged by a model that had not seen the person",
        data=card.origin.sentence,
        data_digest=card.data_digest,
        scores=card.cross_validation,
        curves=card.curves,
        limits=limits_of(card),
    )
