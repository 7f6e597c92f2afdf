"""The port `tuner`: one suite over every adapter."""

import math
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, text

from adapters.memory.tuner import MemoryTuner
from adapters.optuna.options import TuneBudget, TuneOptions
from adapters.optuna.tuner import OptunaTuner
from domain.errors import ConfigurationError, MedcostError, TrialPruned
from domain.model import Choice, FloatRange, IntRange

TRIALS = 8
SPACE = {
    "depth": IntRange(1, 32, log=True),
    "rate": FloatRange(0.001, 1.0, log=True),
    "share": FloatRange(0.0, 1.0),
    "leaves": IntRange(2, 9),
    "loss": Choice(("squared", "absolute", None, True)),
}
FIRST = {"depth": 4, "rate": 0.1, "share": 0.5, "leaves": 5, "loss": "squared"}


@pytest.fixture
def optuna_url(postgres_server):
    """An empty database of Optuna's own."""
    name = f"optuna_{uuid4().hex}"
    engine = create_engine(postgres_server("postgres", driver="psycopg"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return postgres_server(name, driver="psycopg")


@pytest.fixture(params=["memory", "optuna", "sqlite", "postgres"])
def make_tuner(request, tmp_path):
    """`make_tuner()` gives a tuner of 8 trials on always the same studies."""
    if request.param == "memory":
        tuner = MemoryTuner(n_trials=TRIALS)
        return lambda: tuner
    options = TuneOptions(budget=TuneBudget(n_trials=TRIALS))
    if request.param == "optuna":
        tuner = OptunaTuner(None, options)
        return lambda: tuner
    if request.param == "sqlite":
        return lambda: OptunaTuner(f"sqlite:///{tmp_path / 'optuna.db'}", options)
    url = request.getfixturevalue("optuna_url")
    return lambda: OptunaTuner(url, options)


@pytest.fixture
def tuner(make_tuner):
    return make_tuner()


def bowl(hyperparameters, report):
    return (hyperparameters.get("share", 0.9) - 0.3) ** 2


def silent(trial):
    pass


def test_the_best_finished_trial_is_returned(tuner):
    best = tuner.tune("s", SPACE, bowl, first=FIRST, on_trial=silent)
    trials = tuner.trials("s")
    assert len(trials) == TRIALS
    assert best in trials
    assert best.loss == min(trial.loss for trial in trials) == bowl(best.hyperparameters, None)
    assert {trial.state for trial in trials} == {"complete"}


def test_the_first_hyperparameters_are_tried_first(tuner):
    tuner.tune("s", SPACE, bowl, first=FIRST, on_trial=silent)
    assert tuner.trials("s")[0].hyperparameters == FIRST


@pytest.mark.parametrize("first", [{}, {"share": 0.25}, {"share": 7.5, "loss": "huber", "leaves": None}])
def test_the_first_hyperparameters_are_tried_as_they_are(tuner, first):
    tried = []
    tuner.tune("s", SPACE, lambda given, _: tried.append(dict(given)) or 1.0, first=first, on_trial=silent)
    assert tried[0] == tuner.trials("s")[0].hyperparameters == first
    assert all(given.keys() == SPACE.keys() for given in tried[1:])


def test_what_is_drawn_lies_in_the_space(tuner):
    tuner.tune("s", SPACE, bowl, first=FIRST, on_trial=silent)
    for drawn in (trial.hyperparameters for trial in tuner.trials("s")):
        assert 1 <= drawn["depth"] <= 32
        assert isinstance(drawn["depth"], int)
        assert 0.001 <= drawn["rate"] <= 1
        assert 0 <= drawn["share"] <= 1
        assert 2 <= drawn["leaves"] <= 9
        assert drawn["loss"] in SPACE["loss"].values


def test_an_empty_space_is_one_trial(tuner):
    best = tuner.tune("s", {}, lambda *_: 3.0, first={"depth": 2}, on_trial=silent)
    assert tuner.trials("s") == [best]
    assert best.hyperparameters == {"depth": 2}
    assert best.loss == 3.0


def test_each_trial_of_this_process_is_told_once_and_in_order(tuner):
    told = []
    tuner.tune("s", SPACE, bowl, first=FIRST, on_trial=told.append)
    assert told == tuner.trials("s")


def test_a_finished_study_is_not_tried_again(make_tuner):
    best = make_tuner().tune("s", SPACE, bowl, first=FIRST, on_trial=silent)
    told = []
    assert make_tuner().tune("s", SPACE, bowl, first=FIRST, on_trial=told.append) == best
    assert told == []


def test_studies_of_different_names_do_not_meet(tuner):
    tuner.tune("one", {}, bowl, first={}, on_trial=silent)
    assert tuner.trials("other") == []


def test_a_study_goes_on_where_an_interrupt_ended_it(make_tuner):
    calls = []

    def interrupted(hyperparameters, report):
        calls.append(dict(hyperparameters))
        if len(calls) == 4:
            raise KeyboardInterrupt
        return bowl(hyperparameters, report)

    with pytest.raises(KeyboardInterrupt):
        make_tuner().tune("s", SPACE, interrupted, first=FIRST, on_trial=silent)
    again = []
    make_tuner().tune(
        "s", SPACE, lambda given, report: again.append(dict(given)) or bowl(given, report), first=FIRST, on_trial=silent
    )
    assert again[0] == calls[3]
    assert len(again) == TRIALS - 3
    assert len(make_tuner().trials("s")) == TRIALS


def test_a_trial_that_fails_is_kept_as_failed_and_the_error_goes_on(make_tuner):
    def broken(hyperparameters, report):
        raise ZeroDivisionError

    told = []
    with pytest.raises(ZeroDivisionError):
        make_tuner().tune("s", SPACE, broken, first=FIRST, on_trial=told.append)
    assert told == make_tuner().trials("s")
    assert [(trial.state, trial.loss) for trial in told] == [("failed", None)]


def test_a_pruned_trial_has_no_loss_and_never_wins(tuner):
    def prunes_low(hyperparameters, report):
        if hyperparameters["share"] < 0.5:
            raise TrialPruned
        return hyperparameters["share"]

    best = tuner.tune("s", SPACE, prunes_low, first=FIRST, on_trial=silent)
    trials = tuner.trials("s")
    assert best.loss >= 0.5
    assert {trial.state for trial in trials} == {"complete", "pruned"}
    assert all((trial.loss is None) == (trial.state == "pruned") for trial in trials)


def test_a_loss_that_is_no_number_never_wins(tuner):
    best = tuner.tune(
        "s",
        SPACE,
        lambda given, _: given["share"] if given == FIRST else math.nan,
        first=FIRST,
        on_trial=silent,
    )
    assert best.loss == 0.5
    assert [trial.state for trial in tuner.trials("s")] == ["complete"] + ["failed"] * (TRIALS - 1)


def test_a_study_in_which_nothing_finished_says_so(tuner):
    def pruned(hyperparameters, report):
        raise TrialPruned

    with pytest.raises(MedcostError, match="no trial"):
        tuner.tune("s", SPACE, pruned, first=FIRST, on_trial=silent)


def test_a_study_begun_with_another_space_asks_for_another_name(make_tuner):
    make_tuner().tune("s", SPACE, bowl, first=FIRST, on_trial=silent)
    with pytest.raises(ConfigurationError, match=r"tuning\.study"):
        make_tuner().tune("s", {**SPACE, "loss": Choice(("a", "b"))}, bowl, first={}, on_trial=silent)
