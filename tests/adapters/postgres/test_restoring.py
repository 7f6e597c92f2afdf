"""Of a dump, rows alone come back: into tables of our own, whatever else its maker put into it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.postgres import migrations
from adapters.postgres.cluster import WHEEL
from adapters.postgres.embedded import EmbeddedPostgres
from adapters.postgres.restoring import Dump
from domain.errors import BackupRefused, RepositoryUnavailable

pytestmark = pytest.mark.process


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    with EmbeddedPostgres(tmp_path_factory.mktemp("foreign") / "postgres").lease() as server:
        asyncio.run(migrations.upgrade(server.url("medcost")))
        yield server


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    with EmbeddedPostgres(tmp_path_factory.mktemp("fresh") / "postgres").lease() as server:
        asyncio.run(migrations.upgrade(server.url("medcost")))
        yield server


def load(server: EmbeddedPostgres, dump: Path) -> None:
    with Dump(WHEEL, dump) as rows:
        rows.load(server.url("medcost", driver="psycopg"))


def test_rows_come_back_and_functions_indexes_and_triggers_do_not(server, fresh, tmp_path):
    server.client.ask(
        "medcost",
        "CREATE FUNCTION spies(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS "
        "$$ BEGIN PERFORM pg_notify('spied', $1); RETURN $1; END $$",
        "CREATE INDEX spying ON api_keys (spies(name))",
        "INSERT INTO api_keys (id, name, role, secret_sha256, created_at) "
        "VALUES (gen_random_uuid(), E'tab\\tand\\n\\\\.\\nline', 'client', 'x', now())",
    )
    server.client.dump("medcost", tmp_path / "dump")
    load(fresh, tmp_path / "dump")
    rows = "SELECT t::text FROM api_keys t"
    assert fresh.client.ask("medcost", rows) == server.client.ask("medcost", rows)
    assert fresh.client.ask("medcost", "SELECT count(*) FROM pg_proc WHERE proname = 'spies'") == "0\n"
    assert fresh.client.ask("medcost", "SELECT count(*) FROM pg_class WHERE relname = 'spying'") == "0\n"


def test_rows_of_a_table_that_is_not_ours_are_refused_and_nothing_is_loaded(server, fresh, tmp_path):
    before = fresh.client.ask("medcost", "SELECT count(*) FROM api_keys")
    server.client.ask("medcost", "CREATE TABLE foreign_rows AS SELECT 1 AS n")
    server.client.dump("medcost", tmp_path / "dump")
    server.client.ask("medcost", "DROP TABLE foreign_rows")
    with pytest.raises(BackupRefused, match="'foreign_rows' that this release has no place for"):
        load(fresh, tmp_path / "dump")
    assert fresh.client.ask("medcost", "SELECT count(*) FROM api_keys") == before


def test_a_dump_that_unpacks_to_far_more_than_it_is_is_refused(server, tmp_path):
    server.client.ask("medcost", "CREATE TABLE large AS SELECT repeat('A', 1000000) AS a FROM generate_series(1, 160)")
    server.client.dump("medcost", tmp_path / "dump")
    server.client.ask("medcost", "DROP TABLE large")
    with pytest.raises(BackupRefused, match="unpack to more than"):
        Dump(WHEEL, tmp_path / "dump")


def test_what_is_no_dump_is_refused(tmp_path):
    (tmp_path / "dump").write_bytes(b"DROP TABLE predictions;\n")
    with pytest.raises(RepositoryUnavailable, match="pg_restore"):
        Dump(WHEEL, tmp_path / "dump")


def test_only_a_revision_of_our_own_is_known():
    assert migrations.is_known(migrations.head())
    assert not any(map(migrations.is_known, ("head", "+1", "0001:0002", "")))
