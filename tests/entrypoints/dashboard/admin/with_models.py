"""The web process on the memory profile, with three versions: 1 is champion, 2 passed the gate, 3 was refused by it.

Their facts are those of the process's schema; TRACKING_RUN names the run in MLflow that made them.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import socket
import tempfile
from dataclasses import replace
from pathlib import Path

import uvicorn
from dishka import Provider, Scope, provide

from adapters.memory.clock import FixedClock
from adapters.memory.ledger import MemoryLedger
from adapters.memory.sample import small_sample
from adapters.memory.trainer import MemoryTrainer
from adapters.memory.version_models import MemoryVersionModels
from domain.models.ledger import Change, LedgerEntry, NewEntry
from domain.models.model import FamilySummary, FoldPlan, Provenance, Recipe, TrainedModel
from domain.models.promotion import PromotionPolicy
from domain.models.scores import GroupScores, PredictiveRatio
from domain.monitoring.drift import Sample
from domain.people.schema import Schema
from domain.ports.championship import Championship
from domain.ports.ledger import ModelLedger
from domain.ports.registry import ModelRegistry
from domain.ports.version_models import VersionModels
from entrypoints.composition.settings import load
from entrypoints.hosting.asgi import web_app
from tests.support.rule_predictor import RulePredictor

COMPARED = (
    FamilySummary("unconditional", 1402.0, 118.0),
    FamilySummary("boosting_absolute-log", 1466.0, 121.0),
    FamilySummary("forest", 1595.0, 96.0),
    FamilySummary("linear-log", 2870.0, 204.0),
)
GROUPS = (
    GroupScores("smoker=yes", 274, 0.912, 21_400.0, 312.0, 274, PredictiveRatio(1.01, 0.93, 1.09)),
    GroupScores("smoker=no", 1064, 0.931, 9_800.0, -41.0, 1064, PredictiveRatio(0.995, 0.97, 1.02)),
    GroupScores("obese=yes", 707, 0.894, 13_100.0, 95.0),
    GroupScores("obese=no", 631, 0.951, 10_900.0, -68.0),
)


def _tuned(made: Provenance, trials: int) -> Provenance:
    """Some of the trials were cut short."""
    tried = tuple(None if i % 5 == 3 else 1500.0 - 40 * (i * 7 % 12) for i in range(trials))
    return replace(made, trials=trials, tried=tried)


class Slow(Championship):
    """Takes as long as a child process would, and a little more than a double click."""

    def __init__(self, inner: Championship) -> None:
        self._inner = inner

    async def promote(self, number: int, *, by: str, reason: str | None = None) -> LedgerEntry:
        await asyncio.sleep(0.6)
        return await self._inner.promote(number, by=by, reason=reason)

    async def roll_back(self, *, by: str, reason: str | None = None, after: int | None = None) -> LedgerEntry:
        await asyncio.sleep(0.6)
        return await self._inner.roll_back(by=by, reason=reason, after=after)


class Seeded(Provider):
    scope = Scope.APP

    @provide(override=True)
    async def ledger(self, registry: ModelRegistry, schema: Schema) -> ModelLedger:
        ledger, trainer, plan, claims = (
            MemoryLedger(),
            MemoryTrainer(FixedClock()),
            FoldPlan(n_splits=3),
            small_sample(schema),
        )
        recipe = Recipe(family="unconditional")
        test = trainer.test(recipe, claims, plan)
        made = Provenance(
            metric="crps",
            compared=COMPARED,
            tracking_run=os.environ.get("TRACKING_RUN", "a1b2c3d4e5f60718"),
            git_revision="0badcafe" * 5,
        )
        champion: tuple[int, TrainedModel] | None = None
        for number, margin in ((1, 0.0), (2, 0.02), (3, -0.5)):
            with tempfile.TemporaryDirectory() as folder:
                plain = trainer.fit(recipe, claims, plan, made, test=test, into=Path(folder))
                scores = replace(plain.card.cross_validation, groups=GROUPS)
                card = replace(plain.card, cross_validation=scores, provenance=_tuned(made, 12 * number))
                model = replace(plain, card=card)
                version = await registry.register(model)
                await ledger.admit(version)
                fetched = await registry.fetch(number, Path(tempfile.mkdtemp(dir=self.folder)))
                policy = PromotionPolicy(margin=margin, first_gain=-1.0, coverage=(0.0, 1.0))
                candidacy = trainer.compare(model, champion, claims, plan)
                candidacy = replace(candidacy, group_coverage={group.group: group.coverage for group in GROUPS})
                await ledger.attach(number, policy.judge(candidacy))
                if champion is None:
                    champion = (number, replace(model, folder=fetched))
                    await ledger.append(
                        NewEntry(
                            change=Change.PROMOTION, version=1, digest=version.digest, replaces=None,
                            at=FixedClock().now(), by="ann", reason="passed the gate",
                        )
                    )  # fmt: skip
        return ledger

    @provide(override=True)
    async def models(self, ledger: ModelLedger, schema: Schema) -> VersionModels:
        """All know what people cost; the third expects half of it of those of 50 and more."""
        models, claims = MemoryVersionModels(), small_sample(schema)
        for version in await ledger.versions():
            low = 0.5 if version.number == 3 else 1.0
            expected = [
                cost * (low if next(iter(row)) >= 50 else 1.0)
                for row, cost in zip(claims.facts, claims.charges, strict=True)
            ]
            rows = Sample(schema, claims.facts, {schema.cost.column: claims.charges, "expected": expected})
            predictor = RulePredictor(version.reference, lambda who: 200 * who.as_numbers()[0])
            models.add(version.reference, predictor, rows)
        return models

    def __init__(self, folder: str) -> None:
        super().__init__()
        self.folder = folder


class Hesitant(Provider):
    scope = Scope.APP

    def __init__(self) -> None:
        super().__init__()
        self.decorate(Slow, provides=Championship)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--fd", type=int)
    with tempfile.TemporaryDirectory() as folder:
        config = uvicorn.Config(web_app(load({}), Seeded(folder), Hesitant()), lifespan="on", log_level="warning")
        asyncio.run(uvicorn.Server(config).serve(sockets=[socket.socket(fileno=parser.parse_args().fd)]))
