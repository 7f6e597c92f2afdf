"""A fitted model: its reasons, its cautions, the people alike."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from adapters.sklearn.loader import SklearnLoader
from adapters.sklearn.support import Support
from domain.costs.prediction import ModelReference
from domain.people.beneficiary import Beneficiary
from tests.support.default_schema import DEFAULT
from tests.support.drawn_people import BENEFICIARIES

ann = Beneficiary(DEFAULT, (40, "female", 27.5, 1, False, "northeast"))


@pytest.fixture(scope="module")
def model(cook, claims):
    made = cook(claims)
    return SklearnLoader().load(ModelReference(1, made.digest), made.folder)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(who=BENEFICIARIES)
async def test_reasons_add_up_to_the_expected_cost_to_the_cent(model, who):
    explanation = await model.explain(who)
    (estimate,) = await model.predict([who])
    cents = [
        round(usd * 100)
        for usd in (explanation.baseline, *(contribution.usd for contribution in explanation.contributions))
    ]
    assert sum(cents) == round(explanation.expected * 100)
    assert explanation.expected == estimate.cost.expected


async def test_a_fact_that_moves_nothing_is_given_no_dollars(model, cook, claims_of, people):
    rows = people(300, 1)
    made = cook(claims_of(rows, 1_000 + 200 * rows[:, 0]), "linear")
    loaded = SklearnLoader().load(ModelReference(1, made.digest), made.folder)
    dollars = {contribution.fact: contribution.usd for contribution in (await loaded.explain(ann)).contributions}
    assert dollars["age"] != 0
    assert all(abs(usd) <= 0.01 for fact, usd in dollars.items() if fact != "age")


async def test_beyond_the_data_there_are_cautions_and_a_wider_range(model):
    (inside,) = await model.predict([ann])
    assert inside.cautions == ()
    old = Beneficiary(DEFAULT, (90, "female", 65, 12, False, "northeast"))
    (beyond,) = await model.predict([old])
    assert {caution.code for caution in beyond.cautions} == {
        "age_beyond_data", "bmi_beyond_data", "children_beyond_data", "few_alike",
    }  # fmt: skip
    middle = beyond.cost.typical
    assert (beyond.cost.interval().high - middle) / middle > 0.5
    assert beyond.cost.interval().low < 0.5 * middle


async def test_people_alike_are_told_with_their_quartiles(model, claims):
    alike = (await model.explain(ann)).alike
    facts, charges = np.asarray(claims.facts), np.asarray(claims.charges)
    near = (
        (facts[:, 4] == 0)
        & (np.abs(facts[:, 0] - 40) <= 8)
        & (np.abs(facts[:, 2] - 27.5) <= 4)
        & (facts[:, 2] < 30)  # a step that the schema names and the data show
        & (np.abs(facts[:, 3] - 1) <= 2)
    )
    assert (alike.count, alike.total) == (near.sum(), 600)
    assert alike.median == pytest.approx(np.median(charges[near]), abs=0.01)
    assert alike.lower_quartile <= alike.median <= alike.upper_quartile


async def test_a_batch_longer_than_a_few_is_answered_the_same(model):
    (alone,) = await model.predict([ann])
    assert set(await model.predict([ann] * 200)) == {alone}


def test_no_rows_give_no_answers(model):
    answers, cautions = model.inner.predict_arrays(np.empty((0, 6)))
    assert answers.shape == (0, 101)
    assert cautions == {}


def test_few_alike_means_fewer_than_five_near_in_all_that_counts(people):
    training, sample = people(400, 1), people(400, 2)
    training[:, 2], sample[:, 2] = training[:, 2].round(1), sample[:, 2].round(1)
    support = Support.of(training, training[:, 0], seed=0, schema=DEFAULT)
    doubts, _ = support.doubts(sample)
    # in tenths, where nothing is rounded
    tenths, others = np.rint(sample * 10).astype(int), np.rint(training * 10).astype(int)
    off = np.abs(tenths[:, None, :] - others)
    alike = (off[:, :, 0] <= 80) & (off[:, :, 2] <= 40) & (off[:, :, 3] <= 20) & (off[:, :, 4] == 0)
    few = alike.sum(axis=1) < 5
    assert 0 < few.sum() < 400
    assert ((doubts >> np.uint64(support.codes.index("few_alike")) & np.uint64(1)) == few).all()


@pytest.mark.parametrize("family", ["boosting", "forest", "interaction_lad"])
def test_many_rows_are_answered_in_their_order_as_by_few(cook, claims, people, family):
    made = cook(claims, family)
    inner = SklearnLoader().load(ModelReference(1, made.digest), made.folder).inner
    rows = people(20_000, 3)
    published, doubts = inner.publish_arrays(rows)
    parts = [inner.publish_arrays(rows[at : at + 1_000]) for at in range(0, len(rows), 1_000)]
    for figure in ("expected", "typical", "low", "high", "zero"):
        alone = np.concatenate([getattr(part, figure) for part, _ in parts])
        # sums of floats in another place may differ by so little that one is rounded to the next cent
        assert np.abs(getattr(published, figure) - alone).max() < 0.011
    assert np.array_equal(doubts, np.concatenate([doubt for _, doubt in parts]))
