"""Who gets in to the database, and who doesn't: our own way to it, and libpq's, which Optuna and MLflow go."""

from __future__ import annotations

import asyncio
import shutil
from dataclasses import replace

import psycopg
import pytest
from sqlalchemy import text

from adapters.postgres.engine import connect, translated
from domain.errors import RepositoryUnavailable

WHO = text(
    "SELECT current_user, current_database(), version, client_dn "
    "FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
)  # fmt: skip


async def who_is(url):
    """By our own engine, as every process of ours connects."""
    engine = connect(url, deadline=5)
    try:
        with translated():
            async with engine.connect() as connection:
                return tuple((await connection.execute(WHO)).one())
    finally:
        await engine.dispose()


def by_libpq(url):
    with psycopg.connect(url.replace("postgresql+psycopg", "postgresql"), connect_timeout=5) as connection:
        return connection.execute(WHO.text.encode()).fetchall()[0]


@pytest.fixture(scope="module")
def elsewhere(app_server, new_authority, tmp_path_factory):
    """Certificates that are no good: of another authority, expired, or a server's in a user's name."""
    foreign = new_authority()
    foreign.client("api")
    expired = replace(app_server.authority, folder=tmp_path_factory.mktemp("expired"))
    expired.client("api", "--days", "0")
    as_server = replace(app_server.authority, folder=tmp_path_factory.mktemp("server"))
    as_server.server("api", "localhost")
    superuser = replace(app_server.authority, folder=tmp_path_factory.mktemp("superuser"))
    superuser.client(app_server.superuser)
    return {
        "foreign": foreign.folder,
        "expired": expired.folder,
        "server": as_server.folder,
        "superuser": superuser.folder,
    }


def with_certificate_in(folder, user="api"):
    return {"sslcert": folder / f"{user}.crt", "sslkey": folder / f"{user}.key"}


@pytest.mark.parametrize(
    ("user", "database"),
    [
        ("migrator", "medcost"),
        ("api", "medcost"),
        ("dashboard", "medcost"),
        ("trainer", "medcost"),
        ("optuna", "optuna"),
        ("model", "medcost"),
        ("pgadmin", "medcost"),
        ("pgadmin", "optuna"),
    ],
)
async def test_a_user_with_their_certificate_is_let_in_to_their_database_by_tls_1_3(app_server, user, database):
    expected = (user, database, "TLSv1.3", f"/CN={user}")
    assert await who_is(app_server.url(user, database)) == expected
    assert by_libpq(app_server.url(user, database, driver="psycopg")) == expected


@pytest.fixture
def wrong(app_server, elsewhere):
    """What is wrong, by name: an address, and what the refused one or the server's log says."""
    url, users = app_server.url, app_server.authority.folder
    return {
        "no certificate": (url("api", sslcert=None, sslkey=None), "valid client certificate"),
        "another user's": (url("api", **with_certificate_in(users, "trainer")), 'authentication failed for user "api"'),
        "plaintext": (url("api", sslmode="disable"), "no encryption"),
        "a foreign authority's": (url("api", **with_certificate_in(elsewhere["foreign"])), "unknown ca"),
        "expired": (url("api", **with_certificate_in(elsewhere["expired"])), "certificate expired"),
        "a server's": (url("api", **with_certificate_in(elsewhere["server"])), "unsupported certificate"),
        "a server of a foreign authority": (url("api", sslrootcert=elsewhere["foreign"] / "ca.crt"), "self-signed"),
        "a server of another name": (url("api", host="127.0.0.1"), "IP address mismatch"),
        "another database": (url("api", "optuna"), "rejects connection"),
        "the server's own database": (url("api", "postgres"), "rejects connection"),
        "the predictions for Optuna": (url("optuna", "medcost"), "rejects connection"),
        "the superuser from outside": (
            url(app_server.superuser, **with_certificate_in(elsewhere["superuser"], app_server.superuser)),
            "rejects connection",
        ),
    }


@pytest.mark.parametrize(
    "what",
    [
        "no certificate",
        "another user's",
        "plaintext",
        "a foreign authority's",
        "expired",
        "a server's",
        "a server of a foreign authority",
        "a server of another name",
        "another database",
        "the server's own database",
        "the predictions for Optuna",
        "the superuser from outside",
    ],
)
async def test_nobody_else_is_let_in(app_server, wrong, what):
    url, says = wrong[what]
    log = app_server.folder / "log"
    before = log.stat().st_size
    with pytest.raises(RepositoryUnavailable, match=r"does not (let us in|answer)") as ours:
        await who_is(url)
    with pytest.raises(psycopg.OperationalError) as libpqs:
        by_libpq(url.replace("asyncpg", "psycopg"))
    errors = f"{ours.value.__cause__} {libpqs.value} {log.read_bytes()[before:].decode()}"
    assert says in errors


