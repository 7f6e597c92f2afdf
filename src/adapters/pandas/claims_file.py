"""Claims in a CSV or Parquet file."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa

from adapters.pandas.contract import accepted, examine
from domain.beneficiary import FACTS
from domain.claims import DataOrigin
from domain.errors import ClaimsRejected
from domain.ports.dataset import ClaimsDataset

if TYPE_CHECKING:
    from domain.claims import Claims, ContractReport


@dataclass(frozen=True, slots=True)
class ClaimsFile(ClaimsDataset):
    """A file that ends in ``.csv`` or ``.parquet``.

    CSV is UTF-8, with or without byte-order mark, lines ending as on any system, with one line of column names.

    Args:
        path: where it lies.
        origin: where it comes from; by default it is known by its file name.
        year: of the costs, where no origin says it; empty if it is not known.
    """

    path: Path
    origin: DataOrigin | None = None
    year: str = ""

    def report(self) -> ContractReport:
        """Describe it."""
        return self.examined()[0]

    def read(self) -> Claims:
        """Give all rows."""
        return accepted(*self.examined())

    def examined(self) -> tuple[ContractReport, Claims | None]:
        """Describe it, and give all rows if the contract is kept: both from one reading."""
        return examine(self._table(), self._origin())

    def split(self, train: Path, held: Path, *, share: float, seed: int) -> None:
        """Write a random share of the rows to ``held`` and the others to ``train``, as they stand here.

        Rows that are alike stay together, so that no row is learnt from that is held back.

        Raises:
            ClaimsRejected: if the contract is broken, for an unknown ending, or where nothing can be written.
        """
        claims, table = self.read(), self._table()
        alike = pd.DataFrame(claims.facts).assign(charges=claims.charges).groupby([*range(len(FACTS)), "charges"])
        groups = alike.ngroup().to_numpy()
        drawn = np.random.default_rng(seed).permutation(groups.max() + 1)
        is_held = np.isin(groups, drawn[: round(share * len(drawn))])
        write_table(table.loc[~is_held], train)
        write_table(table.loc[is_held], held)

    def _origin(self) -> DataOrigin:
        name = self.path.name
        return self.origin or DataOrigin.of_file(name, year=self.year)

    def _table(self) -> pd.DataFrame:
        name, ending = self.path.name, self.path.suffix.lower()
        try:
            content = self.path.read_bytes()
        except OSError as error:
            message = f"{self.path}: cannot be read: {error.strerror}"
            raise ClaimsRejected(message) from error
        if ending == ".csv":
            return _csv(name, content)
        if ending == ".parquet":
            return _parquet(name, content)
        message = f"{name}: a claims file ends in .csv or .parquet"
        raise ClaimsRejected(message)


def write_table(table: pd.DataFrame, out: Path) -> None:
    """Write a table to a file that ends in ``.csv`` or ``.parquet``.

    Raises:
        ClaimsRejected: for another ending, or where nothing can be written.
    """
    ending = out.suffix.lower()
    try:
        if ending == ".csv":
            table.to_csv(out, index=False, lineterminator="\n")
        elif ending == ".parquet":
            table.to_parquet(out, index=False)
        else:
            message = f"{out.name}: a claims file ends in .csv or .parquet"
            raise ClaimsRejected(message)
    except OSError as error:
        message = f"{out}: cannot be written: {error.strerror or error}"
        raise ClaimsRejected(message) from error


def _csv(name: str, content: bytes) -> pd.DataFrame:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        message = f"{name}: line {line} is not UTF-8 text: save the file as CSV UTF-8"
        raise ClaimsRejected(message) from error
    if "\0" in text:
        message = f"{name}: this is no text but binary data, or text of another encoding: save the file as CSV UTF-8"
        raise ClaimsRejected(message)
    try:
        # the names are read as a first row: so a line with too many fields is an error, never an index
        lines = pd.read_csv(io.StringIO(text), header=None, dtype="str", keep_default_na=False, skipinitialspace=True)
    except pd.errors.EmptyDataError as error:
        message = f"{name}: the file is empty"
        raise ClaimsRejected(message) from error
    except (pd.errors.ParserError, ValueError) as error:
        message = f"{name}: this is no table: {str(error).strip()}"
        raise ClaimsRejected(message) from error
    table = lines.iloc[1:].reset_index(drop=True)
    table.columns = lines.iloc[0].fillna("").tolist()
    return table


def _parquet(name: str, content: bytes) -> pd.DataFrame:
    try:
        return pd.read_parquet(io.BytesIO(content))
    except (pa.ArrowException, OSError, ValueError) as error:
        message = f"{name}: this is no Parquet table: {error}"
        raise ClaimsRejected(message) from error
