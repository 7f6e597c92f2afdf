"""`medcost db upgrade --grants`: what a deployment runs, where no psql is at hand."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

RIGHTS = """
    SELECT grantee, table_name, '', privilege_type FROM information_schema.table_privileges WHERE grantee <> 'migrator'
    UNION ALL
    SELECT grantee, table_name, column_name, privilege_type FROM information_schema.column_privileges
    WHERE grantee <> 'migrator' ORDER BY 1, 2, 3, 4
"""


def upgrade(server, grants, home):
    command = [Path(sys.executable).with_name("medcost"), "db", "upgrade", "--grants", grants]
    told = {"MEDCOST_PROFILE": "production", "MEDCOST_DATABASE_URL": server.url("migrator"), "MEDCOST_HOME": str(home)}
    return subprocess.run(command, env={**os.environ, **told}, capture_output=True, text=True, check=False)


def rights(server):
    return server.psql("-c", RIGHTS, database="medcost").splitlines()


def test_it_gives_the_rights_that_psql_gives_and_takes_others_away(deploy, tmp_path):
    server = deploy()
    by_psql = rights(server)
    server.psql("-c", "REVOKE ALL ON predictions FROM api; GRANT ALL ON api_keys TO trainer", database="medcost")
    assert rights(server) != by_psql
    done = upgrade(server, server.kept / "app" / "grants.sql", tmp_path)
    assert done.returncode == 0, done.stderr
    assert rights(server) == by_psql


def test_a_file_that_fails_changes_nothing(app_server, tmp_path):
    before = rights(app_server)
    file = tmp_path / "grants.sql"
    file.write_text("\\set ON_ERROR_STOP on\nBEGIN;\nREVOKE ALL ON predictions FROM api;\nGRANT nonsense;\nCOMMIT;\n")
    done = upgrade(app_server, file, tmp_path)
    assert (done.returncode, "nonsense" in done.stderr or "syntax" in done.stderr) == (1, True), done.stderr
    assert rights(app_server) == before


def test_a_file_that_is_not_there_is_wrong_usage(app_server, tmp_path):
    done = upgrade(app_server, tmp_path / "none.sql", tmp_path)
    assert (done.returncode, "--grants: No such file" in done.stderr) == (2, True)
