"""Several processes train in one home: one study, one version, one verdict, one promotion."""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.command import run, start
from tests.support.waiting import until
from tests.support.warm import Process

pytestmark = pytest.mark.process

TRAIN = (
    *("train", "stage=all", "model=[tree]", "transform=none", "cv=quick", "dataset.rows=250", "--json"),
    *("tuning.study=ours", "tuning.n_trials=12", "tuning.timeout=null", "tuning.patience=null"),
)


@dataclass
class Worker:
    process: Process
    output: Path
    said_in: Path

    @property
    def said(self):
        return self.said_in.read_text()

    def kill(self):
        self.process.kill()
        self.process.wait()

    def end(self):
        assert self.process.wait(timeout=120) == 0, self.said
        return json.loads(self.output.read_text())


@pytest.fixture
def workers(home, tmp_path):
    """Four processes with the same command."""
    started = []
    for number in range(4):
        output, said_in = tmp_path / f"{number}.json", tmp_path / f"{number}.said"
        with output.open("w") as out, said_in.open("w") as said:
            process = start(*TRAIN, home=home, stdout=out, stderr=said)
        started.append(Worker(process, output, said_in))
    yield started
    for one in started:
        one.process.kill()
        one.process.wait()


def first(workers, *words):
    """The first of these workers that says one of these."""

    def found():
        for one in workers:
            if any(word in one.said for word in words):
                return one
            assert one.process.poll() is None, one.said
        return None

    return until(found, within=240, pause=0.05)


@pytest.mark.timeout(600)
def test_two_workers_and_the_one_that_fits_are_killed_and_the_last_makes_the_only_version(home, workers):
    alive = list(workers)
    for _ in range(2):
        killed = first(alive, "\ntrial ", "\nWaiting for")
        killed.kill()
        alive.remove(killed)
    killed = first(alive, "\nFitting trial")
    killed.kill()
    alive.remove(killed)

    trained = alive[0].end()
    assert "Fitting trial" in alive[0].said
    assert trained["version"]["registered_by"] == "this process"
    assert trained["tuning"]["trials"] == 12
    assert trained["champion"]["digest"] == trained["version"]["digest"]

    again = run(*TRAIN, home=home)
    assert again.status == 0, again.said
    assert "trial " not in again.said
    told = again.document
    assert told["version"] == {**trained["version"], "registered_by": "another process"}
    assert (told["tuning"], told["champion"]) == (trained["tuning"], trained["champion"])
    assert told["verdict"]["candidacy"] == trained["verdict"]["candidacy"]  # measured once: it tells milliseconds, too
    (version,) = run("models", "list", "--json", home=home).document["models"]
    assert (version["digest"], version["champion"]) == (trained["version"]["digest"], True)
