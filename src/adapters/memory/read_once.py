"""Claims that are read once for all stages of a training."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from domain.ports.dataset import ClaimsDataset

if TYPE_CHECKING:
    from domain.monitoring.drift import Sample
    from domain.people.claims import Claims
    from domain.people.contract import ContractReport


class ReadOnce(ClaimsDataset):
    """Returns another data set's rows as they were at the first reading: the file may be replaced meanwhile.

    Rows of a folder beyond its sample are still read later, when they are worked on.
    """

    def __init__(self, source: ClaimsDataset) -> None:
        self._source = source

    def report(self) -> ContractReport:
        """Describe the data set as it is now."""
        return self._source.report()

    def read(self) -> Claims:
        """Return the rows of the first reading."""
        return self._claims

    def readable(self) -> Sample:
        """Return the readable rows; each call reads them."""
        return self._source.readable()

    @cached_property
    def _claims(self) -> Claims:
        return self._source.read()
