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
    *("tuning.study=ours", "tuning.n_trials=8", "tuning.timeout=null", "tuning.patience=null"),
)


@dataclass
class Worker:
    process: Process
    output: Path
    errors_file: Path

    @property
    def errors(self):
        return self.errors_file.read_text()

    def kill(self):
        self.process.kill()
        self.process.wait()

    def end(self):
        assert self.process.wait(timeout=120) == 0, self.errors
        return json.loads(self.output.read_text())


@pytest.fixture
def workers(home, tmp_path):
    """Three processes with the same command."""
    started = []
    for number in range(3):
        output, errors_file = tmp_path / f"{number}.json", tmp_path / f"{number}.said"
        with output.open("w") as out, errors_file.open("w") as errors:
            process = start(*TRAIN, home=home, stdout=out, stderr=errors)
        started.append(Worker(process, output, errors_file))
    yield started
    for worker in started:
        worker.process.kill()
        worker.process.wait()


def first(workers, *words):
    """The first of these workers that says one of these."""

    def worker_that_says_it():
        for worker in workers:
            if any(word in worker.errors for word in words):
                return worker
            assert worker.process.poll() is None, worker.errors
        return None

    return until(worker_that_says_it, within=240, pause=0.05)


@pytest.mark.timeout(600)
def test_after_the_kill_of_two_workers_the_last_makes_the_only_version(home, workers):
    alive = list(workers)
    for words in (("\ntrial ", "\nWaiting for"), ("\nFitting trial",)):
        killed = first(alive, *words)
        killed.kill()
        alive.remove(killed)

    trained = alive[0].end()
    assert "Fitting trial" in alive[0].errors
    assert trained["version"]["registered_by"] == "this process"
    assert trained["tuning"]["trials"] == 8
    assert trained["champion"]["digest"] == trained["version"]["digest"]

    again = run(*TRAIN, home=home)
    assert again.status == 0, again.errors
    assert "trial " not in again.errors
    repeated = again.document
    assert repeated["version"] == {**trained["version"], "registered_by": "another process"}
    assert (repeated["tuning"], repeated["champion"]) == (trained["tuning"], trained["champion"])
    # measured once: it tells milliseconds, too
    assert repeated["verdict"]["candidacy"] == trained["verdict"]["candidacy"]
    (version,) = run("models", "list", "--json", home=home).document["models"]
    assert (version["digest"], version["champion"]) == (trained["version"]["digest"], True)
