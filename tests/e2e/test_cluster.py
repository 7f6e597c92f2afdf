"""Training and scoring on a cluster of real processes: a scheduler and two workers."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import PIPE
from typing import Any

import pyarrow.parquet as pq
import pytest

from adapters.arrow.synthetic import SyntheticClaims
from tests.support.command import document, start
from tests.support.default_schema import DEFAULT

# six processes import SciPy and scikit-learn, and all cores may have other work: with ten others at it, that alone took
# minutes
pytestmark = pytest.mark.timeout(1200)

TRAINING = ["cv=quick", "tuning.n_trials=2", "dataset=synthetic", "dataset.rows=400", "model=[linear,interaction_ols]"]


@pytest.fixture(scope="module")
def cluster(dask_cluster: Callable[..., Any]) -> Iterator[Any]:
    with dask_cluster(workers=2) as started:
        yield started


def figures(document: dict[str, Any]) -> dict[str, Any]:
    """All that a training says but how long it took, what time it was and how large the folder is."""
    passing = ("fit_seconds", "predict_seconds", "milliseconds", "detail", "digest", "megabytes")

    def without(value: Any) -> Any:
        if isinstance(value, dict):
            if value.get("name") in ("milliseconds a row", "megabytes"):  # a check of the gate, with what it measured
                return {"name": value["name"], "passed": value["passed"]}
            return {name: without(member) for name, member in value.items() if name not in passing}
        return [without(member) for member in value] if isinstance(value, list) else value

    return without(document)


def train(
    home: Path, *overrides: str, network: str | None = None, meanwhile: Callable[[], object] = lambda: None
) -> dict[str, Any]:
    """Train with nothing but this process and the cluster; ``meanwhile`` is called when the first family is done."""
    command = ["train", *TRAINING, *overrides, "--profile", "memory", "--home", str(home), "--json"]
    process = start(*command, home=home, stdout=PIPE, stderr=PIPE, network=network)
    assert process.stderr is not None
    first = process.stderr.readline()
    meanwhile()
    assert process.poll() is None, "what was to happen midway happened after the end"
    out, errors = process.communicate(timeout=900)
    assert process.returncode == 0, first + errors
    return json.loads(out)


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return train(tmp_path_factory.mktemp("local"))


def test_a_cluster_finds_the_same_winner_and_scores_though_a_worker_is_killed(cluster, local, tmp_path):
    overrides = ["executor=dask", f"executor.address={cluster.address}"]
    there = train(tmp_path, *overrides, meanwhile=cluster.workers.pop().kill)
    cluster.join()
    assert there["comparison"]["families"][0]["name"] == local["comparison"]["families"][0]["name"]
    assert figures(there) == figures(local)


class Hosts:
    """Networks of their own around a switch: host ``i`` has the address ``10.93.0.{10 + i}``."""

    def __init__(self, count: int) -> None:
        self._switch = f"mcdask{os.getpid()}"
        self._names = [f"{self._switch}-{number}" for number in range(count)]

    def plug_in(self) -> None:
        _ip("netns", "add", self._switch)
        _ip("-n", self._switch, "link", "add", "switch", "type", "bridge")
        _ip("-n", self._switch, "link", "set", "switch", "up")
        for number, name in enumerate(self._names):
            _ip("netns", "add", name)
            _ip(
                "-n",
                self._switch,
                "link",
                "add",
                f"port{number}",
                "type",
                "veth",
                "peer",
                "name",
                "eth0",
                "netns",
                name,
            )
            _ip("-n", self._switch, "link", "set", f"port{number}", "master", "switch", "up")
            _ip("-n", name, "addr", "add", f"{self.address(number)}/24", "dev", "eth0")
            _ip("-n", name, "link", "set", "eth0", "up")
            _ip("-n", name, "link", "set", "lo", "up")

    def address(self, number: int) -> str:
        return f"10.93.0.{10 + number}"

    def network(self, number: int) -> str:
        return self._names[number]

    def pull(self, number: int) -> None:
        """Pull a host's cable: nobody is told, there is just no answer any more."""
        _ip("-n", self._switch, "link", "set", f"port{number}", "down")

    def unplug(self) -> None:
        for name in (*self._names, self._switch):
            subprocess.run(["ip", "netns", "del", name], check=False, capture_output=True)


def _ip(*arguments: str) -> None:
    done = subprocess.run(["ip", *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def _no_namespaces() -> str | None:
    if os.geteuid() != 0:
        return "namespaces are made by root"
    if not shutil.which("ip"):
        return "ip is not installed"
    name = f"medcost-try-{os.getpid()}"  # another run may try at the same time
    tried = subprocess.run(["ip", "netns", "add", name], capture_output=True, text=True, check=False)
    subprocess.run(["ip", "netns", "del", name], capture_output=True, check=False)
    return tried.stderr.strip() or None


@pytest.fixture
def hosts(part: Callable[..., None]) -> Iterator[Hosts]:
    part("namespaces", _no_namespaces())
    made = Hosts(4)
    try:
        made.plug_in()
        yield made
    finally:
        made.unplug()


def test_separate_hosts_find_the_same_though_one_is_out_of_reach_midway(hosts, dask_cluster, local, tmp_path):
    with dask_cluster(workers=2, host=hosts.address, network=hosts.network) as cluster:
        overrides = ["executor=dask", f"executor.address={cluster.address}"]
        there = train(tmp_path, *overrides, network=hosts.network(3), meanwhile=lambda: hosts.pull(2))
        cluster.wait_for("Remove worker addr: tcp://10.93.0.12")
    assert figures(there) == figures(local)


def predict(home: Path, source: Path, out: Path, *options: str) -> dict[str, Any]:
    return document("predict", "--input", source, "--output", out, *options, home=home)


def test_a_folder_is_scored_by_the_cluster_as_it_is_here(cluster, home, tmp_path):
    people = tmp_path / "people"
    people.mkdir()
    for seed in range(4):
        SyntheticClaims(DEFAULT, rows=500, seed=seed).write(people / f"{seed}.parquet")
    here = predict(home, people, tmp_path / "here")
    there = predict(home, people, tmp_path / "there", "--executor", "dask", "--address", cluster.address)
    assert there == here
    assert (here["rows"], here["files"], here["resumed"]) == (2000, 4, 0)
    for file in people.iterdir():
        assert pq.read_table(tmp_path / "there" / file.name).equals(pq.read_table(tmp_path / "here" / file.name))
    assert predict(home, people, tmp_path / "there") == {**there, "resumed": 4}
