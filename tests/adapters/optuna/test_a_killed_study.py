"""A study whose process is killed: real processes over real databases."""

import json
import os
import signal
import subprocess
import sys
import textwrap
from uuid import uuid4

import optuna
import pytest
from sqlalchemy import create_engine, text

from adapters.optuna.options import TuneBudget, TuneOptions
from adapters.optuna.tuner import OptunaTuner
from domain.model import FloatRange

TRIALS = 6
SPACE = {"share": FloatRange(0.0, 1.0)}
FIRST = {"share": 0.5}

WORKER = textwrap.dedent("""
    import json, sys, time
    from adapters.optuna.options import TuneBudget, TuneOptions
    from adapters.optuna.tuner import OptunaTuner
    from domain.model import FloatRange

    url, dies_in, trials = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    calls = 0

    def objective(hyperparameters, report):
        global calls
        calls += 1
        report(1, hyperparameters["share"])
        print(json.dumps(dict(hyperparameters)), flush=True)
        if calls == dies_in:
            time.sleep(600)
        return hyperparameters["share"]

    OptunaTuner(url, TuneOptions(budget=TuneBudget(n_trials=trials))).tune(
        "s", {"share": FloatRange(0.0, 1.0)}, objective, first={"share": 0.5}, on_trial=lambda trial: None
    )
""")


@pytest.fixture
def file_url(tmp_path):
    return f"sqlite:///{tmp_path / 'optuna.db'}"


@pytest.fixture(params=["sqlite", "postgres"])
def url(request, file_url):
    if request.param == "sqlite":
        yield file_url
        return
    server = request.getfixturevalue("postgres_server")
    name = f"optuna_{uuid4().hex}"
    engine = create_engine(server("postgres", driver="psycopg"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
        yield server(name, driver="psycopg")
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()


@pytest.fixture
def start():
    """`start(url, dies_in=3)` starts a worker that hangs in its third trial."""
    workers = []

    def worker(url, *, dies_in=0):
        workers.append(
            subprocess.Popen([sys.executable, "-c", WORKER, url, str(dies_in), str(TRIALS)], stdout=subprocess.PIPE)
        )
        return workers[-1]

    yield worker
    for one in workers:
        one.kill()
        one.wait()


def resume(url):
    tried = []

    def objective(hyperparameters, report):
        tried.append(dict(hyperparameters))
        return hyperparameters["share"]

    tuner = OptunaTuner(url, TuneOptions(budget=TuneBudget(n_trials=TRIALS)))
    tuner.tune("s", SPACE, objective, first=FIRST, on_trial=lambda trial: None)
    return tuner, tried


def test_a_killed_study_goes_on_from_its_trials_and_tries_the_broken_one_again(url, start):
    worker = start(url, dies_in=3)
    begun = [json.loads(worker.stdout.readline()) for _ in range(3)]
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()

    tuner, tried = resume(url)

    assert tried[0] == begun[2]
    assert len(tried) == TRIALS - 2
    trials = tuner.trials("s")
    assert [trial.hyperparameters for trial in trials] == begun[:2] + tried
    assert {trial.state for trial in trials} == {"complete"}
    draws = [trial.hyperparameters["share"] for trial in trials]
    assert len(set(draws)) == TRIALS


def test_the_broken_trial_is_failed_in_the_database(file_url, start):
    worker = start(file_url, dies_in=1)
    worker.stdout.readline()
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()
    resume(file_url)
    states = [trial.state.name for trial in optuna.load_study(study_name="s", storage=file_url).trials]
    assert states == ["FAIL"] + ["COMPLETE"] * TRIALS


def test_a_trial_of_a_living_process_is_left_alone(file_url, start):
    worker = start(file_url, dies_in=2)
    for _ in range(2):
        worker.stdout.readline()
    tuner, tried = resume(file_url)
    assert len(tried) == TRIALS - 2
    assert len(tuner.trials("s")) == TRIALS - 1


def test_processes_that_begin_at_once_share_one_study(url, start):
    workers = [start(url), start(url)]
    outputs = [worker.communicate(timeout=60)[0] for worker in workers]
    assert [worker.returncode for worker in workers] == [0, 0]
    drawn = [json.loads(line)["share"] for output in outputs for line in output.splitlines()]
    assert FIRST["share"] in drawn
    assert len(set(drawn)) == len(drawn) >= TRIALS
    assert len(resume(url)[0].trials("s")) == len(drawn)
