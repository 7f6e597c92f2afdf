"""The port `database`: one suite over every adapter."""

from contextlib import nullcontext
from pathlib import Path

import pytest

from adapters.local.witness import FileWitness
from adapters.memory.database import MemoryDatabase
from adapters.postgres.database import PostgresDatabase
from domain.errors import RepositoryUnavailable
from domain.ports.database import Database


def postgres(url: str, folder: Path) -> PostgresDatabase:
    return PostgresDatabase(
        url=lambda: url,
        lease=nullcontext,
        witness=FileWitness(folder / "ledger.head"),
        deadline=5,
        data=folder / "data",
    )


@pytest.fixture(params=["memory", "postgres"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Database:
    if request.param == "memory":
        return MemoryDatabase()
    (tmp_path / "data").mkdir()
    return postgres(request.getfixturevalue("postgres_url"), tmp_path)


async def test_opened_it_names_its_migration_and_its_ledger_answers(database: Database) -> None:
    assert database.is_made()
    async with database.opened() as opened:
        assert opened.migration
        assert opened.trouble == ""
        assert list(await opened.ledger.history()) == []


async def test_one_that_is_away_is_unavailable(tmp_path: Path) -> None:
    away = RepositoryUnavailable("away")
    for database in (MemoryDatabase(failure=away), postgres(f"postgresql://nobody@/medcost?host={tmp_path}", tmp_path)):
        with pytest.raises(RepositoryUnavailable):
            async with database.opened():
                pytest.fail("it answers")


def test_that_of_a_new_home_is_not_made_yet(tmp_path: Path) -> None:
    assert not MemoryDatabase(made=False).is_made()
    assert not postgres("postgresql://nobody@/medcost", tmp_path).is_made()
