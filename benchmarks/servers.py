"""The processes that are measured. They end with the run, also with one that is interrupted."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager, suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Self
from urllib.parse import urlsplit

import httpx
import psutil

from adapters.local.home import Home
from adapters.postgres.embedded import EmbeddedPostgres
from entrypoints.hosting import run_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

CLI = [sys.executable, "-m", "entrypoints.cli.main"]
TREE = Path(__file__).resolve().parents[1]
_QUICK = ["cv=quick", "tuning.n_trials=1"]
_READY_WITHIN = 120
_END_WITHIN = 20


class Servers:
    """The servers that are measured, each started at its first use.

    Args:
        folder: for all that is written.
        data: claims that the champion and the peers learn from; None for a synthetic sample.
        size: ``quick``, ``usual`` or ``long``: how many rows the sections use that count by rows.
        against: another checkout of the repository, whose training is measured beside ours.
    """

    def __init__(
        self,
        folder: Path,
        data: Path | None,
        size: Literal["quick", "usual", "long"] = "usual",
        against: Path | None = None,
    ) -> None:
        self.folder, self.data, self.size = folder, data, size
        self.against = against and against.resolve()
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @property
    def about(self) -> str:
        """Describe the champion's training data."""
        what = self.data.name if self.data else "a synthetic sample of 1,000 rows (DATA=file.csv names another)"
        return f"champion: interaction_lad, learnt from {what}"

    @cached_property
    def claims(self) -> Path:
        """Return the file of claims as CSV."""
        if self.data:
            return self.data
        sample = self.folder / "claims.csv"
        run([*CLI, "data", "sample", "--rows", "1000", "--seed", "0", "--out", str(sample)])
        return sample

    @cached_property
    def home(self) -> Home:
        """Return a home with a champion of the family that wins on the public data."""
        return self.trained("interaction_lad")

    def trained(self, family: str, *, schema: Path | None = None) -> Home:
        """Make a home whose champion is of a family, by its defaults: what is measured is how fast it answers.

        Args:
            family: the family of models.
            schema: the file of a schema, whose champion learns from 1,000 invented people; None for the default one.
        """
        home = self.folder / (f"{family}-{schema.stem}" if schema else family)
        data = ["dataset=csv", f"dataset.path={self.claims}"]
        if schema:
            data = [f"schema={schema}", "dataset=synthetic", "dataset.rows=1000"]
        # some families are compared on costs with many zeros only
        if "least_zeros" in (TREE / "config" / "model" / f"{family}.yaml").read_text(encoding="utf-8"):
            data.append(f"model.{family}.least_zeros=null")
        run([*CLI, "train", "stage=all", f"model=[{family}]", *_QUICK, *data, "--home", str(home)])
        return Home(home)

    @cached_property
    def ours(self) -> str:
        """Return the address of `medcost up`."""
        return self._stack.enter_context(medcost_up(self.home.path))

    @property
    def model_server(self) -> str:
        """Return the address of the model server that `medcost up` started."""
        assert self.ours
        run_now = run_file.read(self.home.run_file)
        assert run_now
        return next(part.address for part in run_now.parts if part.name == "model")

    @cached_property
    def noop(self) -> str:
        """Return the address of a web process like that of `medcost up`, with one more route."""
        return self._stack.enter_context(self.web("benchmarks.noop"))

    @cached_property
    def bare(self) -> str:
        """Return the address of a bare no-op of Litestar on uvicorn."""
        return self._stack.enter_context(self._started("bare no-op", ["-m", "benchmarks.bare"], {}, ready="/ready"))

    @contextmanager
    def two_workers(self) -> Iterator[str]:
        """Start two processes of the API behind one socket, on the model server and PostgreSQL of `medcost up`."""
        settings = {"MEDCOST_HOME": str(self.home.path), "MEDCOST_MODEL_SERVER_URL": self.model_server}
        command = ["-m", "entrypoints.cli.main", "serve", "api"]
        ready = "/api/v1/health/ready"
        with self._started("two workers", command, settings | {"MEDCOST_WORKERS": "2"}, ready=ready) as url:
            yield url

    @contextmanager
    def web(self, module: str, **settings: str) -> Iterator[str]:
        """Start a web process beside that of `medcost up`, on the same model server and PostgreSQL."""
        environment = {"MEDCOST_HOME": str(self.home.path), "MEDCOST_MODEL_SERVER_URL": self.model_server, **settings}
        with self._started(module, ["-m", module], environment, ready="/api/v1/health/ready") as url:
            yield url

    @cached_property
    def pipeline(self) -> Path:
        """Return a folder with the pipeline that the peers serve."""
        folder = self.folder / "peers"
        folder.mkdir()
        run([sys.executable, "-m", "benchmarks.peers.pipeline", str(self.claims), str(folder)])
        return folder

    @contextmanager
    def plain_bentoml(self) -> Iterator[str]:
        environment = {
            "BENCH_PIPELINE": str(self.pipeline / "pipeline.joblib"),
            "BENTOML_HOME": str(self.folder / "bentoml"),
            "BENTOML_DO_NOT_TRACK": "True",
        }
        command = ["-m", "bentoml", "serve", "benchmarks.peers.plain_bentoml:PlainModel", "--working-dir", str(TREE)]
        with self._started("plain BentoML", command, environment, ready="/readyz") as url:
            yield url

    @contextmanager
    def usual_stack(self, model: str) -> Iterator[str]:
        """Start the usual stack in front of a plain BentoML, with our PostgreSQL behind it."""
        assert self.ours
        database = EmbeddedPostgres(self.home.postgres).url("medcost", driver="psycopg")
        environment = {"BENCH_MODEL": model, "BENCH_DATABASE": database}
        command = ["-m", "uvicorn", "benchmarks.peers.usual_stack:app", "--no-access-log"]
        with self._started("usual stack", command, environment, ready="/openapi.json") as url:
            yield url

    @contextmanager
    def mlflow(self) -> Iterator[str]:
        command = ["-m", "mlflow", "models", "serve", "-m", str(self.pipeline / "mlflow"), "--env-manager", "local"]
        environment = {"MLFLOW_DISABLE_TELEMETRY": "true"}
        with self._started("mlflow models serve", command, environment, ready="/ping") as url:
            yield url

    @contextmanager
    def _started(
        self, name: str, arguments: Sequence[str], environment: Mapping[str, str], *, ready: str
    ) -> Iterator[str]:
        """Run a Python server on a free port, wait until it answers a path, and end it with all that it started."""
        log = self.folder / f"{name.replace(' ', '-')}.log"
        port = free_port()
        # MLflow starts uvicorn by its name
        whole_environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", **environment}
        command = [sys.executable, *arguments, "--port", str(port)]
        with log.open("wb") as log_file:
            process = psutil.Popen(
                command, cwd=TREE, env=whole_environment, stdout=log_file, stderr=log_file, start_new_session=True
            )
        try:
            url = f"http://127.0.0.1:{port}"
            until(lambda: process.poll() is not None or answers(url + ready), f"{name}: see its log", log)
            if process.poll() is not None:
                sys.exit(f"{name} ended with {process.returncode}:\n{log.read_text()[-3000:]}")
            yield url
        finally:
            end(process)


