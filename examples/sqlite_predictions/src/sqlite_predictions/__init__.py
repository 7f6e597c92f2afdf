"""Predictions in a file of SQLite: an adapter of Medcost's port `predictions` that lives outside of Medcost.

Calls are short and hold the event loop meanwhile; a busy service would hand them to a thread.
"""

from __future__ import annotations

import fcntl
import json
import sqlite3
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Final
from uuid import UUID

from uuid_utils import uuid7

from domain.costs.chance import Chance
from domain.costs.distribution import Interval
from domain.costs.prediction import Caution, Erasure, ModelReference, Outcome, OutcomeChange, Prediction
from domain.costs.prediction_query import BY_EXPECTED, BY_TIME, BY_TYPICAL
from domain.errors import IdempotencyKeyInUse, IdempotencyKeyReused, PredictionNotFound, RepositoryUnavailable
from domain.monitoring.hours import Outcomes, hour_of
from domain.people.beneficiary import Beneficiary
from domain.ports.predictions import PredictionRepository

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
    from pathlib import Path

    from domain.costs.prediction import Idempotency, NewPrediction
    from domain.costs.prediction_query import PredictionQuery
    from domain.people.schema import Schema

_TABLES: Final = """
CREATE TABLE IF NOT EXISTS predictions (
  id TEXT PRIMARY KEY, created TEXT, owner TEXT, version INTEGER, digest TEXT, expected REAL, typical REAL,
  facts TEXT, rest TEXT, outcome REAL, outcome_at TEXT
);
CREATE TABLE IF NOT EXISTS keys (key TEXT PRIMARY KEY, fingerprint TEXT, created TEXT, ids TEXT);
CREATE TABLE IF NOT EXISTS changes (id TEXT, at TEXT, person TEXT, charges REAL, before REAL);
CREATE TABLE IF NOT EXISTS erasures (id TEXT PRIMARY KEY, at TEXT, reason TEXT);
"""
_KEYS_LIVE: Final = timedelta(days=1)
_RANKS: Final = {BY_TIME: "0.0", BY_TYPICAL: "typical", BY_EXPECTED: "expected"}


