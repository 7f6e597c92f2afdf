"""A study whose processes are killed, lost or stand still."""

import json
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from time import sleep

import optuna
import pytest
from sqlalchemy import create_engine, text

from adapters.optuna.options import PrunerOptions, TuneBudget, TuneOptions
from adapters.optuna.tuner import OptunaTuner
from domain.models.model import FloatRange

TRIALS = 6


class Worker:
    """This process, as a worker of the study."""

    def __init__(self, url, trials=TRIALS, worse_by=0.0, **options):
        self.tuner = OptunaTuner(url, TuneOptions(budget=TuneBudget(n_trials=trials), **options))
        self.worse_by = worse_by
        self.tried = []
        self.waits = []

    def objective(self, hyperparameters, report):
        self.tried.append(dict(hyperparameters))
        loss = hyperparameters["share"] + self.worse_by
        report(1, loss)
        return loss

    def tune(self):
        arguments = {"basis": "", "first": {"share": 0.5}, "on_trial": lambda _: None, "on_wait": self.waits.append}
        with self.tuner.tune("s", {"share": FloatRange(0.0, 1.0)}, self.objective, **arguments) as best:
            return best

    @property
    def trials(self):
        return self.tuner.trials("s")


def begun(worker, trials):
    return [json.loads(worker.stdout.readline()) for _ in range(trials)]


def kill(worker):
    worker.kill()
    worker.wait()


def let_heartbeats_age(url, by="3 minutes"):
    """What two minutes of silence look like in the database; or a clock that was set back, by a negative age."""
    with create_engine(url).begin() as connection:
        connection.execute(text(f"UPDATE trial_heartbeats SET heartbeat = heartbeat - interval '{by}'"))


def test_a_killed_study_goes_on_from_its_trials_and_tries_the_broken_one_again(url, start):
    worker = start(url, stands_in=3)
    tried = begun(worker, 3)
    kill(worker)
    me = Worker(url)
    me.tune()
    assert me.tried[0] == tried[2]
    assert len(me.tried) == TRIALS - 2
    assert [trial.hyperparameters for trial in me.trials] == tried[:2] + me.tried
    assert {trial.state for trial in me.trials} == {"complete"}
    assert len({trial.hyperparameters["share"] for trial in me.trials}) == TRIALS


def test_the_broken_trial_is_failed_in_the_database(optuna_file, start):
    worker = start(optuna_file, stands_in=1)
    begun(worker, 1)
    kill(worker)
    Worker(optuna_file).tune()
    states = [trial.state.name for trial in optuna.load_study(study_name="s", storage=optuna_file).trials]
    assert states == ["FAIL"] + ["COMPLETE"] * TRIALS


def test_a_worker_waits_for_trials_of_others_and_takes_them_over_when_these_die(optuna_url, start):
    other = start(optuna_url, stands_in=2)
    tried = begun(other, 2)
    me = Worker(optuna_url)
    with ThreadPoolExecutor(1) as thread:
        best = thread.submit(me.tune)
        while not me.waits:
            sleep(0.05)
        assert not best.done()
        assert len(me.trials) == len(me.tried) + 1 == TRIALS - 1
        kill(other)
        best.result()
    assert me.waits == ["1 trial of other workers"]
    assert me.tried[-1] == tried[1]
    assert len(me.trials) == TRIALS


@pytest.mark.parametrize("age", ["3 minutes", "-1 day"])
def test_the_trial_of_a_machine_that_is_lost_is_known_by_its_heartbeat(optuna_url, start, part, age):
    as_another_machine = ["unshare", "--uts", "sh", "-c", 'hostname elsewhere; exec "$@"', "sh"]
    can = shutil.which("unshare") and not subprocess.run([*as_another_machine, "true"], check=False).returncode
    part("uts-namespaces", None if can else "unshare --uts is not allowed here")
    other = start(optuna_url, stands_in=2, by=as_another_machine)
    tried = begun(other, 2)
    kill(other)
    me = Worker(optuna_url)
    with ThreadPoolExecutor(1) as thread:
        best = thread.submit(me.tune)
        while not me.waits:
            sleep(0.05)
        assert not best.done()
        let_heartbeats_age(optuna_url, by=age)
        best.result()
    assert me.tried[-1] == tried[1]
    assert len(me.trials) == TRIALS


