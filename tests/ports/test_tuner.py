"""The port `tuner`: one suite over every adapter."""

import math
from concurrent.futures import ThreadPoolExecutor
from time import sleep

import pytest

from adapters.memory.tuner import MemoryTuner
from domain.errors import ConfigurationError, MedcostError, RepositoryUnavailable, TrialPruned
from domain.models.model import Choice, FloatRange, IntRange

TRIALS = 5
NO_ROWS, NO_FAMILY, AWAY = "there are no rows", "there is no such family", "the cluster is away"
SPACE = {
    "depth": IntRange(1, 32, log=True),
    "rate": FloatRange(0.001, 1.0, log=True),
    "share": FloatRange(0.0, 1.0),
    "leaves": IntRange(2, 9),
    "loss": Choice(("squared", "absolute", None, True)),
}
FIRST = {"depth": 4, "rate": 0.1, "share": 0.5, "leaves": 5, "loss": "squared"}


@pytest.fixture(params=["memory", "optuna", "sqlite", "postgres"])
def make_tuner(request):
    """`make_tuner()` gives a tuner of 5 trials on always the same studies."""
    if request.param == "memory":
        tuner = MemoryTuner(n_trials=TRIALS)
        return lambda: tuner
    from adapters.optuna.options import TuneBudget, TuneOptions
    from adapters.optuna.tuner import OptunaTuner

    options = TuneOptions(budget=TuneBudget(n_trials=TRIALS))
    if request.param == "optuna":
        tuner = OptunaTuner(None, options)
        return lambda: tuner
    if request.param == "sqlite":
        file = request.getfixturevalue("optuna_file")
        return lambda: OptunaTuner(file, options)
    url = request.getfixturevalue("optuna_database")()
    return lambda: OptunaTuner(url, options)


@pytest.fixture
def tuner(make_tuner):
    return make_tuner()


def bowl(hyperparameters, report):
    return (hyperparameters.get("share", 0.9) - 0.3) ** 2


def silent(*_):
    pass


ARGUMENTS = {"basis": "", "first": FIRST, "on_trial": silent, "on_wait": silent}


def tune(tuner, objective=bowl, *, study="s", space=SPACE, first=FIRST, basis="", on_trial=silent, on_wait=silent):
    arguments = {"basis": basis, "first": first, "on_trial": on_trial, "on_wait": on_wait}
    with tuner.tune(study, space, objective, **arguments) as best:
        return best


def test_the_best_finished_trial_is_returned(tuner):
    best = tune(tuner)
    trials = tuner.trials("s")
    assert len(trials) == TRIALS
    assert best in trials
    assert best.loss == min(trial.loss for trial in trials) == bowl(best.hyperparameters, None)
    assert {trial.state for trial in trials} == {"complete"}


def test_the_first_hyperparameters_are_tried_first(tuner):
    tune(tuner)
    assert tuner.trials("s")[0].hyperparameters == FIRST


@pytest.mark.parametrize("first", [{}, {"share": 0.25}, {"share": 7.5, "loss": "huber", "leaves": None}])
def test_the_first_hyperparameters_are_tried_as_they_are(tuner, first):
    tried = []
    tune(tuner, lambda given, _: tried.append(dict(given)) or 1.0, first=first)
    assert tried[0] == tuner.trials("s")[0].hyperparameters == first
    assert all(given.keys() == SPACE.keys() for given in tried[1:])


def test_what_is_drawn_lies_in_the_space(tuner):
    tune(tuner)
    for drawn in (trial.hyperparameters for trial in tuner.trials("s")):
        assert 1 <= drawn["depth"] <= 32
        assert isinstance(drawn["depth"], int)
        assert 0.001 <= drawn["rate"] <= 1
        assert 0 <= drawn["share"] <= 1
        assert 2 <= drawn["leaves"] <= 9
        assert drawn["loss"] in SPACE["loss"].values


def test_an_empty_space_is_one_trial(tuner):
    best = tune(tuner, lambda *_: 3.0, space={}, first={"depth": 2})
    assert tuner.trials("s") == [best]
    assert best.hyperparameters == {"depth": 2}
    assert best.loss == 3.0


def test_each_trial_of_this_process_is_told_once_and_in_order(tuner):
    trials = []
    tune(tuner, bowl, on_trial=trials.append)
    assert trials == tuner.trials("s")


def test_a_finished_study_is_not_tried_again(make_tuner):
    best = tune(make_tuner())
    trials = []
    assert tune(make_tuner(), on_trial=trials.append) == best
    assert trials == []


def test_studies_of_different_names_do_not_meet(tuner):
    tune(tuner, study="one", space={}, first={})
    assert tuner.trials("other") == []


def test_a_study_goes_on_where_an_interrupt_ended_it(make_tuner):
    calls = []

    def interrupted(hyperparameters, report):
        calls.append(dict(hyperparameters))
        if len(calls) == 4:
            raise KeyboardInterrupt
        return bowl(hyperparameters, report)

    with pytest.raises(KeyboardInterrupt):
        tune(make_tuner(), interrupted)
    again = []
    tune(make_tuner(), lambda given, report: again.append(dict(given)) or bowl(given, report))
    assert again[0] == calls[3]
    assert len(again) == TRIALS - 3
    assert len(make_tuner().trials("s")) == TRIALS