@contextmanager
def medcost_up(home: Path) -> Iterator[str]:
    """Run `medcost up` and yield its address."""
    log = home.with_name(home.name + ".log")
    with log.open("wb") as log_file:
        command = [*CLI, "up", "--port", "0", "--home", str(home)]
        up = subprocess.Popen(command, cwd=TREE, stdout=log_file, stderr=log_file, start_new_session=True)
    try:
        until(lambda: up.poll() is not None or "Ready: " in log.read_text(), "`medcost up` is not ready", log)
        if up.poll() is not None:
            sys.exit(f"`medcost up` ended with {up.returncode}:\n{log.read_text()}")
        yield log.read_text().split("Ready: ")[1].split()[0]
    finally:
        up.terminate()  # it ends its parts itself, in order; a shell that put us in the background ignores SIGINT
        up.wait(timeout=60)


def answers(url: str) -> bool:
    """Return whether there is a good answer."""
    try:
        return httpx.get(url, timeout=10, trust_env=False).is_success
    except httpx.HTTPError:
        return False


def until(true: Callable[[], bool], otherwise: str, log: Path) -> None:
    """Wait for a condition, two minutes at most."""
    deadline = time.monotonic() + _READY_WITHIN
    while not true():
        if time.monotonic() > deadline:
            sys.exit(f"{otherwise}:\n{log.read_text()[-3000:]}")
        time.sleep(0.02)


def end(process: psutil.Popen) -> None:
    """End a process and all that it started."""
    family = [process, *process.children(recursive=True)] if process.poll() is None else []
    for signalled in (signal.SIGTERM, signal.SIGKILL):
        for member in family:
            with suppress(psutil.NoSuchProcess):
                member.send_signal(signalled)
        _, family = psutil.wait_procs(family, timeout=_END_WITHIN)


def cpu_seconds(url: str) -> float:
    """Return how much CPU the process that listens at an address has used."""
    port = urlsplit(url).port
    (pid,) = {
        connection.pid
        for connection in psutil.net_connections("tcp")
        if connection.status == psutil.CONN_LISTEN
        and connection.pid
        and connection.laddr
        and connection.laddr.port == port
    }
    used = psutil.Process(pid).cpu_times()
    return used.user + used.system


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def run(command: Sequence[str]) -> None:
    """Run a command to its end; interrupted, the command is ended, and ends what it started."""
    process = subprocess.Popen(
        command, cwd=TREE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        _, output = process.communicate()
    except BaseException:
        process.terminate()  # not SIGINT, which what a shell put into the background ignores
        process.communicate(timeout=60)
        raise
    if process.returncode != 0:
        sys.exit(f"{' '.join(command)} ended with {process.returncode}:\n{output[-3000:]}")
