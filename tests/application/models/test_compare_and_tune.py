"""Families compared, the best one tuned: one study, one version."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from application.models.compare_models import CompareModels
from domain.errors import (
    ConfigurationError,
    NoComparison,
)
from domain.models.card import markdown
from domain.models.evaluation import Metric
from domain.models.model import NotCompared, Recipe
from domain.ports.tracker import TrackedComparison
from tests.application.world import PLAN, UNCONDITIONAL, Fuse, Killed, World


def test_an_unknown_family_fails_the_run_and_no_family_at_all_begins_none(new_world: Callable[[], World]) -> None:
    world = new_world()
    compare = CompareModels(dataset=world.dataset, trainer=world.trainer, tracker=world.tracker)
    arguments: dict[str, Any] = {"git_revision": "", "configuration": {}, "on_fold": lambda *_: None}
    with pytest.raises(ConfigurationError, match="at least one"):
        compare([], PLAN, Metric.CRPS, **arguments)
    assert world.tracker.runs == []
    with pytest.raises(ConfigurationError):
        compare([UNCONDITIONAL, Recipe(family="crystal_ball")], PLAN, Metric.CRPS, **arguments)
    assert [run.status for run in world.tracker.runs] == ["FAILED"]


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
    trials: list[tuple[int, bool]] = []
    for _ in range(3):
        with world.tune() as tuned:
            trials.append((tuned.version.number, tuned.is_new))
    assert trials == [(1, True), (1, False), (1, False)]
    assert [run.families for run in world.tracker.runs[2:]] == [[], []]  # nothing was fitted


def test_a_study_tuned_by_other_code_or_under_another_name_becomes_another_version(
    new_world: Callable[[], World],
) -> None:
    world = new_world()
    world.compare()
    numbers: list[int] = []
    ways: list[dict[str, Any]] = [{}, {"git_revision": "newer"}, {"study": "another"}]
    for arguments in ways:
        with world.tune(**arguments) as tuned:
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


def test_families_for_zero_costs_are_left_out_where_costs_are_above_zero(new_world: Callable[[], World]) -> None:
    world = new_world()
    compare = CompareModels(dataset=world.dataset, trainer=world.trainer, tracker=world.tracker)
    arguments: dict[str, Any] = {"git_revision": "", "configuration": {}, "on_fold": lambda *_: None}
    recipes = [UNCONDITIONAL, Recipe(family="for_zeros")]
    compared = compare(recipes, PLAN, Metric.CRPS, least_zeros={"for_zeros": 0.01}, **arguments)
    (left_out,) = compared.not_compared
    assert (left_out.name, "model.for_zeros.least_zeros=null" in left_out.reason) == ("for_zeros", True)
    assert compared.tracked.not_compared == world.tracker.runs[0].not_compared == (left_out,)
    with pytest.raises(ConfigurationError, match=r"0\.0% are"):
        compare(recipes[1:], PLAN, Metric.CRPS, least_zeros={"for_zeros": 0.01}, **arguments)


def test_the_card_names_what_the_comparison_left_out(new_world: Callable[[], World]) -> None:
    left_out = NotCompared("knn", "it would take about 900 s")
    given = TrackedComparison(
        run="elsewhere", metric=Metric.CRPS, families=[], best=UNCONDITIONAL, not_compared=[left_out]
    )
    with new_world().tune(comparison=given) as tuned:
        assert "- knn: it would take about 900 s" in markdown(tuned.version, None)
