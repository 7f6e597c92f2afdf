"""The contract of a model registry."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pytest

from domain.errors import VersionNotFound
from domain.models.model import CHALLENGER, CHAMPION, TrainedModel
from domain.models.promotion import Candidacy, PairedComparison, PromotionPolicy
from domain.ports.registry import ModelRegistry

VERDICT: Final = PromotionPolicy().judge(
    Candidacy(
        comparison=PairedComparison(
            method="unconditional", rival=None, rows=10, challenger_loss=1.0, rival_loss=2.0, difference=-1.0,
            standard_error=0.1, degrees_of_freedom=9.0, upper_bound=-0.8,
        ),
        coverage=0.9, group_coverage={}, milliseconds=1.0, megabytes=1.0,
    )
)  # fmt: skip


def contents(folder: Path) -> Mapping[str, bytes]:
    """Return the files of a folder by their names."""
    return {file.name: file.read_bytes() for file in folder.iterdir()}


@pytest.mark.asyncio
class ModelRegistryContract:
    """The promises of every `ModelRegistry`.

    Give the fixtures ``registry``, which is empty, and ``fitted``, a trained model with its folder.
    """

    async def test_a_registered_folder_comes_back_byte_for_byte(
        self, registry: ModelRegistry, fitted: TrainedModel, tmp_path: Path
    ) -> None:
        version = await registry.register(fitted)
        assert (version.number, version.digest, version.card) == (1, fitted.digest, fitted.card)
        fetched = await registry.fetch(1, tmp_path / "fetched")
        assert contents(fetched) == contents(fitted.folder)
        (fetched / "manifest.json").write_text("spoilt")
        assert contents(await registry.fetch(1, tmp_path / "again")) == contents(fitted.folder)

    async def test_numbers_rise_and_are_never_given_twice(self, registry: ModelRegistry, fitted: TrainedModel) -> None:
        assert list(await registry.numbers()) == []
        for expected in (1, 2):
            assert (await registry.register(fitted)).number == expected
        await registry.discard(2)
        await registry.discard(2)
        await registry.discard(99)
        assert list(await registry.numbers()) == [1]
        assert (await registry.register(fitted)).number == 3
        assert list(await registry.numbers()) == [1, 3]

    async def test_what_is_not_there_is_not_found(
        self, registry: ModelRegistry, fitted: TrainedModel, tmp_path: Path
    ) -> None:
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

    async def test_an_alias_names_at_most_a_single_version(self, registry: ModelRegistry, fitted: TrainedModel) -> None:
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

    async def test_a_verdict_can_be_attached(self, registry: ModelRegistry, fitted: TrainedModel) -> None:
        await registry.annotate(await registry.register(fitted), VERDICT)
