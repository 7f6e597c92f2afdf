"""`medcost up` as a person uses it: real processes, real kills."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from tests.support import homes, mounts, stepped_clock
from tests.support.command import CLI, document, run, start
from tests.support.people import ANN_FACTS
from tests.support.waiting import until


class Up:
    """A running `medcost up`, whose parts are programs of their own, or forked from it."""

    def __init__(self, home: Path, *arguments: str, forks: bool = True, **settings: str) -> None:
        self.home = home
        self.errors = home.with_name(home.name + ".said")
        with self.errors.open("wb") as errors_file:
            up = ("up", "--home", home, "--port", "0", *arguments)
            self.process = start(
                *up,
                home=home,
                stdout=errors_file,
                stderr=errors_file,
                start_new_session=True,
                environment=settings,
                forks=forks,
            )

    def ready(self) -> str:
        until(lambda: "Ready: " in self.text() or self.process.poll() is not None, within=120)
        assert "Ready: " in self.text(), self.text()
        return self.text().split("Ready: ")[-1].split()[0]

    def text(self) -> str:
        return self.errors.read_text()

    def parts(self) -> dict[str, dict[str, Any]]:
        return {part["name"]: part for part in document("status", home=self.home)["parts"]}

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        self.process.wait(timeout=60)

    def kill(self) -> None:
        """Kill the supervisor, not its parts."""
        self.process.kill()
        self.process.wait()


@contextmanager
def up(home: Path, *arguments: str, forks: bool = True, **settings: str) -> Iterator[Up]:
    """Run `medcost up` while the block runs; no process of the home is left afterwards."""
    running = Up(home, *arguments, forks=forks, **settings)
    try:
        yield running
    finally:
        running.stop()
    assert processes_of(home) == []


def predicted(url: str, *, key: str | None = None, **changed: object) -> httpx.Response:
    headers = {"Idempotency-Key": key} if key else {}
    return httpx.post(f"{url}/api/v1/predictions", json={**ANN_FACTS, **changed}, headers=headers, timeout=30)


def answers(url: str) -> bool:
    try:
        return predicted(url).status_code == 201
    except httpx.HTTPError:
        return False


def processes_of(home: Path) -> list[str]:
    """Command lines of everything that still works for a home: by its arguments, its environment or its folder."""
    leaks: list[str] = []
    for process in psutil.process_iter():
        try:
            visible = [*process.cmdline(), *process.environ().values(), process.cwd()]
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
        if process.pid != os.getpid() and any(str(home) in text for text in visible):
            leaks.append(" ".join(process.cmdline()))
    return leaks


@contextmanager
def trickle(url: str) -> Iterator[list[httpx.Response]]:
    """Predictions, one after the other, as long as the block runs; the answers as they come."""
    given: list[httpx.Response] = []
    enough = threading.Event()

    def ask() -> None:
        with httpx.Client(timeout=30) as client:
            while not enough.wait(0.05):
                given.append(client.post(f"{url}/api/v1/predictions", json=ANN_FACTS))

    with ThreadPoolExecutor(1) as thread:
        asking = thread.submit(ask)
        try:
            yield given
        finally:
            enough.set()
            asking.result()  # raises if a connection was refused or broken


@pytest.fixture
def home(trained: Path, tmp_path: Path) -> Path:
    """A home of a test's own, with champion 1 and a version 2."""
    return homes.copy(trained, tmp_path / "home")


