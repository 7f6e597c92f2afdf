"""Model versions in MLflow's registry."""

from __future__ import annotations

import asyncio
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mlflow.artifacts import download_artifacts
from mlflow.exceptions import MlflowException

from adapters.mlflow.folders import DISCARDED, FOLDER
from adapters.mlflow.models import log_model
from adapters.mlflow.server import NAME
from adapters.mlflow.store import MlflowStore, translated
from domain.errors import VersionNotFound
from domain.models.card import markdown
from domain.models.model import ModelVersion
from domain.ports.registry import ModelRegistry

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import TypeVar

    from mlflow.entities.model_registry import ModelVersion as MlflowVersion

    from domain.models.model import TrainedModel
    from domain.models.promotion import Verdict

    _T = TypeVar("_T")

_LONGEST_DESCRIPTION: Final = 5000
"""Characters that MLflow's database keeps of a description."""
_MORE: Final = "\n\nThe whole card is among the artifacts of the run: model_card.md.\n"


class MlflowRegistry(ModelRegistry):
    """Keeps versions of one registered model. MLflow is synchronous: each call runs in a thread.

    A discarded version stays in MLflow, marked and hidden: otherwise MLflow would give its number to another.
    """

    def __init__(self, store: MlflowStore) -> None:
        self._store = store

    async def register(self, model: TrainedModel) -> ModelVersion:
        """Log the folder as a model of the run that made it, and register that."""
        return await _threaded(lambda: self._register(model))

    async def fetch(self, number: int, into: Path) -> Path:
        """Download the folder."""

        def fetch() -> Path:
            source = self._version(number).source
            into.mkdir(parents=True, exist_ok=True)
            downloaded = download_artifacts(artifact_uri=source, dst_path=str(into / "download"))
            # moved, because a download of a local store may be a link to it
            return Path(shutil.copytree(Path(downloaded) / FOLDER, into / FOLDER))

        return await _threaded(fetch)

    async def numbers(self) -> Sequence[int]:
        """Return the numbers of all versions that were not discarded."""
        return await _threaded(
            lambda: sorted(int(version.version) for version in self._all() if DISCARDED not in version.tags)
        )

    async def discard(self, number: int) -> None:
        """Mark a version as discarded, which hides it."""

        def discard() -> None:
            if any(int(version.version) == number for version in self._all()):
                self._store.client.set_model_version_tag(NAME, str(number), DISCARDED, "true")
                for alias, named in self._aliases().items():
                    if named == number:
                        self._store.client.delete_registered_model_alias(NAME, alias)

        await _threaded(discard)

    async def annotate(self, version: ModelVersion, verdict: Verdict) -> None:
        """Store the verdict as a tag, and show it on the card."""

        def annotate() -> None:
            registered = self._version(version.number)
            gate = "passed" if verdict.passed else "refused"
            self._store.client.set_model_version_tag(NAME, registered.version, "gate", gate)
            self._describe(registered, version, verdict)

        await _threaded(annotate)

    async def aliases(self) -> Mapping[str, int]:
        """Return all aliases."""
        return await _threaded(self._aliases)

    async def set_alias(self, alias: str, number: int | None) -> None:
        """Move or remove an alias."""

        def move() -> None:
            client = self._store.client
            if number is not None:
                self._version(number)
                client.set_registered_model_alias(NAME, alias, str(number))
            elif alias in self._aliases():
                client.delete_registered_model_alias(NAME, alias)

        await _threaded(move)

    def _register(self, model: TrainedModel) -> ModelVersion:
        client = self._store.client
        if not self._exists():
            client.create_registered_model(NAME, description="What a year of medical care is likely to cost.")
        run = model.card.provenance.tracking_run or client.create_run(self._store.experiment).info.run_id
        logged = log_model(client, self._store.experiment, run, model)
        recipe = model.card.recipe
        made = client.create_model_version(
            NAME,
            source=f"models:/{logged.model_id}",
            run_id=run,
            model_id=logged.model_id,
            tags={"digest": model.digest, "family": recipe.family, "transform": recipe.transform},
        )
        registered_at = datetime.fromtimestamp(made.creation_timestamp / 1000, UTC)
        version = ModelVersion(int(made.version), model.digest, registered_at, model.card)
        self._describe(made, version, None)
        return version

    def _describe(self, registered: MlflowVersion, version: ModelVersion, verdict: Verdict | None) -> None:
        """Store the card: in brief on the version's page, and whole among the artifacts of its run."""
        client = self._store.client
        if registered.run_id:
            client.log_text(registered.run_id, markdown(version, verdict), "model_card.md")
        card = markdown(version, verdict, brief=True)
        if len(card) > _LONGEST_DESCRIPTION:
            card = card[: _LONGEST_DESCRIPTION - len(_MORE)].rpartition("\n")[0] + _MORE
        client.update_model_version(NAME, registered.version, card)

    def _version(self, number: int) -> MlflowVersion:
        try:
            version = self._store.client.get_model_version(NAME, str(number))
        except MlflowException as error:
            if error.error_code != "RESOURCE_DOES_NOT_EXIST":
                raise
            version = None
        if version is None or DISCARDED in version.tags:
            message = f"the registry holds no version {number}"
            raise VersionNotFound(message)
        return version

    def _all(self) -> list[MlflowVersion]:
        versions: list[MlflowVersion] = []
        token = None
        while True:
            page = self._store.client.search_model_versions(f"name = '{NAME}'", max_results=500, page_token=token)
            versions += page
            token = page.token
            if not token:
                return versions

    def _aliases(self) -> dict[str, int]:
        if not self._exists():
            return {}
        return {alias: int(number) for alias, number in self._store.client.get_registered_model(NAME).aliases.items()}

    def _exists(self) -> bool:
        return bool(self._store.client.search_registered_models(f"name = '{NAME}'"))


async def _threaded(work: Callable[[], _T]) -> _T:
    def translated_work() -> _T:
        with translated():
            return work()

    return await asyncio.to_thread(translated_work)
