"""The ports `loader`, `predictor` and `explainer` over a schema of other facts, some of which may be missing."""

from array import array
from dataclasses import replace

import pytest

from adapters.local.clock import SystemClock
from adapters.memory.predictor import NeighbourPredictor
from domain.costs.estimate_columns import codes_of, shaped
from domain.costs.prediction import FACTS_UNKNOWN, ModelReference
from domain.errors import InvalidBeneficiary
from domain.models.model import FoldPlan, Provenance, Recipe
from domain.people.beneficiary import Beneficiary
from domain.people.claims import Claims
from domain.people.fact import Fact, Kind
from domain.people.origin import DataOrigin
from tests.support.other_people import CLINIC, clinic_people

eve = Beneficiary(CLINIC, (6, "plus", 131.5, False, 21_000.0))
max_ = Beneficiary(CLINIC, (3, "basic", None, True, 18_000.0))
INVENTED = DataOrigin("clinic", "invented people of a clinic", synthetic=True)


def clinic_claims():
    rows, paid = clinic_people(400, seed=11)
    return Claims(CLINIC, INVENTED, "c" * 64, rows.tolist(), paid.tolist())


@pytest.fixture(scope="module")
def fitted(tmp_path_factory):
    from adapters.sklearn.trainer import SklearnTrainer

    trainer, recipe, plan = SklearnTrainer(SystemClock()), Recipe(family="linear"), FoldPlan(n_repeats=1)
    claims = clinic_claims()
    test = trainer.test(recipe, claims, plan)
    folder = tmp_path_factory.mktemp("clinic")
    return trainer.fit(recipe, claims, plan, Provenance(metric="mae"), test=test, into=folder)


@pytest.fixture(params=["memory", "sklearn"])
def model(request):
    if request.param == "memory":
        return NeighbourPredictor(clinic_claims())
    from adapters.sklearn.loader import SklearnLoader

    made = request.getfixturevalue("fitted")
    return SklearnLoader().load(ModelReference(7, made.digest), made.folder)


def columns_of(people):
    facts = array("d", [number for who in people for number in who.as_numbers()])
    return shaped(facts, (len(people), people[0].schema.width))


async def test_a_model_names_the_schema_that_it_learned_with(model):
    assert model.schema == CLINIC


async def test_many_are_answered_as_numbers_as_each_is_alone(model):
    people = [eve, max_, eve.changed(pressure=None, plan="top")] * 5
    columns = await model.predict_columns(columns_of(people))
    estimates = await model.predict(people)
    assert columns.numbers.tolist() == [
        [estimate.cost.mean, *estimate.cost.quantiles, estimate.cost.zero] for estimate in estimates
    ]
    published = await model.publish_columns(columns_of(people), CLINIC)
    assert published.money.tolist()[0] == [estimate.cost.expected for estimate in estimates]
    assert [codes_of(bits, published.codes) for bits in published.cautions] == [
        tuple(caution.code for caution in estimate.cautions) for estimate in estimates
    ]


@pytest.mark.parametrize(
    ("column", "value"), [(0, 0.5), (0, float("nan")), (1, 3.0), (2, 20.0), (3, 2.0), (4, float("inf"))]
)
async def test_a_number_that_is_no_fact_is_refused_by_name(model, column, value):
    row = list(eve.as_numbers())
    row[column] = value
    with pytest.raises(InvalidBeneficiary, match=CLINIC.names[column]):
        await model.predict_columns(shaped(array("d", [*max_.as_numbers(), *row]), (2, 5)))


@pytest.mark.parametrize("who", [eve, max_])
async def test_money_adds_up_to_the_expected_cost_to_the_cent(model, who):
    explanation = await model.explain(who)
    assert tuple(contribution.fact for contribution in explanation.contributions) == CLINIC.names
    cents = [
        round(usd * 100)
        for usd in (explanation.baseline, *(contribution.usd for contribution in explanation.contributions))
    ]
    assert sum(cents) == round(explanation.expected * 100)
    assert explanation.standard_error is None


@pytest.fixture
def loaded(fitted):
    from adapters.sklearn.loader import SklearnLoader

    return SklearnLoader().load(ModelReference(7, fitted.digest), fitted.folder)


def newer(**changes):
    """Return the clinic's schema after compatible changes of facts, by name; new ones stand at the end."""
    facts = [replace(fact, **changes.pop(fact.name, {})) for fact in CLINIC.facts]
    return replace(CLINIC, facts=(*facts, *changes.values()))


async def test_a_newer_schema_asks_a_model_that_lacks_a_fact(loaded):
    schema = newer(height=Fact(name="height", kind=Kind.NUMBER, low=100, high=220, may_be_missing=True))
    without = Beneficiary(schema, (*eve.values, None))
    given = without.changed(height=170.0)
    (plain,), (unspecified, other) = await loaded.predict([eve]), await loaded.predict([without, given])
    assert unspecified.cost == other.cost == plain.cost
    assert unspecified.cautions == plain.cautions
    assert [caution.code for caution in other.cautions][-1] == FACTS_UNKNOWN
    columns = await loaded.predict_columns(columns_of([without, given]), schema)
    assert columns.cautions.get(1, ()) == other.cautions


async def test_a_choice_that_the_model_never_saw_is_a_caution(loaded):
    schema = newer(plan={"choices": ("gold", "basic", "plus", "top")})
    complete = Beneficiary(schema, eve.values)
    (plain,), (same, new) = await loaded.predict([eve]), await loaded.predict([complete, complete.changed(plan="gold")])
    assert same.cost == plain.cost
    assert "plan_rare" in [caution.code for caution in new.cautions]


async def test_wider_limits_are_no_obstacle(loaded):
    schema = newer(visits={"high": 100})
    (estimate,) = await loaded.predict([Beneficiary(schema, (80, *eve.values[1:]))])
    assert "visits_beyond_data" in [caution.code for caution in estimate.cautions]
