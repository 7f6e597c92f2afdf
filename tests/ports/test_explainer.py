"""The port `explainer`: one suite over every adapter."""

import socket

import pytest

from adapters.bentoml.connection import ModelServer
from adapters.bentoml.explainer import BentoExplainer
from adapters.memory.loader import MemoryLoader
from adapters.memory.predictor import NeighbourPredictor
from adapters.memory.publisher import MemoryPublisher
from adapters.memory.sample import small_sample
from adapters.sklearn.loader import SklearnLoader
from adapters.system.served_model import ServedModel
from domain.beneficiary import FACTS, Beneficiary, Region, Sex
from domain.errors import PredictorUnavailable
from domain.prediction import ModelReference

ann = Beneficiary(age=40, sex=Sex.FEMALE, bmi=27.5, children=1, smoker=False, region=Region.NORTHEAST)
bob = Beneficiary(age=58, sex=Sex.MALE, bmi=34.0, children=0, smoker=True, region=Region.SOUTHWEST)


@pytest.fixture(params=["memory", "in-process", "bentoml"])
async def explainer(request, tmp_path):
    if request.param == "memory":
        yield NeighbourPredictor(small_sample())
    elif request.param == "in-process":
        fitted = request.getfixturevalue("fitted")
        model = ModelReference(1, fitted.digest)
        shelf = MemoryPublisher(workspace=tmp_path / "shelf")
        await shelf.publish(model, fitted.folder)
        await shelf.point_to(model)
        served = ServedModel(shelf, SklearnLoader())
        await served.refresh()
        yield served
    else:
        server = ModelServer(request.getfixturevalue("model_server_address"), deadline=30)
        yield BentoExplainer(server)
        await server.close()


@pytest.fixture(params=["memory", "in-process", "bentoml"])
async def absent(request, tmp_path):
    """An explainer that can give no answer."""
    if request.param == "memory":
        neighbours = NeighbourPredictor(small_sample())
        neighbours.failure = PredictorUnavailable("away")
        yield neighbours
    elif request.param == "in-process":
        yield ServedModel(MemoryPublisher(workspace=tmp_path), MemoryLoader())
    else:
        with socket.create_server(("127.0.0.1", 0)) as door:
            port = door.getsockname()[1]
        server = ModelServer(f"http://127.0.0.1:{port}", deadline=1)
        yield BentoExplainer(server)
        await server.close()


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
