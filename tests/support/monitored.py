"""A champion, and a monitoring report about it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from domain.costs.prediction import ModelReference
from domain.models.ledger import Change, NewEntry
from domain.models.model import ModelCard, ModelVersion, Provenance, Recipe
from domain.models.scores import ExpectedScores, IntervalScores, Scores, TypicalScores
from domain.monitoring.drift import ColumnDrift
from domain.monitoring.level import CostLevel, LevelState
from domain.monitoring.report import JudgedGroup, MonitoringReport
from domain.people.origin import DataOrigin

if TYPE_CHECKING:
    from domain.ports.ledger import ModelLedger

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
AGE = ColumnDrift(column="age", test="exceedance", statistic=0.1, p_value=1e-6, psi=0.21, adjusted_p=8e-6, drifted=True)
ALL = JudgedGroup(
    group="all", outcomes=200, inside=180, bias=-12.5, typical_mae=310.5, before=0.91, adjusted_p=1, short=False
)
REPORT = MonitoringReport(
    at=NOON, since=NOON - timedelta(days=30), model=ModelReference(3, "d" * 64), reference_rows=1338, predictions=150,
    outcomes=200, columns=(AGE,), groups=(ALL,),
    level=CostLevel(
        since=NOON - timedelta(days=45), outcomes=260, ratio=0.97, low=0.85, high=1.13, needed=1900,
        state=LevelState.UNCLEAR,
    ),
)  # fmt: skip
_SCORES = Scores(10, ExpectedScores(0, 1, 1), TypicalScores(1, 1, 0), 1, IntervalScores(0.9, 1, 1, 1), ())
CARD = ModelCard(
    recipe=Recipe(family="flat"),
    created_at=NOON,
    origin=DataOrigin("claims.csv", "the file claims.csv", synthetic=False),
    data_digest="e" * 64,
    rows=10,
    cross_validation=_SCORES,
    test=_SCORES,
    ranges={},
    grouping=(),
    provenance=Provenance(metric="crps"),
)


async def crown(ledger: ModelLedger, model: ModelReference = REPORT.model) -> None:
    """Make a model champion; that of the report unless told otherwise."""
    await ledger.admit(ModelVersion(model.version, model.digest, NOON, CARD))
    await ledger.append(
        NewEntry(
            change=Change.PROMOTION, version=model.version, digest=model.digest, replaces=None, at=NOON, by="ann",
            reason="passed the gate",
        )
    )  # fmt: skip
