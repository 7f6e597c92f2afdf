"""What only the shelf on disk can do."""

import subprocess
import sys

import pytest

from adapters.bentoml import pointer
from adapters.bentoml.publisher import BentoPublisher
from adapters.memory.loader import write_flat_model
from domain.costs.prediction import ModelReference

pytestmark = pytest.mark.process


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "made" / "medcost"


@pytest.fixture
def model(folder):
    return ModelReference(3, write_flat_model(folder, usd=100))


@pytest.fixture
def publisher(tmp_path):
    return BentoPublisher(tmp_path / "bentoml", tmp_path / "serving.json")


async def test_bentoml_knows_the_model_by_version_and_digest(publisher, model, folder):
    from bentoml._internal.models import ModelStore

    await publisher.publish(model, folder)
    stored = ModelStore(publisher.home / "models").get("medcost:latest")
    assert stored.tag.version == f"v3-{model.digest[:12]}"
    assert stored.info.metadata == {"version": 3, "digest": model.digest}


async def test_nothing_in_the_model_store_is_pickled(publisher, model, folder):
    await publisher.publish(model, folder)
    names = {file.name for file in publisher.home.rglob("*") if file.is_file()}
    assert names == {"cost.json", "manifest.json", "model.yaml", "latest"}


async def test_half_a_publication_counts_for_nothing_and_is_repaired_by_publishing_again(publisher, model, folder):
    await publisher.publish(model, folder)
    folder_path = await publisher.folder(model)
    (folder_path.parent / "model.yaml").unlink()
    (folder_path / "manifest.json").unlink()
    assert not await publisher.has(model)
    await publisher.publish(model, folder)
    assert await publisher.has(model)


async def test_a_spoilt_pointer_points_nowhere_and_can_be_set_again(publisher, model, folder):
    await publisher.publish(model, folder)
    publisher.pointer.write_bytes(b'{"version": 3, "dig')
    assert await publisher.pointed_to() is None
    await publisher.point_to(model)
    assert await publisher.pointed_to() == model


def test_another_process_sees_the_pointer_without_importing_bentoml(publisher, model):
    pointer.write(publisher.pointer, model)
    program = (
        "import asyncio, sys, pathlib\n"
        "from adapters.bentoml.publisher import BentoPublisher\n"
        "shelf = BentoPublisher(*map(pathlib.Path, sys.argv[1:]))\n"
        "print(asyncio.run(shelf.pointed_to()).digest, 'bentoml' in sys.modules)\n"
    )
    command = [sys.executable, "-c", program, str(publisher.home), str(publisher.pointer)]
    seen = subprocess.run(command, check=True, capture_output=True, text=True)
    assert seen.stdout.split() == [model.digest, "False"]
