"""The port `explainer`: one suite over every adapter."""

import pytest

from domain.beneficiary import FACTS, Beneficiary, Region, Sex
from domain.errors import PredictorUnavailable

ann = Beneficiary(age=40, sex=Sex.FEMALE, bmi=27.5, children=1, smoker=False, region=Region.NORTHEAST)
bob = Beneficiary(age=58, sex=Sex.MALE, bmi=34.0, children=0, smoker=True, region=Region.SOUTHWEST)


@pytest.fixture
def explainer(answering):
    return answering[1]


@pytest.fixture
def absent(unanswering):
    return unanswering[1]


@pytest.mark.parametrize("who", [ann, bob])
async def test_dollars_add_up_to_the_expected_cost_to_the_cent(explainer, who):
    told = await explainer.explain(who)
    cents = [round(usd * 100) for usd in (told.baseline, *(one.usd for one in told.contributions))]
    assert sum(cents) == round(told.expected * 100)


async def test_every_fact_has_its_dollars_in_the_order_of_the_facts(explainer):
    told = await explainer.explain(ann)
    assert tuple(one.fact for one in told.contributions) == FACTS


async def test_the_average_person_costs_the_same_whoever_is_explained(explainer):
    assert (await explainer.explain(ann)).baseline == (await explainer.explain(bob)).baseline


async def test_no_more_people_are_alike_than_there_are(explainer):
    alike = (await explainer.explain(ann)).alike
    assert 0 <= alike.count <= alike.total


async def test_without_a_model_there_is_no_explanation(absent):
    with pytest.raises(PredictorUnavailable):
        await absent.explain(ann)
