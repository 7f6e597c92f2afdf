"""The port `registry`: the suite that is shipped, over every adapter; and what only MLflow promises."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from adapters.memory.registry import MemoryRegistry
from domain.errors import RegistryUnavailable
from domain.models.card import markdown
from domain.models.model import TrainedModel
from domain.ports.registry import ModelRegistry
from medcost_testing.registry import VERDICT, ModelRegistryContract

if TYPE_CHECKING:
    from adapters.mlflow.store import MlflowStore


class TestRegistry(ModelRegistryContract):
    @pytest.fixture(params=["memory", "mlflow"])
    def registry(self, request: pytest.FixtureRequest, tmp_path: Path) -> ModelRegistry:
        if request.param == "memory":
            return MemoryRegistry(tmp_path)
        from adapters.mlflow.registry import MlflowRegistry

        return MlflowRegistry(request.getfixturevalue("mlflow_store"))


@pytest.mark.server
async def test_a_registry_that_is_away_is_unavailable(tmp_path: Path) -> None:
    from adapters.mlflow.registry import MlflowRegistry
    from adapters.mlflow.store import MlflowStore

    (tmp_path / "mlflow.db").write_bytes(b"this is no database" * 100)
    with pytest.raises(RegistryUnavailable):
        await MlflowRegistry(MlflowStore(f"sqlite:///{tmp_path}/mlflow.db", tmp_path / "artifacts")).numbers()


async def test_the_card_can_be_read_in_mlflow_and_tells_the_verdict_once_there_is_one(
    fitted: TrainedModel, mlflow_store: MlflowStore
) -> None:
    from adapters.mlflow.registry import MlflowRegistry

    client = mlflow_store.client
    registry = MlflowRegistry(mlflow_store)
    version = await registry.register(fitted)
    assert client.get_model_version("medcost", "1").description == markdown(version, None, brief=True)
    await registry.annotate(version, VERDICT)
    stored = client.get_model_version("medcost", "1")
    assert stored.description == markdown(version, VERDICT, brief=True)
    assert "model_card.md" in [artifact.path for artifact in client.list_artifacts(str(stored.run_id))]


async def test_a_card_longer_than_mlflow_keeps_says_where_the_whole_one_is(
    fitted: TrainedModel, mlflow_store: MlflowStore
) -> None:
    from adapters.mlflow.registry import MlflowRegistry

    card = replace(fitted.card, notes=("a note of forty-one characters, repeated",) * 200)
    await MlflowRegistry(mlflow_store).register(replace(fitted, card=card))
    description = str(mlflow_store.client.get_model_version("medcost", "1").description)
    assert len(description) <= 5000
    assert description.endswith("model_card.md.\n")


async def test_the_verdict_and_the_signature_can_be_read_in_mlflow(
    fitted: TrainedModel, mlflow_store: MlflowStore
) -> None:
    from adapters.mlflow.registry import MlflowRegistry

    store = mlflow_store
    registry = MlflowRegistry(store)
    await registry.annotate(await registry.register(fitted), VERDICT)
    version = store.client.get_model_version("medcost", "1")
    assert version.tags["gate"] == "passed"
    assert "CRPS" in str(version.description)
    logged = store.client.get_logged_model(str(version.source).removeprefix("models:/"))
    description = (Path(logged.artifact_location.removeprefix("file://")) / "MLmodel").read_text()
    assert "signature" in description
    assert "smoker" in description
