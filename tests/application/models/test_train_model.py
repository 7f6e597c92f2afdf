"""The steps of a training, and their order."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from adapters.memory.trainer import MemoryTrainer
from domain.errors import NoComparison, PromotionRefused
from domain.models.evaluation import Evaluation, Metric, Stage
from tests.application.world import LENIENT, Screen, World, task


@pytest.fixture
def world(new_world: Callable[[], World]) -> World:
    return new_world()


def shown(world: World, stage: Stage) -> list[str]:
    screen = Screen()
    world.process().train(task(), screen, stage=stage, by="ann", wait=asyncio.run)
    return screen.shown


def test_all_of_it_compares_tunes_judges_and_promotes(world: World) -> None:
    assert shown(world, Stage.ALL) == ["compared", "tuned 1", "passed 1", "promoted 1"]
    (entry,) = asyncio.run(world.ledger.history())
    assert (entry.version, entry.by, entry.reason) == (1, "ann", "passed the gate")
    asyncio.run(world.check())


def test_the_trial_of_the_compared_recipe_takes_its_losses_from_the_comparison(world: World) -> None:
    measured: list[Evaluation] = []

    class CountingTrainer(MemoryTrainer):
        def cross_validate(self, *arguments: Any, **options: Any) -> Evaluation:
            measured.append(super().cross_validate(*arguments, **options))
            return measured[-1]

    world.trainer = CountingTrainer(world.clock)
    shown(world, Stage.ALL)
    of_comparison, _ = measured  # and that of the fit, which is on all rows
    (version,) = asyncio.run(world.ledger.versions())
    assert version.card.provenance.tried == (of_comparison.mean(Metric.CRPS),)


def test_a_comparison_makes_no_version_and_a_tuning_goes_on_from_it_to_the_gate(world: World) -> None:
    with pytest.raises(NoComparison):
        shown(world, Stage.TUNE)
    assert shown(world, Stage.COMPARE) == ["compared"]
    assert not asyncio.run(world.ledger.versions())
    assert shown(world, Stage.TUNE) == ["tuned 1", "passed 1"]
    assert not asyncio.run(world.ledger.history())


def test_what_the_gate_refuses_is_shown_and_not_promoted(world: World) -> None:
    screen = Screen()
    with pytest.raises(PromotionRefused):
        world.process().train(
            task(replace(LENIENT, first_gain=0.99)), screen, stage=Stage.ALL, by="ann", wait=asyncio.run
        )
    assert screen.shown == ["compared", "tuned 1", "refused 1"]
    assert not asyncio.run(world.ledger.history())
