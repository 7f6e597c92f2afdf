"""A host's shelf follows the ledger; whatever fails, what is in the model store stays as it was."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.memory.clock import FixedClock
from adapters.memory.faults import FailsOnRequest
from adapters.memory.publisher import MemoryPublisher
from adapters.memory.registry import MemoryRegistry
from adapters.memory.sample import small_sample
from adapters.memory.trainer import MemoryTrainer
from application.models.follow_ledger import FollowLedger
from domain.costs.prediction import ModelReference
from domain.errors import ModelRefused, RegistryUnavailable, RepositoryUnavailable, VersionNotFound
from domain.models.model import FoldPlan, Provenance, Recipe, TrainedModel
from domain.ports.pointer import ModelPointer
from tests.support.default_schema import DEFAULT

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
RECIPE, PLAN = Recipe(family="unconditional"), FoldPlan(n_splits=3)


@dataclass
class Ledger(FailsOnRequest, ModelPointer):
    """Names what a test says."""

    named: ModelReference | None = None

    async def pointed_to(self) -> ModelReference | None:
        self._fail_if_asked()
        return self.named


class World:
    """A ledger, a registry of two versions, and the shelf of one host."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ledger, self.registry = Ledger(), MemoryRegistry(folder)
        self.model_store = MemoryPublisher(workspace=folder / "shelf")
        self.follow = FollowLedger(ledger=self.ledger, folders=self.registry, publisher=self.model_store)

    async def registered(self, number: int) -> ModelReference:
        trainer, claims = MemoryTrainer(FixedClock()), small_sample(DEFAULT, 60 + number)
        test = trainer.test(RECIPE, claims, PLAN)
        into = self.folder / f"trained-{number}"
        model: TrainedModel = trainer.fit(RECIPE, claims, PLAN, Provenance(metric="crps"), test=test, into=into)
        return (await self.registry.register(model)).reference


@pytest.fixture
async def world(tmp_path: Path) -> World:
    """Version 1 is served."""
    world = World(tmp_path)
    world.ledger.named = await world.registered(1)
    await world.follow()
    return world


async def test_before_the_first_promotion_nothing_is_done(tmp_path: Path) -> None:
    world = World(tmp_path)
    await world.follow()
    assert await world.model_store.pointed_to() is None


async def test_what_the_ledger_names_is_fetched_and_pointed_to(world: World) -> None:
    assert await world.model_store.pointed_to() == world.ledger.named
    world.ledger.named = await world.registered(2)
    await world.follow()
    assert await world.model_store.pointed_to() == world.ledger.named


async def test_a_rollback_needs_no_registry_because_the_model_store_has_the_version(world: World) -> None:
    first = world.ledger.named
    world.ledger.named = await world.registered(2)
    await world.follow()
    world.registry.failure = RegistryUnavailable("away")
    world.ledger.named = first
    await world.follow()
    assert await world.model_store.pointed_to() == first


async def test_what_does_not_match_the_ledgers_digest_is_refused(world: World) -> None:
    first, second = world.ledger.named, await world.registered(2)
    world.ledger.named = ModelReference(second.version, "0" * 64)
    with pytest.raises(ModelRefused):
        await world.follow()
    assert await world.model_store.pointed_to() == first


async def test_a_version_spoilt_in_the_model_store_is_fetched_anew_before_it_is_served(world: World) -> None:
    first = world.ledger.named
    assert first
    world.ledger.named = await world.registered(2)
    await world.follow()
    (await world.model_store.folder(first) / "manifest.json").write_text("spoilt")
    world.ledger.named = first
    await world.follow()
    assert (await world.model_store.pointed_to(), await world.model_store.has(first)) == (first, True)


async def test_a_version_spoilt_in_the_model_store_is_repaired_on_request(world: World) -> None:
    served = world.ledger.named
    assert served
    (await world.model_store.folder(served) / "manifest.json").write_text("spoilt")
    await world.follow()
    assert not await world.model_store.has(served)
    await world.follow(repair=True)
    assert await world.model_store.has(served)


@pytest.mark.parametrize("part", ["ledger", "registry"])
async def test_while_a_part_is_away_the_pointer_stays(world: World, part: str) -> None:
    first = world.ledger.named
    world.ledger.named = await world.registered(2)
    away = {"ledger": RepositoryUnavailable("away"), "registry": RegistryUnavailable("away")}[part]
    {"ledger": world.ledger, "registry": world.registry}[part].failure = away
    with pytest.raises(type(away)):
        await world.follow()
    assert await world.model_store.pointed_to() == first


async def test_a_version_that_the_registry_lost_leaves_the_pointer(world: World) -> None:
    first = world.ledger.named
    world.ledger.named = ModelReference(9, "0" * 64)
    with pytest.raises(VersionNotFound):
        await world.follow()
    assert await world.model_store.pointed_to() == first
