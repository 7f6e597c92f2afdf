"""The model server's store is BentoML's model store; a model folder lies in it as it is, never pickled."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from adapters.bentoml import pointer
from adapters.common.files import sync
from adapters.common.locks import waited_for
from adapters.common.model_folder import verified_contents
from domain.errors import ModelRefused, VersionNotFound
from domain.ports.publisher import ModelPublisher

if TYPE_CHECKING:
    from domain.costs.prediction import ModelReference

_NAME = "medcost"


@dataclass(frozen=True, slots=True)
class BentoPublisher(ModelPublisher):
    """Keeps the model store and the pointer as files.

    Only `publish` needs BentoML itself, which takes seconds to import; reading needs plain files only.

    Args:
        home: BENTOML_HOME.
        pointer: the file that names the model to be served.
    """

    home: Path
    pointer: Path

    async def publish(self, model: ModelReference, folder: Path) -> None:
        """Copy a model folder into the store as ``medcost:v<version>-<digest>``."""
        await asyncio.to_thread(self._publish, model, folder)

    async def has(self, model: ModelReference) -> bool:
        """Return whether the folder is there and the digest of each file is right."""
        return await asyncio.to_thread(self._has, model)

    async def folder(self, model: ModelReference) -> Path:
        """Return the folder of a model's tag."""
        folder = self._folder(model)
        if not folder.is_dir():
            message = f"version {model.version} ({model.digest[:12]}) is not in the model store: run `medcost publish`"
            raise VersionNotFound(message)
        return folder

    async def point_to(self, model: ModelReference) -> None:
        """Replace the pointer file."""
        await self.folder(model)
        await asyncio.to_thread(pointer.write, self.pointer, model)

    async def pointed_to(self) -> ModelReference | None:
        """Read the pointer file."""
        return pointer.read(self.pointer)

    def _has(self, model: ModelReference) -> bool:
        try:
            verified_contents(self._folder(model), model.digest)
        except ModelRefused:
            return False
        return (self._item(model) / "model.yaml").is_file()

    def _publish(self, model: ModelReference, folder: Path) -> None:
        verified_contents(folder, model.digest)
        workspace = self.home / "tmp"
        workspace.mkdir(parents=True, exist_ok=True)
        # made and checked aside, then moved in at once: a crash leaves the store as it was
        # workers of a model server that follow the ledger may want to publish the same
        with waited_for(workspace), tempfile.TemporaryDirectory(dir=workspace, prefix="publish-") as aside:
            if self._has(model):
                return
            made = _as_bento_model(model, folder, Path(aside))
            verified_contents(made / _NAME, model.digest)
            for path in (*made.rglob("*"), made):
                sync(path)
            item = self._item(model)
            item.parent.mkdir(parents=True, exist_ok=True)
            if item.exists():
                item.rename(Path(aside) / "replaced")
            made.rename(item)
            (item.parent / "latest").write_text(item.name, encoding="utf-8")  # what `bentoml models get` looks for
            sync(item.parent)

    def _item(self, model: ModelReference) -> Path:
        return self.home / "models" / _NAME / f"v{model.version}-{model.digest[:12]}"

    def _folder(self, model: ModelReference) -> Path:
        return self._item(model) / _NAME


def _as_bento_model(model: ModelReference, folder: Path, store: Path) -> Path:
    """Let BentoML make an item in a temporary store, and return its path."""
    os.environ["BENTOML_DO_NOT_TRACK"] = "True"  # read once, at the first event
    import bentoml  # noqa: PLC0415  # takes seconds; only publishing needs it
    from bentoml._internal.models import ModelStore  # noqa: PLC0415  # the public API knows one store a process

    tag = f"{_NAME}:v{model.version}-{model.digest[:12]}"
    about = {"version": model.version, "digest": model.digest}
    with bentoml.models.create(tag, metadata=about, _model_store=ModelStore(store)) as made:
        shutil.copytree(folder, Path(made.path) / _NAME, symlinks=True)
    return store.joinpath(*tag.split(":"))
