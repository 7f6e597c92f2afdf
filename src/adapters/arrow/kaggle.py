"""The public data set, fetched from Kaggle: for machines with internet."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from adapters.arrow.claims_file import ClaimsFile
from domain.errors import ClaimsRejected
from domain.people.origin import DataOrigin
from domain.ports.dataset import ClaimsDataset

if TYPE_CHECKING:
    from domain.monitoring.drift import Sample
    from domain.people.claims import Claims
    from domain.people.contract import ContractReport
    from domain.people.table_reading import ReadingRules

HANDLE: Final = "mirichoi0218/insurance"
_SOURCE: Final = " (from Lantz, Machine Learning with R)"
"""The book that the publisher names as the source, without a year."""


@dataclass(frozen=True, slots=True)
class KaggleClaims(ClaimsDataset):
    """A data set on Kaggle with one CSV file that keeps the contract; fetched once, then found in kagglehub's cache.

    Args:
        rules: how the file is to be read.
        handle: ``owner/dataset``.
    """

    rules: ReadingRules
    handle: str = HANDLE

    def report(self) -> ContractReport:
        """Describe the file."""
        return self._file().report()

    def read(self) -> Claims:
        """Return all rows."""
        return self._file().read()

    def readable(self) -> Sample:
        """Return all cells."""
        return self._file().readable()

    def _file(self) -> ClaimsFile:
        try:
            kagglehub = importlib.import_module("kagglehub")  # an optional extra
        except ImportError as error:
            message = f"kaggle:{self.handle} needs the extra `kaggle`: pip install kagglehub; or use dataset=csv"
            raise ClaimsRejected(message) from error
        try:
            folder = Path(kagglehub.dataset_download(self.handle))
        except Exception as error:  # kagglehub lets errors of requests, urllib3 and its own through alike
            message = (
                f"kaggle:{self.handle} cannot be fetched ({type(error).__name__}: {error}): "
                "is there internet? Otherwise use dataset=csv dataset.path=FILE"
            )
            raise ClaimsRejected(message) from error
        files = sorted(folder.glob("*.csv"))
        if len(files) != 1:
            message = f"kaggle:{self.handle} holds {len(files)} CSV files where one is needed"
            raise ClaimsRejected(message)
        description = f"the data set {self.handle} on Kaggle" + (_SOURCE if self.handle == HANDLE else "")
        return ClaimsFile(files[0], self.rules, DataOrigin(f"kaggle:{self.handle}", description, synthetic=False))
