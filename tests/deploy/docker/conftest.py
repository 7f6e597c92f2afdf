"""The system in containers. Only `make test-docker` runs these: they need a Docker engine, and make a swarm of it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import httpx
import pytest

TREE = Path(__file__).resolve().parents[3]
STANDINS = Path(__file__).parent / "standins"
DOMAIN = "medcost.localhost"
FIRST_TRAINING = "[train, stage=all, --first]"
QUICK_TRAINING = "[train, stage=all, --first, cv=quick, tuning.n_trials=1, dataset.rows=400, 'model=[linear]']"
ANN = {"age": 40, "sex": "female", "bmi": 27.5, "children": 1, "smoker": False, "region": "northeast"}


class Docker(Protocol):
    """`docker("image", "ls")` runs the client, which must succeed, and gives what it said."""

    def __call__(self, *arguments: str | Path, input_text: str | None = None) -> str: ...


@pytest.fixture(scope="session", autouse=True)
def engine(part: Callable[[str, str | None], None]) -> None:
    asked_for = "docker-engine" in os.environ.get("MEDCOST_REQUIRE", "").split(",")
    part("docker-engine", None if asked_for else "only `make test-docker` uses one, for it makes a swarm of it")
    answers = shutil.which("docker") and subprocess.run(["docker", "info"], capture_output=True, check=False)
    part("docker-engine", None if answers and answers.returncode == 0 else "none answers")


@pytest.fixture(scope="session")
def docker() -> Docker:
    def run(*arguments: str | Path, input_text: str | None = None) -> str:
        command = ["docker", *map(str, arguments)]
        done = subprocess.run(command, input=input_text, capture_output=True, text=True, check=False)
        assert done.returncode == 0, (command, done.stdout, done.stderr)
        return done.stdout.strip()

    return run


@pytest.fixture(scope="session")
def stock(docker: Docker) -> None:
    """The images that are not ours, by the variables that name them: stand-ins if they cannot be pulled.

    A variable that is set is left alone. What is published must not be built on stand-ins:
    MEDCOST_REQUIRE=docker-engine,stock-images refuses them.
    """
    files = [TREE / "docker" / "compose.yaml", *(TREE / "docker" / "images").rglob("Dockerfile")]
    named = dict(re.findall(r"(\w+_IMAGE)(?:=|:-)([\w./-]+:v?\d[\w.-]*)", "".join(map(Path.read_text, files))))
    unset = {name: image for name, image in named.items() if name not in os.environ}
    pulls = [subprocess.run(["docker", "pull", "--quiet", image], check=False) for image in unset.values()]
    if not any(pull.returncode for pull in pulls):
        return
    if "stock-images" in os.environ["MEDCOST_REQUIRE"]:
        pytest.fail("stock images could not be pulled")
    subprocess.run([STANDINS / "build.sh", TREE, sys.executable], check=True)
    for name in unset:
        os.environ[name] = f"medcost-standin/{name.removesuffix('_IMAGE').lower()}"


@pytest.fixture(scope="session")
def images(docker: Docker, stock: None) -> dict[str, str]:
    """What we build, each by its name: of this tree, as compose.yaml says."""
    tag = os.environ.setdefault("MEDCOST_TAG", "test")
    docker("compose", "--file", TREE / "compose.yaml", "build")
    return {name: f"medcost-{name}:{tag}" for name in ("api", "dashboard", "model", "trainer", "mlflow", "pgadmin")}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The repository's files for production, in a folder that may be written to. The first model is quickly trained."""
    folder = tmp_path_factory.mktemp("server")
    shutil.copytree(TREE / "docker", folder / "docker")
    shutil.copy(TREE / "compose.yaml", folder)
    for file in (folder / "docker" / "compose.yaml", folder / "docker" / "stack.yaml"):
        text = file.read_text(encoding="utf-8")
        assert FIRST_TRAINING in text
        file.write_text(text.replace(FIRST_TRAINING, QUICK_TRAINING), encoding="utf-8")
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
        """Four times a second for as long as it lasts; counts the answers' statuses, and says how long it was."""
        answers, stop, began = Counter[int](), threading.Event(), time.monotonic()

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
            print(f"{time.monotonic() - began:.0f} s, answers by status: {dict(answers)}")


@pytest.fixture(scope="session")
def assert_confined(docker: Docker) -> Callable[[str], None]:
    """`assert_confined(container)`: healthy by a check of its own, limited, and unable to do what it need not do."""

    def look(container: str) -> None:
        inspected = json.loads(docker("inspect", "--format", "{{json .}}", container))
        name, config, host = inspected["Name"], inspected["Config"], inspected["HostConfig"]
        assert inspected["State"]["Health"]["Status"] == "healthy", name
        assert config["Healthcheck"]["Test"][0] == "CMD", name
        assert (host["ReadonlyRootfs"], host["Privileged"], host["Init"]) == (True, False, True), name
        assert host["Memory"] > 0, name
        assert host["CapDrop"] == ["ALL"], name
        added = [capability.removeprefix("CAP_") for capability in host["CapAdd"] or ()]
        assert added == (["NET_BIND_SERVICE"] if "pgadmin" in name else []), name
        assert not any("docker.sock" in mount["Source"] for mount in inspected["Mounts"]), name
        # and what the kernel says of it
        status = Path(f"/proc/{inspected['State']['Pid']}/status").read_text(encoding="utf-8")
        fields = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
        assert (fields["CapEff"], fields["NoNewPrivs"], fields["Seccomp"]) == ("0" * 16, "1", "2"), name
        # Traefik's user owns its volume, and has nothing else of root: no capability, as seen above
        assert (fields["Uid"].split()[0] == "0") == ("traefik" in name), name
        print(docker("stats", "--no-stream", "--format", "{{.Name}}: {{.MemUsage}}", container))

    return look


@pytest.fixture(scope="session")
def outside() -> Callable[[int, str], Outside]:
    return Outside
