"""A real PostgreSQL of our own: binaries from a wheel, a Unix socket, started and stopped by leases.

The wheel's own server manager is not used: it loses count of clients that were killed, and as root it
changes folders above the home.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Final
from uuid import uuid4

import psutil

from adapters.postgres.client import Client
from adapters.postgres.programs import hand_over, run
from adapters.system.processes import ProcessId
from domain.errors import ConfigurationError, HomeInUse, RepositoryUnavailable

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator

USER: Final = "medcost"
DATABASES: Final = ("medcost", "optuna")
_START_WITHIN: Final = 60
_SOCKETS: Final = Path("/tmp")  # noqa: S108  # not TMPDIR: every process of a home must find the same socket
_OPTIONS: Final = (
    "-c", "listen_addresses=", "-c", "unix_socket_permissions=0700", "-c", "max_connections=100",
    "-c", "shared_buffers=64MB", "-c", "logging_collector=off", "-c", "log_min_messages=warning",
    # the DETAIL of a broken constraint shows a whole row: a person's facts
    "-c", "log_error_verbosity=terse",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ServerStatus:
    """The embedded server while it runs; ``leases`` counts the processes that use it."""

    pid: int
    address: str
    since: datetime
    leases: int


@dataclass(frozen=True, slots=True)
class EmbeddedPostgres:
    """The PostgreSQL whose data lie in ``data``, an own folder inside a home.

    Every process that uses it holds a lease. Leases of processes that are gone don't count; the last one out stops
    the server. A server that was killed is started again by the next lease or by `ensure_running`.
    """

    data: Path

    @contextmanager
    def lease(self) -> Iterator[EmbeddedPostgres]:
        """Use the server while the block runs; it is made and started if need be.

        Raises:
            RepositoryUnavailable: if it does not start; the text ends with its last words.
        """
        mine = self._leases / f"{os.getpid()}-{uuid4().hex}"
        with self._locked():
            me = ProcessId.mine()
            self._leases.mkdir(exist_ok=True)
            mine.write_text(f"{me.pid} {me.started!r}", encoding="ascii")
            try:
                self._start()
            except BaseException:
                mine.unlink()
                raise
        try:
            yield self
        finally:
            with self._locked():
                mine.unlink(missing_ok=True)
                if not self._living_leases():
                    self._stop()

    def ensure_running(self) -> bool:
        """Start the server again if it is gone, and tell whether that was needed. Cheap when it is not.

        Raises:
            RepositoryUnavailable: if it does not start.
        """
        if self._postmaster():
            return False
        with self._locked():
            return self._start()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep others from using the server while the block runs; it does not run, unless `running` says so.

        Raises:
            HomeInUse: if a process uses it.
        """
        with self._locked():
            if self._living_leases():
                message = f"a process uses the database in {self.data}: wait for it to end, or end it"
                raise HomeInUse(message)
            self._stop()
            yield

    @contextmanager
    def running(self) -> Iterator[None]:
        """Run the server meanwhile, for whoever is `alone` with it.

        Raises:
            RepositoryUnavailable: if it does not start.
        """
        self._start()
        try:
            yield
        finally:
            self._stop()

    @property
    def client(self) -> Client:
        """What copies, fills and asks its databases."""
        return Client(self.socket_folder, USER)

    def status(self) -> ServerStatus | None:
        """Look at the server, None if it does not run."""
        postmaster = self._postmaster()
        if postmaster is None:
            return None
        since = datetime.fromtimestamp(postmaster.create_time(), UTC)
        return ServerStatus(postmaster.pid, str(self.socket_folder), since, len(self._living_leases()))

    @property
    def socket_folder(self) -> Path:
        """Where the socket lies: short, because its path must end within 107 bytes, however deep the home is."""
        name = hashlib.sha256(os.fsencode(self.data.absolute())).hexdigest()[:16]
        return _SOCKETS / f"medcost-{os.geteuid()}-{name}"

    def url(self, database: str, *, driver: str = "asyncpg") -> str:
        """Give SQLAlchemy's address of a database (``medcost`` or ``optuna``) by ``asyncpg`` or ``psycopg``."""
        return f"postgresql+{driver}://{USER}@/{database}?host={self.socket_folder}"

    @property
    def _leases(self) -> Path:
        return self.data.with_name(self.data.name + ".leases")

    @property
    def _log(self) -> Path:
        return self.data.with_name(self.data.name + ".log")

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self.data.parent.mkdir(parents=True, exist_ok=True)
        with self.data.with_name(self.data.name + ".lock").open("a") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield

    def _living_leases(self) -> list[Path]:
        living: list[Path] = []
        for file in self._leases.glob("*-*"):
            pid, _, started = file.read_text(encoding="ascii").partition(" ")
            # an empty file is one that a process was killed while writing
            if started and ProcessId(int(pid), float(started)).is_alive:
                living.append(file)
            else:
                file.unlink(missing_ok=True)
        return living

    def _postmaster(self) -> psutil.Process | None:
        """The server's first process, if it is really ours and alive."""
        try:
            pid = int((self.data / "postmaster.pid").read_text(encoding="utf-8").splitlines()[0])
            process = psutil.Process(pid)
            ours = str(self.data) in process.cmdline() and process.status() != psutil.STATUS_ZOMBIE
        except (OSError, ValueError, IndexError, psutil.NoSuchProcess):
            return None
        return process if ours else None

    def _start(self) -> bool:
        if self._postmaster():
            return False
        if not self.data.exists():
            self._make()
        self._make_socket_folder()
        self._clear_remains()
        options = " ".join([*_OPTIONS, "-k", str(self.socket_folder)])
        started = run(
            "pg_ctl", "start", "--wait", f"--timeout={_START_WITHIN}", "--silent",
            "-D", str(self.data), "--log", str(self._log), "--options", options,
        )  # fmt: skip
        if started.returncode != 0:
            message = f"PostgreSQL does not start: {self._last_words()}"
            raise RepositoryUnavailable(message)
        return True

    def _clear_remains(self) -> None:
        """Remove the locks of a server that was killed, once all its processes have let go of the data.

        PostgreSQL would mind a pid that lives on as a zombie, or was given away again.
        """
        orphans = [process for process in psutil.process_iter(["name"]) if self._works_on_data(process)]
        _, deaf = psutil.wait_procs(orphans, timeout=10)
        for process in deaf:
            process.kill()
        psutil.wait_procs(deaf, timeout=10)
        for lock in (self.data / "postmaster.pid", *self.socket_folder.glob(".s.PGSQL.*")):
            lock.unlink(missing_ok=True)

    def _works_on_data(self, process: psutil.Process) -> bool:
        try:
            return process.info["name"] == "postgres" and process.cwd() == str(self.data)
        except (psutil.NoSuchProcess, psutil.AccessDenied, psutil.ZombieProcess):
            return False

    def _stop(self) -> None:
        if self._postmaster():
            run("pg_ctl", "stop", "--wait", "--mode=fast", "--silent", "-D", str(self.data))
        shutil.rmtree(self.socket_folder, ignore_errors=True)

    def _make(self) -> None:
        """Make the data folder whole, then give it its name: a process killed meanwhile leaves only a draft."""
        draft = self.data.with_name(self.data.name + ".draft")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        self._log.touch()
        hand_over(draft, self._log)
        made = run(
            "initdb", "-D", str(draft), "--username", USER, "--auth=trust", "--encoding=UTF8", "--locale=C",
            "--no-instructions",
        )  # fmt: skip
        if made.returncode != 0:
            message = f"the database could not be made in {self.data}: {_words(made)}"
            raise RepositoryUnavailable(message)
        for database in DATABASES:
            with TemporaryFile() as said:
                said.write(f"CREATE DATABASE {database};\n".encode())
                said.seek(0)
                made = run("postgres", "--single", "-D", str(draft), "postgres", given=said)
            if made.returncode != 0 or "ERROR" in _words(made) or "FATAL" in _words(made):
                message = f"the database {database} could not be made in {self.data}: {_words(made)}"
                raise RepositoryUnavailable(message)
        draft.rename(self.data)

    def _make_socket_folder(self) -> None:
        folder = self.socket_folder
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
        if found.st_uid != os.geteuid() or folder.is_symlink() or found.st_mode & 0o077:
            message = f"{folder} belongs to somebody else, or is open to others: remove it"
            raise ConfigurationError(message)

    def _last_words(self) -> str:
        lines = self._log.read_text(encoding="utf-8", errors="replace").splitlines() if self._log.exists() else []
        return " | ".join(lines[-4:])


def _words(of: subprocess.CompletedProcess[bytes]) -> str:
    return of.stderr.decode(errors="replace").strip()
