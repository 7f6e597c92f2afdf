"""A data folder is brought to roles without privileges, and no setting that lies in it counts."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.postgres.cluster import Cluster
from adapters.postgres.embedded import EmbeddedPostgres
from adapters.postgres.programs import WHEEL, Programs, hand_over
from domain.errors import ConfigurationError, RepositoryUnavailable

pytestmark = pytest.mark.process

SYSTEM = Path("/usr/lib/postgresql/15/bin")


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> EmbeddedPostgres:
    """A data folder as releases up to 0.1 made it, whose only role is the superuser, and then somebody else's hands."""
    data = tmp_path_factory.mktemp("old") / "postgres"
    data.mkdir(mode=0o700)
    hand_over(data)
    arguments = ("-D", str(data), "--username=medcost", "--auth=trust", "--encoding=UTF8", "--locale=C")
    assert WHEEL.run("initdb", *arguments).returncode == 0
    cluster = Cluster(data)
    cluster.as_superuser("postgres", "CREATE DATABASE medcost", "CREATE DATABASE optuna")
    cluster.as_superuser(
        "medcost",
        "CREATE TABLE kept (id serial PRIMARY KEY, words text)",
        "INSERT INTO kept (words) VALUES ('a')",
        "CREATE VIEW seen AS TABLE kept",
        "CREATE SEQUENCE alone",
        "CREATE TYPE mood AS ENUM ('fine')",
        "CREATE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    )
    with (data / "postgresql.auto.conf").open("a") as settings:
        settings.write("shared_preload_libraries = 'spies'\nsession_preload_libraries = 'spies'\n")
    with (data / "postgresql.conf").open("a") as settings:
        settings.write(f"restore_command = 'touch {data.parent}/ran'\narchive_mode = on\nlisten_addresses = '*'\n")
    (data / "pg_hba.conf").write_text("host all all 0.0.0.0/0 trust\nlocal all all trust\n")
    (data / "recovery.signal").touch()
    return EmbeddedPostgres(data)


def test_a_home_of_an_older_release_goes_on_with_a_role_without_privileges(old: EmbeddedPostgres) -> None:
    with old.lease():
        roles = "SELECT rolname, rolsuper FROM pg_roles WHERE rolname IN ('medcost', 'postgres') ORDER BY 1"
        assert old.client.ask("medcost", roles) == "medcost|f\npostgres|t\n"
        written = old.client.ask(
            "medcost",
            "INSERT INTO kept (words) VALUES ('b')",
            "ALTER TABLE kept ADD COLUMN more int",
            "DROP VIEW seen",
            "DROP FUNCTION one()",
            "DROP TYPE mood",
            "DROP SEQUENCE alone",
            "SELECT words FROM kept",
        )
        assert written == "a\nb\n"
        with pytest.raises(RepositoryUnavailable, match="permission denied"):
            old.client.ask("medcost", "COPY kept (words) FROM PROGRAM 'id'")
    with old.lease():
        assert old.client.ask("medcost", "SELECT count(*) FROM kept") == "2\n"


def test_no_setting_that_lies_in_a_data_folder_counts(old: EmbeddedPostgres) -> None:
    with old.lease():
        # with a library that is not there, neither the server would start nor a session
        shown = [old.client.ask("medcost", f"SHOW {name}").strip() for name in ("listen_addresses", "event_triggers")]
        assert shown == ["", "off"]
        with pytest.raises(RepositoryUnavailable, match=r"no pg_hba\.conf entry"):
            type(old.client)(old.client.socket_folder, "postgres").ask("medcost", "SELECT 1")
    assert not (old.data / "recovery.signal").exists()
    assert not (old.data.parent / "ran").exists()


def test_a_file_of_settings_that_is_a_link_leads_nowhere(old: EmbeddedPostgres, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_text("kept")
    (old.data / "pg_ident.conf").unlink()
    (old.data / "pg_ident.conf").symlink_to(other)
    Cluster(old.data).prepare()
    assert other.read_text() == "kept"
    assert not (old.data / "pg_ident.conf").is_symlink()


def test_data_of_another_release_or_of_none_are_refused_in_a_line(tmp_path: Path) -> None:
    (tmp_path / "PG_VERSION").write_text("12\n")
    hand_over(tmp_path)
    with pytest.raises(ConfigurationError, match=r"was made by PostgreSQL 12, and this release of Medcost has \d+"):
        Cluster(tmp_path).prepare()
    (tmp_path / "PG_VERSION").write_text("none")
    with pytest.raises(ConfigurationError, match="is no data folder"):
        Cluster(tmp_path).prepare()


def test_a_folder_without_programs_is_refused_by_the_name_of_its_setting(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="correct MEDCOST_POSTGRES_BIN"):
        Programs(tmp_path).release()


def test_the_systems_programs_serve_a_home_and_refuse_that_of_another_release(old: EmbeddedPostgres, part, tmp_path):
    part("postgresql-15", None if (SYSTEM / "postgres").exists() else "PostgreSQL 15 of Debian is not installed")
    server = EmbeddedPostgres(tmp_path / "postgres", Programs(SYSTEM))
    with server.lease():
        assert server.client.ask("medcost", "SHOW server_version").startswith("15.")
    with pytest.raises(ConfigurationError, match="was made by PostgreSQL 18, and MEDCOST_POSTGRES_BIN names 15"):
        Cluster(old.data, Programs(SYSTEM)).prepare()
