"""Registered, judged, promoted, rolled back; killed before and after every step, and run again."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from application.models.review_models import ReviewModels
from domain.costs.distribution import Interval
from domain.costs.prediction import NewPrediction, Outcome
from domain.errors import (
    LedgerBroken,
    ModelRefused,
    PromotionRefused,
)
from domain.models.ledger import Change, NewEntry, sealed
from domain.models.model import CHALLENGER, CHAMPION
from domain.models.promotion import PromotionPolicy
from domain.people.beneficiary import Beneficiary
from tests.application.world import LENIENT, PLAN, Fuse, Killed, Process, World

HOUR = timedelta(hours=1)


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
            created_at=made + (i - 50) * HOUR, beneficiary=ann.changed(bmi=20 + i / 100), expected=1.0, typical=1.0,
            interval=Interval(0.9, 0.0, 2.0), cautions=(), model=champion.reference,
        )
        for i in range(300)
    ]  # fmt: skip
    for prediction in await world.predictions.add_all(new):
        await world.predictions.record_outcome(prediction.id, Outcome(4000.0, made + 400 * HOUR))
    second = await process.register(world.trained())
    verdict = await process.judge(second.number, replace(LENIENT, outcomes=True), PLAN)
    assert verdict.candidacy.comparison.outcomes == 250  # fifty were asked before it was made
    assert "on 310 rows the champion never saw, 250 of them outcomes that came in" in verdict.checks[0].detail
    assert (await process.judge(second.number, LENIENT, PLAN)).candidacy.comparison.outcomes == 0


async def test_a_damaged_folder_is_not_promoted_and_the_champion_stays(new_world: Callable[[], World]) -> None:
    world = new_world()
    await before(world, promote)
    stored_folder = await world.publisher.folder((await world.ledger.version(2)).reference)
    for copy in (world.folder / "registry" / "2" / "medcost", stored_folder):
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


async def test_two_who_register_one_result_at_once_get_one_version(new_world: Callable[[], World]) -> None:
    world = new_world()
    first, second = world.trained(study="s"), world.trained(study="s")
    versions = await asyncio.gather(*(world.process().register(model) for model in (first, second)))
    assert versions[0] == versions[1]
    assert await world.ledger.versions() == [versions[0]]
    assert (await world.process().register(world.trained(study="other"))).number == 2
    await world.check()


async def test_a_comparison_with_todays_champion_is_judged_again_and_not_measured_again(
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
