"""Predicting a folder of Parquet files, each by whoever is free, with the code that predicts a single file."""

from __future__ import annotations

import asyncio
import tempfile
from contextlib import aclosing, closing
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec
from threadpoolctl import threadpool_limits

from adapters.arrow.partitions import Partition, answers_to, notes_on, partitions_of, people_of, tidy
from adapters.sklearn.loader import SklearnLoader
from entrypoints.wiring.batch import BatchResult, Behind, ahead, score_batch

if TYPE_CHECKING:
    from collections.abc import Generator

    from domain.ports.executor import Executor
    from domain.ports.loader import LoadedModel
    from domain.prediction import ModelReference

_AT_ONCE: Final = 1 << 16


class PartitionResult(msgspec.Struct):
    """What came of a file; ``is_new`` unless an earlier run had done it."""

    name: str
    state: str
    found: BatchResult
    is_new: bool = True


@dataclass(frozen=True, slots=True)
class ShippedModel:
    """A model folder's files: they need not lie where the work is done."""

    reference: ModelReference
    files: tuple[tuple[str, bytes], ...]

    @classmethod
    def of(cls, reference: ModelReference, folder: Path) -> ShippedModel:
        """Read a folder."""
        return cls(reference, tuple((one.name, one.read_bytes()) for one in sorted(folder.iterdir())))


def predict_partitions(
    executor: Executor, model: ShippedModel, source: str, out: str
) -> tuple[int, Generator[PartitionResult]]:
    """Score the good rows of all Parquet files in a folder and write each, under its name, to another folder.

    A file appears when it is whole. Cut short, by whatever it was, the same call does what is not done yet; a changed
    file or another model is done anew.

    Returns:
        How many files there are, and what came of each as soon as it and those before it are done.

    Raises:
        ConfigurationError: if an address is none, or answers would lie among the people.
        InvalidInput: if a folder or a file cannot be read or written.
    """
    partitions = partitions_of(source, out)
    return len(partitions), _each(executor, model, partitions, out)


def score_partition(partition: Partition, model: ShippedModel) -> PartitionResult:
    """Score one file, unless that was done. To be called wherever the package is installed.

    Raises:
        InvalidInput: if it cannot be read, or its answers not be written.
        ModelRefused: if the model's files do not match its digest.
    """
    if (done := _done(partition, model.reference)) is not None:
        return done
    # threads of an estimator would wait for each other longer than they work
    with threadpool_limits(1):
        return asyncio.run(_scored(partition, _loaded(model)))


def _each(executor: Executor, model: ShippedModel, partitions: list[Partition], out: str) -> Generator[PartitionResult]:
    with closing(executor.map(score_partition, partitions, model)) as results:
        yield from results
    tidy(out)


def _done(partition: Partition, reference: ModelReference) -> PartitionResult | None:
    try:
        done = msgspec.json.decode(notes_on(partition) or b"", type=PartitionResult)
    except msgspec.DecodeError:
        return None
    if done.state != partition.state or done.found.model != reference:
        return None
    done.is_new = False
    return done


async def _scored(partition: Partition, model: LoadedModel) -> PartitionResult:
    result = PartitionResult(partition.name, partition.state, BatchResult(await model.model()))
    with answers_to(partition) as answers:
        async with aclosing(ahead(people_of(partition, _AT_ONCE))) as batches, Behind() as writing:
            async for batch in batches:
                kept, said, _ = await score_batch(model, batch, result.found)
                await writing(answers.write, kept, said)
        answers.finish(msgspec.json.encode(result))
    return result


@lru_cache(maxsize=1)
def _loaded(model: ShippedModel) -> LoadedModel:
    """Bring the model to life, once in a process: its files are held against the digest and need no place to stay."""
    with tempfile.TemporaryDirectory(prefix="medcost-") as folder:
        for name, content in model.files:
            (Path(folder) / name).write_bytes(content)
        return SklearnLoader().load(model.reference, Path(folder))
