"""What every championship promises. Run as a program, this file is the child that the real adapter asks."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from adapters.local.witness import FileWitness
from adapters.memory.clock import FixedClock
from adapters.memory.loader import MemoryLoader
from adapters.memory.publisher import MemoryPublisher
from adapters.memory.registry import MemoryRegistry
from adapters.memory.sample import small_sample
from adapters.memory.trainer import MemoryTrainer
from adapters.postgres.engine import connect
from adapters.postgres.ledger import PostgresLedger
from adapters.subprocess.championship import ChampionChange, ChildChampionship, serve
from application.models.change_champion import ChangeChampion
from application.models.promote_model import PromoteModel
from application.models.reconcile import Reconcile
from application.models.roll_back_model import RollBackModel
from domain.errors import LedgerBroken, ModelRefused, PromotionRefused, RegistryUnavailable, VersionNotFound
from domain.models.ledger import Change, LedgerEntry, verify
from domain.models.model import FoldPlan, Provenance, Recipe, TrainedModel
from domain.models.promotion import PromotionPolicy
from domain.ports.championship import Championship
from tests.support.default_schema import DEFAULT

CLAIMS, RECIPE, PLAN = small_sample(DEFAULT, 60), Recipe(family="unconditional"), FoldPlan(n_splits=3)
TRAINER = MemoryTrainer(FixedClock())
LENIENT = PromotionPolicy(first_gain=-1.0, coverage=(0.0, 1.0))

ROOT = Path(__file__).parents[2]


def trained(number: int, into: Path) -> TrainedModel:
    """The same in every process."""
    claims = small_sample(DEFAULT, 60 + number)
    test = TRAINER.test(RECIPE, claims, PLAN)
    return TRAINER.fit(RECIPE, claims, PLAN, Provenance(metric="crps"), test=test, into=into / f"trained-{number}")


@asynccontextmanager
async def opened(home: Path, database: str) -> AsyncIterator[ChangeChampion]:
    """Use cases over a lasting ledger and a registry of three versions; files in the home say what is wrong with it."""
    engine = connect(database, deadline=10)
    with tempfile.TemporaryDirectory(dir=home) as name:
        workspace = Path(name)
        registry, publisher = MemoryRegistry(workspace), MemoryPublisher(workspace / "shelf")
        for number in (1, 2, 30 if (home / "mistaken").exists() else 3):
            await registry.register(trained(number, workspace))
        if (home / "away").exists():
            registry.failure = RegistryUnavailable("the registry is away", retry_after=7)
        ledger, clock = PostgresLedger(engine, FileWitness(home / "ledger.head")), FixedClock()
        reconcile = Reconcile(ledger=ledger, registry=registry, publisher=publisher, loader=MemoryLoader(DEFAULT))
        yield ChangeChampion(
            promote_model=PromoteModel(ledger=ledger, clock=clock, reconcile=reconcile),
            roll_back_model=RollBackModel(ledger=ledger, clock=clock, reconcile=reconcile),
        )
    await engine.dispose()


@dataclass
class World:
    """Three versions: 1 is champion, 2 passed the gate against it, 3 was never judged."""

    home: Path
    championship: Championship
    ledger: PostgresLedger

    async def champions(self) -> list[int]:
        """All of them in their order; the ledger is whole."""
        history = await self.ledger.history()
        verify(history, head=await self.ledger.head())
        return [entry.version for entry in history]


@pytest.fixture(params=["in this process", "in a child"])
async def world(request: pytest.FixtureRequest, postgres_url: str, tmp_path: Path) -> AsyncIterator[World]:
    engine = connect(postgres_url, deadline=10)
    ledger = PostgresLedger(engine, FileWitness(tmp_path / "ledger.head"))
    registry = MemoryRegistry(tmp_path)
    models = [trained(number, tmp_path) for number in (1, 2, 3)]
    for model in models:
        await ledger.admit(await registry.register(model))
    async with opened(tmp_path, postgres_url) as here:
        await here.promote(1, by="ann", reason="the first")
        await ledger.attach(2, LENIENT.judge(TRAINER.compare(models[1], (1, models[0]), CLAIMS, PLAN)))
    if request.param == "in this process":
        async with opened(tmp_path, postgres_url) as here:
            yield World(tmp_path, here, ledger)
    else:
        child = [sys.executable, __file__, str(tmp_path), postgres_url]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}  # the child is a file, and imports what tests share
        yield World(tmp_path, ChildChampionship(child, environment, deadline=60), ledger)
    await engine.dispose()


async def test_a_promotion_stands_in_the_ledger_and_a_rollback_goes_back(world: World) -> None:
    made = await world.championship.promote(2, by="bob")
    assert (made.change, made.version, made.replaces, made.by) == (Change.PROMOTION, 2, 1, "bob")
    assert (made.reason, made.overridden) == ("passed the gate", False)
    assert made == (await world.ledger.history())[-1]
    assert await world.championship.promote(2, by="eve") == made
    back = await world.championship.roll_back(by="bob", reason="complaints — «many»")
    assert (back.change, back.version, back.replaces, back.reason) == (Change.ROLLBACK, 1, 2, "complaints — «many»")
    with pytest.raises(PromotionRefused, match="no champion before"):
        await world.championship.roll_back(by="bob")
    assert await world.champions() == [1, 2, 1]


async def test_a_rollback_from_an_entry_goes_back_once(world: World) -> None:
    await world.championship.promote(2, by="bob")
    back = await world.championship.roll_back(by="ann", after=2)
    assert await world.championship.roll_back(by="ann", after=2) == back
    for by, after in (("eve", 2), ("ann", 1)):
        with pytest.raises(PromotionRefused, match="changed meanwhile"):
            await world.championship.roll_back(by=by, after=after)
    assert await world.champions() == [1, 2, 1]


async def test_the_gate_is_overridden_by_a_reason_only(world: World) -> None:
    with pytest.raises(PromotionRefused, match="never judged"):
        await world.championship.promote(3, by="bob")
    assert await world.champions() == [1]
    assert (await world.championship.promote(3, by="bob", reason="known to be better")).overridden


async def test_a_version_that_is_not_there_is_not_promoted(world: World) -> None:
    with pytest.raises(VersionNotFound, match="7"):
        await world.championship.promote(7, by="bob", reason="a try")
    assert await world.champions() == [1]


async def test_one_changes_the_champion_after_the_other(world: World) -> None:
    await asyncio.gather(*(world.championship.promote(number, by="bob", reason="a race") for number in (2, 3)))
    assert sorted(await world.champions()) == [1, 2, 3]


async def test_a_tampered_ledger_changes_nothing(world: World) -> None:
    (world.home / "ledger.head").write_text('{"seal": "not the last one"}')
    for change in (world.championship.promote(2, by="bob"), world.championship.roll_back(by="bob")):
        with pytest.raises(LedgerBroken):
            await change


@asynccontextmanager
async def reopened(world: World, database: str) -> AsyncIterator[Championship]:
    """The same world as it is now."""
    if isinstance(world.championship, ChildChampionship):
        yield world.championship
        return
    async with opened(world.home, database) as here:
        yield here


async def test_without_the_registry_nothing_changes(world: World, postgres_url: str) -> None:
    (world.home / "away").touch()
    async with reopened(world, postgres_url) as championship:
        with pytest.raises(RegistryUnavailable, match="away") as caught:
            await championship.promote(2, by="bob")
    assert caught.value.retry_after == 7
    assert await world.champions() == [1]


async def test_a_folder_that_is_not_what_its_digest_promises_is_refused(world: World, postgres_url: str) -> None:
    (world.home / "mistaken").touch()
    async with reopened(world, postgres_url) as championship:
        with pytest.raises(ModelRefused):
            await championship.promote(3, by="bob", reason="a try")
    assert await world.champions() == [1]


def _in_the_child(change: ChampionChange) -> LedgerEntry:
    async def make() -> LedgerEntry:
        async with opened(Path(sys.argv[1]), sys.argv[2]) as here:
            return await change.of(here)

    return asyncio.run(make())


if __name__ == "__main__":
    serve(_in_the_child)
