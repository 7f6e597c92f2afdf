"""The port `version_models`: one suite over every adapter."""

import pytest

from adapters.bentoml.connection import ModelServer
from adapters.bentoml.version_models import BentoVersionModels
from adapters.local.version_models import StoredVersions
from adapters.memory.loader import MemoryLoader, write_flat_model
from adapters.memory.predictor import NeighbourPredictor
from adapters.memory.publisher import MemoryPublisher
from adapters.memory.sample import small_sample
from adapters.memory.version_models import MemoryVersionModels
from domain.costs.prediction import ModelReference
from domain.errors import ModelRefused, VersionNotFound
from domain.monitoring.drift import Sample
from domain.people.beneficiary import Beneficiary
from tests.support.default_schema import DEFAULT

ann = Beneficiary(DEFAULT, (40, "female", 27.5, 1, False, "northeast"))
bob = Beneficiary(DEFAULT, (58, "male", 34.0, 0, True, "southwest"))


@pytest.fixture(params=["memory", "in-process", "bentoml"])
async def held(request, tmp_path):
    """An adapter, and a version that it holds."""
    if request.param == "memory":
        claims = small_sample(DEFAULT)
        model = ModelReference(4, "d" * 64)
        versions = MemoryVersionModels()
        columns = {"charges": claims.charges, "expected": claims.charges}
        versions.add(model, NeighbourPredictor(claims), Sample(DEFAULT, claims.facts, columns))
        yield versions, model
        return
    fitted = request.getfixturevalue("fitted")
    model = ModelReference(4, fitted.digest)
    if request.param == "in-process":
        from adapters.sklearn.loader import SklearnLoader

        model_store = MemoryPublisher(workspace=tmp_path)
        await model_store.publish(model, fitted.folder)
        yield StoredVersions(model_store, SklearnLoader()), model
    else:
        server = ModelServer(request.getfixturevalue("model_server_address"), deadline=60)
        yield BentoVersionModels(server), model
        await server.close()


async def test_people_are_answered_by_the_version_in_the_order_given(held):
    versions, model = held
    people = [ann, bob] * 200
    published = await versions.publish(model, people)
    assert [published_estimate.expected for published_estimate in published] == [
        published[0].expected,
        published[1].expected,
    ] * 200
    assert published[0].expected < published[1].expected
    assert all(
        published_estimate.interval.low <= published_estimate.typical <= published_estimate.interval.high
        for published_estimate in published
    )
    assert list(await versions.publish(model, [])) == []


async def test_rows_come_with_their_schema_their_cost_and_what_was_expected_out_of_fold(held):
    versions, model = held
    rows = await versions.rows(model)
    claims = small_sample(DEFAULT)
    assert rows.schema == DEFAULT
    assert sorted(zip(map(tuple, rows.facts), rows.more["charges"], strict=True)) == sorted(
        zip(map(tuple, claims.facts), claims.charges, strict=True)
    )
    assert len(rows.more["expected"]) == len(rows)


async def test_a_version_that_is_not_held_is_named(held):
    versions, _ = held
    missing = ModelReference(9, "a" * 64)
    with pytest.raises(VersionNotFound, match="version 9"):
        await versions.rows(missing)
    with pytest.raises(VersionNotFound, match="version 9"):
        await versions.publish(missing, [ann])


class CountingLoader(MemoryLoader):
    """Notes which versions are loaded."""

    def __init__(self):
        super().__init__(DEFAULT)
        self.loads: list[int] = []

    def load(self, model, folder):
        self.loads.append(model.version)
        return super().load(model, folder)


async def test_a_model_store_loads_at_most_the_two_versions_used_last(tmp_path):
    digest = write_flat_model(tmp_path / "flat", usd=100)
    model_store, loader = MemoryPublisher(workspace=tmp_path / "shelf"), CountingLoader()
    for number in (1, 2, 3):
        await model_store.publish(ModelReference(number, digest), tmp_path / "flat")
    versions = StoredVersions(model_store, loader)
    for number in (1, 2, 1, 2, 3, 2, 1):
        await versions.publish(ModelReference(number, digest), [ann])
    assert loader.loads == [1, 2, 3, 1]


async def test_a_spoilt_folder_is_refused(fitted, tmp_path):
    from adapters.sklearn.loader import SklearnLoader

    model = ModelReference(4, fitted.digest)
    model_store = MemoryPublisher(workspace=tmp_path)
    await model_store.publish(model, fitted.folder)
    ((await model_store.folder(model)) / "card.json").write_text("{}")
    with pytest.raises(ModelRefused):
        await StoredVersions(model_store, SklearnLoader()).rows(model)
