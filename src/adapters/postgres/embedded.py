"""The embedded PostgreSQL: binaries from a wheel, a Unix socket, started and stopped by leases.

The wheel's own server manager is not used: it loses count of clients that were killed, and as root it
changes folders above the home.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import asyncpg
import psutil

from adapters.common.disk import writing
from adapters.common.locks import waited_for
from adapters.common.processes import ProcessId, end
from adapters.postgres.client import Client
from adapters.postgres.cluster import USER, Cluster
from adapters.postgres.leases import Leases
from adapters.postgres.programs import WHEEL, Programs, hand_over
from domain.errors import ConfigurationError, HomeInUse, RepositoryUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterator

_START_WITHIN: Final = 60
_STOP_WITHIN: Final = 30
_SOCKETS: Final = Path("/tmp")  # noqa: S108  # not TMPDIR: every process of a home must find the same socket


@dataclass(frozen=True, slots=True)
class ServerStatus:
    """The embedded server while it runs; ``leases`` counts the processes that use it."""

    pid: int
    address: str
    since: datetime
    leases: int


@dataclass(frozen=True, slots=True)
class EmbeddedPostgres:
    """The PostgreSQL server on the folder ``data`` inside a home.

    Every process that uses the server holds a lease. Leases of processes that are gone do not count; the end of the
    last lease stops the server. The next lease, or `ensure_running`, starts a killed server again.
    """

    data: Path
    programs: Programs = WHEEL

    @contextmanager
    def lease(self) -> Iterator[EmbeddedPostgres]:
        """Hold a lease of the server while the block runs; the server is made and started if need be.

        Raises:
            RepositoryUnavailable: if it does not start; the text ends with the last lines of its log.
            HomeUnwritable: if its disk is full or cannot be written.
        """
        with self._locked():
            with writing(self.data.parent):
                mine = self._leases.take()
            try:
                self._start()
            except BaseException:
                self._leases.give_back(mine)
                raise
        try:
            yield self
        finally:
            with self._locked():
                self._leases.give_back(mine)
                if not self._leases.count:
                    self._stop()

    def ensure_running(self) -> bool:
        """Start the server again if it is gone, and return whether that was needed; fast when it was not.

        Raises:
            RepositoryUnavailable: if it does not start.
        """
        if self._postmaster():
            return False
        with self._locked():
            return self._start()

    async def lives(self) -> None:
        """Return once the server has answered, also if it refuses connections for now.

        Raises:
            RepositoryUnavailable: if no server listens. One that hangs does not answer, so the caller needs a deadline.
        """
        try:
            connection = await asyncpg.connect(host=str(self.socket_folder), user=USER, database="postgres")
        except asyncpg.PostgresError:
            return
        except (OSError, asyncpg.InterfaceError) as error:
            message = f"nobody answers in {self.socket_folder} ({type(error).__name__})"
            raise RepositoryUnavailable(message) from error
        connection.terminate()

    def start_anew(self, *, grace: float) -> None:
        """End a server that hangs, killing it after ``grace`` seconds, and start it again.

        Raises:
            RepositoryUnavailable: if it does not start.
        """
        with self._locked():
            self._end(grace)
            self._start()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep other processes from using the server while the block runs; it is stopped, except within `running`.

        Raises:
            HomeInUse: if a process uses it.
        """
        with self._locked():
            if self._leases.count:
                message = f"a process uses the database in {self.data}: wait for it to end, or end it"
                raise HomeInUse(message)
            self._stop()
            yield

    @contextmanager
    def running(self) -> Iterator[None]:
        """Run the server while the block runs, within `alone`.

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
        """Return a client for dumps of and queries to the databases."""
        return Client(self.socket_folder, USER, self.programs)

    def status(self) -> ServerStatus | None:
        """Return the status of the server, None if it does not run."""
        postmaster = self._postmaster()
        if postmaster is None:
            return None
        since = datetime.fromtimestamp(postmaster.create_time(), UTC)
        return ServerStatus(postmaster.pid, str(self.socket_folder), since, self._leases.count)

    @property
    def socket_folder(self) -> Path:
        """Return the folder of the socket, whose path must be shorter than 107 bytes for any home."""
        name = hashlib.sha256(os.fsencode(self.data.absolute())).hexdigest()[:16]
        return _SOCKETS / f"medcost-{os.geteuid()}-{name}"

    def url(self, database: str, *, driver: str = "asyncpg") -> str:
        """Return SQLAlchemy's address of a database (``medcost`` or ``optuna``) by ``asyncpg`` or ``psycopg``."""
        return f"postgresql+{driver}://{USER}@/{database}?host={self.socket_folder}"

    @property
    def _leases(self) -> Leases:
        return Leases(self.data.with_name(self.data.name + ".leases"))

    @property
    def _log(self) -> Path:
        return self.data.with_name(self.data.name + ".log")

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with writing(self.data.parent):
            self.data.parent.mkdir(parents=True, exist_ok=True)
            lock = self.data.with_name(self.data.name + ".lock")
            lock.touch()
        with waited_for(lock):
            yield

    def _postmaster(self) -> psutil.Process | None:
        """Return the server's first process, if it is alive and really this server's."""
        try:
            pid = int((self.data / "postmaster.pid").read_text(encoding="utf-8").splitlines()[0])
            process = psutil.Process(pid)
            named = str(self.data) in process.cmdline() and process.status() != psutil.STATUS_ZOMBIE
        except (OSError, ValueError, IndexError, psutil.NoSuchProcess):
            return None
        # a folder that was moved away takes its server along, and a copy may have got its name since
        return process if named and self._is_at_work_here(process) is not False else None

    def _start(self) -> bool:
        if self._postmaster():
            return False
        cluster = Cluster(self.data, self.programs)
        with writing(self.data.parent):
            if not self.data.exists():
                cluster.make()
            cluster.require_fitting()
            self._make_socket_folder()
            self._clear_remains()
            cluster.prepare()
            self._log.touch(mode=0o600)
            hand_over(self._log)
        started = self.programs.run(
            "pg_ctl", "start", "--wait", f"--timeout={_START_WITHIN}", "--silent",
            "-D", str(self.data), "--log", str(self._log), "--options", f"-k {self.socket_folder}",
        )  # fmt: skip
        if started.returncode != 0:
            message = f"PostgreSQL does not start: {self._last_words()}"
            raise RepositoryUnavailable(message)
        return True

    def _clear_remains(self) -> None:
        """Remove the locks of a killed server, once all its processes have released the data.

        PostgreSQL would not start for a pid that is a zombie, or that another process has got.
        """
        orphans = [process for process in psutil.process_iter(["name"]) if self._works_on_data(process)]
        _, remaining = psutil.wait_procs(orphans, timeout=10)
        for process in remaining:
            process.kill()
        psutil.wait_procs(remaining, timeout=10)
        for lock in (self.data / "postmaster.pid", *self.socket_folder.glob(".s.PGSQL.*")):
            lock.unlink(missing_ok=True)

    def _works_on_data(self, process: psutil.Process) -> bool:
        return process.info["name"] == "postgres" and self._is_at_work_here(process) is True

    def _is_at_work_here(self, process: psutil.Process) -> bool | None:
        """Return whether a server's process works in the data folder; None where the system does not tell."""
        try:
            # where it can be followed, the system's own link: a folder has more than one path where it is mounted twice
            link = Path(f"/proc/{process.pid}/cwd")
            return (link if sys.platform == "linux" else Path(process.cwd())).samefile(self.data)
        except (psutil.AccessDenied, PermissionError):
            return None
        except (psutil.NoSuchProcess, OSError):
            return False

    def _stop(self) -> None:
        if self._postmaster():
            timeout = f"--timeout={_STOP_WITHIN}"
            self.programs.run("pg_ctl", "stop", "--wait", timeout, "--mode=fast", "--silent", "-D", str(self.data))
            self._end(_STOP_WITHIN / 10)  # one that hangs did not hear that
        shutil.rmtree(self.socket_folder, ignore_errors=True)

    def _end(self, grace: float) -> None:
        postmaster = self._postmaster()
        if postmaster and (process := ProcessId.of(postmaster.pid)):
            end([process], within=grace)

    def _make_socket_folder(self) -> None:
        folder = self.socket_folder
        folder.mkdir(mode=0o700, exist_ok=True)
        status = folder.lstat()
        if status.st_uid != os.geteuid() or folder.is_symlink() or status.st_mode & 0o077:
            message = f"{folder} belongs to somebody else, or is open to others: remove it"
            raise ConfigurationError(message)

    def _last_words(self) -> str:
        lines = self._log.read_text(encoding="utf-8", errors="replace").splitlines() if self._log.exists() else []
        return " | ".join(lines[-4:])
