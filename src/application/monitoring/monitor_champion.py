"""Compare the champion's recent people and outcomes with its training data."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from application.monitoring.measure_outcomes import LiveScores
from application.monitoring.outcome_claims import MOST
from application.monitoring.watch_inputs import FEWEST
from application.use_case import use_case
from domain.costs.estimate_columns import table_of
from domain.monitoring.drift import Difference, DriftReport, Sample
from domain.monitoring.level import CostLevel, begin
from domain.monitoring.report import (
    ALARM,
    OVERALL,
    ROWS_PER_PERSON,
    GroupOutcomes,
    JudgedGroup,
    MonitoringReport,
    judged,
    pit,
    watched_groups,
)
from domain.people.schema import Schema
from domain.ports.clock import Clock
from domain.ports.drift import DriftMeter
from domain.ports.ledger import ModelLedger
from domain.ports.loader import ModelLoader
from domain.ports.monitoring import MonitoringReports
from domain.ports.predictions import PredictionRepository
from domain.ports.publisher import ModelPublisher

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime, timedelta

    from domain.costs.prediction import Prediction
    from domain.models.model import ModelCard, ModelVersion
    from domain.monitoring.drift import ColumnDrift
    from domain.ports.loader import LoadedModel


@use_case
class MonitorChampion:
    """Compare the champion's answers with its training data and with recorded outcomes, and store a report."""

    schema: Schema
    ledger: ModelLedger
    publisher: ModelPublisher
    loader: ModelLoader
    predictions: PredictionRepository
    meter: DriftMeter
    reports: MonitoringReports
    clock: Clock

    async def __call__(self, window: timedelta, *, most: int = MOST) -> MonitoringReport:
        """Monitor the predictions and outcomes of the last ``window``. A second run adds a second report.

        Args:
            window: the time to look back.
            most: the most predictions, and the most outcomes; where there are more, a random sample is used.

        Raises:
            NoChampion: if nothing was promoted yet.
            VersionNotFound: if the champion's folder is not in the model store.
            ModelRefused: if its folder does not match its digest.
        """
        version = await self.ledger.champion()
        at = self.clock.now()
        since = at - window
        folder = await self.publisher.folder(version.reference)
        learnt_from = await asyncio.to_thread(self.loader.reference, version.reference, folder)
        model = await asyncio.to_thread(self.loader.load, version.reference, folder)

        # answers of another model would differ for the same people; the newest alone would be no random sample
        answered = await self.predictions.sample(version.reference, since, limit=most)
        came_in = await self.predictions.sample(version.reference, since, limit=most, outcomes=True)
        with_outcomes = [prediction for prediction in came_in if prediction.cost is not None]
        expected = learnt_from.more.get("expected")
        if expected is None:  # a folder of an earlier release; some models reproduce their training rows exactly
            answers = await model.publish_columns(table_of(learnt_from.facts), learnt_from.schema)
            expected = cast("list[list[float]]", answers.money.tolist())[0] if len(learnt_from) else []
        columns = await asyncio.to_thread(
            drifts,
            self.meter,
            replace(learnt_from, more={"expected": expected}),
            self._sample(answered, expected=[prediction.expected for prediction in answered]),
            self._sample(with_outcomes, pit=await pits(model, with_outcomes)),
        )
        groups = [
            scored
            for group, belongs in watched_groups(self.schema).items()
            if (
                scored := _scored(
                    group, [prediction for prediction in with_outcomes if belongs(prediction.beneficiary)]
                )
            )
        ]
        report = MonitoringReport(
            at=at,
            since=since,
            model=version.reference,
            reference_rows=len(learnt_from),
            predictions=len(answered),
            outcomes=len(with_outcomes),
            columns=columns,
            groups=await asyncio.to_thread(coverages, self.meter, groups, covered_when_made(version.card)),
            level=await self._level(version, at, window, most),
        )
        await self.reports.add(report)
        return report

    async def _level(self, version: ModelVersion, at: datetime, window: timedelta, most: int) -> CostLevel:
        """Judge the level of costs by all outcomes since its sequence began."""
        since, sequence = begin(version.registered_at, at, window)
        came_in = await self.predictions.sample(version.reference, since, limit=most, outcomes=True)
        pairs = [(prediction.expected, cost) for prediction in came_in if (cost := prediction.cost) is not None]
        return CostLevel.of([e for e, _ in pairs], [cost for _, cost in pairs], since=since, sequence=sequence)

    def _sample(self, predictions: Sequence[Prediction], **more: Sequence[float]) -> Sample:
        return Sample(self.schema, [prediction.beneficiary.as_numbers() for prediction in predictions], more)


