"""The data folder of the embedded server, whose roles and settings are renewed at each start.

The folder may be older than this release, or hold settings that run programs (``restore_command``,
``shared_preload_libraries`` and others): no setting in it counts. The server's superuser is never used by Medcost and
cannot connect; databases and all that is in them belong to a role without any privilege.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Final

import psutil

from adapters.common.processes import ProcessId, end
from adapters.postgres.programs import WHEEL, Programs, hand_over, owner_of_data
from domain.errors import ConfigurationError, RepositoryUnavailable

if TYPE_CHECKING:
    import subprocess

USER: Final = "medcost"
DATABASES: Final = ("medcost", "optuna")
_SUPERUSER: Final = "postgres"
_ROLES: Final = "medcost.roles"
"""A file in the data folder: its databases belong to `USER`, who is no superuser."""
_SETTINGS: Final = """\
# Written anew by Medcost at each start: what is changed here is lost.
listen_addresses = ''
unix_socket_permissions = 0700
max_connections = 100
shared_buffers = 64MB
logging_collector = off
log_min_messages = warning
# the DETAIL of a broken constraint shows a whole row: a person's facts
log_error_verbosity = terse
# no program and no library but the server's own
shared_preload_libraries = ''
session_preload_libraries = ''
local_preload_libraries = ''
dynamic_library_path = '$libdir'
archive_mode = off
archive_command = ''
restore_command = ''
archive_cleanup_command = ''
recovery_end_command = ''
ssl_passphrase_command = ''
"""
_EVENT_TRIGGERS_SINCE: Final = 17
_ACCESS_RULES: Final = f"""\
# Written anew by Medcost at each start. The socket lies in a folder that nobody else may enter.
local all {USER} trust
"""
_OTHERS_FILES: Final = ("recovery.signal", "standby.signal", "recovery.conf")


@dataclass(frozen=True, slots=True)
class Cluster:
    """A data folder on which no server runs."""

    data: Path
    programs: Programs = WHEEL

    def make(self) -> None:
        """Make the data folder as a draft, and rename it when it is complete.

        Raises:
            RepositoryUnavailable: with the message of the program that failed.
        """
        self.remove_draft()
        draft = self._draft
        draft.mkdir(mode=0o700)
        hand_over(draft)
        made = self.programs.run(
            "initdb", "-D", str(draft), "--username", _SUPERUSER, "--auth=reject", "--encoding=UTF8", "--locale=C",
            "--no-instructions",
        )  # fmt: skip
        if made.returncode != 0:
            message = f"the database could not be made in {self.data}: {words(made)}"
            raise RepositoryUnavailable(message)
        databases = [f"CREATE DATABASE {database} OWNER {USER}" for database in DATABASES]
        self._on(draft, "postgres", f"CREATE ROLE {USER} LOGIN", *databases)
        _write(draft / _ROLES, "1\n")
        draft.rename(self.data)

    def remove_draft(self) -> None:
        """Remove the draft of a killed process; its ``initdb`` is ended first, if that still runs."""
        if not self._draft.exists():
            return
        orphans = [
            ProcessId.of(process.pid)
            for process in psutil.process_iter(["cmdline"])
            if str(self._draft) in (process.info["cmdline"] or ())
        ]
        end([orphan for orphan in orphans if orphan], within=10)
        shutil.rmtree(self._draft, ignore_errors=True)

    @property
    def _draft(self) -> Path:
        return self.data.with_name(self.data.name + ".draft")

    def prepare(self) -> None:
        """Check owner and release of the folder, and renew its roles and settings, before the server is started.

        Raises:
            ConfigurationError: if it belongs to somebody else, or to another release of PostgreSQL.
            RepositoryUnavailable: if its roles cannot be changed.
        """
        release = self.require_fitting()
        for name in _OTHERS_FILES:
            (self.data / name).unlink(missing_ok=True)
        triggers = "event_triggers = off\n" if release >= _EVENT_TRIGGERS_SINCE else ""
        for name, content in (
            ("postgresql.conf", _SETTINGS + triggers),
            ("postgresql.auto.conf", ""),
            ("pg_hba.conf", _ACCESS_RULES),
            ("pg_ident.conf", ""),
        ):
            _write(self.data / name, content)
        if not (self.data / _ROLES).exists():
            self._separate_roles()
            _write(self.data / _ROLES, "1\n")

    def require_fitting(self) -> int:
        """Return the major release of the programs, after checking that the folder is of that release and our own.

        Raises:
            ConfigurationError: if it belongs to somebody else, or to another release of PostgreSQL.
        """
        owner = self.data.lstat().st_uid
        if self.data.is_symlink() or owner not in (owner_of_data(), os.geteuid()):
            message = (
                f"{self.data} belongs to the user with number {owner}: a database is trusted like a program, so run "
                "Medcost as that user, or choose another folder with --home"
            )
            raise ConfigurationError(message)
        try:
            made_by = int((self.data / "PG_VERSION").read_text(encoding="ascii").strip())
        except (OSError, ValueError) as error:
            message = f"{self.data} is no data folder of PostgreSQL: restore a backup of this home"
            raise ConfigurationError(message) from error
        release = self.programs.release()
        if made_by != release:
            which = "MEDCOST_POSTGRES_BIN names" if self.programs.folder else "this release of Medcost has"
            message = (
                f"{self.data} was made by PostgreSQL {made_by}, and {which} {release}: name programs of {made_by} by "
                "MEDCOST_POSTGRES_BIN, or `medcost backup` with those and `medcost restore` with these"
            )
            raise ConfigurationError(message)
        return release

    def _separate_roles(self) -> None:
        """Replace the role of an older home, which was the superuser, by one without privileges."""
        self.as_superuser(
            "postgres",
            # a session's own role cannot be renamed, so another role does it; each step can be repeated
            "DROP ROLE IF EXISTS medcost_renames",
            "CREATE ROLE medcost_renames SUPERUSER",
            "SET SESSION AUTHORIZATION medcost_renames",
            _RENAME,
        )
        self.as_superuser(
            "postgres",
            "DROP ROLE medcost_renames",
            _MAKE_AGAIN,
            *(f"ALTER DATABASE {database} OWNER TO {USER}" for database in DATABASES),
        )
        for database in DATABASES:
            self.as_superuser(database, _GIVE_AWAY)

    def as_superuser(self, database: str, *statements: str) -> None:
        """Run statements as the superuser while no server runs.

        Raises:
            RepositoryUnavailable: if one fails.
        """
        self._on(self.data, database, *statements)

    def _on(self, data: Path, database: str, *statements: str) -> None:
        with TemporaryFile() as given:  # a server that runs alone takes each line for a statement
            given.write("".join(f"{' '.join(statement.split())};\n" for statement in statements).encode())
            given.seek(0)
            done = self.programs.run("postgres", "--single", "-D", str(data), database, given=given)
        lines = [line for line in words(done).splitlines() if "ERROR" in line or "FATAL" in line]
        if done.returncode != 0 or lines:
            message = f"the databases in {self.data} could not be prepared: {' | '.join(lines) or words(done)}"
            raise RepositoryUnavailable(message)


_RENAME: Final = """
DO $$ BEGIN
  IF (SELECT rolname = 'medcost' FROM pg_authid WHERE oid = 10) THEN ALTER ROLE medcost RENAME TO postgres; END IF;
