"""What every model registry promises."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from adapters.memory.registry import MemoryRegistry
from domain.errors import RegistryUnavailable, VersionNotFound
from domain.models.card import markdown
from domain.models.model import CHALLENGER, CHAMPION, TrainedModel
from domain.models.promotion import Candidacy, PairedComparison, PromotionPolicy
from domain.ports.registry import ModelRegistry

if TYPE_CHECKING:
    from adapters.mlflow.store import MlflowStore


VERDICT = PromotionPolicy().judge(
    Candidacy(
        comparison=PairedComparison(
            method="unconditional", rival=None, rows=10, challenger_loss=1.0, rival_loss=2.0, difference=-1.0,
            standard_error=0.1, degrees_of_freedom=9.0, upper_bound=-0.8,
        ),
        coverage=0.9, group_coverage={}, milliseconds=1.0, megabytes=1.0,
    )
)  # fmt: skip


@pytest.fixture(params=["memory", "mlflow"])
def registry(request: pytest.FixtureRequest, tmp_path: Path) -> ModelRegistry:
    if request.param == "memory":
        return MemoryRegistry(tmp_path)
    from adapters.mlflow.registry import MlflowRegistry

    return MlflowRegistry(request.getfixturevalue("mlflow_store"))


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


async def test_a_registered_folder_comes_back_byte_for_byte(
    registry: ModelRegistry, fitted: TrainedModel, tmp_path: Path
) -> None:
    version = await registry.register(fitted)
    assert (version.number, version.digest, version.card) == (1, fitted.digest, fitted.card)
    fetched = await registry.fetch(1, tmp_path / "fetched")
    assert contents(fetched) == contents(fitted.folder)
    (fetched / "manifest.json").write_text("spoilt")
    assert contents(await registry.fetch(1, tmp_path / "again")) == contents(fitted.folder)


async def test_numbers_rise_and_are_never_given_twice(registry: ModelRegistry, fitted: TrainedModel) -> None:
    assert list(await registry.numbers()) == []
    for expected in (1, 2):
        assert (await registry.register(fitted)).number == expected
    await registry.discard(2)
    await registry.discard(2)
    await registry.discard(99)
    assert list(await registry.numbers()) == [1]
    assert (await registry.register(fitted)).number == 3
    assert list(await registry.numbers()) == [1, 3]


async def test_what_is_not_there_is_not_found(registry: ModelRegistry, fitted: TrainedModel, tmp_path: Path) -> None:
    await registry.register(fitted)
    lost = await registry.register(fitted)
    await registry.discard(2)
    with pytest.raises(VersionNotFound):
        await registry.annotate(lost, VERDICT)
    for number in (2, 7):
        with pytest.raises(VersionNotFound):
            await registry.fetch(number, tmp_path / "out")
        with pytest.raises(VersionNotFound):
            await registry.set_alias(CHAMPION, number)


async def test_an_alias_names_one_version_at_most(registry: ModelRegistry, fitted: TrainedModel) -> None:
    assert await registry.aliases() == {}
    await registry.set_alias(CHAMPION, None)
    for _ in range(2):
        await registry.register(fitted)
    await registry.set_alias(CHAMPION, 1)
    await registry.set_alias(CHALLENGER, 2)
    assert await registry.aliases() == {CHAMPION: 1, CHALLENGER: 2}
    await registry.set_alias(CHAMPION, 2)
    await registry.set_alias(CHALLENGER, None)
    assert await registry.aliases() == {CHAMPION: 2}
    await registry.discard(2)
    assert await registry.aliases() == {}


async def test_a_verdict_can_be_attached(registry: ModelRegistry, fitted: TrainedModel) -> None:
    await registry.annotate(await registry.register(fitted), VERDICT)


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
    found = client.get_model_version("medcost", "1")
    assert found.description == markdown(version, VERDICT, brief=True)
    assert "model_card.md" in [one.path for one in client.list_artifacts(str(found.run_id))]


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