def test_a_trial_that_raises_is_marked_failed_and_the_study_goes_on(make_tuner):
    def broken(hyperparameters, report):
        if hyperparameters == FIRST:
            raise ZeroDivisionError(NO_ROWS)
        return bowl(hyperparameters, report)

    trials = []
    best = tune(make_tuner(), broken, on_trial=trials.append)
    assert trials == make_tuner().trials("s")
    assert [trial.state for trial in trials] == ["failed"] + ["complete"] * (TRIALS - 1)
    assert (trials[0].loss, trials[0].error) == (None, f"ZeroDivisionError: {NO_ROWS}")
    assert best.state == "complete"


def test_a_study_whose_every_trial_raises_says_what_the_last_one_met(tuner):
    def broken(hyperparameters, report):
        raise ZeroDivisionError(NO_ROWS)

    with pytest.raises(MedcostError, match=f"trial {TRIALS - 1}, met ZeroDivisionError: {NO_ROWS}"):
        tune(tuner, broken)
    assert len(tuner.trials("s")) == TRIALS


def test_a_wrong_configuration_ends_the_study_at_once(tuner):
    def refused(hyperparameters, report):
        raise ConfigurationError(NO_FAMILY)

    with pytest.raises(ConfigurationError, match=NO_FAMILY):
        tune(tuner, refused)
    assert [trial.error for trial in tuner.trials("s")] == [NO_FAMILY]


def test_a_trial_whose_means_were_away_is_made_again(make_tuner):
    tried = []

    def away(hyperparameters, report):
        tried.append(dict(hyperparameters))
        if len(tried) == 2:
            raise RepositoryUnavailable(AWAY)
        return bowl(hyperparameters, report)

    with pytest.raises(RepositoryUnavailable):
        tune(make_tuner(), away)
    tune(make_tuner(), away)
    assert tried[2] == tried[1]
    assert {trial.state for trial in make_tuner().trials("s")} == {"complete"}


def test_a_pruned_trial_has_no_loss_and_never_wins(tuner):
    def prunes_low(hyperparameters, report):
        if hyperparameters["share"] < 0.5:
            raise TrialPruned
        return hyperparameters["share"]

    best = tune(tuner, prunes_low)
    trials = tuner.trials("s")
    assert best.loss >= 0.5
    assert {trial.state for trial in trials} == {"complete", "pruned"}
    assert all((trial.loss is None) == (trial.state == "pruned") for trial in trials)


def test_a_loss_that_is_no_number_never_wins(tuner):
    best = tune(tuner, lambda given, _: given["share"] if given == FIRST else math.nan)
    assert best.loss == 0.5
    assert [trial.state for trial in tuner.trials("s")] == ["complete"] + ["failed"] * (TRIALS - 1)


def test_a_study_in_which_nothing_finished_says_so(tuner):
    def pruned(hyperparameters, report):
        raise TrialPruned

    with pytest.raises(MedcostError, match="no trial"):
        tune(tuner, pruned)


def test_a_study_begun_with_another_space_asks_for_another_name(make_tuner):
    tune(make_tuner())
    with pytest.raises(ConfigurationError, match=r"tuning\.study"):
        tune(make_tuner(), space={**SPACE, "loss": Choice(("a", "b"))}, first={})


def test_a_study_begun_on_another_basis_asks_for_another_name(make_tuner):
    tune(make_tuner(), basis="last year's data")
    with pytest.raises(ConfigurationError, match=r"tuning\.study"):
        tune(make_tuner(), basis="this year's data")


def test_who_has_the_result_has_the_study_alone(make_tuner):
    waits = []
    tuner = make_tuner()
    with ThreadPoolExecutor(1) as other, tuner.tune("s", SPACE, bowl, **ARGUMENTS) as best:
        late = other.submit(tune, make_tuner(), on_wait=waits.append)
        while not waits:  # for its turn
            assert not late.done()
            sleep(0.01)
        assert len(tuner.trials("s")) == TRIALS
    assert late.result(timeout=30) == best


def test_the_turn_ends_with_the_context_however_that_ends(make_tuner):
    with pytest.raises(ZeroDivisionError), make_tuner().tune("s", SPACE, bowl, **ARGUMENTS):
        raise ZeroDivisionError
    assert len(make_tuner().trials("s")) == TRIALS
    tune(make_tuner())


def test_who_search_together_share_the_trials(make_tuner):
    tried = []

    def slow(given, report):
        tried.append(given["share"])
        sleep(0.02)
        return bowl(given, report)

    with ThreadPoolExecutor(3) as workers:
        best = [workers.submit(tune, make_tuner(), slow) for _ in range(3)]
    assert len({future.result().number for future in best}) == 1
    assert len(set(tried)) == len(tried) == TRIALS
    assert [trial.number for trial in make_tuner().trials("s")] == list(range(TRIALS))
