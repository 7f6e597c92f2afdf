"""Debian's PostgreSQL with the files of docker/postgres."""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.deploy.authority import Authority

KEPT = Path(__file__).resolve().parents[3] / "docker" / "postgres"
DEBIAN = Path("/usr/lib/postgresql/15/bin")
USERS = ("migrator", "api", "dashboard", "trainer", "optuna", "model", "pgadmin")


@dataclass(frozen=True)
class Server:
    """Debian's PostgreSQL on a free port of 127.0.0.1, with our configuration."""

    folder: Path
    port: int
    authority: Authority
    superuser: str
    kept: Path = KEPT
    programs: Path = DEBIAN

    @property
    def as_its_user(self) -> list[str]:
        """PostgreSQL does not run as root."""
        if os.geteuid() != 0:
            return []
        return ["setpriv", f"--reuid={self.superuser}", f"--regid={self.superuser}", "--clear-groups", "--"]

    @property
    def certificate(self) -> Path:
        return self.folder / "postgres.crt"

    def run(self, program: str, *arguments: str, said: str | None = None) -> str:
        """A program of PostgreSQL's, as the operating system's user that the server runs as."""
        done = subprocess.run(
            [*self.as_its_user, str(self.programs / program), *arguments],
            input=said, capture_output=True, text=True, check=False, cwd=self.folder, env={"LC_ALL": "C"},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    def psql(self, *arguments: str, database: str = "postgres", said: str | None = None) -> str:
        """Inside the container: on the socket, as the superuser."""
        return self.run(
            "psql", "-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-h", str(self.folder), "-p", str(self.port),
            "-d", database, *arguments, said=said,
        ).strip()  # fmt: skip

    def url(self, user: str, database: str = "medcost", *, driver: str = "asyncpg", **other: Any) -> str:
        """The address for a user with their certificate; ``other`` says what is not as it should be."""
        told = {
            "host": "localhost",
            "sslmode": "verify-full",
            "sslrootcert": self.authority.folder / "ca.crt",
            "sslcert": self.authority.folder / f"{user}.crt",
            "sslkey": self.authority.folder / f"{user}.key",
            **other,
        }
        host = told.pop("host")
        query = urlencode({name: value for name, value in told.items() if value is not None})
        return f"postgresql+{driver}://{user}@{host}:{self.port}/{database}?{query}"

    def take_certificate(self) -> None:
        """Get certificate and key from where they were made, as a deployment copies them."""
        for name in ("ca.crt", "postgres.key", "postgres.crt"):
            draft = self.folder / f"{name}.new"
            shutil.copy(self.authority.folder / name, draft)
            if os.geteuid() == 0:
                shutil.chown(draft, self.superuser)
            draft.replace(self.folder / name)

    def reload(self) -> None:
        self.run("pg_ctl", "reload", "-D", str(self.folder / "data"))

    def start(self) -> None:
        files = {
            "config_file": self.kept / "postgresql.conf",
            "hba_file": self.folder / "pg_hba.conf",
            "ssl_ca_file": self.folder / "ca.crt",
            "ssl_cert_file": self.certificate,
            "ssl_key_file": self.folder / "postgres.key",
            "unix_socket_directories": self.folder,
            "port": self.port,
            "listen_addresses": "127.0.0.1",
        }
        options = " ".join(f"-c {name}={value}" for name, value in files.items())
        self.run(
            "pg_ctl", "start", "--wait", "-D", str(self.folder / "data"), "-l", str(self.folder / "log"),
            "-o", options,
        )  # fmt: skip

    def stop(self) -> None:
        self.run("pg_ctl", "stop", "--wait", "--mode=fast", "-D", str(self.folder / "data"))


@pytest.fixture(scope="session")
def new_server(part: Callable[..., None], new_authority: Callable[[], Authority]) -> Iterator[Callable[..., Server]]:
    """`new_server("app")` makes and starts a server with the files of docker/postgres and certificates of its own."""
    part("postgresql", None if (DEBIAN / "postgres").exists() else "PostgreSQL 15 of Debian is not installed")
    made: list[Server] = []

    def make(kind: str, authority: Authority | None = None, data: Path | None = None) -> Server:
        user = "postgres" if os.geteuid() == 0 else getpass.getuser()
        folder = Path(tempfile.mkdtemp(prefix="medcost-deploy-", dir="/tmp"))  # a socket's path must be short
        server = Server(folder, _free_port(), authority or new_authority(), user)
        if not authority:
            server.authority.server("postgres", "localhost")  # not as 127.0.0.1: a wrong name can be tried
        shutil.copy(server.kept / kind / "pg_hba.conf", folder)
        if os.geteuid() == 0:
            shutil.chown(folder, user)
        server.take_certificate()
        made.append(server)
        if data:
            data.rename(folder / "data")
        else:
            server.run(
                "initdb", "-D", str(folder / "data"), "--username", user, "--auth=peer", "--no-sync", "-E", "UTF8"
            )
        server.start()
        server.psql(said=(server.kept / kind / "roles.sql").read_text(encoding="utf-8"))
        return server

    yield make
    for server in made:
        if (server.folder / "data" / "postmaster.pid").exists():
            server.stop()
        shutil.rmtree(server.folder)


@pytest.fixture(scope="session")
def deploy(new_server: Callable[..., Server], give_rights: Callable[[Server], None]) -> Callable[[], Server]:
    """`deploy()` gives a server as it is after a deployment: migrated, rights given, a certificate for each user."""

    def make() -> Server:
        server = new_server("app")
        for user in USERS:
            server.authority.client(user)
        migrated = subprocess.run(
            [str(Path(sys.executable).with_name("medcost")), "db", "upgrade", "--profile", "production"],
            env={
                **os.environ, "MEDCOST_DATABASE_URL": server.url("migrator"),
                "MEDCOST_HOME": str(server.folder / "home"),
            },
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert migrated.returncode == 0, migrated.stderr
        give_rights(server)
        return server

    return make


@pytest.fixture(scope="session")
def app_server(deploy: Callable[[], Server]) -> Server:
    """One that tests share: each looks only at what it made itself."""
    return deploy()


@pytest.fixture(scope="session")
def give_rights() -> Callable[[Server], None]:
    """As a deployment does after each migration: by psql, as migrator, over the network."""

    def give(server: Server) -> None:
        address = server.url("migrator").replace("postgresql+asyncpg", "postgresql")
        done = subprocess.run(
            [str(DEBIAN / "psql"), "-X", "-q", "-d", address, "-f", str(server.kept / "app" / "grants.sql")],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr

    return give


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as door:
        return door.getsockname()[1]