IN_ORDER = """
CREATE FUNCTION beats_first() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF NOT EXISTS (SELECT FROM trial_heartbeats WHERE trial_id = NEW.trial_id) THEN
        RAISE EXCEPTION 'claimed, and its machine may be lost before it beats';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER beats_first AFTER INSERT ON trial_user_attributes
    FOR EACH ROW WHEN (NEW.key = 'process') EXECUTE FUNCTION beats_first();
"""


def test_a_trial_beats_before_it_has_an_owner_so_that_nobody_waits_in_vain(
    optuna_url,
):
    Worker(optuna_url, trials=1).tune()
    with create_engine(optuna_url).begin() as connection:
        connection.execute(text(IN_ORDER))
    me = Worker(optuna_url)
    me.tune()
    assert len(me.trials) == TRIALS


def test_a_worker_that_stood_still_finds_its_trial_done_by_another_and_goes_on(optuna_url, start):
    still = start(optuna_url, stands_in=2, trials=TRIALS + 1)
    tried = begun(still, 2)
    let_heartbeats_age(optuna_url)
    me = Worker(optuna_url)
    me.tune()
    assert tried[1] in me.tried
    assert len(me.trials) == TRIALS
    still.stdin.write(b"\n")
    still.stdin.flush()
    (last,) = begun(still, 1)
    assert still.wait(timeout=60) == 0
    assert [trial.hyperparameters for trial in me.trials] == [tried[0], *me.tried, last]


def test_processes_that_begin_at_once_share_one_study(url, start):
    workers = [start(url), start(url)]
    outputs = [worker.communicate(timeout=60)[0] for worker in workers]
    assert [worker.returncode for worker in workers] == [0, 0]
    drawn = [json.loads(line)["share"] for output in outputs for line in output.splitlines()]
    assert 0.5 in drawn
    assert len(set(drawn)) == len(drawn) == TRIALS
    assert len(Worker(url).trials) == TRIALS


def test_four_workers_of_which_two_are_killed_lose_and_double_no_trial(optuna_url, start):
    trials = 16
    doomed = [start(optuna_url, stands_in=2, trials=trials) for _ in range(2)]
    left = [begun(worker, 2)[1] for worker in doomed]
    others = [start(optuna_url, trials=trials) for _ in range(2)]
    begun(others[0], 1)
    for worker in doomed:
        kill(worker)
    assert [worker.wait(timeout=60) for worker in others] == [0, 0]

    me = Worker(optuna_url, trials)
    best = me.tune()
    assert me.tried == []
    assert {trial.state for trial in me.trials} == {"complete"}
    shares = [trial.hyperparameters["share"] for trial in me.trials]
    assert len(set(shares)) == len(shares) == trials
    assert all(trial["share"] in shares for trial in left)
    assert best.loss == min(trial.loss for trial in me.trials if trial.loss is not None)
    # as the study itself says
    study = optuna.load_study(study_name="s", storage=optuna_url)
    assert study.best_params == best.hyperparameters
    assert [trial.state.name for trial in study.trials].count("FAIL") == 2


def test_trials_are_pruned_by_what_other_workers_reported(optuna_url, start):
    assert start(optuna_url).wait(timeout=60) == 0
    me = Worker(optuna_url, TRIALS + 3, worse_by=10.0, pruner=PrunerOptions(kind="median", warmup_steps=0))
    me.tune()
    assert [trial.state for trial in me.trials[-3:]] == ["pruned"] * 3


def test_a_trial_that_ends_every_worker_is_failed_in_the_end():
    me = Worker(None)
    promising = me.objective

    def deadly(hyperparameters, report):
        if hyperparameters["share"] == 0.5:
            raise KeyboardInterrupt
        return promising(hyperparameters, report)

    me.objective = deadly
    for _ in range(5):
        with pytest.raises(KeyboardInterrupt):
            me.tune()
    me.tune()
    assert [trial.state for trial in me.trials] == ["failed"] + ["complete"] * (TRIALS - 1)
