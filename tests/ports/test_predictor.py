"""The port `predictor`: one suite over every adapter."""

import pytest

from domain.costs.prediction import Published
from domain.errors import PredictorUnavailable
from domain.people.beneficiary import Beneficiary
from tests.support.default_schema import DEFAULT

ann = Beneficiary(DEFAULT, (40, "female", 27.5, 1, False, "northeast"))
bob = Beneficiary(DEFAULT, (88, "male", 44.0, 0, True, "southwest"))
eve = Beneficiary(DEFAULT, (19, "female", 18.0, 5, False, "southeast"))


@pytest.fixture
def predictor(answering):
    return answering[0]


@pytest.fixture
def absent(unanswering):
    return unanswering[0]


async def test_each_is_answered_in_the_order_given_and_alike_whoever_else_is_asked_for(predictor):
    people = [ann, bob, eve, bob]
    alone = [(await predictor.predict([who]))[0] for who in people]
    assert list(await predictor.predict(people)) == alone
    assert alone[0] != alone[1]


async def test_what_is_published_is_what_is_estimated_rounded_once(predictor):
    people = [ann, bob, eve, bob]
    published = [Published.of(estimate) for estimate in await predictor.predict(people)]
    assert list(await predictor.publish(people)) == published
    assert [(await predictor.publish([who]))[0] for who in people] == published
    assert list(await predictor.publish([])) == []


async def test_none_are_answered_with_none(predictor):
    assert list(await predictor.predict([])) == []


async def test_an_answer_names_the_model_that_made_it(predictor):
    model = await predictor.model()
    assert [estimate.model for estimate in await predictor.predict([ann, bob])] == [model, model]


async def test_who_is_beyond_the_data_gets_a_caution(predictor):
    (estimate,) = await predictor.predict([bob])
    assert "age_beyond_data" in {caution.code for caution in estimate.cautions}


async def test_without_a_model_there_is_no_answer(absent):
    with pytest.raises(PredictorUnavailable) as told:
        await absent.predict([ann])
    with pytest.raises(PredictorUnavailable):
        await absent.publish([ann])
    assert told.value.retry_after > 0
    with pytest.raises(PredictorUnavailable):
        await absent.model()
