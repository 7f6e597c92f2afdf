"""Where rows come from: the data set that a configuration names, a file, or invented people."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from entrypoints.wiring import train_config

if TYPE_CHECKING:
    from domain.ports.dataset import ClaimsDataset
    from domain.ports.executor import Executor
    from entrypoints.wiring.train_config import File, Kaggle, Synthetic


def dataset_of(source: File | Synthetic | Kaggle, executor: Executor) -> ClaimsDataset:
    """Give the rows that a configuration names."""
    if isinstance(source, train_config.Synthetic):
        from adapters.pandas.synthetic import SyntheticClaims

        return SyntheticClaims(rows=source.rows, seed=source.seed)
    if isinstance(source, train_config.Kaggle):
        from adapters.pandas.kaggle import KaggleClaims

        return KaggleClaims(source.handle)
    year = "" if source.year is None else str(source.year)
    return claims_file(Path(source.path), year=year, executor=executor, sample=source.sample)


def claims_file(
    path: Path, *, year: str = "", executor: Executor | None = None, sample: int = train_config.SAMPLE
) -> ClaimsDataset:
    """Give the rows of a CSV or Parquet file, or of a folder of Parquet files.

    Args:
        path: of the file or folder.
        year: of the costs, if it is known.
        executor: who reads the files of a folder; this process, if nobody is named.
        sample: about so many rows of a folder are given.
    """
    if path.is_dir():
        from adapters.pandas.partitioned import PartitionedClaims
        from adapters.system.executor import LocalExecutor

        return PartitionedClaims(path, executor or LocalExecutor(), sample=sample, year=year)
    from adapters.pandas.claims_file import ClaimsFile

    return ClaimsFile(path, year=year)


def write_sample(out: Path, *, rows: int, seed: int) -> None:
    """Write invented people to a CSV or Parquet file.

    Raises:
        ClaimsRejected: for another ending, or where nothing can be written.
    """
    from adapters.pandas.synthetic import SyntheticClaims

    SyntheticClaims(rows=rows, seed=seed).write(out)


def split_claims(file: Path, train: Path, held: Path, *, share: float, seed: int) -> None:
    """Hold back a share of the rows of a claims file.

    Raises:
        ClaimsRejected: if the contract is broken, for an unknown ending, or where nothing can be written.
    """
    from adapters.pandas.claims_file import ClaimsFile

    ClaimsFile(file).split(train, held, share=share, seed=seed)