class SqlitePredictions(PredictionRepository):
    """Keeps predictions of people of a schema in a folder: a database, and a lock for each key that is in use."""

    def __init__(self, folder: Path, schema: Schema, deadline: float = 5) -> None:
        self._folder, self._schema, self._deadline = folder, schema, deadline

    async def add(self, new: NewPrediction, *, idempotency: Idempotency | None = None) -> Prediction:
        return (await self.add_all([new], idempotency=idempotency))[0]

    async def add_all(
        self, new: Sequence[NewPrediction], *, idempotency: Idempotency | None = None
    ) -> Sequence[Prediction]:
        with self._transaction() as database:
            if new and idempotency and (earlier := self._replay(database, idempotency, new[0].created_at)):
                return earlier
            made = [Prediction.recorded(prediction, UUID(bytes=uuid7().bytes)) for prediction in new]
            values = ",".join("?" * 11)
            database.executemany(f"INSERT INTO predictions VALUES ({values})", map(_row, made))
            if made and idempotency:
                ids = json.dumps([str(prediction.id) for prediction in made])
                key = (idempotency.scoped, idempotency.fingerprint, _text(made[0].created_at), ids)
                database.execute("INSERT OR REPLACE INTO keys VALUES (?, ?, ?, ?)", key)
            return made

    @asynccontextmanager
    async def alone(self, idempotency: Idempotency) -> AsyncIterator[None]:
        # the lock ends with its process, however that ends; the empty file may stay
        lock = self._folder / f"{sha256(idempotency.scoped.encode()).hexdigest()}.lock"
        with lock.open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                message = f"the first request under idempotency key {idempotency.key!r} is still under way: ask again"
                raise IdempotencyKeyInUse(message) from None
            yield

    async def replay_all(self, idempotency: Idempotency, *, at: datetime) -> Sequence[Prediction] | None:
        with self._transaction() as database:
            return self._replay(database, idempotency, at)

    async def replay(self, idempotency: Idempotency, *, at: datetime) -> Prediction | None:
        recorded = await self.replay_all(idempotency, at=at)
        return recorded[0] if recorded else None

    async def get(self, id: UUID) -> Prediction:
        with self._transaction() as database:
            return self._get(database, id)

    async def page(self, query: PredictionQuery) -> Sequence[Prediction]:
        conditions, values = _narrowed(query)
        rank, beyond = ("", ">") if query.rising else ("-", "<")
        rank += _RANKS.get(query.by, "fact(facts, :by)")
        if query.before is not None:
            past = 0 if query.by == BY_TIME else query.past
            # values that are not given come last in any order
            after = "FALSE" if past is None else f"{rank} > :past OR {rank} IS NULL"
            conditions.append(f"({after} OR ({rank} IS :past AND id {beyond} :before))")
            values |= {"before": str(query.before), "past": past if past is None or query.rising else -past}
        order = f"{rank} IS NULL, {rank}, id {'ASC' if query.rising else 'DESC'}"
        with self._transaction() as database:
            statement = f"SELECT * FROM predictions WHERE {' AND '.join(conditions)} ORDER BY {order} LIMIT :limit"
            return self._all(database, statement, {**values, "by": query.by, "limit": query.limit})

    async def count(self, query: PredictionQuery) -> int:
        conditions, values = _narrowed(query)
        with self._transaction() as database:
            statement = f"SELECT count(*) FROM predictions WHERE {' AND '.join(conditions)}"
            return database.execute(statement, values).fetchone()[0]

    async def erase(self, id: UUID, *, at: datetime) -> Erasure:
        with self._transaction() as database:
            self._get(database, id)
            return _erase(database, Erasure(id, at, "request"))

    async def erasure(self, id: UUID) -> Erasure | None:
        with self._transaction() as database:
            row = database.execute("SELECT at, reason FROM erasures WHERE id = ?", (str(id),)).fetchone()
            return Erasure(id, datetime.fromisoformat(row[0]), row[1]) if row else None

    async def count_older(self, than: datetime) -> int:
        with self._transaction() as database:
            return database.execute("SELECT count(*) FROM predictions WHERE created < ?", (_text(than),)).fetchone()[0]

    async def erase_older(self, than: datetime, *, at: datetime, limit: int) -> int:
        statement = "SELECT id FROM predictions WHERE created < ? ORDER BY id LIMIT ?"
        with self._transaction() as database:
            old = database.execute(statement, (_text(than), limit)).fetchall()
            for row in old:
                _erase(database, Erasure(UUID(row["id"]), at, "age"))
            return len(old)

    async def forget_keys(self, *, at: datetime) -> int:
        live = (_text(at - _KEYS_LIVE), _text(at + _KEYS_LIVE))
        with self._transaction() as database:
            return database.execute("DELETE FROM keys WHERE created NOT BETWEEN ? AND ?", live).rowcount

    async def record_outcome(self, id: UUID, outcome: Outcome, *, by: str = "") -> Prediction:
        with self._transaction() as database:
            before = self._get(database, id)
            at, earlier = _text(outcome.recorded_at), before.outcome.charges if before.outcome else None
            database.execute("INSERT INTO changes VALUES (?, ?, ?, ?, ?)", (str(id), at, by, outcome.charges, earlier))
            new = (outcome.charges, at, str(id))
            database.execute("UPDATE predictions SET outcome = ?, outcome_at = ? WHERE id = ?", new)
            return replace(before, outcome=outcome)

    async def outcome_changes(self, id: UUID) -> Sequence[OutcomeChange]:
        with self._transaction() as database:
            rows = database.execute("SELECT * FROM changes WHERE id = ? ORDER BY rowid", (str(id),))
            return [
                OutcomeChange(datetime.fromisoformat(row["at"]), row["person"], row["charges"], row["before"])
                for row in rows
            ]

    async def outcomes(self, since: datetime, *, limit: int) -> Sequence[Prediction]:
        statement = "SELECT * FROM predictions WHERE outcome_at >= ? ORDER BY outcome_at DESC, id DESC LIMIT ?"
        with self._transaction() as database:
            return self._all(database, statement, (_text(since), limit))

    async def sample(
        self, model: ModelReference, since: datetime, *, limit: int, outcomes: bool = False
    ) -> Sequence[Prediction]:
        time = "outcome_at" if outcomes else "created"
        drawn = f"SELECT id FROM predictions WHERE version = ? AND digest = ? AND {time} >= ? ORDER BY hash(id) LIMIT ?"
        with self._transaction() as database:
            statement = f"SELECT * FROM predictions WHERE id IN ({drawn}) ORDER BY id"
            return self._all(database, statement, (model.version, model.digest, _text(since), limit))

    async def outcomes_by_hour(self, since: datetime) -> Mapping[datetime, Outcomes]:
        summed: dict[datetime, Outcomes] = {}
        for prediction in await self.outcomes(since, limit=-1):
            if prediction.outcome is None or prediction.cost is None:
                continue
            inside = int(prediction.interval.low <= prediction.cost <= prediction.interval.high)
            came_in = Outcomes(outcomes=1, inside=inside, expected=prediction.expected, observed=prediction.cost)
            hour = hour_of(prediction.outcome.recorded_at)
            summed[hour] = summed.get(hour, Outcomes()) + came_in
        return summed

    async def check(self) -> None:
        with self._transaction() as database:
            database.execute("SELECT count(*) FROM predictions")

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """Commit what the block does, all or nothing; whoever comes second waits, up to the deadline."""
        try:
            database = sqlite3.connect(
                self._folder / "predictions.db", timeout=self._deadline, isolation_level="IMMEDIATE"
            )
        except sqlite3.Error as away:
            message = f"no database can be opened in {self._folder}: {away}"
            raise RepositoryUnavailable(message) from away
        database.row_factory = sqlite3.Row
        database.create_function("fact", 2, lambda facts, name: json.loads(facts)[name], deterministic=True)
        database.create_function("hash", 1, lambda id: sha256(id.encode()).digest(), deterministic=True)
        try:
            database.executescript(_TABLES)
            database.execute("BEGIN IMMEDIATE")
            with database:
                yield database
        except sqlite3.Error as away:
            message = f"the database in {self._folder} does not answer: {away}"
            raise RepositoryUnavailable(message) from away
        finally:
            database.close()

    def _all(self, database: sqlite3.Connection, statement: str, values: object) -> list[Prediction]:
        return [self._prediction(row) for row in database.execute(statement, values)]

    def _get(self, database: sqlite3.Connection, id: UUID) -> Prediction:
        with suppress(IndexError):
            return self._all(database, "SELECT * FROM predictions WHERE id = ?", (str(id),))[0]
        message = f"there is no prediction {id}"
        raise PredictionNotFound(message)

    def _replay(self, database: sqlite3.Connection, idempotency: Idempotency, at: datetime) -> list[Prediction] | None:
        row = database.execute("SELECT * FROM keys WHERE key = ?", (idempotency.scoped,)).fetchone()
        if row is None or abs(at - datetime.fromisoformat(row["created"])) > _KEYS_LIVE:
            return None
        if row["fingerprint"] != idempotency.fingerprint:
            message = f"idempotency key {idempotency.key!r} came with another body before"
            raise IdempotencyKeyReused(message)
        return [self._get(database, UUID(id)) for id in json.loads(row["ids"])]

    def _prediction(self, row: sqlite3.Row) -> Prediction:
        rest = json.loads(row["rest"])
        at = row["outcome_at"]
        return Prediction(
            id=UUID(row["id"]),
            created_at=datetime.fromisoformat(row["created"]),
            beneficiary=Beneficiary.of(self._schema, json.loads(row["facts"])),
            expected=row["expected"],
            typical=row["typical"],
            interval=Interval(*rest["interval"]),
            cautions=tuple(Caution(*caution) for caution in rest["cautions"]),
            model=ModelReference(row["version"], row["digest"]),
            owner=row["owner"],
            chance=None if rest["zero"] is None else Chance(rest["zero"]),
            outcome=None if at is None else Outcome(row["outcome"], datetime.fromisoformat(at)),
        )


