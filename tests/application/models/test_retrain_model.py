"""Retrained on years that became dearer; killed before and after every step, and run again."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest

from adapters.memory.retrainings import MemoryRetrainings
from application.models.retrain_model import ReportRetraining
from domain.errors import ClaimsRejected
from domain.models.ledger import LedgerEntry
from domain.models.promotion import PromotionPolicy
from domain.models.retraining import Result, Retrained
from tests.application.world import LENIENT, Fuse, Killed, Screen, World, task


def retrain(
    world: World, fuse: Fuse | None = None, policy: PromotionPolicy = LENIENT, configuration: Mapping[str, object] = {}
) -> Retrained:
    fuse = fuse or Fuse()
    _, done = world.process(fuse).retrain(task(policy, configuration), Screen(fuse), by="timer", wait=asyncio.run)
    return done


@pytest.fixture
def dearer(new_world: Callable[[], World]) -> Callable[[], World]:
    """`dearer()` is a world with a champion, where years have become 15 % dearer since."""

    def make() -> World:
        world = new_world()
        asyncio.run(world.process().champion(world.trained()))
        world.dataset.records = [replace(record, charges=record.charges * 1.15) for record in world.dataset.records]
        return world

    return make


def versions_of(world: World) -> list[int]:
    return [version.number for version in asyncio.run(world.ledger.versions())]


def test_a_retraining_on_dearer_years_replaces_the_champion_and_says_why(dearer: Callable[[], World]) -> None:
    world = dearer()
    done = retrain(world, policy=replace(LENIENT, margin=-0.001))
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
    done, again = retrain(world), retrain(world)
    assert (done.result, again.result) == (Result.PROMOTED, Result.UNCHANGED)
    assert again.entry == done.entry  # so that who was killed before it told of it still can
    assert versions_of(world) == [2, 1]


def test_a_champion_not_made_by_a_retraining_or_rolled_back_to_names_no_retraining(
    dearer: Callable[[], World],
) -> None:
    world = dearer()
    process = world.process()

    def entry() -> LedgerEntry | None:
        return asyncio.run(process.retrain.unchanged(asyncio.run(process.begin({})))).entry

    assert entry() is None
    retrain(world)
    assert entry() is not None
    asyncio.run(process.champion(world.trained()))
    asyncio.run(process.roll_back(by="ann"))
    assert entry() is None


def test_a_study_that_gave_the_champion_gives_nothing_new_however_it_was_asked(dearer: Callable[[], World]) -> None:
    world = dearer()
    retrain(world)
    done = retrain(world, configuration={"seed": 7})  # by which the champion was not made
    assert (done.result, done.served and done.served.number) == (Result.UNCHANGED, 2)
    assert len(asyncio.run(world.ledger.history())) == 2


def test_what_the_gate_refused_is_asked_about_again_without_being_made_again(dearer: Callable[[], World]) -> None:
    world = dearer()
    done = retrain(world, policy=replace(LENIENT, margin=-0.99))
    assert (done.result, done.served and done.served.number) == (Result.REFUSED, 1)
    assert "the gate refuses version 2" in done.reason
    asyncio.run(world.check())
    runs = len(world.tracker.runs)
    again = retrain(world)
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


def test_each_retraining_is_reported_once_also_by_a_second_run(dearer: Callable[[], World]) -> None:
    world, retrainings = dearer(), MemoryRetrainings()
    report = ReportRetraining(retrainings=retrainings)
    done = retrain(world)
    assert done.entry
    assert report(retrain(world), {"entry": done.entry.seal}) == "report 1"  # the first run was killed before its own
    assert report(retrain(world), {"entry": done.entry.seal}) is None
    assert report(replace(done, entry=None), {}) == "report 2"
