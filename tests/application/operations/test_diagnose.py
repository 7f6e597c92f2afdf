"""A diagnosis: each part's state, and what to do."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from adapters.memory.database import MemoryDatabase
from adapters.memory.model_servers import MemoryModelServers
from adapters.memory.part_check import MemoryCheck
from application.operations.diagnose import CheckRecords, Diagnose
from domain.costs.prediction import ModelReference
from domain.errors import HomeUnwritable, RepositoryUnavailable
from domain.models.replica import Replica
from domain.operations.diagnosis import Finding
from tests.application.world import World


async def found_by(check: CheckRecords) -> dict[str, tuple[str, str]]:
    """State and detail of each part."""
    return {finding.part: (finding.state, finding.detail) for finding in await check.findings()}


@pytest.fixture
async def world(new_world: Callable[[], World]) -> World:
    """A home with a champion."""
    world = new_world()
    await world.process().champion(world.trained())
    return world


def records(world: World, database: MemoryDatabase | None = None) -> CheckRecords:
    return CheckRecords(
        database=database or MemoryDatabase(ledger=world.ledger), pointer=world.publisher, servers=MemoryModelServers()
    )


async def test_all_is_well_where_the_pointer_follows_the_ledger(world):
    assert await found_by(records(world)) == {
        "database": ("ok", "answers, schema 0001"),
        "ledger": ("ok", "1 entries, each seal holds"),
        "champion": ("ok", "version 1 (unconditional)"),
        "pointer": ("ok", "names version 1, as the ledger does"),
    }


async def test_a_pointer_that_names_another_version_is_named_with_what_to_do(world):
    model = world.trained()
    other = ModelReference(7, model.digest)
    await world.publisher.publish(other, model.folder)
    await world.publisher.point_to(other)
    *_, pointer = await records(world).findings()
    assert (pointer.part, pointer.state, pointer.remedy) == ("pointer", "failed", "run `medcost publish`")


async def test_each_model_server_that_follows_the_ledger_is_named(world):
    champion = (await world.ledger.champion()).reference
    replicas = [
        Replica("http://a:3000", champion.version, champion.digest, ""),
        Replica("http://b:3000", None, "", "its digest differs"),
        Replica("http://c:3000", 9, "c" * 64, ""),
    ]
    check = CheckRecords(
        database=MemoryDatabase(ledger=world.ledger), pointer=None, servers=MemoryModelServers([replicas])
    )
    servers = [(finding.state, finding.detail) for finding in await check.findings() if finding.part == "model server"]
    assert servers == [
        ("ok", "http://a:3000 answers by version 1"),
        ("failed", "http://b:3000 answers by no model: its digest differs"),
        ("failed", "http://c:3000 answers by version 9: it will follow"),
    ]


async def test_without_a_champion_it_says_how_to_train_one(new_world: Callable[[], World]):
    world = new_world()
    *_, champion = await records(world).findings()
    assert (champion.state, champion.remedy) == ("failed", "run `medcost train stage=all`")
    await world.process().register(world.trained())
    *_, champion = await records(world).findings()
    assert champion.remedy.endswith(", or see in `medcost models list` which versions were not promoted")


@pytest.mark.parametrize(
    ("database", "state", "remedy"),
    [
        (MemoryDatabase(made=False), "warning", "run `medcost up`"),
        (MemoryDatabase(trouble="outdated"), "failed", "run `medcost db upgrade`, or the newer Medcost"),
        (MemoryDatabase(failure=HomeUnwritable("full")), "failed", "see home"),
        (MemoryDatabase(failure=RepositoryUnavailable("away")), "failed", "start it, or correct MEDCOST_DATABASE_URL"),
    ],
    ids=["not made", "outdated", "unwritable", "away"],
)
async def test_a_database_that_cannot_be_asked_is_one_finding(world, database, state, remedy):
    (finding,) = await records(world, database).findings()
    assert (finding.part, finding.state, finding.remedy) == ("database", state, remedy)


async def test_checks_are_made_in_their_order():
    findings = [Finding("home", "ok", "here"), Finding("tracking", "failed", "away"), Finding("service", "ok", "up")]
    assert await Diagnose(checks=[MemoryCheck(findings[:1]), MemoryCheck([]), MemoryCheck(findings[1:])])() == findings
