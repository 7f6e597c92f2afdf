"""Registered, judged, promoted, rolled back; killed before and after every step, and run again."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from adapters.memory.clock import FixedClock
from adapters.memory.dataset import MemoryDataset
from adapters.memory.ledger import MemoryLedger
from adapters.memory.loader import MemoryLoader
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
from application.review_models import ReviewModels
from application.roll_back_model import RollBackModel
from application.tune_model import TuneModel
from domain.beneficiary import Beneficiary
from domain.claims import ClaimRecord
from domain.errors import ConfigurationError, LedgerBroken, ModelRefused, NoChampion, NoComparison, PromotionRefused
from domain.evaluation import Metric
from domain.ledger import Change, NewEntry, sealed
from domain.model import CHALLENGER, CHAMPION, FoldPlan, Recipe, TrainedModel
from domain.ports.tracker import TrackedComparison
from domain.promotion import PromotionPolicy

PLAN = FoldPlan(n_splits=3, n_repeats=1)
UNCONDITIONAL = Recipe(family="unconditional")
LENIENT = PromotionPolicy(first_gain=-1.0, coverage=(0.0, 1.0), group_coverage=(0.0, 1.0))


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


@dataclass
class World:
    """Everything that a home keeps. Use cases come and go with their process; this stays."""

    folder: Path
    dataset: MemoryDataset
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    tracker: MemoryTracker = field(default_factory=MemoryTracker)
    clock: FixedClock = field(default_factory=FixedClock)
    loader: MemoryLoader = field(default_factory=MemoryLoader)

    def __post_init__(self) -> None:
        for name in ("registry", "shelf"):
            (self.folder / name).mkdir(parents=True)
        self.registry = MemoryRegistry(self.folder / "registry")
        self.publisher = MemoryPublisher(self.folder / "shelf")
        self.trainer = MemoryTrainer(self.clock)

    def process(self, fuse: Fuse | None = None) -> Process:
        return Process(self, fuse or Fuse())

    def trained(self) -> TrainedModel:
        tune = TuneModel(dataset=self.dataset, trainer=self.trainer, tuner=MemoryTuner(1), tracker=self.tracker)
        into = self.folder / f"trained-{len(self.tracker.runs)}"
        into.mkdir()
        compared = CompareModels(dataset=self.dataset, trainer=self.trainer, tracker=self.tracker)(
            [UNCONDITIONAL], PLAN, Metric.CRPS, git_revision="", configuration={}, on_fold=lambda *_: None
        )
        assert compared.ranking[0].recipe == UNCONDITIONAL
        return tune(
            PLAN, {}, study=None, git_revision="", configuration={}, into=into,
            on_start=lambda *_: None, on_trial=lambda _: None,
        ).model  # fmt: skip

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
        ledger, registry, publisher = (Fused(port, fuse) for port in (world.ledger, world.registry, world.publisher))
        parts: dict[str, Any] = {"ledger": ledger, "registry": registry, "publisher": publisher}
        self.reconcile = Reconcile(**parts, loader=world.loader)
        self.register = RegisterModel(**parts, reconcile=self.reconcile)
        self.judge = JudgeModel(dataset=world.dataset, trainer=world.trainer, ledger=ledger, registry=registry)  # type: ignore[arg-type]
        self.promote = PromoteModel(ledger=ledger, clock=world.clock, reconcile=self.reconcile)  # type: ignore[arg-type]
        self.roll_back = RollBackModel(ledger=ledger, clock=world.clock, reconcile=self.reconcile)  # type: ignore[arg-type]
        self.publish = PublishModel(ledger=ledger, reconcile=self.reconcile)  # type: ignore[arg-type]

    async def champion(self, model: TrainedModel) -> int:
        """Register, judge and promote."""
        version = await self.register(model)
        await self.judge(version.number, LENIENT, PLAN)
        await self.promote(version.number, by="ann")
        return version.number


@pytest.fixture
def new_world(tmp_path: Path, ann: Beneficiary) -> Callable[[], World]:
    records = [ClaimRecord(replace(ann, age=18 + i % 40), 1000.0 + 37 * i) for i in range(60)]
    numbers = itertools.count()
    return lambda: World(tmp_path / str(next(numbers)), MemoryDataset(records=records))


async def test_a_registered_model_is_the_challenger_and_serves_nobody(new_world: Callable[[], World]) -> None:
    world = new_world()
    version = await world.process().register(world.trained())
    assert await world.registry.aliases() == {CHALLENGER: 1}
    assert await world.publisher.has(version.reference)
    await world.check()


async def test_a_promoted_model_is_served_and_a_rollback_goes_back(new_world: Callable[[], World]) -> None:
    world, process = new_world(), None
    for number in (1, 2):
        process = world.process()
        assert await process.champion(world.trained()) == number
        await world.check()
    assert process is not None
    entry = await process.roll_back(by="ann", reason="complaints")
    assert (entry.change, entry.version, entry.replaces) == (Change.ROLLBACK, 1, 2)
    await world.check()
    with pytest.raises(PromotionRefused, match="no champion before"):
        await process.roll_back(by="ann", reason="again")
    history = await ReviewModels(ledger=world.ledger).history()
    assert [entry.version for entry in history] == [1, 2, 1]


async def test_what_was_rolled_back_does_not_come_back_without_a_reason(new_world: Callable[[], World]) -> None:
    world = new_world()
    process = world.process()
    for number in (1, 2):
        assert await process.champion(world.trained()) == number
    await process.roll_back(by="ann", reason="complaints")
    with pytest.raises(PromotionRefused, match="was rolled back"):
        await process.promote(2, by="ann")
    entry = await process.promote(2, by="ann", reason="it was not the model")
    assert (entry.version, entry.overridden) == (2, True)
    await world.check()


async def test_what_was_not_judged_or_was_refused_needs_a_reason(new_world: Callable[[], World]) -> None:
    world = new_world()
    process = world.process()
    version = await process.register(world.trained())
    with pytest.raises(PromotionRefused, match="never judged"):
        await process.promote(version.number, by="ann")
    verdict = await process.judge(version.number, PromotionPolicy(first_gain=0.99), PLAN)
    assert not verdict.passed
    with pytest.raises(PromotionRefused, match="CRPS"):
        await process.promote(version.number, by="ann")
    await world.check()
    entry = await process.promote(version.number, by="ann", reason="nothing else is there")
    assert entry.overridden
    assert entry.reason == "nothing else is there"
    await world.check()


async def test_promoting_the_champion_again_changes_nothing(new_world: Callable[[], World]) -> None:
    world = new_world()
    process = world.process()
    number = await process.champion(world.trained())
    assert await process.promote(number, by="bob") == (await world.ledger.history())[-1]
    assert len(await world.ledger.history()) == 1


Act = Callable[..., Any]


async def register(process: Process, world: World) -> None:
    await process.register(world.trained())


async def promote(process: Process, world: World) -> None:
    await process.promote(2, by="ann")


async def roll_back(process: Process, world: World) -> None:
    if len(await world.ledger.history()) == 2:  # what was committed before the kill is not done twice
        await process.roll_back(by="ann", reason="r")
    else:
        await process.publish()


async def before(world: World, act: Act) -> None:
    """Bring a world to where an act begins: a champion, and a judged challenger or a second champion."""
    process = world.process()
    await process.champion(world.trained())
    if act is not register:
        second = await process.register(world.trained())
        await process.judge(second.number, LENIENT, PLAN)
    if act is roll_back:
        await process.promote(2, by="ann")


@pytest.mark.parametrize("act", [register, promote, roll_back])
async def test_killed_at_any_moment_and_run_again_everything_agrees(new_world: Callable[[], World], act: Act) -> None:
    moment, world = 0, new_world()
    for moment in itertools.count():  # how many there were is checked below
        world, fuse = new_world(), Fuse(at=moment)
        await before(world, act)
        try:
            await act(world.process(fuse), world)
        except Killed:
            await act(world.process(), world)
            await world.check()
        else:
            break
    await world.check()
    assert moment >= 6
    expected = {register: 1, promote: 2, roll_back: 1}
    assert (await world.ledger.champion()).number == expected[act]


async def test_killed_at_any_moment_the_next_command_of_any_kind_repairs(new_world: Callable[[], World]) -> None:
    moment, world = 0, new_world()
    for moment in itertools.count():  # how many there were is checked below
        world, fuse = new_world(), Fuse(at=moment)
        await before(world, promote)
        try:
            await promote(world.process(fuse), world)
        except Killed:
            await world.process().publish()
            await world.check()
        else:
            break
    assert moment >= 6


async def test_a_damaged_folder_is_not_promoted_and_the_champion_stays(new_world: Callable[[], World]) -> None:
    world = new_world()
    await before(world, promote)
    on_the_shelf = await world.publisher.folder((await world.ledger.version(2)).reference)
    for copy in (world.folder / "registry" / "2" / "medcost", on_the_shelf):
        (copy / "manifest.json").write_text("{}")
    with pytest.raises(ModelRefused):
        await world.process().promote(2, by="ann")
    assert (await world.ledger.champion()).number == 1
    await world.check()


@pytest.mark.parametrize("act", [promote, roll_back])
async def test_a_model_that_may_not_be_loaded_does_not_become_champion(
    new_world: Callable[[], World], act: Act
) -> None:
    world = new_world()
    await before(world, act)
    champion = await world.ledger.champion()
    world.loader.failure = ModelRefused("it was made with another release")
    with pytest.raises(ModelRefused, match="another release"):
        await act(world.process(), world)
    assert await world.ledger.champion() == champion
    await world.check()


async def test_a_tampered_ledger_changes_nothing_that_is_served(new_world: Callable[[], World]) -> None:
    world = new_world()
    await before(world, promote)
    second = await world.ledger.version(2)
    entries = world.ledger._entries
    forged = NewEntry(
        change=Change.PROMOTION, version=2, digest=second.digest, replaces=1, at=world.clock.now(), by="eve", reason="-"
    )
    entries.append(sealed(forged, after=entries[-1]))
    process = world.process()
    for attempt in (process.publish(), process.promote(2, by="ann"), process.roll_back(by="ann", reason="r")):
        with pytest.raises(LedgerBroken):
            await attempt
    assert (await world.publisher.pointed_to()) == (await world.ledger.version(1)).reference
    assert (await world.registry.aliases())[CHAMPION] == 1


async def test_an_empty_database_does_not_make_a_home_forget_its_versions(new_world: Callable[[], World]) -> None:
    world = new_world()
    await before(world, promote)
    world.ledger._entries.clear()
    world.ledger._versions.clear()
    with pytest.raises(LedgerBroken):
        await world.process().publish()
    assert list(await world.registry.numbers()) == [1, 2]


def test_tuning_needs_a_comparison_on_the_same_data(new_world: Callable[[], World]) -> None:
    world = new_world()
    tune = TuneModel(dataset=world.dataset, trainer=world.trainer, tuner=MemoryTuner(1), tracker=world.tracker)
    with pytest.raises(NoComparison):
        tune(
            PLAN, {}, study=None, git_revision="", configuration={}, into=world.folder,
            on_start=lambda *_: None, on_trial=lambda _: None,
        )  # fmt: skip


def test_tuning_takes_a_comparison_that_is_given_to_it(new_world: Callable[[], World]) -> None:
    world = new_world()
    tune = TuneModel(dataset=world.dataset, trainer=world.trainer, tuner=MemoryTuner(1), tracker=world.tracker)
    given = TrackedComparison(run="elsewhere", metric=Metric.CRPS, families=[], best=UNCONDITIONAL)
    tuned = tune(
        PLAN, {}, study=None, git_revision="", configuration={}, comparison=given, into=world.folder,
        on_start=lambda *_: None, on_trial=lambda _: None,
    )  # fmt: skip
    assert tuned.model.card.recipe == UNCONDITIONAL


def test_a_study_is_named_after_all_that_its_losses_depend_on(new_world: Callable[[], World]) -> None:
    world = new_world()
    world.trained()
    names: list[str] = []
    for plan in (PLAN, PLAN, replace(PLAN, test_size=0.4), replace(PLAN, seed=1)):
        tune = TuneModel(dataset=world.dataset, trainer=world.trainer, tuner=MemoryTuner(1), tracker=world.tracker)
        into = world.folder / f"study-{len(names)}"
        into.mkdir()
        tune(
            plan, {}, study=None, git_revision="", configuration={}, into=into,
            on_start=lambda _, name: names.append(name), on_trial=lambda _: None,
        )  # fmt: skip
    assert names[0] == names[1]
    assert len(set(names)) == 3


def test_the_card_tells_what_each_trial_came_to(new_world: Callable[[], World]) -> None:
    world = new_world()
    world.trained()
    tuner = MemoryTuner(3)
    tune = TuneModel(dataset=world.dataset, trainer=world.trainer, tuner=tuner, tracker=world.tracker)
    (into := world.folder / "tried").mkdir()
    tuned = tune(
        PLAN, {}, study="seen", git_revision="", configuration={}, into=into,
        on_start=lambda *_: None, on_trial=lambda _: None,
    )  # fmt: skip
    made = tuned.model.card.provenance
    assert made.tried == tuple(trial.loss for trial in tuner.trials("seen"))
    assert len(made.tried) == made.trials
    assert tuned.best.loss in made.tried


def test_an_unknown_family_fails_the_run_and_no_family_at_all_begins_none(new_world: Callable[[], World]) -> None:
    world = new_world()
    compare = CompareModels(dataset=world.dataset, trainer=world.trainer, tracker=world.tracker)
    told: dict[str, Any] = {"git_revision": "", "configuration": {}, "on_fold": lambda *_: None}
    with pytest.raises(ConfigurationError, match="at least one"):
        compare([], PLAN, Metric.CRPS, **told)
    assert world.tracker.runs == []
    with pytest.raises(ConfigurationError):
        compare([UNCONDITIONAL, Recipe(family="crystal_ball")], PLAN, Metric.CRPS, **told)
    assert [run.status for run in world.tracker.runs] == ["FAILED"]
