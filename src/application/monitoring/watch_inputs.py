"""Compare the people of recent predictions with the champion's training data."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from application.monitoring.newest_predictions import newest
from application.use_case import use_case
from domain.monitoring.drift import DriftReport
from domain.monitoring.profile import Profile
from domain.monitoring.report import ALARM
from domain.people.schema import Schema
from domain.ports.drift import DriftMeter
from domain.ports.ledger import ModelLedger, champion_or_none
from domain.ports.predictions import PredictionRepository

if TYPE_CHECKING:
    from domain.costs.prediction import ModelReference

FEWEST: Final = 100
"""The fewest predictions that are compared: of fewer, the stability index is notable by chance alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InputDrift:
    """The drift of the newest predictions from the champion's training data, fact by fact.

    Args:
        champion: the champion; None if nothing was promoted yet.
        learnt_from: the profile of its training data; None on cards of earlier releases.
        current: the profile of the newest predictions.
        report: None where there is nothing to compare with, or fewer than `FEWEST` predictions.
    """

    champion: ModelReference | None
    learnt_from: Profile | None
    current: Profile
    report: DriftReport | None


@use_case
class WatchInputs:
    """Compare the facts of the newest predictions with those on the champion's card."""

    schema: Schema
    predictions: PredictionRepository
    ledger: ModelLedger
    meter: DriftMeter

    async def __call__(self) -> InputDrift:
        """Compare the newest predictions with the champion's training data."""
        rows = [prediction.beneficiary.as_numbers() for prediction in await newest(self.predictions)]
        current = Profile.of(self.schema, zip(*rows, strict=True) if rows else [()] * self.schema.width)
        version = await champion_or_none(self.ledger)
        if version is None:
            return InputDrift(champion=None, learnt_from=None, current=current, report=None)
        before = version.card.profile
        report = None
        if before and len(current) >= FEWEST:
            measured = await asyncio.to_thread(
                lambda: self.meter.measure(before.sample(self.schema), current.sample(self.schema))
            )
            # judged as strictly as in monitoring reports, beside which the result is shown
            report = DriftReport.of(
                measured.columns, reference_rows=measured.reference_rows, rows=measured.rows, significance=ALARM
            )
        return InputDrift(champion=version.reference, learnt_from=before, current=current, report=report)
