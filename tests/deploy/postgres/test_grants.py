"""`medcost db upgrade --grants`: what a deployment runs, where no psql is at hand."""

from __future__ import annotations

from tests.support.command import run

RIGHTS = """
    SELECT grantee, table_name, '', privilege_type FROM information_schema.table_privileges WHERE grantee <> 'migrator'
    UNION ALL
    SELECT grantee, table_name, column_name, privilege_type FROM information_schema.column_privileges
    WHERE grantee <> 'migrator' ORDER BY 1, 2, 3, 4
"""


def upgrade(server, grants, home):
    settings = {"MEDCOST_PROFILE": "production", "MEDCOST_DATABASE_URL": server.url("migrator")}
    return run("db", "upgrade", "--grants", grants, home=home, **settings)


def rights(server):
    return server.psql("-c", RIGHTS, database="medcost").splitlines()


def test_it_gives_the_rights_that_psql_gives_and_takes_others_away(new_server, tmp_path):
    server = new_server("app")
    by_psql = rights(server)
    server.psql("-c", "REVOKE ALL ON predictions FROM api; GRANT ALL ON api_keys TO trainer", database="medcost")
    assert rights(server) != by_psql
    done = upgrade(server, server.configuration / "app" / "grants.sql", tmp_path)
    assert done.status == 0, done.errors
    assert rights(server) == by_psql


def test_a_file_that_fails_changes_nothing(app_server, tmp_path):
    before = rights(app_server)
    file = tmp_path / "grants.sql"
    file.write_text("\\set ON_ERROR_STOP on\nBEGIN;\nREVOKE ALL ON predictions FROM api;\nGRANT nonsense;\nCOMMIT;\n")
    done = upgrade(app_server, file, tmp_path)
    assert (done.status, "nonsense" in done.errors or "syntax" in done.errors) == (1, True), done.errors
    assert rights(app_server) == before


def test_a_file_that_is_not_there_is_wrong_usage(app_server, tmp_path):
    done = upgrade(app_server, tmp_path / "none.sql", tmp_path)
    assert (done.status, "--grants: No such file" in done.errors) == (2, True)
