"""Claims in a text file, a workbook or a Parquet file."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa

from adapters.arrow.contract import Examination, accepted, examined
from adapters.arrow.parquet import BoundedParquet
from adapters.arrow.reading import TABLES, Batch, table_batches
from adapters.arrow.table_files import write_tables
from adapters.arrow.tables import open_rows, read_parquet, read_rows
from domain.errors import ClaimsRejected, Flaw, UnreadableFile
from domain.people.contract import BadRows
from domain.people.origin import DataOrigin
from domain.people.table_reading import ReadingRules
from domain.ports.dataset import ClaimsDataset

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from domain.monitoring.drift import Sample
    from domain.people.claims import Claims
    from domain.people.contract import ContractReport
    from domain.people.notes import Note
    from domain.people.table_reading import TableReading

MOST_ROWS: Final = 20_000_000
"""The most rows of a Parquet file: its bytes do not bound them."""
_AT_ONCE: Final = 1 << 16
_REFUSED: Final = BadRows()
_ENDINGS: Final = (*TABLES, ".parquet")


@dataclass(frozen=True, slots=True)
class ClaimsFile(ClaimsDataset):
    """A file of claims; its ending says what it is.

    Args:
        path: where it lies.
        rules: how it is to be read.
        origin: where it comes from; by default it is known by its file name.
        year: the year of the costs, where no origin says it; empty if it is not known.
        bad_rows: what becomes of rows that break the contract.
    """

    path: Path
    rules: ReadingRules
    origin: DataOrigin | None = None
    year: str = ""
    bad_rows: BadRows = _REFUSED

    def report(self) -> ContractReport:
        """Describe the file."""
        return self.examined()[0]

    def read(self) -> Claims:
        """Return all rows, or the good ones if the others may be left out."""
        return accepted(*self.examined(), self.rules.schema, self.bad_rows)

    def readable(self) -> Sample:
        """Return all cells."""
        return self._examination().sample()

    def examined(self) -> tuple[ContractReport, Claims | None]:
        """Return the report and the rows that `read` would return, None where it would raise: both from one reading."""
        return self._examination().result()

    def split(self, train: Path, held: Path, *, share: float, seed: int) -> None:
        """Write the rows of a random share of the people to ``held`` and the others to ``train``, as they stand here.

        The rows of a person stay together, and so do equal rows where no column names persons: a model does not learn
        from people who are held back.

        Raises:
            ClaimsRejected: if the contract is broken, for an unknown ending, or where nothing can be written.
        """
        claims = accepted(*self._examination(_REFUSED).result(), self.rules.schema, _REFUSED)
        if claims.people is None:
            rows = np.column_stack([np.asarray(claims.facts), np.asarray(claims.charges)])
            _, groups = np.unique(rows, axis=0, return_inverse=True)
        else:
            _, groups = np.unique(np.asarray(claims.people, dtype=np.uint64), return_inverse=True)
        groups = groups.ravel()
        drawn = np.random.default_rng(seed).permutation(groups.max() + 1)
        is_held = np.isin(groups, drawn[: round(share * len(drawn))])
        with self._opened(all_columns=True) as (_, batches, _):
            write_tables(batches, is_held, train, held)

    def _examination(self, bad_rows: BadRows | None = None) -> Examination:
        origin = self.origin or DataOrigin.of_file(self.path.name, year=self.year)
        with self._opened() as (reading, batches, notes):
            examination = examined(batches, reading, origin, bad_rows or self.bad_rows)
        examination.notes = tuple(note.sentence for note in notes)
        return examination

    @contextmanager
    def _opened(self, *, all_columns: bool = False) -> Iterator[tuple[TableReading, Iterator[Batch], Sequence[Note]]]:
        name, ending = self.path.name, self.path.suffix.lower()
        if ending not in _ENDINGS:
            message = f"{name}: a claims file ends in {', '.join(_ENDINGS[:-1])} or {_ENDINGS[-1]}"
            raise ClaimsRejected(message)
        try:
            if ending in TABLES:
                source = open_rows(self._file, self.rules)
                reading = read_rows(source, self.rules)
                yield reading, table_batches(source, reading, _AT_ONCE), source.notes
            else:
                with pa.OSFile(str(self.path)) as file:
                    reading = read_parquet(file, self.rules)
                    yield reading, _parquet_batches(file, reading, all_columns=all_columns), ()
        except UnreadableFile as error:
            what = "this is no Parquet table of claims: " if ending == ".parquet" else ""
            message = f"{name}: {what}{error.detail}"
            raise ClaimsRejected(message) from error
        except OSError as error:
            message = f"{self.path}: cannot be read: {error.strerror or error}"
            raise ClaimsRejected(message) from error

    def _file(self) -> IO[bytes]:
        return self.path.open("rb")


def _parquet_batches(file: pa.NativeFile, reading: TableReading, *, all_columns: bool) -> Iterator[Batch]:
    needed = set(reading.matched.columns.values())
    opened = BoundedParquet(file, needed=lambda name: all_columns or name in needed)
    if opened.rows > MOST_ROWS:
        message = f"the file has {opened.rows:,} rows; {MOST_ROWS:,} are allowed: split it into the files of a folder"
        raise UnreadableFile(Flaw.LARGE, message)
    # texts stay dictionaries, unless they are written out
    for batch in opened.plain(_AT_ONCE) if all_columns else opened.batches(_AT_ONCE):
        yield Batch(reading, batch.schema.names, batch, None, {}, 1.0)
