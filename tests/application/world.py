"""A home in memory, and processes that come and go in it, each of which may be killed at any change."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar, cast

from adapters.memory.clock import FixedClock
from adapters.memory.dataset import MemoryDataset
from adapters.memory.ledger import MemoryLedger
from adapters.memory.loader import MemoryLoader
from adapters.memory.monitoring import MemoryReports
from adapters.memory.predictions import MemoryPredictions
from adapters.memory.publisher import MemoryPublisher
from adapters.memory.registry import MemoryRegistry
from adapters.memory.tracker import MemoryTracker
from adapters.memory.trainer import MemoryTrainer
from adapters.memory.tuner import MemoryTuner
from application.compare_models import CompareModels
from application.judge_model import JudgeModel
from application.promote_model import PromoteModel
from application.publish_model import PublishModel
from application.reconcile import Reconcile
from application.register_model import RegisterModel
from application.retrain_model import BeginRetraining, FinishRetraining, RetrainModel
from application.roll_back_model import RollBackModel
from application.tune_model import TunedModel, TuneModel
from domain.errors import (
    NoChampion,
)
from domain.evaluation import Metric
from domain.model import CHALLENGER, CHAMPION, FoldPlan, Provenance, Recipe, TrainedModel
from domain.ports.tracker import TrackedComparison
from domain.promotion import PromotionPolicy

PLAN = FoldPlan(n_splits=3, n_repeats=1)
UNCONDITIONAL = Recipe(family="unconditional")
LENIENT = PromotionPolicy(first_gain=-1.0, coverage=(0.0, 1.0), group_coverage=(0.0, 1.0))


def silent(*_: object) -> None:
    """Tell nobody."""


_T = TypeVar("_T")


class Killed(BaseException):
    """What ends a process between two steps."""


@dataclass
class Fuse:
    """Kills at the n-th of the moments just before and just after every change; None never."""

    at: int | None = None
    moments: int = 0

    def burn(self) -> None:
        self.moments += 1
        if self.moments - 1 == self.at:
            raise Killed


class Fused:
    """A port whose every change is two moments of a fuse."""

    CHANGES = frozenset(
        {"register", "discard", "set_alias", "annotate", "publish", "point_to", "admit", "attach", "append"}
    )

    def __init__(self, port: Any, fuse: Fuse) -> None:
        self._port, self._fuse = port, fuse

    def __getattr__(self, name: str) -> Any:
        member = getattr(self._port, name)
        if name not in self.CHANGES:
            return member

        async def change(*arguments: Any) -> Any:
            self._fuse.burn()
            result = await member(*arguments)
            self._fuse.burn()
            return result

        return change


def fused(port: _T, fuse: Fuse) -> _T:
    """The port itself to all who use it."""
    return cast("_T", Fused(port, fuse))


@dataclass
class World:
    """Everything that a home keeps. Use cases come and go with their process; this stays."""

    folder: Path
    dataset: MemoryDataset
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    tracker: MemoryTracker = field(default_factory=MemoryTracker)
    clock: FixedClock = field(default_factory=FixedClock)
    loader: MemoryLoader = field(default_factory=MemoryLoader)
    tuner: MemoryTuner = field(default_factory=lambda: MemoryTuner(3))
    reports: MemoryReports = field(default_factory=MemoryReports)
    predictions: MemoryPredictions = field(default_factory=MemoryPredictions)
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def __post_init__(self) -> None:
        for name in ("registry", "shelf"):
            (self.folder / name).mkdir(parents=True)
        self.registry = MemoryRegistry(self.folder / "registry")
        self.publisher = MemoryPublisher(self.folder / "shelf")
        self.trainer = MemoryTrainer(self.clock)

    def process(self, fuse: Fuse | None = None) -> Process:
        return Process(self, fuse or Fuse())

    def trained(self, study: str = "") -> TrainedModel:
        (into := self.folder / f"trained-{next(self.numbers)}").mkdir()
        claims, made_by = self.dataset.read(), Provenance(metric="crps", study=study)
        test = self.trainer.test(UNCONDITIONAL, claims, PLAN)
        return self.trainer.fit(UNCONDITIONAL, claims, PLAN, made_by, test=test, into=into)

    def compare(self, on_fold: Callable[..., None] = silent) -> TrackedComparison:
        compared = CompareModels(dataset=self.dataset, trainer=self.trainer, tracker=self.tracker)(
            [UNCONDITIONAL], PLAN, Metric.CRPS, git_revision="", configuration={}, on_fold=on_fold
        )
        assert compared.ranking[0].recipe == UNCONDITIONAL
        return compared.tracked

    def tune(
        self, plan: FoldPlan = PLAN, study: str | None = None, fuse: Fuse | None = None, **told: Any
    ) -> AbstractContextManager[TunedModel]:
        (into := self.folder / f"trained-{next(self.numbers)}").mkdir()
        parts: dict[str, Any] = {"dataset": self.dataset, "trainer": self.trainer, "tracker": self.tracker}
        told = {"git_revision": "", "on_start": silent, "on_trial": silent, "on_wait": silent, "on_fit": silent, **told}
        return TuneModel(**parts, tuner=self.tuner, register=self.process(fuse).register)(
            plan, {}, study=study, configuration={}, into=into, wait=asyncio.run, **told
        )  # fmt: skip

    async def check(self) -> None:
        """Ledger, alias, pointer and shelf agree, and nothing is half registered."""
        admitted = {version.number for version in await self.ledger.versions()}
        assert set(await self.registry.numbers()) == admitted
        aliases = await self.registry.aliases()
        try:
            champion = await self.ledger.champion()
        except NoChampion:
            assert CHAMPION not in aliases
            assert await self.publisher.pointed_to() is None
            return
        assert aliases[CHAMPION] == champion.number
        assert await self.publisher.pointed_to() == champion.reference
        assert await self.publisher.has(champion.reference)
        served = {entry.version for entry in await self.ledger.history()}
        assert aliases.get(CHALLENGER) == (max(admitted) if max(admitted) not in served else None)


class Process:
    """Use cases over a world, with a fuse in every change."""

    def __init__(self, world: World, fuse: Fuse) -> None:
        ledger, registry = fused(world.ledger, fuse), fused(world.registry, fuse)
        publisher = fused(world.publisher, fuse)
        parts: dict[str, Any] = {"ledger": ledger, "registry": registry, "publisher": publisher}
        self.reconcile = Reconcile(**parts, loader=world.loader)
        self.register = RegisterModel(**parts, reconcile=self.reconcile)
        self.judge = JudgeModel(
            dataset=world.dataset,
            trainer=world.trainer,
            ledger=ledger,
            registry=registry,
            predictions=world.predictions,
        )
        self.promote = PromoteModel(ledger=ledger, clock=world.clock, reconcile=self.reconcile)
        self.roll_back = RollBackModel(ledger=ledger, clock=world.clock, reconcile=self.reconcile)
        self.begin = BeginRetraining(
            dataset=world.dataset,
            ledger=ledger,
            reports=world.reports,
            reconcile=self.reconcile,
        )
        self.finish = FinishRetraining(ledger=ledger, judge=self.judge, promote=self.promote)
        self.retrain = RetrainModel(begin=self.begin, finish=self.finish)
        self.publish = PublishModel(ledger=ledger, reconcile=self.reconcile)

    async def champion(self, model: TrainedModel) -> int:
        """Register, judge and promote."""
        version = await self.register(model)
        await self.judge(version.number, LENIENT, PLAN)
        await self.promote(version.number, by="ann")
        return version.number
