"""The port `predictor`: one suite over every adapter."""

import pytest

from domain.beneficiary import Beneficiary, Region, Sex
from domain.errors import PredictorUnavailable

ann = Beneficiary(age=40, sex=Sex.FEMALE, bmi=27.5, children=1, smoker=False, region=Region.NORTHEAST)
bob = Beneficiary(age=88, sex=Sex.MALE, bmi=44.0, children=0, smoker=True, region=Region.SOUTHWEST)
eve = Beneficiary(age=19, sex=Sex.FEMALE, bmi=18.0, children=5, smoker=False, region=Region.SOUTHEAST)


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
    assert told.value.retry_after > 0
    with pytest.raises(PredictorUnavailable):
        await absent.model()
