"""Each user may do what their process does, by the adapters that do it, and nothing else."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import optuna
import psycopg
import pytest

from adapters.local.clock import SystemClock
from adapters.local.witness import FileWitness
from adapters.optuna.storage import open_storage
from adapters.postgres.accounts import PostgresAccounts
from adapters.postgres.alarms import PostgresAcknowledgements
from adapters.postgres.audit import PostgresAuditTrail
from adapters.postgres.engine import connect
from adapters.postgres.events import PostgresEvents
from adapters.postgres.hours import PostgresHours
from adapters.postgres.keys import PostgresKeys
from adapters.postgres.ledger import PostgresLedger
from adapters.postgres.monitoring import PostgresReports
from adapters.postgres.pointer import PostgresPointer
from adapters.postgres.prediction_table import METADATA
from adapters.postgres.predictions import PostgresPredictions
from domain.access.accounts import place_of
from domain.access.keys import Role
from domain.costs.prediction import Idempotency, ModelReference, Outcome
from domain.costs.prediction_query import PredictionQuery
from domain.errors import RepositoryUnavailable
from domain.models.ledger import Change, NewEntry
from domain.monitoring.alarms import Acknowledgement
from domain.monitoring.hours import HOUR, Outcomes, Traffic, hour_of
from domain.operations.audit import AuditAction, AuditEntry
from domain.operations.events import Event, EventKind
from tests.support import recorded
from tests.support.command import run
from tests.support.default_schema import DEFAULT

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
MODEL = ModelReference(1, "d" * 64)
NEW = replace(recorded.NEW, created_at=NOW, model=MODEL)


@pytest.fixture
def engine_of(app_server):
    @asynccontextmanager
    async def opened(user):
        engine = connect(app_server.url(user), deadline=10)
        try:
            yield engine
        finally:
            await engine.dispose()

    return opened


@pytest.mark.parametrize("user", ["api", "dashboard"])
async def test_api_and_dashboard_keep_and_erase_predictions(engine_of, user):
    async with engine_of(user) as engine:
        predictions = PostgresPredictions(engine, DEFAULT)
        await predictions.check()
        made = await predictions.add(NEW, idempotency=Idempotency(f"key of {user}", "f"))
        assert await predictions.replay(Idempotency(f"key of {user}", "f"), at=NOW) == made
        assert await predictions.record_outcome(made.id, Outcome(9000.0, NOW)) == await predictions.get(made.id)
        assert made.id in {prediction.id for prediction in await predictions.page(PredictionQuery(limit=10))}
        (other,) = await predictions.add_all([NEW])
        erasure = await predictions.erase(other.id, at=NOW)
        assert await predictions.erasure(other.id) == erasure
        await predictions.forget_keys(at=NOW)
        assert await predictions.erase_older(datetime(2000, 1, 1, tzinfo=UTC), at=NOW, limit=10) == 0


async def test_the_api_knows_keys_that_the_migrator_makes(engine_of):
    async with engine_of("migrator") as engine:
        key, secret = await PostgresKeys(engine, SystemClock()).create("ann", Role.CLIENT)
    async with engine_of("api") as engine:
        assert await PostgresKeys(engine, SystemClock()).find(secret) == key


async def test_the_dashboard_signs_the_admin_in(engine_of):
    async with engine_of("dashboard") as engine:
        accounts = PostgresAccounts(engine)
        await accounts.set_password("a hash")
        assert await accounts.password() == "a hash"
        place = place_of("192.0.2.1")
        await accounts.attempt(place, at=NOW)
        await accounts.forgive(place)
        token = await accounts.open(at=NOW)
        await accounts.use(token, at=NOW)
        await accounts.session(token)
        await accounts.close(token)


async def test_the_trainer_admits_versions_admins_choose_and_model_servers_read_the_choice(
    app_server, engine_of, tmp_path
):
    with psycopg.connect(app_server.url("trainer").replace("+asyncpg", "")) as trainer:
        trainer.execute("INSERT INTO model_versions VALUES (11, %s, now(), '{}')", [MODEL.digest])
        trainer.execute("UPDATE model_versions SET verdict = '{}' WHERE number = 11")
    for user in ("trainer", "api", "dashboard"):
        async with engine_of(user) as engine:
            ledger = PostgresLedger(engine, FileWitness(tmp_path / "head"))
            async with ledger.exclusive():
                entry = NewEntry(
                    change=Change.PROMOTION, version=11, digest=MODEL.digest, replaces=None, at=NOW, by=user,
                    reason="a test", overridden=False,
                )  # fmt: skip
                appended = await ledger.append(entry)
            assert (await ledger.history())[-1] == appended
    async with engine_of("model") as engine:
        assert await PostgresPointer(engine).pointed_to() == ModelReference(11, MODEL.digest)


async def test_serving_processes_store_figures_and_pages_see_keys_without_secrets(engine_of):
    hour = hour_of(NOW)
    async with engine_of("migrator") as engine:
        _, secret = await PostgresKeys(engine, SystemClock()).create("ann", Role.CLIENT)
    for user in ("api", "dashboard"):
        async with engine_of(user) as engine:
            hours, events = PostgresHours(engine), PostgresEvents(engine)
            for _ in range(2):
                await hours.put_traffic(hour, UUID(int=1), Traffic(predictions={"1": 2}))
                await hours.put_outcomes({hour: Outcomes(outcomes=1)})
            (stored,) = await hours.between(hour, hour + HOUR)
            assert (stored.traffic.predictions, stored.outcomes.outcomes) == ({"1": 2}, 1)
            start = Event(at=NOW, kind=EventKind.START, subject=user)
            await events.add([start])
            assert start in await events.since(NOW)
            await events.forget(NOW)
            trail = PostgresAuditTrail(engine)
            entry = AuditEntry(at=NOW, by=user, action=AuditAction.JOB_CANCELLED)
            await trail.add(entry)
            assert entry in await trail.newest(9)
            await trail.forget(NOW)
            await PostgresAcknowledgements(engine).all()
            await hours.forget(hour)
    async with engine_of("api") as engine:
        keys = PostgresKeys(engine, SystemClock())
        for _ in range(2):
            await keys.find(secret)
            await keys.keep_uses()
    async with engine_of("dashboard") as engine:
        assert [use.used_at is not None for use in await PostgresKeys(engine, SystemClock()).uses()][:1] == [True]
        seen = Acknowledgement(alarm="slow", since=NOW, at=NOW, by="admin")
        await PostgresAcknowledgements(engine).add(seen)
        assert seen in await PostgresAcknowledgements(engine).all()


async def test_the_trainer_reads_monitoring_reports_but_no_people(engine_of):
    async with engine_of("trainer") as engine:
        assert await PostgresReports(engine).newest() is None
        with pytest.raises(RepositoryUnavailable, match=r"no right to this: see docker/postgres/app/grants\.sql"):
            await PostgresPredictions(engine, DEFAULT).outcomes(NOW, limit=1)


def test_optuna_makes_its_tables_itself_and_pgadmin_may_look(app_server):
    storage = open_storage(app_server.url("optuna", "optuna", driver="psycopg"))
    study = optuna.create_study(storage=storage, study_name="of a test")
    study.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=2)
    with psycopg.connect(app_server.url("pgadmin", "optuna").replace("+asyncpg", "")) as looking:
        assert looking.execute("SELECT count(*) FROM trials").fetchone() == (2,)


EVERYBODY = ("migrator", "api", "dashboard", "trainer", "model", "pgadmin")
NOBODY_MAY = [
    "CREATE ROLE mine SUPERUSER",
    "CREATE DATABASE mine",
    "ALTER SYSTEM SET ssl = off",
    "COPY (SELECT 1) TO PROGRAM 'true'",
    "SELECT pg_read_file('/etc/passwd')",
    "SET ROLE pg_read_all_data",
    "SELECT rolpassword FROM pg_authid",
]
ONLY_THE_OWNER_MAY = [
    "CREATE TABLE mine (a int)",
    "CREATE TEMP TABLE mine (a int)",
    "DROP TABLE predictions",
    "ALTER TABLE model_ledger DISABLE TRIGGER append_only",
    "TRUNCATE predictions CASCADE",
    "TRUNCATE model_ledger",
    "DELETE FROM model_ledger",
    "DELETE FROM model_versions",
    "DELETE FROM erasures",
    "UPDATE predictions SET expected = 0",
    "UPDATE predictions SET model_version = 2",
    "UPDATE model_versions SET digest = ''",
    "INSERT INTO api_keys SELECT * FROM api_keys",
    "UPDATE api_keys SET role = 'admin'",
    "UPDATE alembic_version SET version_num = ''",
]


def refused(address, statement):
    with psycopg.connect(address.replace("+asyncpg", ""), autocommit=True) as connection:
        connection.execute("SET default_transaction_read_only = off")  # what a role is set to is no obstacle
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(statement)
        return True


@pytest.mark.parametrize("user", EVERYBODY)
def test_nobody_is_more_than_a_user(app_server, user):
    assert all(refused(app_server.url(user), statement) for statement in NOBODY_MAY)


@pytest.mark.parametrize("user", ["api", "dashboard", "trainer", "model", "pgadmin"])
def test_only_the_owner_changes_tables_or_rewrites_what_was_said(app_server, user):
    assert all(refused(app_server.url(user), statement) for statement in ONLY_THE_OWNER_MAY)


@pytest.mark.parametrize(
    ("user", "statement"),
    [
        ("api", "SELECT hash FROM admin_password"),
        ("api", "SELECT token_sha256 FROM admin_sessions"),
        ("api", "SELECT token_sha256 FROM user_sessions"),
        ("api", "INSERT INTO model_versions VALUES (9, '', now(), '{}')"),
        ("dashboard", "SELECT secret_sha256 FROM api_keys"),
        ("dashboard", "INSERT INTO model_versions VALUES (9, '', now(), '{}')"),
        ("trainer", "SELECT age FROM predictions"),
        ("trainer", "SELECT id FROM api_keys"),
        ("trainer", "SELECT hash FROM admin_password"),
        ("model", "SELECT by FROM model_ledger"),
        ("model", "SELECT card FROM model_versions"),
        ("model", "INSERT INTO model_ledger SELECT FROM model_ledger"),
        ("model", "SELECT age FROM predictions"),
        ("model", "SELECT id FROM api_keys"),
        ("pgadmin", "SELECT hash FROM admin_password"),
        ("pgadmin", "SELECT token_sha256 FROM admin_sessions"),
        ("pgadmin", "SELECT token_sha256 FROM user_sessions"),
        ("pgadmin", "SELECT secret_sha256 FROM api_keys"),
        ("pgadmin", "INSERT INTO erasures VALUES (gen_random_uuid(), now(), 'age')"),
    ],
)
def test_what_a_process_has_no_use_for_it_may_not_do(app_server, user, statement):
    assert refused(app_server.url(user), statement)


def test_the_ledger_refuses_updates_even_of_those_who_may_lock_it(app_server):
    with (
        psycopg.connect(app_server.url("trainer").replace("+asyncpg", "")) as trainer,
        pytest.raises(psycopg.errors.RaiseException, match="append-only"),
    ):
        trainer.execute("UPDATE model_ledger SET version = 2")


def test_pgadmin_sees_answers_and_who_has_keys(app_server):
    with psycopg.connect(app_server.url("pgadmin").replace("+asyncpg", "")) as looking:
        assert looking.execute("SELECT count(*) >= 0 FROM predictions").fetchone() == (True,)
        looking.execute("SELECT name, role FROM api_keys")
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            looking.execute("CREATE TABLE mine (a int)")


def test_rights_on_every_table_are_decided(app_server):
    decided = app_server.psql(
        "-c", "SELECT DISTINCT table_name FROM information_schema.column_privileges "
        "WHERE table_schema = 'public' AND grantee <> 'migrator'",
        database="medcost",
    )  # fmt: skip
    assert {*METADATA.tables, "alembic_version"} == set(decided.split())


def test_rights_that_somebody_gave_by_hand_are_gone_after_the_next_deployment(app_server):
    app_server.psql("-c", "GRANT ALL ON ALL TABLES IN SCHEMA public TO trainer, PUBLIC", database="medcost")
    app_server.give_rights()
    assert refused(app_server.url("trainer"), "SELECT age FROM predictions")
    assert refused(app_server.url("api"), "SELECT hash FROM admin_password")


def test_a_command_that_is_not_let_in_says_so_in_one_line(app_server, tmp_path):
    address = app_server.url("api", sslcert=None)
    ended = run("db", "current", "--profile", "production", home=tmp_path, MEDCOST_DATABASE_URL=address)
    assert ended.status == 1
    assert "does not let us in" in ended.errors
    assert len(ended.errors.splitlines()) == 1
