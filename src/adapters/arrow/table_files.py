"""Tables written as they stand to CSV or Parquet files."""

from __future__ import annotations

import csv
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from domain.errors import ClaimsRejected

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from adapters.arrow.reading import Batch

    Write = Callable[[pa.RecordBatch], None]


def write_table(table: pa.Table, out: Path) -> None:
    """Write a table to a file that ends in ``.csv`` or ``.parquet``.

    Raises:
        ClaimsRejected: for another ending, or where nothing can be written.
    """
    with _written(out, table.schema) as write:
        for batch in table.to_batches():
            write(batch)


def write_tables(batches: Iterable[Batch], is_second: NDArray[np.bool_], first: Path, second: Path) -> None:
    """Write each row of a table to one of two files.

    Raises:
        ClaimsRejected: for another ending than ``.csv`` or ``.parquet``, or where nothing can be written.
    """
    done = 0
    writes: list[Write] = []
    with ExitStack() as files:
        for batch in batches:
            rows: Any = batch.rows  # a table: files of claims are no JSON Lines
            if not writes:
                writes = [files.enter_context(_written(out, rows.schema)) for out in (first, second)]
            here = is_second[done : done + len(batch)]
            done += len(batch)
            for write, chosen in zip(writes, (~here, here), strict=True):
                write(rows.filter(pa.array(chosen)))


@contextmanager
def _written(out: Path, schema: pa.Schema) -> Iterator[Write]:
    ending = out.suffix.lower()
    try:
        if ending == ".csv":
            with out.open("w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file, lineterminator="\n")
                writer.writerow(schema.names)
                yield lambda batch: writer.writerows(
                    zip(*(column.to_pylist() for column in batch.columns), strict=True)
                )
        elif ending == ".parquet":
            with pq.ParquetWriter(out, schema) as file:
                yield file.write_batch
        else:
            message = f"{out.name}: a claims file is written to a file that ends in .csv or .parquet"
            raise ClaimsRejected(message)
    except OSError as error:
        message = f"{out}: cannot be written: {error.strerror or error}"
        raise ClaimsRejected(message) from error
