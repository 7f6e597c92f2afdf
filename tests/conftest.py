"""What all tests share: which real parts this machine can give."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from hypothesis import settings

from tests.command import CLI
from tests.dask_cluster import Cluster
from tests.s3_server import DVC, S3Server
from tests.waiting import until

# a busy machine takes longer than hypothesis' 200 ms over an example without anything being wrong
settings.register_profile("medcost", deadline=None)
settings.load_profile("medcost")

TRAINING = ["cv=quick", "tuning.n_trials=1", "dataset=synthetic", "dataset.rows=400"]

_missing: dict[str, str] = {}


@pytest.fixture(scope="session")
def part() -> Callable[[str, str | None], None]:
    """`part("chromium", "not installed")` skips the test, or fails it under MEDCOST_REQUIRE=all; None passes.

    MEDCOST_REQUIRE names parts with commas between: `chromium`, `all`, `all,-docker-engine` (all but that).
    """

    def need(name: str, missing_because: str | None) -> None:
        if missing_because is None:
            return
        _missing[name] = missing_because
        required = os.environ.get("MEDCOST_REQUIRE", "").split(",")
        if name in required or ("all" in required and f"-{name}" not in required):
            pytest.fail(f"{name} is required here, but {missing_because}")
        pytest.skip(f"{name}: {missing_because}")

    return need


@pytest.fixture(scope="session")
def medcost() -> Callable[..., None]:
    """`medcost("models", "list", home=home)` runs a command, which must succeed."""

    def run(*arguments: str, home: Path) -> None:
        done = subprocess.run([*CLI, *arguments, "--home", str(home)], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr

    return run


@pytest.fixture(scope="session")
def trained(medcost: Callable[..., None], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with two versions that answer differently; the first is champion. Tests work on copies."""
    home = tmp_path_factory.mktemp("real") / "trained"
    medcost("train", "stage=all", "model=[linear]", *TRAINING, home=home)
    medcost("train", "stage=optuna", "model=[interaction_ols]", "tuning.study=second", *TRAINING, home=home)
    return home


@pytest.fixture(scope="session")
def medcost_up() -> Callable[..., AbstractContextManager[str]]:
    """`with medcost_up(home) as url:` runs `medcost up` in a home until all of it answers.

    More settings are given by name, as in the environment.
    """

    @contextmanager
    def up(home: Path, **settings: str) -> Iterator[str]:
        said = home.with_name(f"{home.name}.said")
        with said.open("wb") as output:
            command = [*CLI, "up", "--home", str(home), "--port", "0"]
            environment = {**os.environ, **settings}
            process = subprocess.Popen(command, env=environment, stdout=output, stderr=output, start_new_session=True)
        try:

            def ready() -> bool:
                assert process.poll() is None, said.read_text()
                return "Ready: " in said.read_text()

            until(ready, within=120, said=said.read_text, pause=0.05)
            yield said.read_text().split("Ready: ")[1].split()[0]
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
            process.wait(timeout=60)

    return up


@pytest.fixture(scope="session")
def trained_up(
    trained: Path, medcost_up: Callable[..., AbstractContextManager[str]]
) -> Callable[..., AbstractContextManager[tuple[Path, str]]]:
    """`with trained_up(folder) as (home, url):` runs `medcost up` on a copy of the trained home in a folder."""

    @contextmanager
    def up(folder: Path, **settings: str) -> Iterator[tuple[Path, str]]:
        home = folder / "home"
        subprocess.run(["cp", "-a", trained, home], check=True)  # PostgreSQL's files may be nobody's
        with medcost_up(home, **settings) as url:
            yield home, url

    return up


@pytest.fixture(scope="session")
def start_model_server() -> Iterator[Callable[..., tuple[str, subprocess.Popen[bytes]]]]:
    """`start_model_server(home)` serves a home's models by the real BentoML service; gives its address and process.

    Profile `memory` serves flat models (`adapters.memory.loader`), `embedded` those of scikit-learn. Its log goes to
    the file descriptor ``said``; ``port`` 0 is a free one.
    The socket listens before the server is up: whoever asks at once waits until it answers.
    """
    started: list[subprocess.Popen[bytes]] = []

    def start(
        home: Path, profile: str = "memory", python_path: str = "", said: int | None = None, port: int = 0
    ) -> tuple[str, subprocess.Popen[bytes]]:
        with socket.create_server(("127.0.0.1", port)) as door:
            started.append(
                subprocess.Popen(
                    [
                        *(sys.executable, "-m", "entrypoints.model_server.main"),
                        *(f"--fd={door.fileno()}", f"--parent={os.getpid()}"),
                    ],
                    env={
                        **os.environ,
                        "MEDCOST_HOME": str(home),
                        "MEDCOST_PROFILE": profile,
                        "PYTHONPATH": python_path,
                    },
                    pass_fds=[door.fileno()],
                    stderr=said,
                )
            )
            return f"http://127.0.0.1:{door.getsockname()[1]}", started[-1]

    yield start
    for process in started:
        process.terminate()
    for process in started:
        process.wait(timeout=20)


