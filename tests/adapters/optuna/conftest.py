"""Workers of one study: real processes over real databases."""

import subprocess
import sys
import textwrap

import pytest

WORKER = textwrap.dedent("""
    import json, sys
    from adapters.optuna.options import TuneBudget, TuneOptions
    from adapters.optuna.tuner import OptunaTuner
    from domain.models.model import FloatRange

    url, stands_in, trials = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    calls = 0

    def objective(hyperparameters, report):
        global calls
        calls += 1
        report(1, hyperparameters["share"])
        print(json.dumps(dict(hyperparameters)), flush=True)
        if calls == stands_in:
            sys.stdin.readline()
        return hyperparameters["share"]

    tuner = OptunaTuner(url, TuneOptions(budget=TuneBudget(n_trials=trials)))
    silent = lambda _: None
    told = {"basis": "", "first": {"share": 0.5}, "on_trial": silent, "on_wait": silent}
    with tuner.tune("s", {"share": FloatRange(0.0, 1.0)}, objective, **told):
        pass
""")


@pytest.fixture
def optuna_url(optuna_database):
    """The address of an empty storage in PostgreSQL."""
    return optuna_database()


@pytest.fixture(params=["optuna_file", "optuna_url"])
def url(request):
    return request.getfixturevalue(request.param)


@pytest.fixture
def start():
    """`start(url, stands_in=3)` starts a worker that stands still in its third trial until it is sent a line."""
    workers = []

    def worker(url, *, stands_in=0, trials=6, by=()):
        command = [*by, sys.executable, "-c", WORKER, url, str(stands_in), str(trials)]
        workers.append(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE))
        return workers[-1]

    yield worker
    for running in workers:
        running.kill()
        running.wait()
