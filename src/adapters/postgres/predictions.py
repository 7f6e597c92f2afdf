"""Predictions in PostgreSQL."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec
from sqlalchemy import delete, insert, select, update
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from uuid_utils import uuid7

from adapters.postgres.engine import translated
from adapters.postgres.migrations import head
from adapters.postgres.tables import IDEMPOTENCY_KEYS, PREDICTIONS
from domain.beneficiary import Beneficiary, Region, Sex
from domain.cost import Interval
from domain.errors import IdempotencyKeyReused, PredictionNotFound, RepositoryUnavailable
from domain.ports.predictions import PredictionRepository
from domain.prediction import Caution, ModelReference, Outcome, Prediction

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

    from domain.prediction import Idempotency, NewPrediction, PredictionQuery


class PostgresPredictions(PredictionRepository):
    """Records predictions. ``engine`` is shared with whoever else speaks to this database."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def add(self, new: NewPrediction, *, idempotency: Idempotency | None = None) -> Prediction:
        """Record one, with its idempotency key, in one transaction."""
        prediction = Prediction.recorded(new, _new_id())
        with translated():
            async with self._engine.begin() as connection:
                if idempotency and not await _claim(connection, idempotency, prediction):
                    return await _recorded_under(connection, idempotency)
                await connection.execute(insert(PREDICTIONS), _row(prediction))
        return prediction

    async def add_all(self, new: Sequence[NewPrediction]) -> Sequence[Prediction]:
        """Record all by COPY, in one transaction."""
        predictions = [Prediction.recorded(one, _new_id()) for one in new]
        rows = [_row(prediction) for prediction in predictions]
        if rows:
            # SQLAlchemy's connections of asyncpg take JSON as text
            records = [
                tuple({**row, "cautions": msgspec.json.encode(row["cautions"]).decode()}.values()) for row in rows
            ]
            with translated():
                async with self._engine.begin() as connection:
                    driver: Any = (await connection.get_raw_connection()).driver_connection
                    await driver.copy_records_to_table(PREDICTIONS.name, columns=list(rows[0]), records=records)
        return predictions

    async def replay(self, idempotency: Idempotency) -> Prediction | None:
        """Find by key."""
        with translated():
            async with self._engine.connect() as connection:
                kept = IDEMPOTENCY_KEYS.c.key == idempotency.key
                if (await connection.execute(select(IDEMPOTENCY_KEYS.c.key).where(kept))).first() is None:
                    return None
                return await _recorded_under(connection, idempotency)

    async def get(self, id: UUID) -> Prediction:
        """Find one."""
        with translated():
            async with self._engine.connect() as connection:
                row = (await connection.execute(select(PREDICTIONS).where(PREDICTIONS.c.id == id))).mappings().first()
        return _entity(_found(row, id))

    async def page(self, query: PredictionQuery) -> Sequence[Prediction]:
        """Find those that match."""
        table = PREDICTIONS.c
        wanted = [
            table.id < query.before if query.before else None,
            table.created_at >= query.since if query.since else None,
            table.smoker == query.smoker if query.smoker is not None else None,
            table.sex == query.sex if query.sex else None,
            table.region == query.region if query.region else None,
        ]
        statement = select(PREDICTIONS).where(*(one for one in wanted if one is not None))
        with translated():
            async with self._engine.connect() as connection:
                rows = await connection.execute(statement.order_by(table.id.desc()).limit(query.limit))
                return [_entity(row) for row in rows.mappings()]

    async def erase(self, id: UUID) -> None:
        """Forget one; its idempotency key goes with it."""
        with translated():
            async with self._engine.begin() as connection:
                gone = await connection.execute(
                    delete(PREDICTIONS).where(PREDICTIONS.c.id == id).returning(PREDICTIONS.c.id)
                )
                _found(gone.mappings().first(), id)

    async def record_outcome(self, id: UUID, outcome: Outcome) -> Prediction:
        """Add an outcome."""
        statement = (
            update(PREDICTIONS)
            .where(PREDICTIONS.c.id == id)
            .values(outcome=outcome.charges, outcome_at=outcome.recorded_at)
            .returning(PREDICTIONS)
        )
        with translated():
            async with self._engine.begin() as connection:
                row = (await connection.execute(statement)).mappings().first()
        return _entity(_found(row, id))

    async def check(self) -> None:
        """Return if the schema is the one that this code expects."""
        with translated():
            async with self._engine.connect() as connection:
                revision = (await connection.execute(sql("SELECT version_num FROM alembic_version"))).scalar()
        if revision != head():
            message = f"the database has schema {revision}, this code expects {head()}: run `medcost db upgrade`"
            raise RepositoryUnavailable(message, retry_after=10)


async def _claim(connection: AsyncConnection, idempotency: Idempotency, prediction: Prediction) -> bool:
    """Write the key first: of two twins, one waits here for the other's commit and then finds the key taken."""
    claimed = await connection.execute(
        postgres_insert(IDEMPOTENCY_KEYS)
        .values(
            key=idempotency.key,
            fingerprint=idempotency.fingerprint,
            prediction_id=prediction.id,
            created_at=prediction.created_at,
        )
        .on_conflict_do_nothing()
        .returning(IDEMPOTENCY_KEYS.c.key)
    )
    return claimed.first() is not None


async def _recorded_under(connection: AsyncConnection, idempotency: Idempotency) -> Prediction:
    joined = select(PREDICTIONS, IDEMPOTENCY_KEYS.c.fingerprint).join(IDEMPOTENCY_KEYS)
    found = await connection.execute(joined.where(IDEMPOTENCY_KEYS.c.key == idempotency.key))
    row = found.mappings().first()
    if row is None:
        message = f"the prediction of idempotency key {idempotency.key!r} was erased meanwhile"
        raise PredictionNotFound(message)
    if row["fingerprint"] != idempotency.fingerprint:
        message = f"idempotency key {idempotency.key!r} came with another body before"
        raise IdempotencyKeyReused(message)
    return _entity(row)


def _new_id() -> UUID:
    return UUID(bytes=uuid7().bytes)


def _found(row: Mapping[Any, Any] | None, id: UUID) -> Mapping[Any, Any]:
    if row is None:
        message = f"there is no prediction {id}"
        raise PredictionNotFound(message)
    return row


def _row(prediction: Prediction) -> dict[str, Any]:
    who = prediction.beneficiary
    return {
        "id": prediction.id,
        "created_at": prediction.created_at,
        "age": who.age,
        "sex": who.sex.value,
        "bmi": who.bmi,
        "children": who.children,
        "smoker": who.smoker,
        "region": who.region.value,
        "expected": prediction.expected,
        "typical": prediction.typical,
        "level": prediction.interval.level,
        "low": prediction.interval.low,
        "high": prediction.interval.high,
        "cautions": [asdict(caution) for caution in prediction.cautions],
        "model_version": prediction.model.version,
        "model_digest": prediction.model.digest,
    }


def _entity(row: Mapping[Any, Any]) -> Prediction:
    return Prediction(
        id=row["id"],
        created_at=row["created_at"],
        beneficiary=Beneficiary(
            age=row["age"],
            sex=Sex(row["sex"]),
            bmi=row["bmi"],
            children=row["children"],
            smoker=row["smoker"],
            region=Region(row["region"]),
        ),
        expected=row["expected"],
        typical=row["typical"],
        interval=Interval(row["level"], row["low"], row["high"]),
        cautions=tuple(Caution(**caution) for caution in row["cautions"]),
        model=ModelReference(row["model_version"], row["model_digest"]),
        outcome=None if row["outcome"] is None else Outcome(row["outcome"], row["outcome_at"]),
    )
