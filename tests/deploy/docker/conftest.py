"""The system in containers. Only `make test-docker` runs these: they need a Docker engine, and make a swarm of it."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import httpx
import pytest

TREE = Path(__file__).resolve().parents[3]
DOMAIN = "medcost.localhost"
ANN = {"age": 40, "sex": "female", "bmi": 27.5, "children": 1, "smoker": False, "region": "northeast"}


class Docker(Protocol):
    """`docker("image", "ls")` runs the client, which must succeed, and gives what it said."""

    def __call__(self, *arguments: str | Path, said: str | None = None) -> str: ...


@pytest.fixture(scope="session", autouse=True)
def engine(part: Callable[[str, str | None], None]) -> None:
    asked_for = "docker-engine" in os.environ.get("MEDCOST_REQUIRE", "").split(",")
    part("docker-engine", None if asked_for else "only `make test-docker` uses one, for it makes a swarm of it")
    answers = shutil.which("docker") and subprocess.run(["docker", "info"], capture_output=True, check=False)
    part("docker-engine", None if answers and answers.returncode == 0 else "none answers")


@pytest.fixture(scope="session")
def docker() -> Docker:
    def run(*arguments: str | Path, said: str | None = None) -> str:
        command = ["docker", *map(str, arguments)]
        done = subprocess.run(command, input=said, capture_output=True, text=True, check=False)
        assert done.returncode == 0, (command, done.stdout, done.stderr)
        return done.stdout.strip()

    return run


@pytest.fixture(scope="session")
def images(docker: Docker) -> dict[str, str]:
    """What we build, each by its name: of this tree, as compose.yaml says."""
    tag = os.environ.setdefault("MEDCOST_TAG", "test")
    docker("compose", "--file", TREE / "compose.yaml", "build")
    return {name: f"medcost-{name}:{tag}" for name in ("api", "dashboard", "model", "trainer", "mlflow", "pgadmin")}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The repository's files for production, in a folder that may be written to."""
    folder = tmp_path_factory.mktemp("server")
    shutil.copytree(TREE / "docker", folder / "docker")
    shutil.copy(TREE / "compose.yaml", folder)
    return folder


class Outside:
    """Who comes from outside: by Traefik's port, with a key."""

    def __init__(self, port: int, key: str) -> None:
        # whether certificates are right is tests/deploy/traefik's business
        self._client = httpx.Client(base_url=f"https://127.0.0.1:{port}/api/v1", verify=False, timeout=30)
        self._key = key

    def predict(self) -> httpx.Response:
        return self._client.post(
            "/predictions",
            json=ANN,
            headers={"Host": DOMAIN, "Authorization": f"Bearer {self._key}"},
            extensions={"sni_hostname": DOMAIN},
        )

    @contextmanager
    def asking(self) -> Iterator[Counter[int]]:
        """Four times a second for as long as it lasts; counts the answers' statuses."""
        answers, stop = Counter[int](), threading.Event()

        def ask() -> None:
            while not stop.wait(0.25):
                try:
                    answers[self.predict().status_code] += 1
                except httpx.TransportError:
                    answers[0] += 1

        caller = threading.Thread(target=ask)
        caller.start()
        try:
            yield answers
        finally:
            stop.set()
            caller.join()


@pytest.fixture(scope="session")
def outside() -> Callable[[int, str], Outside]:
    return Outside
