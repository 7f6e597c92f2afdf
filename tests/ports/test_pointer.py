"""What every pointer promises: the shelf's own file, and the ledger."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from sqlalchemy import text

from adapters.bentoml.publisher import BentoPublisher
from adapters.local.witness import FileWitness
from adapters.memory.loader import write_flat_model
from adapters.memory.publisher import MemoryPublisher
from adapters.postgres.engine import connect
from adapters.postgres.ledger import PostgresLedger
from adapters.postgres.pointer import PostgresPointer
from domain.costs.prediction import ModelReference
from domain.errors import RepositoryUnavailable
from domain.models.ledger import Change, NewEntry

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


class ModelStore:
    """A publisher: whoever publishes moves the pointer."""

    def __init__(self, publisher, folder):
        self.pointer, self._folder = publisher, folder

    async def point_to(self, number):
        folder = self._folder / uuid4().hex
        model = ModelReference(number, write_flat_model(folder, usd=number))
        await self.pointer.publish(model, folder)
        await self.pointer.point_to(model)
        return model


class Ledger:
    """The ledger: whoever promotes moves the pointer."""

    def __init__(self, engine, ledger):
        self.pointer, self._engine, self._ledger = PostgresPointer(engine), engine, ledger

    async def point_to(self, number):
        model = ModelReference(number, f"{number:064}")
        async with self._engine.begin() as connection:
            await connection.execute(
                text("INSERT INTO model_versions VALUES (:version, :digest, now(), '{}') ON CONFLICT DO NOTHING"),
                {"version": number, "digest": model.digest},
            )
        entry = NewEntry(
            change=Change.PROMOTION, version=number, digest=model.digest, replaces=None, at=NOON, by="ann", reason="r"
        )
        await self._ledger.append(entry)
        return model


@pytest.fixture(params=["memory", "bentoml", "postgres"])
async def moved(request, tmp_path):
    if request.param == "memory":
        yield ModelStore(MemoryPublisher(workspace=tmp_path / "shelf"), tmp_path)
    elif request.param == "bentoml":
        yield ModelStore(BentoPublisher(tmp_path / "bentoml", tmp_path / "serving.json"), tmp_path)
    else:
        engine = connect(request.getfixturevalue("postgres_url"), deadline=10)
        yield Ledger(engine, PostgresLedger(engine, FileWitness(tmp_path / "ledger.head")))
        await engine.dispose()


async def test_at_first_nothing_is_pointed_to(moved):
    assert await moved.pointer.pointed_to() is None


async def test_the_last_one_that_was_pointed_to_is_named_with_its_digest(moved):
    for number in (1, 2, 1, 3):
        model = await moved.point_to(number)
        assert await moved.pointer.pointed_to() == model


async def test_a_ledger_that_is_away_says_so_rather_than_that_nothing_is_to_be_served(tmp_path):
    engine = connect(f"postgresql://nobody@/medcost?host={tmp_path}", deadline=2)
    with pytest.raises(RepositoryUnavailable):
        await PostgresPointer(engine).pointed_to()
    await engine.dispose()
