"""What several tests of whole commands share."""

import asyncio

import pytest

from adapters.bentoml.publisher import BentoPublisher
from adapters.local.home import Home
from adapters.memory.clock import FixedClock
from adapters.memory.sample import small_sample
from domain.costs.prediction import ModelReference
from domain.models.model import FoldPlan, Provenance, Recipe
from tests.support.default_schema import DEFAULT


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """With a champion on its shelf, and nothing else."""
    from adapters.sklearn.trainer import SklearnTrainer  # takes a second, and most tests do without

    trainer, recipe, plan, claims = (
        SklearnTrainer(FixedClock()),
        Recipe(family="forest"),
        FoldPlan(),
        small_sample(DEFAULT),
    )
    test, folder = trainer.test(recipe, claims, plan), tmp_path_factory.mktemp("shelf")
    made = trainer.fit(recipe, claims, plan, Provenance(metric="crps"), test=test, into=folder)
    place, reference = Home(folder / "home"), ModelReference(1, made.digest)
    publisher = BentoPublisher(place.bentoml, place.pointer)

    async def publish():
        await publisher.publish(reference, made.folder)
        await publisher.point_to(reference)

    asyncio.run(publish())
    return place.path
