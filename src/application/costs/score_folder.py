"""Score the files of a folder, distributed over the workers of an executor."""

from __future__ import annotations

import asyncio
import tempfile
from contextlib import closing
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from application.costs.score_file import score
from application.use_case import use_case
from domain.costs.prediction import ModelReference
from domain.costs.scoring import ScoringJob
from domain.ports.executor import Executor
from domain.ports.loader import ModelLoader
from domain.ports.publisher import ModelPublisher, served_folder
from domain.ports.scoring_files import ScoringFiles

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from domain.costs.scoring import ScoringReport
    from domain.people.table_reading import ReadingRules
    from domain.ports.loader import LoadedModel
    from domain.ports.scoring_files import ScoringFile


@dataclass(frozen=True, slots=True)
class ScoredFile:
    """The report on a file; ``is_new`` unless an earlier run had scored it."""

    name: str
    report: ScoringReport
    is_new: bool


@dataclass(frozen=True, slots=True)
class ShippedModel:
    """The files of a model folder with their loader, to be sent to workers that do not have the folder."""

    reference: ModelReference
    files: tuple[tuple[str, bytes], ...]
    loader: ModelLoader = field(compare=False)

    @classmethod
    def of(cls, reference: ModelReference, folder: Path, loader: ModelLoader) -> ShippedModel:
        """Read a folder; its files are verified when they are loaded."""
        return cls(reference, tuple((file.name, file.read_bytes()) for file in sorted(folder.iterdir())), loader)


@use_case
class ShipModel:
    """Read the files of the served model, to be sent to workers."""

    publisher: ModelPublisher
    loader: ModelLoader

    async def __call__(self) -> ShippedModel:
        """Read the files.

        Raises:
            NoChampion: if nothing was published yet.
            VersionNotFound: if its folder is not in the model store.
        """
        return ShippedModel.of(*await served_folder(self.publisher), self.loader)


@use_case
class ScoreFolder:
    """Write the good rows of each file in a folder, with their answers, to a file of that name in another folder."""

    files: ScoringFiles
    executor: Executor

    def __call__(
        self, model: ShippedModel, source: str, out: str, rules: ReadingRules, above: float | None = None
    ) -> tuple[int, Generator[ScoredFile]]:
        """Score the files. After an interruption the same call does what is not done yet.

        A file of answers appears when it is whole. Files that changed since, or were answered by another model, are
        scored again.

        Returns:
            The number of files, and the report on each as soon as it and those before it are done.

        Raises:
            ConfigurationError: if an address is invalid, or answers would lie among the people.
            InvalidInput: if a folder or a file cannot be read or written.
        """
        files = self.files.folder(source, out)
        return len(files), self._each(files, ScoringJob(model.reference, rules, above=above), model, out)

    def _each(
        self, files: Sequence[ScoringFile], job: ScoringJob, model: ShippedModel, out: str
    ) -> Generator[ScoredFile]:
        with closing(self.executor.map(score_shipped, files, job, model)) as results:
            yield from results
        self.files.tidy(out)


def score_shipped(file: ScoringFile, job: ScoringJob, model: ShippedModel) -> ScoredFile:
    """Score one file, unless that was done before; this function runs on the workers.

    Raises:
        InvalidInput: if it cannot be read, or its answers not be written.
        ModelRefused: if the model's files do not match its digest.
    """
    if (report := file.done(job)) is not None:
        return ScoredFile(file.name, report, is_new=False)
    return ScoredFile(file.name, asyncio.run(score(file, job, _loaded(model))), is_new=True)


@lru_cache(maxsize=1)
def _loaded(model: ShippedModel) -> LoadedModel:
    """Load the model once in a process; a loaded model does not need its files."""
    with tempfile.TemporaryDirectory(prefix="medcost-") as folder:
        for name, content in model.files:
            (Path(folder) / name).write_bytes(content)
        return model.loader.load(model.reference, Path(folder))
