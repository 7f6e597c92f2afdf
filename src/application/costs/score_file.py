"""Score a whole file with a model in this process; nothing is recorded."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import TYPE_CHECKING, Final, Self

from application.use_case import use_case
from domain.costs.scoring import BATCH_ROWS, ScoringJob
from domain.ports.loader import LoadedModel, ModelLoader
from domain.ports.publisher import ModelPublisher, served_folder
from domain.ports.scoring_files import ScoringFiles

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Iterator, Sequence

    from domain.costs.scoring import PeopleBatch, ScoringReport
    from domain.people.contract import Violation
    from domain.people.table_reading import ReadingRules
    from domain.ports.scoring_files import ScoringFile

CHECKPOINT_EACH: Final = 8
"""The number of batches between two checkpoints, from which an interrupted scoring continues."""


@use_case
class LoadServedModel:
    """Load the model that the pointer names."""

    publisher: ModelPublisher
    loader: ModelLoader

    async def __call__(self) -> LoadedModel:
        """Load the model in a thread.

        Raises:
            NoChampion: if nothing was published yet.
            ModelRefused: if its folder does not match its digest.
        """
        return await asyncio.to_thread(self.loader.load, *await served_folder(self.publisher))


@use_case
class ScoreFile:
    """Write the good rows of a file, with all their columns and their answers, to another file."""

    files: ScoringFiles

    async def __call__(
        self,
        model: LoadedModel,
        source: str,
        out: str,
        rules: ReadingRules,
        *,
        on_batch: Callable[[ScoringReport, Sequence[Violation]], None] | None = None,
        at_once: int = BATCH_ROWS,
        above: float | None = None,
        every_row: bool = False,
    ) -> ScoringReport:
        """Score a file. After an interruption the same call continues, and ends with the same file.

        Args:
            model: the model.
            source: the file of people.
            out: the file of answers.
            rules: how the people are read.
            on_batch: called after each batch with the report on the file so far, and the batch's violations.
            at_once: rows of a batch.
            above: an amount; the chance of costing more is written, too.
            every_row: bad rows are written, too, each with its errors, and all rows with their line numbers.

        Raises:
            ConfigurationError: for an unknown kind of file, or if a column that the rules name is missing.
            InvalidInput: if a file as a whole cannot be read or written; nothing is written then.
            HomeInUse: if another process writes the same file.
        """
        job = ScoringJob(await model.model(), rules, at_once, above, every_row)
        return await score(self.files.file(source, out), job, model, on_batch)


async def score(
    file: ScoringFile,
    job: ScoringJob,
    model: LoadedModel,
    on_batch: Callable[[ScoringReport, Sequence[Violation]], None] | None = None,
) -> ScoringReport:
    """Read, answer and write batches concurrently: a batch is read while the one before is answered.

    Raises:
        InvalidInput: and others, as `ScoringFile.opened` and the methods of its `ScoringRun`.
    """
    with file.opened(job) as run:
        report = run.report
        async with aclosing(_ahead(run.batches())) as batches, _Behind() as behind:
            async for batch in batches:
                answers = await model.publish_columns(batch.facts, batch.schema, job.above)
                report = report.with_batch(batch)
                await behind(run.write, batch, answers)
                if report.batches % CHECKPOINT_EACH == 0:
                    await behind(run.keep, report)
                if on_batch:
                    on_batch(report, batch.violations)
            await behind(run.keep, report)
    return report


async def _ahead(batches: Iterator[PeopleBatch]) -> AsyncGenerator[PeopleBatch]:
    """Yield batches, and read the next one meanwhile."""
    coming = asyncio.ensure_future(asyncio.to_thread(next, batches, None))
    try:
        while (batch := await asyncio.shield(coming)) is not None:
            coming = asyncio.ensure_future(asyncio.to_thread(next, batches, None))
            yield batch
    finally:
        await asyncio.gather(coming, return_exceptions=True)  # it reads a file that is about to be closed


class _Behind:
    """Makes one call at a time in a thread; a call waits only for the call before it."""

    def __init__(self) -> None:
        self._call: asyncio.Future[None] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __call__(self, work: Callable[..., None], *given: object) -> None:
        """Begin a call once the one before has ended."""
        if self._call:
            await asyncio.shield(self._call)
        self._call = asyncio.ensure_future(asyncio.to_thread(work, *given))

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self._call:
            (outcome,) = await asyncio.gather(self._call, return_exceptions=True)
            if kind is None and isinstance(outcome, BaseException):
                raise outcome
