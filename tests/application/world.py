"""A home in memory, and processes that come and go in it, each of which may be killed at any change."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
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
from application.models.compare_models import CompareModels, Comparison
from application.models.judge_model import JudgeModel
from application.models.promote_model import PromoteModel
from application.models.publish_model import PublishModel
from application.models.reconcile import Reconcile
from application.models.register_model import RegisterModel
from application.models.retrain_model import BeginRetraining, RetrainModel
from application.models.roll_back_model import RollBackModel
from application.models.train_model import TrainingTask, TrainModel
from application.models.tune_model import TunedModel, TuneModel
from domain.errors import (
    NoChampion,
)
from domain.models.evaluation import Metric
from domain.models.ledger import LedgerEntry
from domain.models.model import CHALLENGER, CHAMPION, FoldPlan, Provenance, Recipe, TrainedModel
from domain.models.promotion import PromotionPolicy, Verdict
from domain.ports.tracker import TrackedComparison
from domain.ports.tuner import Trial
from tests.support.default_schema import DEFAULT

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


class Screen:
    """A `TrainingView` that remembers what it was shown; each fold, each study and each trial burns the fuse."""

    def __init__(self, fuse: Fuse | None = None) -> None:
        self._fuse = fuse or Fuse()
        self.shown: list[str] = []

    @contextmanager
    def comparing(self) -> Iterator[Callable[..., None]]:
        yield lambda *_: self._fuse.burn()

    def compared(self, comparison: Comparison) -> None:
        assert comparison.ranking[0].recipe == UNCONDITIONAL
        self.shown.append("compared")

    @contextmanager
    def tuning(self) -> Iterator[Screen]:
        yield self

    def begun(self, recipe: Recipe, study: str) -> None:
        self._fuse.burn()

    def __call__(self, trial: Trial) -> None:
        self._fuse.burn()

    def waits(self, what: str) -> None:
        self.shown.append(f"waits for {what}")

    def fits(self, best: Trial) -> None:
        pass

    def tuned(self, tuned: TunedModel) -> None:
        self.shown.append(f"tuned {tuned.version.number}")

    def judged(self, number: int, verdict: Verdict) -> None:
        self.shown.append(f"{'passed' if verdict.passed else 'refused'} {number}")

    def promoted(self, entry: LedgerEntry) -> None:
        self.shown.append(f"promoted {entry.version}")


def task(policy: PromotionPolicy = LENIENT, configuration: Mapping[str, object] = {}) -> TrainingTask:
    """The training of the one family that this world has."""
    return TrainingTask(
        recipes=[UNCONDITIONAL],
        spaces={},
        plan=PLAN,
        metric=Metric.CRPS,
        policy=policy,
        study=None,
        git_revision="",
        configuration=configuration,
    )


@dataclass
class World:
    """Everything that a home keeps. Use cases come and go with their process; this stays."""

    folder: Path
    dataset: MemoryDataset
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    tracker: MemoryTracker = field(default_factory=MemoryTracker)
    clock: FixedClock = field(default_factory=FixedClock)
    loader: MemoryLoader = field(default_factory=lambda: MemoryLoader(DEFAULT))
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
        self, plan: FoldPlan = PLAN, study: str | None = None, fuse: Fuse | None = None, **arguments: Any
    ) -> AbstractContextManager[TunedModel]:
        (into := self.folder / f"trained-{next(self.numbers)}").mkdir()
        parts: dict[str, Any] = {"dataset": self.dataset, "trainer": self.trainer, "tracker": self.tracker}
        arguments = {
            "git_revision": "",
            "on_start": silent,
            "on_trial": silent,
            "on_wait": silent,
            "on_fit": silent,
            **arguments,
        }
        return TuneModel(**parts, tuner=self.tuner, register=self.process(fuse).register)(
            plan, {}, study=study, configuration={}, into=into, wait=asyncio.run, **arguments
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
            schema=world.dataset.schema,
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
        making: dict[str, Any] = {"dataset": world.dataset, "trainer": world.trainer, "tracker": world.tracker}
        self.train = TrainModel(
            compare=CompareModels(**making),
            tune=TuneModel(**making, tuner=world.tuner, register=self.register),
            judge=self.judge,
            promote=self.promote,
        )
        self.retrain = RetrainModel(begin=self.begin, train=self.train, ledger=ledger)
        self.publish = PublishModel(ledger=ledger, reconcile=self.reconcile)

    async def champion(self, model: TrainedModel) -> int:
        """Register, judge and promote."""
        version = await self.register(model)
        await self.judge(version.number, LENIENT, PLAN)
        await self.promote(version.number, by="ann")
        return version.number
