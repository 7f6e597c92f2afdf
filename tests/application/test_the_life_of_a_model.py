"""Registered, judged, promoted, rolled back, retrained; killed before and after every step, and run again."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

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
from application.retrain_model import BeginRetraining, FinishRetraining
from application.review_models import ReviewModels
from application.roll_back_model import RollBackModel
from application.tune_model import TunedModel, TuneModel
from domain.beneficiary import Beneficiary
from domain.claims import ClaimRecord
from domain.cost import Interval
from domain.errors import (
    ClaimsRejected,
    ConfigurationError,
    LedgerBroken,
    ModelRefused,
    NoChampion,
    NoComparison,
    PromotionRefused,
)
from domain.evaluation import Metric
from domain.ledger import Change, NewEntry, sealed
from domain.model import CHALLENGER, CHAMPION, FoldPlan, Provenance, Recipe, TrainedModel
from domain.ports.tracker import TrackedComparison
from domain.prediction import NewPrediction, Outcome
from domain.promotion import PromotionPolicy
from domain.retraining import Result, Retrained

PLAN = FoldPlan(n_splits=3, n_repeats=1)
UNCONDITIONAL = Recipe(family="unconditional")
HOUR = timedelta(hours=1)
LENIENT = PromotionPolicy(first_gain=-1.0, coverage=(0.0, 1.0), group_coverage=(0.0, 1.0))


def silent(*_: object) -> None:
    """Tell nobody."""


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

    def compare(self, on_fold: Callable[..., None] = silent) -> None:
        compared = CompareModels(dataset=self.dataset, trainer=self.trainer, tracker=self.tracker)(
            [UNCONDITIONAL], PLAN, Metric.CRPS, git_revision="", configuration={}, on_fold=on_fold
        )
        assert compared.ranking[0].recipe == UNCONDITIONAL

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
        ledger, registry, publisher = (Fused(port, fuse) for port in (world.ledger, world.registry, world.publisher))
        parts: dict[str, Any] = {"ledger": ledger, "registry": registry, "publisher": publisher}
        self.reconcile = Reconcile(**parts, loader=world.loader)
        self.register = RegisterModel(**parts, reconcile=self.reconcile)
        self.judge = JudgeModel(
            dataset=world.dataset,
            trainer=world.trainer,
            ledger=ledger,  # type: ignore[arg-type]
            registry=registry,  # type: ignore[arg-type]
            predictions=world.predictions,
        )
        self.promote = PromoteModel(ledger=ledger, clock=world.clock, reconcile=self.reconcile)  # type: ignore[arg-type]
        self.roll_back = RollBackModel(ledger=ledger, clock=world.clock, reconcile=self.reconcile)  # type: ignore[arg-type]
        self.begin = BeginRetraining(
            dataset=world.dataset,
            ledger=ledger,  # type: ignore[arg-type]
            reports=world.reports,
            reconcile=self.reconcile,
        )
        self.finish = FinishRetraining(ledger=ledger, judge=self.judge, promote=self.promote)  # type: ignore[arg-type]
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


def retrain(world: World, fuse: Fuse | None = None, policy: PromotionPolicy = LENIENT) -> Retrained | None:
    """What `medcost retrain` does, in its order; None if there was nothing to do."""
    fuse = fuse or Fuse()
    process = world.process(fuse)
    begun = asyncio.run(process.begin({}))
    if begun.is_unchanged:
        return None

    def burn(*_: object) -> None:
        fuse.burn()

    with ExitStack() as alone:
        version = begun.made
        if version is None:
            world.compare(burn)
            tuned = world.tune(fuse=fuse, occasion=begun.occasion, on_start=burn, on_trial=burn)
            version = alone.enter_context(tuned).version
        return asyncio.run(process.finish(begun, version.number, policy, PLAN, by="timer"))


@pytest.fixture
def dearer(new_world: Callable[[], World]) -> Callable[[], World]:
    """`dearer()` is a world with a champion, where years have become 15 % dearer since."""

    def make() -> World:
        world = new_world()
        asyncio.run(world.process().champion(world.trained()))
        world.dataset.records = [replace(one, charges=one.charges * 1.15) for one in world.dataset.records]
        return world

    return make


def versions_of(world: World) -> list[int]:
    return [one.number for one in asyncio.run(world.ledger.versions())]


def test_a_retraining_on_dearer_years_replaces_the_champion_and_says_why(dearer: Callable[[], World]) -> None:
    world = dearer()
    done = retrain(world, policy=replace(LENIENT, margin=-0.001))
    assert done
    assert done.result is Result.PROMOTED
    (*_, entry) = asyncio.run(world.ledger.history())
    assert entry == done.entry
    assert (entry.version, entry.replaces, entry.by, entry.overridden) == (2, 1, "timer", False)
    assert entry.reason.startswith("Retraining on memory (60 rows): nothing was monitored of champion 1. CRPS ")
    assert entry.reason.endswith("on 60 rows the champion never saw")
    assert done.served
    assert done.served.card.provenance.occasion == "Retraining on memory (60 rows): nothing was monitored of champion 1"
    asyncio.run(world.check())


def test_retrained_twice_there_is_one_version(dearer: Callable[[], World]) -> None:
    world = dearer()
    assert retrain(world)
    assert retrain(world) is None
    assert versions_of(world) == [2, 1]


def test_a_study_that_gave_the_champion_gives_nothing_new_however_it_was_asked(dearer: Callable[[], World]) -> None:
    world = dearer()
    assert retrain(world)
    begun = asyncio.run(world.process().begin({"seed": 7}))  # a configuration that the champion was not made by
    assert not begun.is_unchanged
    with world.tune() as tuned:
        done = asyncio.run(world.process().finish(begun, tuned.version.number, LENIENT, PLAN, by="timer"))
    assert (done.result, done.served and done.served.number) == (Result.UNCHANGED, 2)
    assert len(asyncio.run(world.ledger.history())) == 2


def test_what_the_gate_refused_is_asked_about_again_without_being_made_again(dearer: Callable[[], World]) -> None:
    world = dearer()
    done = retrain(world, policy=replace(LENIENT, margin=-0.99))
    assert done
    assert (done.result, done.served and done.served.number) == (Result.REFUSED, 1)
    assert "the gate refuses version 2" in done.reason
    asyncio.run(world.check())
    runs = len(world.tracker.runs)
    again = retrain(world)
    assert again
    assert (again.result, again.served and again.served.number) == (Result.PROMOTED, 2)
    assert versions_of(world) == [2, 1]
    assert len(world.tracker.runs) == runs


def test_on_broken_data_a_retraining_changes_nothing(dearer: Callable[[], World]) -> None:
    world, fuse = dearer(), Fuse()
    world.dataset.records = []
    with pytest.raises(ClaimsRejected):
        retrain(world, fuse)
    assert (fuse.moments, world.tracker.runs) == (0, [])


def test_a_retraining_killed_at_any_moment_and_run_again_makes_one_version(dearer: Callable[[], World]) -> None:
    moment, world = 0, dearer()
    for moment in itertools.count():  # how many there were is checked below
        world = dearer()
        try:
            retrain(world, Fuse(at=moment))
        except Killed:
            retrain(world)
            asyncio.run(world.check())
            made, first = versions_of(world)  # a number that was half registered is not used again
            assert [entry.version for entry in asyncio.run(world.ledger.history())] == [first, made], moment
            assert [len(trials) for trials in world.tuner._studies.values()] == [1], moment
        else:
            break
    asyncio.run(world.check())
    # three folds, the study, its trial; register, publish, admit, alias; attach, annotate; append, two aliases, pointer
    assert moment == 5 + 2 * 10


async def test_outcomes_since_the_champion_was_made_count_if_the_policy_asks_for_them(
    new_world: Callable[[], World], ann: Beneficiary
) -> None:
    world = new_world()
    process = world.process()
    await process.champion(world.trained())
    made = world.clock.now()
    champion = await world.ledger.champion()
    new = [
        NewPrediction(
            created_at=made + (i - 50) * HOUR, beneficiary=replace(ann, bmi=20 + i / 100), expected=1.0, typical=1.0,
            interval=Interval(0.9, 0.0, 2.0), cautions=(), model=champion.reference,
        )
        for i in range(300)
    ]  # fmt: skip
    for one in await world.predictions.add_all(new):
        await world.predictions.record_outcome(one.id, Outcome(4000.0, made + 400 * HOUR))
    second = await process.register(world.trained())
    verdict = await process.judge(second.number, replace(LENIENT, outcomes=True), PLAN)
    assert verdict.candidacy.comparison.outcomes == 250  # fifty were asked before it was made
    assert "on 310 rows the champion never saw, 250 of them outcomes that came in" in verdict.checks[0].detail
    assert (await process.judge(second.number, LENIENT, PLAN)).candidacy.comparison.outcomes == 0


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
    with pytest.raises(NoComparison), new_world().tune():
        pass


def test_tuning_takes_a_comparison_that_is_given_to_it(new_world: Callable[[], World]) -> None:
    given = TrackedComparison(run="elsewhere", metric=Metric.CRPS, families=[], best=UNCONDITIONAL)
    with new_world().tune(comparison=given) as tuned:
        assert tuned.version.card.recipe == UNCONDITIONAL


def test_a_study_is_named_after_all_that_its_losses_depend_on(new_world: Callable[[], World]) -> None:
    world = new_world()
    world.compare()
    names: list[str] = []
    for plan in (PLAN, PLAN, replace(PLAN, test_size=0.4), replace(PLAN, seed=1)):
        with world.tune(plan, on_start=lambda _, name: names.append(name)):
            pass
    assert names[0] == names[1]
    assert len(set(names)) == 3


def test_a_named_study_is_not_mixed_with_losses_of_other_folds(new_world: Callable[[], World]) -> None:
    world = new_world()
    world.compare()
    with world.tune(study="ours"):
        pass
    with pytest.raises(ConfigurationError, match=r"tuning\.study"), world.tune(replace(PLAN, seed=1), study="ours"):
        pass


def test_the_card_tells_what_each_trial_came_to(new_world: Callable[[], World]) -> None:
    world = new_world()
    world.compare()
    with world.tune(study="seen") as tuned:
        made = tuned.version.card.provenance
    assert made.tried == tuple(trial.loss for trial in world.tuner.trials("seen"))
    assert (len(made.tried), made.study) == (made.trials, "seen")
    assert tuned.best.loss in made.tried


def test_a_study_becomes_one_version_however_often_it_is_asked(new_world: Callable[[], World]) -> None:
    world = new_world()
    world.compare()
    found: list[tuple[int, bool]] = []
    for _ in range(3):
        with world.tune() as tuned:
            found.append((tuned.version.number, tuned.is_new))
    assert found == [(1, True), (1, False), (1, False)]
    assert [run.families for run in world.tracker.runs[2:]] == [[], []]  # nothing was fitted


def test_a_study_tuned_by_other_code_or_under_another_name_becomes_another_version(
    new_world: Callable[[], World],
) -> None:
    world = new_world()
    world.compare()
    numbers: list[int] = []
    ways: list[dict[str, Any]] = [{}, {"git_revision": "newer"}, {"study": "another"}]
    for told in ways:
        with world.tune(**told) as tuned:
            numbers.append(tuned.version.number)
    assert numbers == [1, 2, 3]


def test_workers_killed_at_any_moment_of_registering_leave_one_version_to_the_next(
    new_world: Callable[[], World],
) -> None:
    moment, world = 0, new_world()
    for moment in itertools.count():
        world = new_world()
        world.compare()
        try:
            with world.tune(fuse=Fuse(at=moment)):
                break
        except Killed:
            with world.tune() as tuned:
                assert tuned.version.number in {1, 2}  # a number that was given to what never was is not given again
            asyncio.run(world.check())
            assert len(asyncio.run(world.ledger.versions())) == 1
    assert moment >= 6


async def test_two_who_register_one_result_at_once_get_one_version(new_world: Callable[[], World]) -> None:
    world = new_world()
    first, second = world.trained(study="s"), world.trained(study="s")
    versions = await asyncio.gather(*(world.process().register(model) for model in (first, second)))
    assert versions[0] == versions[1]
    assert await world.ledger.versions() == [versions[0]]
    assert (await world.process().register(world.trained(study="other"))).number == 2
    await world.check()


async def test_what_was_measured_against_todays_champion_is_not_measured_again_but_asked_anew(
    new_world: Callable[[], World],
) -> None:
    world = new_world()
    process = world.process()
    version = await process.register(world.trained())
    measured = await process.judge(version.number, LENIENT, PLAN)
    await process.promote(version.number, by="ann")
    world.trainer.failure = ModelRefused("nothing is measured")
    assert await process.judge(version.number, LENIENT, PLAN, anew=False) == measured
    strict = await process.judge(version.number, PromotionPolicy(first_gain=0.99), PLAN, anew=False)
    assert not strict.passed
    assert strict.candidacy == measured.candidacy
    world.trainer.failure = None
    rival = await process.register(world.trained())
    await process.judge(rival.number, LENIENT, PLAN)
    await process.promote(rival.number, by="ann")
    world.trainer.failure = ModelRefused("measured against the new champion")
    with pytest.raises(ModelRefused):
        await process.judge(version.number, LENIENT, PLAN, anew=False)


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
