"""The port `loader`: one suite over every adapter."""

import pytest

from adapters.memory.loader import MemoryLoader, write_flat_model
from adapters.sklearn.loader import SklearnLoader
from domain.beneficiary import Beneficiary, Region, Sex
from domain.errors import ModelRefused
from domain.manifest import MANIFEST
from domain.prediction import ModelReference

ann = Beneficiary(age=40, sex=Sex.FEMALE, bmi=27.5, children=1, smoker=False, region=Region.NORTHEAST)


@pytest.fixture(params=["memory", "sklearn"])
def shelf(request, tmp_path):
    """A loader, and a folder with its digest that may be spoilt."""
    folder = tmp_path / "medcost"
    if request.param == "memory":
        return MemoryLoader(), folder, write_flat_model(folder, usd=100)
    fitted = request.getfixturevalue("fitted")
    folder.mkdir()
    for file in fitted.folder.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    return SklearnLoader(), folder, fitted.digest


async def test_a_loaded_model_answers_and_names_itself(shelf):
    loader, folder, digest = shelf
    model = loader.load(ModelReference(7, digest), folder)
    (estimate,) = await model.predict([ann])
    assert estimate.model == await model.model() == ModelReference(7, digest)
    assert estimate.cost.expected > 0


def test_a_changed_byte_is_refused(shelf):
    loader, folder, digest = shelf
    file = next(entry for entry in sorted(folder.iterdir()) if entry.name != MANIFEST)
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)
    with pytest.raises(ModelRefused, match="changed"):
        loader.load(ModelReference(1, digest), folder)


def test_an_unlisted_file_is_refused(shelf):
    loader, folder, digest = shelf
    (folder / "more.pkl").write_bytes(b"cos\nsystem\n")
    with pytest.raises(ModelRefused, match="unlisted"):
        loader.load(ModelReference(1, digest), folder)


def test_a_missing_file_is_refused(shelf):
    loader, folder, digest = shelf
    next(entry for entry in sorted(folder.iterdir()) if entry.name != MANIFEST).unlink()
    with pytest.raises(ModelRefused, match="missing"):
        loader.load(ModelReference(1, digest), folder)


def test_another_digest_is_refused(shelf):
    loader, folder, _ = shelf
    with pytest.raises(ModelRefused, match="digest"):
        loader.load(ModelReference(1, "0" * 64), folder)


def test_a_folder_that_is_not_there_is_refused(shelf, tmp_path):
    loader, _, digest = shelf
    with pytest.raises(ModelRefused):
        loader.load(ModelReference(1, digest), tmp_path / "nothing")


def test_reference_rows_have_their_charges(shelf):
    loader, folder, digest = shelf
    reference = loader.reference(ModelReference(1, digest), folder)
    assert all(len(column) == len(reference) for column in reference.more.values())
    assert {len(row) for row in reference.facts} <= {6}


def test_reference_rows_of_a_changed_folder_are_refused(shelf):
    loader, folder, digest = shelf
    (folder / "more.pkl").write_bytes(b"cos\nsystem\n")
    with pytest.raises(ModelRefused, match="unlisted"):
        loader.reference(ModelReference(1, digest), folder)
