"""Predicting a whole file with the model that the home's pointer names, in this process."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import TYPE_CHECKING, Final, Self, cast

import msgspec
import pyarrow as pa
from threadpoolctl import threadpool_limits

from adapters.arrow.facts import facts_of
from adapters.arrow.reading import Batch, read_batches, unusable
from adapters.arrow.writing import growing
from domain.beneficiary import FACTS
from domain.claims import TARGET, Violation
from domain.errors import NoChampion
from domain.prediction import ModelReference

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from adapters.arrow.reading import Row
    from domain.ports.loader import LoadedModel, ModelLoader
    from domain.ports.publisher import ModelPublisher
    from domain.prediction import PublishedColumns

_AT_ONCE: Final = 1 << 16
_KEEP_EACH: Final = 8
"""After so many batches what is written outlives this process."""
MOST_VIOLATIONS: Final = 1_000


class BatchResult(msgspec.Struct):
    """What came of a file. ``violations`` are at most a thousand, one for each broken rule of a row.

    ``resumed`` is how many rows an earlier run had done that was cut short, ``batches`` counts those since;
    ``share`` is how much of the file is done.
    """

    model: ModelReference
    rows: int = 0
    scored: int = 0
    unknown_columns: tuple[str, ...] = ()
    violations: list[Violation] = []  # msgspec copies it
    resumed: int = 0
    batches: int = 0
    share: float = 0.0

    @property
    def is_first(self) -> bool:
        """Whether this is after the first batch of this run."""
        return self.batches == 1

    @property
    def bad(self) -> int:
        """Rows that could not be scored."""
        return self.rows - self.scored


async def served(publisher: ModelPublisher, loader: ModelLoader) -> tuple[ModelReference, LoadedModel]:
    """Load the model that is served.

    Raises:
        NoChampion: if nothing was published yet.
        ModelRefused: if its folder does not match its digest.
    """
    reference, folder = await folder_served(publisher)
    return reference, await asyncio.to_thread(loader.load, reference, folder)


async def folder_served(publisher: ModelPublisher) -> tuple[ModelReference, Path]:
    """Find the folder of the model that is served; nothing is verified.

    Raises:
        NoChampion: if nothing was published yet.
    """
    reference = await publisher.pointed_to()
    if reference is None:
        message = "there is no champion yet: run `medcost train stage=all`"
        raise NoChampion(message)
    return reference, await publisher.folder(reference)


async def predict_file(
    model: LoadedModel,
    reference: ModelReference,
    source: Path,
    out: Path,
    *,
    on_batch: Callable[[BatchResult, Sequence[Violation]], None],
    at_once: int = _AT_ONCE,
) -> BatchResult:
    """Score the good rows of a file and write them, with all their columns, to another.

    Cut short, by whatever it was, the same call goes on from where it was, and ends with the same file.

    Args:
        model: what answers.
        reference: its name.
        source: CSV, Parquet or JSON Lines, by its ending.
        out: likewise.
        on_batch: told after each batch what was found so far, and the batch's violations.
        at_once: rows of a batch.

    Raises:
        InvalidInput: if a file as a whole cannot be read or written; nothing is written then.
        HomeInUse: if another process writes the same file.
    """
    # pieces of a batch are small: threads of an estimator would wait for each other longer than they work
    with threadpool_limits(1), growing(out, _job(reference, source, at_once)) as grown:
        result = msgspec.json.decode(grown.notes, type=BatchResult | None) or BatchResult(reference)
        result.resumed, result.batches = result.rows, 0
        async with aclosing(ahead(read_batches(source, at_once=at_once))) as batches, Behind() as writing:
            read = number = 0
            async for batch in batches:
                read += len(batch)
                number += 1
                if read <= result.resumed:
                    continue
                kept, said, found = await score_batch(model, batch, result)
                await writing(grown.write, kept, said)
                if number % _KEEP_EACH == 0:
                    await writing(grown.keep, read, msgspec.json.encode(result))
                on_batch(result, found)
            await writing(grown.keep, read, msgspec.json.encode(result))
    return result


async def score_batch(
    model: LoadedModel, batch: Batch, result: BatchResult
) -> tuple[pa.RecordBatch | list[Row], PublishedColumns, Sequence[Violation]]:
    """Score the good rows of a batch and count all of them.

    Returns:
        Those rows, what was said of them, and what is wrong with the others.
    """
    if not result.rows:
        known = (*FACTS, TARGET)
        result.unknown_columns = tuple(one for one in batch.names if one.strip().casefold() not in known)
    facts, good, broken = await asyncio.to_thread(facts_of, batch)
    people = facts if good.all() else facts[good]
    said = await model.publish_columns(cast("memoryview[float]", people.data))
    found = [Violation(result.rows + i + 1, one.field, one.code, one.detail) for i, one in broken]
    result.rows += len(batch)
    result.scored += int(good.sum())
    result.share = batch.share
    result.batches += 1
    result.violations += found[: MOST_VIOLATIONS - len(result.violations)]
    return _only(batch, good), said, found


def _job(reference: ModelReference, source: Path, at_once: int) -> dict[str, str]:
    """Say what the answers depend on."""
    try:
        about = source.stat()
    except OSError as error:
        raise unusable(source, f"cannot be read: {error.strerror}") from error
    return {
        "input": f"{source.resolve()}: {about.st_size} bytes, changed {about.st_mtime_ns}",
        "model": reference.digest,
        "version": str(reference.version),
        "at_once": str(at_once),
    }


def _only(batch: Batch, good: NDArray[np.bool_]) -> pa.RecordBatch | list[Row]:
    if not isinstance(batch.rows, list):
        return batch.rows if good.all() else batch.rows.filter(pa.array(good))
    return [row for row, is_good in zip(batch.rows, good, strict=True) if is_good and isinstance(row, dict)]


async def ahead(batches: Iterator[Batch]) -> AsyncGenerator[Batch]:
    """Read the next batch while this one is worked on."""
    coming = asyncio.ensure_future(asyncio.to_thread(next, batches, None))
    try:
        while (batch := await asyncio.shield(coming)) is not None:
            coming = asyncio.ensure_future(asyncio.to_thread(next, batches, None))
            yield batch
    finally:
        await asyncio.gather(coming, return_exceptions=True)  # it reads a file that is about to be closed


class Behind:
    """One call at a time in a thread, behind the one who asks for it, who waits only for the call before."""

    def __init__(self) -> None:
        self._call: asyncio.Future[None] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __call__(self, work: Callable[..., None], *given: object) -> None:
        """Ask for one more."""
        if self._call:
            await asyncio.shield(self._call)
        self._call = asyncio.ensure_future(asyncio.to_thread(work, *given))

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self._call:
            (outcome,) = await asyncio.gather(self._call, return_exceptions=True)
            if kind is None and isinstance(outcome, BaseException):
                raise outcome
