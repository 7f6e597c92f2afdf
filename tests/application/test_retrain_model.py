"""Retrained on years that became dearer; killed before and after every step, and run again."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace

import pytest

from domain.errors import (
    ClaimsRejected,
)
from domain.promotion import PromotionPolicy
from domain.retraining import Result, Retrained
from tests.application.world import LENIENT, PLAN, Fuse, Killed, World


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
