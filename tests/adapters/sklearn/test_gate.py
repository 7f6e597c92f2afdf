"""What the gate is told of challengers good and bad."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import t as student

from adapters.arrow.synthetic import SyntheticClaims
from adapters.sklearn import folder as files
from adapters.sklearn.comparison import people_on_both_sides
from domain.models.manifest import MANIFEST
from domain.models.model import FoldPlan
from domain.models.promotion import PromotionPolicy
from tests.support.default_schema import DEFAULT

judge = PromotionPolicy().judge


@pytest.fixture(scope="module")
def good(cook, claims):
    return cook(claims)


def failed(verdict):
    return [check.name for check in verdict.checks if not check.passed]


def test_a_first_champion_beats_the_distribution_of_all_costs(trainer, good, claims, plan):
    verdict = judge(trainer.compare(good, None, claims, plan))
    assert verdict.passed, verdict.reasons
    assert verdict.candidacy.comparison.method == "unconditional"


def test_a_file_with_each_person_twice_is_judged_as_the_file_without_repeats(trainer, cook, claims, claims_of, plan):
    made = cook(claims, "linear")
    twice = claims_of(np.repeat(np.asarray(claims.facts), 2, axis=0), np.repeat(np.asarray(claims.charges), 2))
    once, repeated = (trainer.compare(made, None, some, plan) for some in (claims, twice))
    assert (repeated.measured.rows, repeated.measured.people, repeated.repeated) == (1200, 600, 0)
    assert repeated.coverage == pytest.approx(once.coverage)
    assert repeated.comparison.upper_bound == pytest.approx(once.comparison.upper_bound)
    assert repeated.measured.actuarial.overall.low == pytest.approx(once.measured.actuarial.overall.low)


def test_people_on_both_sides_of_a_split_are_counted(table):
    half = np.arange(300)
    assert people_on_both_sides(table, [(half, half + 300), (half + 300, half)]) == 0
    assert people_on_both_sides(table, [(np.arange(310), np.arange(300, 600))]) == 10


def test_what_learnt_from_shuffled_costs_is_refused(trainer, cook, good, claims, claims_of, plan):
    charges = np.random.default_rng(0).permutation(claims.charges)
    shuffled = claims_of(np.asarray(claims.facts), charges)
    made = cook(shuffled, "linear")
    assert made.card.cross_validation.expected.r2 < 0.1
    assert made.card.cross_validation.interval.mean_width > 0.7 * np.ptp(np.quantile(charges, [0.05, 0.95]))
    assert "crps" in failed(judge(trainer.compare(made, None, shuffled, plan)))
    # on rows without sense it beats a champion that has some, but not the distribution of all costs
    candidacy = trainer.compare(made, (1, good), shuffled, plan)
    assert candidacy.comparison.method == "unseen_rows"
    assert failed(judge(candidacy)) == ["crps against all costs"]


def test_a_worse_challenger_is_refused_on_identical_folds(trainer, cook, good, claims, plan):
    candidacy = trainer.compare(cook(claims, "knn"), (1, good), claims, plan)
    assert candidacy.comparison.method == "identical_folds"
    assert candidacy.comparison.rows == 600
    assert "crps" in failed(judge(candidacy))


def test_an_equal_challenger_passes(trainer, cook, good, claims, plan):
    assert judge(trainer.compare(cook(claims), (1, good), claims, plan)).passed


def test_where_the_champion_has_not_seen_enough_rows_it_answers_as_it_is(trainer, cook, good, plan):
    fresh = SyntheticClaims(DEFAULT, rows=500, seed=9).read()
    comparison = trainer.compare(cook(fresh, "linear"), (1, good), fresh, plan).comparison
    assert comparison.method == "unseen_rows"
    assert (comparison.rows, comparison.degrees_of_freedom) == (500, 499)


def test_outcomes_decide_without_new_data_and_exclude_those_of_the_training(
    trainer, cook, good, claims, claims_of, plan
):
    fresh = SyntheticClaims(DEFAULT, rows=300, seed=9).read()
    facts = np.concatenate([np.asarray(fresh.facts), np.asarray(claims.facts)])
    extended = claims_of(facts, np.concatenate([np.asarray(fresh.charges), np.asarray(claims.charges)]))
    worse = cook(claims, "linear")
    comparison = trainer.compare(worse, (1, good), claims, plan, extended).comparison
    assert (comparison.method, comparison.rows, comparison.outcomes) == ("unseen_rows", 300, 300)
    losses = [trainer.score(model, fresh).crps for model in (worse, good)]
    assert (comparison.challenger_loss, comparison.rival_loss) == (pytest.approx(losses[0]), pytest.approx(losses[1]))
    assert trainer.replay(worse, (1, good), extended).comparison == comparison


def test_outcomes_and_rows_the_champion_never_saw_are_compared_together(trainer, cook, good, plan):
    fresh, extended = (
        SyntheticClaims(DEFAULT, rows=300, seed=9).read(),
        SyntheticClaims(DEFAULT, rows=250, seed=10).read(),
    )
    challenger = cook(fresh, "linear")
    alone = trainer.compare(challenger, (1, good), fresh, plan).comparison
    together = trainer.compare(challenger, (1, good), fresh, plan, extended).comparison
    assert (alone.rows, together.rows, together.outcomes) == (300, 550, 250)
    assert together.rival_loss == pytest.approx(
        (300 * alone.rival_loss + 250 * trainer.score(good, extended).crps) / 550
    )
    assert together.challenger_loss == pytest.approx(
        (300 * alone.challenger_loss + 250 * trainer.score(challenger, extended).crps) / 550
    )


def test_what_learnt_from_leaked_costs_is_refused_on_honest_rows(trainer, cook, good, claims, claims_of, plan):
    rows = np.array(claims.facts)
    rows[:, 2] = np.clip(np.asarray(claims.charges) / 1_000, 10, 70)  # the target, renamed
    leaked = cook(claims_of(rows, np.asarray(claims.charges)), "tree")
    assert leaked.card.cross_validation.expected.r2 > 0.97
    assert "crps" in failed(judge(trainer.compare(leaked, (1, good), claims, plan)))


def test_a_folder_whose_intervals_are_too_narrow_is_refused(trainer, good, claims, plan, tmp_path):
    narrow = tmp_path / "medcost"
    narrow.mkdir()
    for file in good.folder.iterdir():
        if file.name != MANIFEST:
            (narrow / file.name).write_bytes(file.read_bytes())
    with np.load(narrow / files.DISTRIBUTION) as stored:
        parts = dict(stored)
    for name in {"distribution.shape.quantiles", "distribution.shape.residuals"} & parts.keys():
        parts[name] = parts[name] * 0.01
    np.savez(narrow / files.DISTRIBUTION, **parts)
    with np.load(narrow / files.REFERENCE) as stored:
        changed = dict(stored)
    spoilt = replace(good, folder=narrow, digest="")
    changed["known_answers"] = _answers_of(narrow, parts, changed)
    np.savez(narrow / files.REFERENCE, **changed)
    spoilt = replace(spoilt, digest=files.seal(narrow))
    assert {"coverage", "coverage of smoker=yes", "coverage of smoker=no"} <= set(
        failed(judge(trainer.compare(spoilt, None, claims, plan)))
    )


def _answers_of(folder, parts, extended):
    import skops.io

    from adapters.sklearn.model import CostModel
    from adapters.sklearn.packing import unpacked
    from adapters.sklearn.storage import TRUSTED
    from adapters.sklearn.support import Support

    model = CostModel(
        skops.io.load(folder / files.ESTIMATOR, trusted=list(TRUSTED)),
        unpacked(parts, DEFAULT),
        Support.from_arrays(extended, DEFAULT),
        extended["background"],
    )
    return model.predict_arrays(extended["background"])[0]


def test_repeated_folds_give_the_corrected_standard_error(trainer, cook, claims):
    plan = FoldPlan(n_splits=3, n_repeats=2, test_size=0.0)
    worse, better = cook(claims, "knn"), cook(claims, "linear")
    comparison = trainer.compare(worse, (1, better), claims, plan).comparison

    def losses(model):
        return [
            fold.crps for fold in trainer.cross_validate(model.card.recipe, claims, plan, on_fold=lambda _: None).folds
        ]

    differences = np.array(losses(worse)) - np.array(losses(better))
    # Nadeau and Bengio 2003, eq. 9: each fold was held against twice as many rows
    corrected = np.sqrt(np.var(differences, ddof=1) * (1 / 6 + 1 / 2))
    assert comparison.difference == pytest.approx(differences.mean())
    assert comparison.standard_error == pytest.approx(corrected)
    assert comparison.degrees_of_freedom == 5
    assert comparison.upper_bound == pytest.approx(differences.mean() + student.ppf(0.95, 5) * corrected)


@pytest.mark.parametrize("column", [0, 2])
def test_the_target_under_the_name_of_a_fact_is_found_in_the_data_themselves(
    trainer, cook, good, claims, claims_of, plan, column
):
    charges = np.asarray(claims.charges)
    rows = np.array(claims.facts)
    rows[:, column] = np.interp(charges, [charges.min(), charges.max()], [18, 70]).round()
    leaking = claims_of(rows, charges)
    leaked = cook(leaking, "tree")
    for champion in (None, (1, good)):
        verdict = judge(trainer.compare(leaked, champion, leaking, plan))
        assert failed(verdict) == ["leakage"]
        assert verdict.reasons.startswith(("age alone", "bmi alone"))