@pytest.fixture(scope="session")
def dask_cluster(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., AbstractContextManager[Cluster]]:
    """`with dask_cluster(workers=2) as cluster:` on this host, or where ``host`` and ``inside`` say.

    All workers have registered: on busy cores one may need longer to start than who asks has patience.
    """

    @contextmanager
    def start(
        *,
        workers: int,
        host: Callable[[int], str] = lambda _: "127.0.0.1",
        inside: Callable[[int], list[str]] = lambda _: [],
    ) -> Iterator[Cluster]:
        cluster = Cluster(tmp_path_factory.mktemp("cluster"), host, inside)
        try:
            for _ in range(workers):
                cluster.join()
            cluster.wait_for("Register worker addr", workers)
            yield cluster
        finally:
            cluster.end()

    return start


@pytest.fixture(scope="session")
def s3(part: Callable[[str, str | None], None], tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    part("s3", None if (DVC / "moto_server").exists() else "`make setup-dvc` was not run")
    server = S3Server(tmp_path_factory.mktemp("s3") / "log")
    yield server
    server.end()


@dataclass(frozen=True)
class MlflowServer:
    """Where it listens, and the folder in which it keeps artifacts."""

    address: str
    artifacts: Path


@pytest.fixture(scope="session")
def serve_mlflow() -> Callable[..., AbstractContextManager[MlflowServer]]:
    """`with serve_mlflow(database, home) as server:` runs `medcost serve mlflow` as in production, until it answers."""

    @contextmanager
    def serving(database: str, home: Path, port: int = 0) -> Iterator[MlflowServer]:
        with socket.create_server(("127.0.0.1", port)) as door:
            port = door.getsockname()[1]
        command = [*CLI, "serve", "mlflow", "--profile", "production", "--host", "127.0.0.1", "--port", str(port)]
        told = {"MEDCOST_HOME": str(home), "MEDCOST_TRACKING_URI": database}
        process = subprocess.Popen(command, env={**os.environ, **told}, start_new_session=True)
        try:

            def answers() -> bool:
                assert process.poll() is None
                with suppress(httpx.HTTPError):
                    return httpx.get(f"http://127.0.0.1:{port}/health", timeout=10).is_success
                return False

            until(answers, within=120, pause=0.2)
            yield MlflowServer(f"http://127.0.0.1:{port}", home / "mlflow" / "artifacts")
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            process.wait(timeout=60)

    return serving


@pytest.fixture(scope="session")
def mlflow_server(
    postgres_server: Callable[..., str],
    serve_mlflow: Callable[..., AbstractContextManager[MlflowServer]],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[MlflowServer]:
    """A real MLflow server on a PostgreSQL database of its own, which tests share."""
    from sqlalchemy import create_engine, text

    database = f"mlflow_{uuid4().hex}"
    with create_engine(postgres_server("postgres", driver="psycopg"), isolation_level="AUTOCOMMIT").connect() as admin:
        admin.execute(text(f"CREATE DATABASE {database}"))
    with serve_mlflow(postgres_server(database), tmp_path_factory.mktemp("mlflow-server")) as server:
        yield server


def _docker_answers() -> bool:
    docker = shutil.which("docker")
    return bool(docker) and subprocess.run([docker, "info"], capture_output=True, check=False).returncode == 0


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _missing:
        terminalreporter.section("parts that were not available here, and therefore not tested")
        for name, reason in sorted(_missing.items()):
            terminalreporter.line(f"{name}: {reason}")


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., str]]:
    """`postgres_server(database, driver=)` gives addresses on a real server.

    The server is MEDCOST_TEST_DATABASE_URL's if that is set, one of testcontainers where a Docker engine answers,
    else the embedded one.
    """
    from sqlalchemy import make_url

    def at(url: str) -> Callable[..., str]:
        return lambda database, driver="asyncpg": (
            make_url(url)
            .set(database=database, drivername=f"postgresql+{driver}")
            .render_as_string(hide_password=False)
        )

    if named := os.environ.get("MEDCOST_TEST_DATABASE_URL"):
        yield at(named)
        return
    if find_spec("testcontainers") and _docker_answers():
        from testcontainers.postgres import PostgresContainer

        with PostgresContainer("postgres:18") as container:
            yield at(container.get_connection_url())
        return
    from adapters.postgres.embedded import EmbeddedPostgres

    with EmbeddedPostgres(tmp_path_factory.mktemp("server") / "postgres").lease() as server:
        yield server.url


@pytest.fixture(scope="session")
def database_template(postgres_server: Callable[..., str]) -> Callable[[str], str]:
    """`database_template(name)` makes a fresh migrated database of that name and gives its address."""
    from sqlalchemy import create_engine, text

    from adapters.postgres import migrations

    admin = create_engine(postgres_server("postgres", driver="psycopg"), isolation_level="AUTOCOMMIT")
    template = f"template_{uuid4().hex}"
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {template}"))
    # in a thread: an asynchronous test may be asking, and its loop runs already
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, migrations.upgrade(postgres_server(template))).result()

    def make(name: str) -> str:
        with admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
        return postgres_server(name)

    return make


@pytest.fixture
def postgres_url(database_template: Callable[[str], str]) -> str:
    """A fresh, migrated database of a test's own."""
    return database_template(f"test_{uuid4().hex}")
