"""Sources of rows: the data set of a configuration, a file, or invented people."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from domain.people.contract import BadRows
from domain.people.matching import ColumnMap, mapped_pair
from domain.people.table_reading import ReadingRules
from entrypoints.composition.train_sources import SAMPLE, Kaggle, OtherSource, Synthetic

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.people.cells import DecimalSign
    from domain.people.schema import Schema
    from domain.ports.dataset import ClaimsDataset
    from domain.ports.executor import Executor
    from entrypoints.composition.train_sources import Source

_REFUSED = BadRows()


def dataset_of(source: Source, schema: Schema, executor: Executor) -> ClaimsDataset:
    """Return the data set of a configuration."""
    if isinstance(source, OtherSource):
        return source.plugin.make(schema, **source.options)
    if isinstance(source, Synthetic):
        from adapters.arrow.synthetic import SyntheticClaims

        return SyntheticClaims(schema, source.rows, source.seed)
    if isinstance(source, Kaggle):
        from adapters.arrow.kaggle import KaggleClaims

        return KaggleClaims(ReadingRules(schema, needs_roles=True), source.handle)
    year = str(source.year or schema.cost.year or "")
    rules = reading_rules(schema, source.map, decimal=source.decimal, sheet=source.sheet, needs_roles=True)
    bad_rows = bad_rows_of(source.on_bad, source.most_bad)
    return claims_file(Path(source.path), rules, bad_rows=bad_rows, year=year, executor=executor, sample=source.sample)


def reading_rules(
    schema: Schema,
    mapped: Sequence[str] | Mapping[str, str] | None = None,
    *,
    decimal: str | None = None,
    sheet: str = "",
    needs_roles: bool = False,
) -> ReadingRules:
    """Return the rules by which files are read.

    Args:
        schema: the facts to look for.
        mapped: texts ``COLUMN=FACT`` or ``COLUMN:VALUE=CHOICE``, or pairs of their two sides.
        decimal: the decimal sign, if it was given.
        sheet: the sheet of a workbook.
        needs_roles: whether claims are refused that lack the column of a declared role.

    Raises:
        ConfigurationError: naming the text that cannot be meant, and what to write.
    """
    pairs = (
        list(mapped.items()) if isinstance(mapped, Mapping) else [mapped_pair(text, "--map ") for text in mapped or ()]
    )
    sign: DecimalSign = "." if decimal == "." else "," if decimal == "," else ""
    return ReadingRules(schema, ColumnMap.of(pairs, schema, decimal=sign), sheet, needs_roles)


def bad_rows_of(on_bad: str, most: float) -> BadRows:
    """Return the policy for bad rows: ``refuse`` or ``drop``, at most a share of all rows."""
    return BadRows(are_dropped=on_bad == "drop", most=most)


def claims_file(
    path: Path,
    rules: ReadingRules,
    *,
    bad_rows: BadRows = _REFUSED,
    year: str = "",
    executor: Executor | None = None,
    sample: int = SAMPLE,
) -> ClaimsDataset:
    """Return the data set of a file, or of a folder of Parquet files.

    Args:
        path: the path of the file or folder.
        rules: how cells and columns are read.
        bad_rows: the policy for rows that break the contract.
        year: year of the costs, if it is known.
        executor: executor that reads the files of a folder; None for this process.
        sample: approximate number of rows of a folder that are returned.
    """
    if path.is_dir():
        from adapters.arrow.partitioned import PartitionedClaims
        from adapters.common.executor import LocalExecutor

        return PartitionedClaims(path, executor or LocalExecutor(), rules, sample, year, bad_rows)
    from adapters.arrow.claims_file import ClaimsFile

    return ClaimsFile(path, rules, year=year, bad_rows=bad_rows)


def write_sample(out: Path, schema: Schema, *, rows: int, seed: int) -> None:
    """Write invented people of a schema to a CSV or Parquet file.

    Raises:
        ClaimsRejected: for another ending, or where nothing can be written.
    """
    from adapters.arrow.synthetic import SyntheticClaims

    SyntheticClaims(schema, rows, seed).write(out)


def split_claims(file: Path, rules: ReadingRules, train: Path, held: Path, *, share: float, seed: int) -> None:
    """Hold back a share of the rows of a claims file.

    Raises:
        ClaimsRejected: if the contract is broken, for an unknown ending, or where nothing can be written.
    """
    from adapters.arrow.claims_file import ClaimsFile

    ClaimsFile(file, rules).split(train, held, share=share, seed=seed)