def _row(prediction: Prediction) -> tuple[object, ...]:
    interval, chance = prediction.interval, prediction.chance
    rest = {
        "interval": (interval.level, interval.low, interval.high),
        "cautions": [(caution.code, caution.field, caution.detail) for caution in prediction.cautions],
        "zero": chance.zero if chance else None,
    }
    return (
        str(prediction.id), _text(prediction.created_at), prediction.owner, prediction.model.version,
        prediction.model.digest, prediction.expected, prediction.typical,
        json.dumps(prediction.beneficiary.as_facts()), json.dumps(rest), None, None,
    )  # fmt: skip


def _narrowed(query: PredictionQuery) -> tuple[list[str], dict[str, object]]:
    """Return the conditions of a query but for its cursor, and their values."""
    conditions = ["(:owner IS NULL OR owner = :owner)", "(:since IS NULL OR created >= :since)"]
    values: dict[str, object] = {"owner": query.owner, "since": _text(query.since) if query.since else None}
    for number, (name, value) in enumerate(query.where.items()):
        conditions.append(f"fact(facts, :name{number}) IS :value{number}")
        values |= {f"name{number}": name, f"value{number}": value}
    return conditions, values


def _erase(database: sqlite3.Connection, proof: Erasure) -> Erasure:
    id = str(proof.prediction_id)
    for statement in (
        "DELETE FROM predictions WHERE id = ?",
        "DELETE FROM changes WHERE id = ?",
        "DELETE FROM keys WHERE instr(ids, ?)",
    ):
        database.execute(statement, (id,))
    database.execute("INSERT INTO erasures VALUES (?, ?, ?)", (id, _text(proof.erased_at), proof.reason))
    return proof


def _text(time: datetime) -> str:
    """Write a time so that texts are in the order of the times."""
    return time.astimezone(UTC).isoformat(timespec="microseconds")