def drifts(meter: DriftMeter, learnt_from: Sample, answered: Sample, with_outcomes: Sample) -> tuple[ColumnDrift, ...]:
    """Judge facts, answers and outcomes together.

    Args:
        meter: the drift meter.
        learnt_from: training rows, with the expected costs by fits that had not seen them, ``expected``.
        answered: people of recorded predictions, with their expected costs.
        with_outcomes: people with recorded outcomes, with their ``pit``.
    """
    differences: list[Difference] = []
    if len(answered) >= FEWEST:
        differences += meter.measure(learnt_from, answered).columns
    if len(with_outcomes) >= FEWEST:
        # `pit` should be uniform, as precisely as this number of training rows can tell
        rows = len(learnt_from)
        even = replace(learnt_from, more={"pit": [(row + 0.5) / rows for row in range(rows)]})
        differences += [
            difference for difference in meter.measure(even, with_outcomes).columns if difference.column == "pit"
        ]
    return DriftReport.of(differences, reference_rows=len(learnt_from), rows=len(answered), significance=ALARM).columns


def coverages(
    meter: DriftMeter, groups: Sequence[GroupOutcomes], before: Mapping[str, tuple[int, int]]
) -> tuple[JudgedGroup, ...]:
    """Judge the coverage of groups against the coverage when the model was made, as (covered, people) by group."""
    comparable = [group for group in groups if group.group in before]
    shares_when_made = [before[group.group] for group in comparable]
    p_values = [
        meter.fell((group.inside, group.outcomes), was) for group, was in zip(comparable, shares_when_made, strict=True)
    ]
    return judged(comparable, [inside / rows for inside, rows in shares_when_made], p_values)


def covered_when_made(card: ModelCard) -> dict[str, tuple[int, int]]:
    """Return for each group the numbers of covered and of independent people when the model was made.

    The figures are those of the served ranges around points out of fold. The folds of cross-validation make ranges of
    their own, so a group whose served ranges are too narrow may look better there; that is no change since, and needs
    no alarm. Cards of earlier releases have the figures of cross-validation only.
    """
    measured = card.served or card.cross_validation
    shares = {OVERALL: (measured.interval.coverage, measured.rows)}
    shares |= {group.group: (group.coverage, group.rows) for group in measured.groups}
    independent = {group: (share, max(1, round(rows / ROWS_PER_PERSON))) for group, (share, rows) in shares.items()}
    return {group: (round(share * rows), rows) for group, (share, rows) in independent.items()}


async def pits(model: LoadedModel, predictions: Sequence[Prediction]) -> list[float]:
    """Return the `pit` of each outcome; the random bits of its identifier are the draw, so that it is reproducible."""
    if not predictions:
        return []
    facts = table_of([prediction.beneficiary.as_numbers() for prediction in predictions])
    answers = await model.predict_columns(facts, predictions[0].beneficiary.schema if predictions else None)
    rows = cast("list[list[float]]", answers.numbers.tolist())
    return [
        pit(quantiles, cost, draw=(prediction.id.int & 0xFFFFFFFF) / 2**32)
        for (_, *quantiles, _), prediction in zip(rows, predictions, strict=True)
        if (cost := prediction.cost) is not None
    ]


def _scored(group: str, members: Sequence[Prediction]) -> GroupOutcomes | None:
    """Score the published figures of the members of a group; None if there are none."""
    live = LiveScores.of(members)
    if live.inside is None or live.bias is None or live.typical_mae is None:
        return None
    return GroupOutcomes(
        group=group,
        outcomes=live.outcomes,
        inside=round(live.inside * live.outcomes),
        bias=live.bias,
        typical_mae=live.typical_mae,
    )
