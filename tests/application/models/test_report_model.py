"""Reports of versions: from their training, or on rows whose costs are known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from adapters.memory.clock import FixedClock
from application.models.report_model import ReportModel, ReportOnRows
from domain.errors import NoChampion, ReportUnavailable, VersionNotFound
from tests.application.world import World


def on_rows(world: World) -> ReportOnRows:
    process = world.process()
    return ReportOnRows(
        dataset=world.dataset,
        trainer=process.judge.trainer,
        ledger=world.ledger,
        publisher=world.publisher,
        clock=FixedClock(),
    )


async def test_a_report_of_the_training_tells_what_was_judged_and_its_limits(new_world: Callable[[], World]) -> None:
    world = new_world()
    await world.process().champion(world.trained())
    report = await ReportModel(ledger=world.ledger, clock=FixedClock())()
    assert report.model.version == 1
    assert report.scores.rows == (await world.ledger.version(1)).card.cross_validation.rows
    assert "a model that had not seen the person" in report.basis
    assert report.curves is not None
    assert len(report.curves.deciles) == 10
    assert any("does not show what causes a cost" in limit for limit in report.limits)


async def test_a_version_from_before_reports_says_how_to_get_one(new_world: Callable[[], World]) -> None:
    world = new_world()
    model = world.trained()
    await world.process().champion(replace(model, card=replace(model.card, curves=None)))
    with pytest.raises(ReportUnavailable, match="--data FILE"):
        await ReportModel(ledger=world.ledger, clock=FixedClock())(1)


async def test_without_a_champion_a_version_must_be_named(new_world: Callable[[], World]) -> None:
    world = new_world()
    report = ReportModel(ledger=world.ledger, clock=FixedClock())
    with pytest.raises(NoChampion):
        await report()
    with pytest.raises(VersionNotFound):
        await report(7)


async def test_a_report_on_rows_compares_with_the_champion_or_a_named_version(new_world: Callable[[], World]) -> None:
    world = new_world()
    for _ in range(2):
        await world.process().champion(world.trained())
    report = on_rows(world)
    champion = await report()
    assert (champion.model.version, champion.scores.rows) == (2, len(world.dataset.read()))
    assert champion.curves is not None
    assert champion.curves.double_lift is None
    older = await report(1)
    assert older.curves is not None
    assert older.curves.double_lift is not None
    assert older.curves.double_lift.rival.startswith("version 2")
    against = await report(2, 1)
    assert against.curves is not None
    assert against.curves.double_lift is not None
    assert against.curves.double_lift.rival.startswith("version 1")
    assert "learned from some of these rows" in against.limits[0]
