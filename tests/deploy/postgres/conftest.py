"""Debian's PostgreSQL with the files of docker/postgres."""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.deploy.authority import Authority, Pki
from tests.support import command, isolation

CONFIGURATION = Path(__file__).resolve().parents[3] / "docker" / "postgres"
DEBIAN = Path("/usr/lib/postgresql/15/bin")
USERS = {
    "app": ("migrator", "api", "dashboard", "trainer", "optuna", "model", "pgadmin"),
    "mlflow": ("mlflow", "api"),  # the latter has no business there
}


@dataclass(frozen=True)
class Server:
    """Debian's PostgreSQL on a free port of 127.0.0.1, with our configuration."""

    folder: Path
    port: int
    authority: Authority
    superuser: str
    configuration: Path = CONFIGURATION
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

    def run(self, program: str, *arguments: str, input_text: str | None = None) -> str:
        """A program of PostgreSQL's, as the operating system's user that the server runs as."""
        done = subprocess.run(
            [*self.as_its_user, str(self.programs / program), *arguments],
            input=input_text, capture_output=True, text=True, check=False, cwd=self.folder,
            env={"LC_ALL": "C", isolation.RUN: os.environ[isolation.RUN]},  # by which a server is ended that was left
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    def psql(self, *arguments: str, database: str = "postgres", input_text: str | None = None) -> str:
        """Inside the container: on the socket, as the superuser."""
        return self.run(
            "psql", "-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-h", str(self.folder), "-p", str(self.port),
            "-d", database, *arguments, input_text=input_text,
        ).strip()  # fmt: skip

    def url(self, user: str, database: str = "medcost", *, driver: str = "asyncpg", **other: Any) -> str:
        """The address for a user with their certificate; ``other`` says what is not as it should be."""
        parameters = {
            "host": "localhost",
            "sslmode": "verify-full",
            "sslrootcert": self.authority.folder / "ca.crt",
            "sslcert": self.authority.folder / f"{user}.crt",
            "sslkey": self.authority.folder / f"{user}.key",
            **other,
        }
        host = parameters.pop("host")
        query = urlencode({name: value for name, value in parameters.items() if value is not None})
        return f"postgresql+{driver}://{user}@{host}:{self.port}/{database}?{query}"

    def take_certificate(self) -> None:
        """Get certificate and key from where they were made, as a deployment copies them."""
        for name in ("ca.crt", "postgres.key", "postgres.crt"):
            draft = self.folder / f"{name}.new"
            shutil.copy(self.authority.folder / name, draft)
            if os.geteuid() == 0:
                shutil.chown(draft, self.superuser)
            draft.replace(self.folder / name)

    def furnish(self, kind: str) -> None:
        """Put into its folder what it reads besides its data."""
        shutil.copy(self.configuration / kind / "pg_hba.conf", self.folder)
        if os.geteuid() == 0:
            shutil.chown(self.folder, self.superuser)
        self.take_certificate()

    def give_rights(self) -> None:
        """As a deployment does after each migration: by psql, as migrator, over the network."""
        address = self.url("migrator").replace("postgresql+asyncpg", "postgresql")
        grants = str(self.configuration / "app" / "grants.sql")
        done = subprocess.run(
            [str(self.programs / "psql"), "-X", "-q", "-d", address, "-f", grants],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr

    def reload(self) -> None:
        self.run("pg_ctl", "reload", "-D", str(self.folder / "data"))

    def start(self) -> None:
        files = {
            "config_file": self.configuration / "postgresql.conf",
            "hba_file": self.folder / "pg_hba.conf",
            "ssl_ca_file": self.folder / "ca.crt",
            "ssl_cert_file": self.certificate,
            "ssl_key_file": self.folder / "postgres.key",
            "unix_socket_directories": self.folder,
            "port": self.port,
            "listen_addresses": "127.0.0.1",
            "fsync": "off",  # no test lets the machine lose power
        }
        options = " ".join(f"-c {name}={value}" for name, value in files.items())
        self.run(
            "pg_ctl", "start", "--wait", "-D", str(self.folder / "data"), "-l", str(self.folder / "log"),
            "-o", options,
        )  # fmt: skip

    def stop(self, mode: str = "fast") -> None:
        self.run("pg_ctl", "stop", "--wait", f"--mode={mode}", "-D", str(self.folder / "data"))


@pytest.fixture(scope="session")
def template(part: Callable[..., None], pki: Pki) -> Callable[[str], Server]:
    """`template("app")` is a server as it is after a deployment, made once a run and stopped: tests run copies of it.

    Its roles have their rights, the application's database is migrated, and each user has a certificate.
    """
    part("postgresql", None if (DEBIAN / "postgres").exists() else "PostgreSQL 15 of Debian is not installed")

    def make(kind: str, folder: Path) -> None:
        folder.mkdir()
        server = _server(folder, Authority(pki, folder / "ca", folder / "certificates"))
        server.authority.create()
        server.authority.server("postgres", "localhost")  # not as 127.0.0.1: a wrong name can be tried
        for user in USERS[kind]:
            server.authority.client(user)
        server.furnish(kind)
        data = str(folder / "data")
        server.run("initdb", "-D", data, "--username", server.superuser, "--auth=peer", "--no-sync", "-E", "UTF8")
        server.start()
        server.psql(input_text=(server.configuration / kind / "roles.sql").read_text(encoding="utf-8"))
        if kind == "app":
            settings = {"MEDCOST_PROFILE": "production", "MEDCOST_DATABASE_URL": server.url("migrator")}
            migrated = command.run("db", "upgrade", home=folder / "home", **settings)
            assert migrated.status == 0, migrated.errors
            server.give_rights()
        server.stop()

    def get(kind: str) -> Server:
        folder = isolation.once(f"postgres-{kind}", lambda path: make(kind, path))
        return _server(folder, Authority(pki, folder / "ca", folder / "certificates"))

    return get


@pytest.fixture(scope="session")
def new_server(template: Callable[[str], Server]) -> Iterator[Callable[..., Server]]:
    """`new_server("app")` starts a copy of the template with an authority of its own.

    With ``data`` it starts that folder of data instead, with ``authority`` it has a certificate of that one.
    """
    made: list[Server] = []

    def make(kind: str, authority: Authority | None = None, data: Path | None = None) -> Server:
        original = template(kind)
        folder = Path(tempfile.mkdtemp(prefix="medcost-deploy-", dir="/tmp"))  # a socket's path must be short
        server = _server(folder, authority or original.authority.copy(folder / "authority"))
        server.furnish(kind)
        made.append(server)
        if data:
            data.rename(folder / "data")
        else:
            subprocess.run(["cp", "--archive", "--reflink=auto", original.folder / "data", folder], check=True)
        server.start()
        return server

    yield make
    for server in made:
        if (server.folder / "data" / "postmaster.pid").exists():
            server.stop("immediate")
        shutil.rmtree(server.folder)


@pytest.fixture(scope="session")
def app_server(new_server: Callable[..., Server]) -> Server:
    """The server that tests share: each looks only at what it made itself."""
    return new_server("app")


def _server(folder: Path, authority: Authority) -> Server:
    """Describe a server in a folder, on a free port, of the operating system's user that may run it."""
    return Server(folder, _free_port(), authority, "postgres" if os.geteuid() == 0 else getpass.getuser())


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]
