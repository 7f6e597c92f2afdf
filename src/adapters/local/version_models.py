"""Versions in the model store of this machine, loaded when they are used."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from typing import TYPE_CHECKING, Final

from domain.costs.prediction import Published
from domain.ports.version_models import VersionModels

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.costs.prediction import ModelReference
    from domain.monitoring.drift import Sample
    from domain.people.beneficiary import Beneficiary
    from domain.ports.loader import LoadedModel, ModelLoader
    from domain.ports.publisher import ModelPublisher

_MOST: Final = 2
"""Versions that stay loaded: two are compared at a time, and each takes memory that the served model may need."""


class StoredVersions(VersionModels):
    """Loads versions beside the served model, one at a time, and keeps the two that were used last.

    Args:
        publisher: the model store.
        loader: loads folders of the model store.
    """

    def __init__(self, publisher: ModelPublisher, loader: ModelLoader) -> None:
        self._publisher, self._loader = publisher, loader
        self._loaded: OrderedDict[ModelReference, LoadedModel] = OrderedDict()
        self._turn = asyncio.Lock()

    async def publish(self, model: ModelReference, people: Sequence[Beneficiary]) -> Sequence[Published]:
        """Return the published figures of the version."""
        loaded = await self.loaded(model)
        return [Published.of(estimate) for estimate in await loaded.predict(people)]

    async def rows(self, model: ModelReference) -> Sample:
        """Read the rows from the version's folder, in a thread."""
        folder = await self._publisher.folder(model)
        return await asyncio.to_thread(self._loader.reference, model, folder)

    async def loaded(self, model: ModelReference) -> LoadedModel:
        """Return a version, loaded.

        Raises:
            VersionNotFound: if it is not in the model store.
            ModelRefused: if its folder is not what its digest promises.
        """
        async with self._turn:
            if model not in self._loaded:
                folder = await self._publisher.folder(model)
                self._loaded[model] = await asyncio.to_thread(self._loader.load, model, folder)
                while len(self._loaded) > _MOST:
                    self._loaded.popitem(last=False)
            self._loaded.move_to_end(model)
            return self._loaded[model]
