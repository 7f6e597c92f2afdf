"""The port `publisher`: one suite over every adapter."""

import pytest

from adapters.bentoml.publisher import BentoPublisher
from adapters.memory.loader import write_flat_model
from adapters.memory.publisher import MemoryPublisher
from domain.costs.prediction import ModelReference
from domain.errors import ModelRefused, VersionNotFound


@pytest.fixture(params=["memory", "bentoml"])
def publisher(request, tmp_path):
    if request.param == "memory":
        return MemoryPublisher(workspace=tmp_path / "shelf")
    return BentoPublisher(tmp_path / "bentoml", tmp_path / "serving.json")


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "made" / "medcost"


@pytest.fixture
def model(folder):
    return ModelReference(1, write_flat_model(folder, usd=100))


async def test_published_files_are_in_the_model_store(publisher, model, folder):
    await publisher.publish(model, folder)
    assert await publisher.has(model)
    copy = await publisher.folder(model)
    assert copy != folder
    assert {file.name: file.read_bytes() for file in copy.iterdir()} == {
        file.name: file.read_bytes() for file in folder.iterdir()
    }


async def test_unpublished_versions_are_not_in_the_model_store(publisher, model):
    assert not await publisher.has(model)
    with pytest.raises(VersionNotFound):
        await publisher.folder(model)


async def test_a_number_with_another_digest_is_another_model(publisher, model, folder):
    await publisher.publish(model, folder)
    assert not await publisher.has(ModelReference(model.version, "0" * 64))
    assert not await publisher.has(ModelReference(model.version + 1, model.digest))


def change_a_byte(folder):
    (folder / "cost.json").write_text('{"usd": 999}', encoding="utf-8")


def lose_a_file(folder):
    (folder / "cost.json").unlink()


def lose_the_manifest(folder):
    (folder / "manifest.json").unlink()


def add_a_file(folder):
    (folder / "more.pkl").write_bytes(b"")


def add_a_folder(folder):
    (folder / "more").mkdir()


def replace_a_file_by_a_link(folder):
    (folder / "cost.json").rename(folder.parent / "cost.json")
    (folder / "cost.json").symlink_to(folder.parent / "cost.json")


spoilt = pytest.mark.parametrize(
    "spoil",
    [change_a_byte, lose_a_file, lose_the_manifest, add_a_file, add_a_folder, replace_a_file_by_a_link],
)


@spoilt
async def test_a_folder_that_does_not_match_its_digest_is_refused(publisher, model, folder, spoil):
    spoil(folder)
    with pytest.raises(ModelRefused):
        await publisher.publish(model, folder)
    assert not await publisher.has(model)


@spoilt
async def test_a_refused_folder_leaves_the_model_store_unchanged(publisher, model, folder, spoil):
    await publisher.publish(model, folder)
    spoil(folder)
    with pytest.raises(ModelRefused):
        await publisher.publish(model, folder)
    assert await publisher.has(model)


@spoilt
async def test_publishing_again_repairs_a_spoilt_version_in_the_model_store(publisher, model, folder, spoil):
    await publisher.publish(model, folder)
    spoil(await publisher.folder(model))
    assert not await publisher.has(model)
    await publisher.publish(model, folder)
    assert await publisher.has(model)


async def test_at_first_nothing_is_pointed_to(publisher, model, folder):
    assert await publisher.pointed_to() is None
    await publisher.publish(model, folder)
    assert await publisher.pointed_to() is None


async def test_the_last_one_pointed_to_is_served(publisher, model, folder, tmp_path):
    other = ModelReference(2, write_flat_model(tmp_path / "other" / "medcost", usd=200))
    await publisher.publish(model, folder)
    await publisher.publish(other, tmp_path / "other" / "medcost")
    await publisher.point_to(other)
    await publisher.point_to(model)
    assert await publisher.pointed_to() == model


async def test_only_versions_in_the_model_store_can_be_pointed_to(publisher, model, folder):
    await publisher.publish(model, folder)
    await publisher.point_to(model)
    with pytest.raises(VersionNotFound):
        await publisher.point_to(ModelReference(7, model.digest))
    assert await publisher.pointed_to() == model
