"""`medcost up` as a person uses it: real processes, real kills."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from tests.command import CLI
from tests.waiting import until

QUICK = ["model=[linear,interaction_ols]", "cv=quick", "tuning.n_trials=2", "dataset=synthetic", "dataset.rows=400"]
ANN = {"age": 40, "sex": "female", "bmi": 27.5, "children": 1, "smoker": "no", "region": "northeast"}


def medcost(*arguments: str, home: Path, check: bool = True) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [*CLI, *arguments, "--home", str(home)], capture_output=True, text=True, check=False, timeout=170
    )
    if check:
        assert done.returncode == 0, done.stderr
    return done


class Up:
    """A running `medcost up`."""

    def __init__(self, home: Path, *arguments: str) -> None:
        self.home = home
        self.said = home.with_name(home.name + ".said")
        with self.said.open("wb") as said:
            command = [*CLI, "up", "--home", str(home), "--port", "0", *arguments]
            self.process = subprocess.Popen(command, stdout=said, stderr=said, start_new_session=True)

    def ready(self) -> str:
        until(lambda: "Ready: " in self.text() or self.process.poll() is not None, within=120)
        assert "Ready: " in self.text(), self.text()
        return self.text().split("Ready: ")[-1].split()[0]

    def text(self) -> str:
        return self.said.read_text()

    def parts(self) -> dict[str, dict[str, Any]]:
        status = json.loads(medcost("status", "--json", home=self.home).stdout)
        return {part["name"]: part for part in status["parts"]}

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        self.process.wait(timeout=60)


@contextmanager
def up(home: Path, *arguments: str) -> Iterator[Up]:
    running = Up(home, *arguments)
    try:
        yield running
    finally:
        running.stop()


def predicted(url: str, *, key: str | None = None, **changed: object) -> httpx.Response:
    headers = {"Idempotency-Key": key} if key else {}
    return httpx.post(f"{url}/api/v1/predictions", json={**ANN, **changed}, headers=headers, timeout=30)


def answers(url: str) -> bool:
    try:
        return predicted(url).status_code == 201
    except httpx.HTTPError:
        return False


def processes_of(home: Path) -> list[str]:
    """Command lines of everything that still works for a home: by its arguments, its environment or its folder."""
    found: list[str] = []
    for process in psutil.process_iter():
        try:
            told = [*process.cmdline(), *process.environ().values(), process.cwd()]
        except (psutil.NoSuchProcess, psutil.AccessDenied, psutil.ZombieProcess):
            continue
        if process.pid != os.getpid() and any(str(home) in one for one in told):
            found.append(" ".join(process.cmdline()))
    return found


@contextmanager
def trickle(url: str) -> Iterator[list[httpx.Response]]:
    """Predictions, one after the other, as long as the block runs; the answers as they come."""
    given: list[httpx.Response] = []
    enough = threading.Event()

    def ask() -> None:
        with httpx.Client(timeout=30) as client:
            while not enough.wait(0.02):
                given.append(client.post(f"{url}/api/v1/predictions", json=ANN))

    with ThreadPoolExecutor(1) as thread:
        asking = thread.submit(ask)
        try:
            yield given
        finally:
            enough.set()
            asking.result()  # raises if a connection was refused or broken


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("e2e") / "home"
    medcost("train", "stage=all", *QUICK, home=home)
    return home


def test_a_prediction_is_answered_recorded_and_survives_a_restart(home: Path) -> None:
    with up(home) as running:
        url = running.ready()
        made = predicted(url, key="one")
        assert made.status_code == 201
        champion = json.loads(medcost("models", "list", "--json", home=home).stdout)
    with up(home) as running:
        url = running.ready()
        kept = httpx.get(url + made.headers["location"])
        assert kept.json() == made.json()
        assert predicted(url, key="one").json() == made.json()
        assert predicted(url, key="one", age=41).status_code == 422
        assert json.dumps(made.json()["model"]["digest"]) in json.dumps(champion)
    assert processes_of(home) == []
    assert medcost("down", home=home).stdout == "Nothing was running.\n"


def test_a_second_up_says_so_and_harms_nothing(home: Path) -> None:
    with up(home) as running:
        url = running.ready()
        second = medcost("up", "--port", "0", home=home, check=False)
        assert second.returncode == 1
        assert url in second.stderr
        assert "medcost down" in second.stderr
        assert second.stderr.count("\n") == 1
        assert answers(url)


def test_parts_that_were_killed_are_back_by_themselves(home: Path) -> None:
    with up(home) as running:
        url = running.ready()
        for part in ("model", "web", "postgres"):
            before = running.parts()[part]["pid"]
            os.kill(before, signal.SIGKILL)
            until(lambda part=part, before=before: running.parts().get(part, {"pid": before})["pid"] != before)
            until(lambda: answers(url))
    assert processes_of(home) == []


def test_after_a_killed_supervisor_the_next_up_takes_over(home: Path) -> None:
    killed = Up(home)
    killed.ready()
    orphans = {name: part["pid"] for name, part in killed.parts().items() if name in ("model", "web")}
    killed.process.kill()
    killed.process.wait()
    with up(home) as running:
        assert answers(running.ready())
        assert "An earlier `medcost up` was killed" in running.text()
        assert not any(psutil.pid_exists(pid) and psutil.Process(pid).status() != "zombie" for pid in orphans.values())
    assert processes_of(home) == []


def test_down_ends_what_a_killed_supervisor_left_behind(home: Path) -> None:
    killed = Up(home)
    killed.ready()
    killed.process.kill()
    killed.process.wait()
    stopped = medcost("down", home=home).stdout.strip().removeprefix("Stopped: ").removesuffix(".")
    assert set(stopped.split(", ")) >= {"model", "web"}
    assert processes_of(home) == []


def test_a_part_that_does_not_end_keeps_nothing_alive(home: Path) -> None:
    with up(home) as running:
        running.ready()
        os.kill(running.parts()["web"]["pid"], signal.SIGSTOP)
    assert processes_of(home) == []


def test_killed_during_its_first_training_the_next_up_begins_anew(tmp_path: Path) -> None:
    home = tmp_path / "home"
    killed = Up(home)
    until(lambda: "training" in killed.parts())
    orphan = killed.parts()["training"]["pid"]
    killed.process.kill()
    killed.process.wait()
    again = Up(home)
    until(lambda: "An earlier `medcost up` was killed" in again.text() and "No model yet" in again.text())
    assert not psutil.pid_exists(orphan) or psutil.Process(orphan).status() == "zombie"
    until(lambda: "training" in again.parts())
    again.process.send_signal(signal.SIGTERM)
    assert again.process.wait(timeout=60) == 0
    assert "Stopped." in again.text()
    assert processes_of(home) == []


def test_another_champion_from_a_second_terminal_or_over_http_is_served_and_no_request_fails(home: Path) -> None:
    with up(home) as running:
        url = running.ready()
        before = predicted(url).json()["model"]["version"]
        medcost("train", "stage=optuna", *QUICK, "tuning.study=second", home=home)
        models = json.loads(medcost("models", "list", "--json", home=home).stdout)["models"]
        number = max(model["version"] for model in models)
        assert number > before
        with trickle(url) as answers:
            medcost("models", "promote", str(number), "--reason", "a test", home=home)
            until(lambda: answers[-1].json()["model"]["version"] == number, within=30)
            medcost("models", "rollback", "--reason", "a test", home=home)
            until(lambda: answers[-1].json()["model"]["version"] == before, within=30)
            for path, champion in ((f"models/{number}/promotion", number), ("models/rollback", before)):
                changed = httpx.post(f"{url}/api/v1/{path}", json={"reason": "a test over HTTP"}, timeout=150)
                assert (changed.status_code, changed.json()["version"]) == (200, champion), changed.text
                until(lambda champion=champion: answers[-1].json()["model"]["version"] == champion, within=30)
        assert {answer.status_code for answer in answers} == {201}
        served = [version for version, _ in groupby(answer.json()["model"]["version"] for answer in answers)]
        assert served == [before, number, before, number, before]
        for answer in answers[::20]:
            assert httpx.get(url + answer.headers["location"], timeout=30).json() == answer.json()
        history = json.loads(medcost("models", "history", "--json", home=home).stdout)
        assert (history["verified"], [entry["by"] for entry in history["entries"]][-2:]) == (True, ["loopback"] * 2)


def test_other_data_than_the_champions_are_reported_and_not_retrained(home: Path, tmp_path: Path) -> None:
    data = tmp_path / "other.csv"
    sample = [*CLI, "data", "sample", "--rows", "50", "--seed", "9", "--out", str(data)]
    subprocess.run(sample, check=True, capture_output=True)
    with up(home, "--data", str(data)) as running:
        running.ready()
        until(lambda: "was not retrained" in running.text())


def test_the_memory_profile_needs_no_other_process(tmp_path: Path) -> None:
    with up(tmp_path / "memory", "--profile", "memory") as running:
        url = running.ready()
        assert answers(url)
        assert set(running.parts()) == {"supervisor", "web"}
        assert not (tmp_path / "memory" / "postgres").exists()


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with up(tmp_path / "one", "--profile", "memory") as running:
        port = running.ready().rsplit(":", 1)[1]
        arguments = ["up", "--profile", "memory", "--port", port]
        refused = medcost(*arguments, home=tmp_path / "two", check=False)
        assert refused.returncode == 1
        assert f"127.0.0.1:{port}" in refused.stderr
        assert "choose another PORT" in refused.stderr


def test_nobody_else_gets_in_without_keys(tmp_path: Path) -> None:
    refused = medcost("up", "--profile", "memory", "--host", "0.0.0.0", home=tmp_path / "open", check=False)
    assert refused.returncode == 2
    assert "medcost keys create" in refused.stderr