END $$
"""
_MAKE_AGAIN: Final = """
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'medcost') THEN CREATE ROLE medcost LOGIN; END IF;
END $$
"""
_GIVE_AWAY: Final = """
DO $$ DECLARE one record; BEGIN
  FOR one IN SELECT c.oid::regclass AS name, relkind FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
    WHERE nspname = 'public' AND relkind IN ('r', 'p', 'v', 'm')
  LOOP EXECUTE format('ALTER %s %s OWNER TO medcost', CASE one.relkind WHEN 'v' THEN 'VIEW'
    WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'TABLE' END, one.name); END LOOP;
  FOR one IN SELECT c.oid::regclass AS name FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
    WHERE nspname = 'public' AND relkind = 'S' AND NOT EXISTS (SELECT FROM pg_depend
      WHERE classid = 'pg_class'::regclass AND objid = c.oid AND deptype IN ('a', 'i'))
  LOOP EXECUTE format('ALTER SEQUENCE %s OWNER TO medcost', one.name); END LOOP;
  FOR one IN SELECT p.oid::regprocedure AS name FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace
    WHERE nspname = 'public'
  LOOP EXECUTE format('ALTER ROUTINE %s OWNER TO medcost', one.name); END LOOP;
  FOR one IN SELECT t.oid::regtype AS name FROM pg_type t JOIN pg_namespace n ON n.oid = typnamespace
    WHERE nspname = 'public' AND typtype IN ('e', 'd')
  LOOP EXECUTE format('ALTER TYPE %s OWNER TO medcost', one.name); END LOOP;
END $$
"""


def words(of: subprocess.CompletedProcess[bytes]) -> str:
    """Return the error messages of a program."""
    return of.stderr.decode(errors="replace").strip()


def _write(file: Path, content: str) -> None:
    """Replace a file of the server; a link in its place is not followed."""
    draft = file.with_name(file.name + ".new")
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as new:
        new.write(content)
    hand_over(draft)
    draft.replace(file)
