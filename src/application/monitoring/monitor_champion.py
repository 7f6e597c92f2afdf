"""Find out whether the champion still fits those who ask, and what their years really cost."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from application.monitoring.known_outcomes import MOST
from application.monitoring.measure_outcomes import LiveScores
from application.monitoring.watch_inputs import FEWEST
from application.use_case import use_case
from domain.costs.prediction import table_of
from domain.monitoring.drift import Difference, DriftReport, Sample
from domain.monitoring.level import CostLevel, begin
from domain.monitoring.report import (
    ALARM,
    OVERALL,
    ROWS_FOR_ONE,
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
    """Compare the champion's answers with its training data, and with outcomes that came in; keep what was found."""

    schema: Schema
    ledger: ModelLedger
    publisher: ModelPublisher
    loader: ModelLoader
    predictions: PredictionRepository
    meter: DriftMeter
    reports: MonitoringReports
    clock: Clock

    async def __call__(self, window: timedelta, *, most: int = MOST) -> MonitoringReport:
        """Look at what came in during the last ``window``. Run twice, it makes two reports, and changes nothing else.

        Args:
            window: how far back.
            most: so many predictions are looked at, and so many outcomes; where there are more, chance decides.

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

        # answers of another model would differ whoever asked; the newest alone would be whoever came last
        asked = await self.predictions.sample(version.reference, since, limit=most)
        came_in = await self.predictions.sample(version.reference, since, limit=most, outcomes=True)
        known = [one for one in came_in if one.cost is not None]
        expected = learnt_from.more.get("expected")
        if expected is None:  # a folder of before it was kept: some models know by heart what they learnt
            answers = await model.publish_columns(table_of(learnt_from.facts), learnt_from.schema)
            expected = cast("list[list[float]]", answers.money.tolist())[0] if len(learnt_from) else []
        columns = await asyncio.to_thread(
            drifts,
            self.meter,
            replace(learnt_from, more={"expected": expected}),
            self._sample(asked, expected=[one.expected for one in asked]),
            self._sample(known, pit=await pits(model, known)),
        )
        groups = [
            scored
            for group, belongs in watched_groups(self.schema).items()
            if (scored := _scored(group, [one for one in known if belongs(one.beneficiary)]))
        ]
        report = MonitoringReport(
            at=at,
            since=since,
            model=version.reference,
            reference_rows=len(learnt_from),
            predictions=len(asked),
            outcomes=len(known),
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
        known = [(one.expected, cost) for one in came_in if (cost := one.cost) is not None]
        return CostLevel.of([e for e, _ in known], [cost for _, cost in known], since=since, sequence=sequence)

    def _sample(self, predictions: Sequence[Prediction], **more: Sequence[float]) -> Sample:
        return Sample(self.schema, [one.beneficiary.as_numbers() for one in predictions], more)


def drifts(meter: DriftMeter, learnt_from: Sample, asked: Sample, known: Sample) -> tuple[ColumnDrift, ...]:
    """Judge facts, answers and outcomes together.

    Args:
        meter: what measures.
        learnt_from: training rows, with what fits that had not seen them answer for them, ``expected``.
        asked: those who asked, with what they were answered.
        known: those whose outcome came in, with its ``pit``.
    """
    found: list[Difference] = []
    if len(asked) >= FEWEST:
        found += meter.measure(learnt_from, asked).columns
    if len(known) >= FEWEST:
        # what `pit` should be is uniform, known no better than so many training rows can tell
        rows = len(learnt_from)
        even = replace(learnt_from, more={"pit": [(row + 0.5) / rows for row in range(rows)]})
        found += [one for one in meter.measure(even, known).columns if one.column == "pit"]
    return DriftReport.of(found, reference_rows=len(learnt_from), rows=len(asked), significance=ALARM).columns


def coverages(
    meter: DriftMeter, groups: Sequence[GroupOutcomes], before: Mapping[str, tuple[int, int]]
) -> tuple[JudgedGroup, ...]:
    """Judge the coverage of groups, beside how many of how many were covered when the model was made."""
    comparable = [one for one in groups if one.group in before]
    known = [before[one.group] for one in comparable]
    p_values = [meter.fell((one.inside, one.outcomes), was) for one, was in zip(comparable, known, strict=True)]
    return judged(comparable, [inside / rows for inside, rows in known], p_values)


def covered_when_made(card: ModelCard) -> dict[str, tuple[int, int]]:
    """Say of each group how many people, of how many independent ones, were covered when the model was made.

    As the served ranges hold costs around points out of fold: the folds of cross-validation make ranges of their own,
    so a group that the served ranges are too narrow for may look better there. That is no change, and told by the
    group's figures, not by an alarm. A card of before there were such figures has but cross-validation.
    """
    measured = card.served or card.cross_validation
    shares = {OVERALL: (measured.interval.coverage, measured.rows)}
    shares |= {one.group: (one.coverage, one.rows) for one in measured.groups}
    independent = {group: (share, max(1, round(rows / ROWS_FOR_ONE))) for group, (share, rows) in shares.items()}
    return {group: (round(share * rows), rows) for group, (share, rows) in independent.items()}


async def pits(model: LoadedModel, known: Sequence[Prediction]) -> list[float]:
    """Give the `pit` of each outcome; the random bits of a prediction's identifier draw, so it is always the same."""
    if not known:
        return []
    facts = table_of([one.beneficiary.as_numbers() for one in known])
    answers = await model.predict_columns(facts, known[0].beneficiary.schema if known else None)
    rows = cast("list[list[float]]", answers.numbers.tolist())
    return [
        pit(quantiles, cost, draw=(one.id.int & 0xFFFFFFFF) / 2**32)
        for (_, *quantiles, _), one in zip(rows, known, strict=True)
        if (cost := one.cost) is not None
    ]


def _scored(group: str, members: Sequence[Prediction]) -> GroupOutcomes | None:
    """Score what was published to the members of a group; None if there are none."""
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