@pytest.fixture(scope="module")
def running(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """A `medcost up` for all tests that leave it answering; it starts its parts' programs, as a user's does."""
    with up(homes.copy(trained, tmp_path_factory.mktemp("running") / "home"), forks=False) as running:
        running.ready()
        yield running


@pytest.fixture(scope="module")
def in_memory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """A `medcost up` of the profile `memory`."""
    with up(tmp_path_factory.mktemp("memory") / "home", "--profile", "memory") as running:
        running.ready()
        yield running


def test_a_second_up_says_so_and_harms_nothing(running: Up) -> None:
    url = running.ready()
    second = run("up", "--port", "0", home=running.home)
    assert second.status == 1
    assert url in second.errors
    assert "medcost down" in second.errors
    assert second.errors.count("\n") == 1
    assert answers(url)


def test_parts_that_were_killed_are_back_by_themselves(running: Up) -> None:
    url = running.ready()
    for part in ("model", "web", "postgres"):
        before = running.parts()[part]["pid"]
        os.kill(before, signal.SIGKILL)
        until(lambda part=part, before=before: running.parts().get(part, {"pid": before})["pid"] != before)
        until(lambda: answers(url))
    # the process that serves now has read what the supervisor wrote down of the model server and of the one before
    until(lambda: httpx.get(f"{url}/operations", timeout=60).text.count("was killed by signal 9") >= 2, pause=0.5)


def test_a_champion_changed_elsewhere_and_over_http_is_served_and_no_request_fails(running: Up) -> None:
    url, home = running.ready(), running.home
    before, number = predicted(url).json()["model"]["version"], 2
    with trickle(url) as answers:
        document("models", "promote", number, "--reason", "a test", home=home)
        until(lambda: answers[-1].json()["model"]["version"] == number)
        changed = httpx.post(f"{url}/api/v1/models/rollback", json={"reason": "a test over HTTP"}, timeout=150)
        assert changed.status_code == 202, changed.text
        job = url + changed.headers["location"]
        until(lambda: httpx.get(job, timeout=30).json()["state"] == "done", pause=0.1)
        assert httpx.get(job, timeout=30).json()["result"]["version"] == before
        until(lambda: answers[-1].json()["model"]["version"] == before)
    assert {answer.status_code for answer in answers} == {201}
    served = [version for version, _ in groupby(answer.json()["model"]["version"] for answer in answers)]
    assert served == [before, number, before]
    for answer in answers[::20]:
        assert httpx.get(url + answer.headers["location"], timeout=30).json() == answer.json()
    history = document("models", "history", home=home)
    assert (history["verified"], history["entries"][-1]["by"]) == (True, "loopback")


def test_after_a_killed_supervisor_the_next_up_goes_on_and_down_ends_what_is_left(home: Path, tmp_path: Path) -> None:
    champion = document("models", "list", home=home)["models"]
    first = Up(home)
    made = predicted(first.ready(), key="one")
    assert made.status_code == 201
    assert made.json()["model"]["digest"] in {model["digest"] for model in champion if model["champion"]}
    orphans = {name: part["pid"] for name, part in first.parts().items() if name in ("model", "web")}
    first.kill()
    data = tmp_path / "other.csv"
    assert run("data", "sample", "--rows", "50", "--seed", "9", "--out", data, home=home).status == 0
    second = Up(home, "--data", str(data))
    url = second.ready()
    assert "An earlier `medcost up` was killed" in second.text()
    assert not any(psutil.pid_exists(pid) and psutil.Process(pid).status() != "zombie" for pid in orphans.values())
    assert httpx.get(url + made.headers["location"]).json() == made.json()
    assert predicted(url, key="one").json() == made.json()
    assert predicted(url, key="one", age=41).status_code == 422
    until(lambda: "was not retrained" in second.text())  # other data are only reported
    assert document("models", "list", home=home)["models"] == champion
    second.kill()
    stopped = run("down", home=home).output.strip().removeprefix("Stopped: ").removesuffix(".")
    assert set(stopped.split(", ")) >= {"model", "web"}
    assert processes_of(home) == []
    with up(home) as third:  # after an orderly end of the database too
        assert httpx.get(third.ready() + made.headers["location"]).json() == made.json()


def test_killed_during_its_first_training_the_next_up_begins_anew(tmp_path: Path) -> None:
    home = tmp_path / "home"
    killed = Up(home)
    until(lambda: "training" in killed.parts())
    orphan = killed.parts()["training"]["pid"]
    killed.kill()
    again = Up(home)
    until(lambda: "An earlier `medcost up` was killed" in again.text() and "No model yet" in again.text())
    assert not psutil.pid_exists(orphan) or psutil.Process(orphan).status() == "zombie"
    until(lambda: "training" in again.parts())
    again.process.send_signal(signal.SIGTERM)
    assert again.process.wait(timeout=60) == 0
    assert "Stopped." in again.text()
    assert processes_of(home) == []


def test_the_memory_profile_needs_no_other_process(in_memory: Up) -> None:
    assert answers(in_memory.ready())
    assert set(in_memory.parts()) == {"supervisor", "web"}
    assert not (in_memory.home / "postgres").exists()


def test_a_port_that_is_taken_is_named(in_memory: Up, tmp_path: Path) -> None:
    port = in_memory.ready().rsplit(":", 1)[1]
    refused = run("up", "--profile", "memory", "--port", port, home=tmp_path / "two")
    assert refused.status == 1
    assert f"127.0.0.1:{port}" in refused.errors
    assert "choose another PORT" in refused.errors


def test_nobody_else_gets_in_without_keys(tmp_path: Path) -> None:
    refused = run("up", "--profile", "memory", "--host", "0.0.0.0", home=tmp_path / "open")
    assert refused.status == 2
    assert "medcost keys create" in refused.errors


def test_a_copied_home_leaves_the_processes_of_its_original_alone(in_memory: Up, tmp_path: Path) -> None:
    url, copy = in_memory.ready(), homes.copy(in_memory.home, tmp_path / "copy")
    assert document("status", home=copy)["up"] is False
    assert run("down", home=copy).output == "Nothing was running.\n"
    with up(copy, "--profile", "memory", MEDCOST_DRAIN_WITHIN="1", MEDCOST_END_WITHIN="2") as copied:
        assert answers(copied.ready())
        assert f"{copy} is a copy of {in_memory.home}" in copied.text()
        assert answers(url)
        os.kill(copied.parts()["web"]["pid"], signal.SIGSTOP)  # a part that does not end keeps nothing alive
    assert run("down", home=copy).output == "Nothing was running.\n"
    assert answers(url)


def test_a_step_of_the_wall_clock_hides_nothing_that_runs(
    part: Callable[[str, str | None], None], tmp_path: Path
) -> None:
    part("mounts", mounts.missing())
    home = tmp_path / "home"

    def after_a_step(seconds: int, *arguments: str) -> str:
        stepped = stepped_clock.stepped_by(seconds, tmp_path)
        command = [*stepped, *CLI, *arguments, "--home", str(home)]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    with up(home, "--profile", "memory") as running:
        url = running.ready()
        for seconds in (5, -3600):
            status = json.loads(after_a_step(seconds, "status", "--json"))
            assert status["up"]
            assert all(part["running"] for part in status["parts"])
            assert answers(url)
        ended = after_a_step(-3600, "down").strip().removesuffix(".").split(": ")[1]
        assert set(ended.split(", ")) == {"supervisor", "web"}
        assert running.process.wait(timeout=60) == 0