def test_older_tls_is_refused(app_server):
    with pytest.raises(psycopg.OperationalError, match="protocol version"):
        by_libpq(app_server.url("api", driver="psycopg", ssl_max_protocol_version="TLSv1.2"))


def test_nobody_copies_the_whole_server_from_outside(app_server):
    with pytest.raises(psycopg.OperationalError, match="replication"):
        by_libpq(app_server.url("api", driver="psycopg", replication="true"))


def test_the_socket_is_for_the_operating_systems_user_of_the_same_name(app_server):
    assert app_server.psql("-c", "SELECT current_user") == app_server.superuser
    with pytest.raises(AssertionError, match=r"[Pp]eer authentication failed"):
        app_server.psql("-U", "api", "-c", "SELECT 1", database="medcost")


def test_nobody_has_a_password(app_server):
    assert app_server.psql("-c", "SELECT count(*) FROM pg_authid WHERE rolpassword IS NOT NULL") == "0"


async def test_mlflow_has_a_server_of_its_own_where_only_it_is_let_in(new_server):
    server = new_server("mlflow")
    assert by_libpq(server.url("mlflow", "mlflow", driver="psycopg"))[:2] == ("mlflow", "mlflow")
    with pytest.raises(psycopg.OperationalError, match="rejects connection"):
        by_libpq(server.url("api", "mlflow", driver="psycopg"))
    server.stop()


async def test_a_pair_that_is_being_replaced_is_read_again(app_server, tmp_path):
    users = app_server.authority.folder
    for name in ("api.crt", "trainer.key"):
        shutil.copy(users / name, tmp_path / name.replace("trainer", "api"))
    shutil.copy(users / "api.key", tmp_path / "key that belongs to it")
    asyncio.get_running_loop().call_later(0.05, (tmp_path / "key that belongs to it").rename, tmp_path / "api.key")
    assert (await who_is(app_server.url("api", **with_certificate_in(tmp_path))))[0] == "api"


async def test_a_pair_that_never_matches_is_no_way_in(app_server):
    users = app_server.authority.folder
    with pytest.raises(RepositoryUnavailable):
        await who_is(app_server.url("api", sslkey=users / "trainer.key"))


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"sslkey": "/nowhere/api.key"}, "sslkey: No such file"),
        ({"host": "127.0.0.1"}, "IP address mismatch"),
        ({"sslmode": "verify"}, "`sslmode` parameter must be one of"),
    ],
)
async def test_what_is_wrong_with_tls_is_named(app_server, wrong, named):
    with pytest.raises(RepositoryUnavailable, match=named):
        await who_is(app_server.url("api", **wrong))


async def test_the_versions_of_tls_are_followed(app_server):
    assert (await who_is(app_server.url("api", ssl_min_protocol_version="TLSv1.3")))[2] == "TLSv1.3"
    with pytest.raises(RepositoryUnavailable, match="by TLS"):
        await who_is(app_server.url("api", ssl_max_protocol_version="TLSv1.2"))


def test_an_authority_is_replaced_and_at_no_time_is_anybody_locked_out(new_server, new_authority):
    server, later = new_server("mlflow"), new_authority()
    old = server.authority
    new = replace(later, folder=old.folder.with_name("new"))
    both = (later.key_folder / "ca.crt").read_text() + (old.key_folder / "ca.crt").read_text()
    of_new = {f"ssl{what}": new.folder / f"mlflow.{end}" for what, end in (("cert", "crt"), ("key", "key"))}

    def gets_in(**certificate):
        return by_libpq(server.url("mlflow", "mlflow", driver="psycopg", **certificate))[0] == "mlflow"

    # both are trusted, on both sides: the new authority hands them out, itself first
    (later.key_folder / "ca.crt").write_text(both)
    new.client("mlflow")
    shutil.copy(new.folder / "ca.crt", old.folder / "ca.crt")
    server.take_certificate()
    server.reload()
    while not_yet(lambda: gets_in(**of_new)):
        assert gets_in()
    # the server shows a certificate of the new one
    shutil.copy(new.server("postgres", "localhost"), old.folder / "postgres.crt")
    shutil.copy(new.folder / "postgres.key", old.folder / "postgres.key")
    server.take_certificate()
    server.reload()
    assert gets_in()
    assert gets_in(**of_new)
    # and the old one is nobody any more
    (server.folder / "ca.crt").write_text(both[: both.index("-----END CERTIFICATE-----") + 26])
    server.reload()
    while not not_yet(gets_in):
        assert gets_in(**of_new)
    server.stop()


def not_yet(gets_in):
    try:
        return not gets_in()
    except psycopg.OperationalError:
        return True
