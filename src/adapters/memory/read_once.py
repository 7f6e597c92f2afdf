"""Claims that are read once, however many stages of a training ask for them."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from domain.ports.dataset import ClaimsDataset

if TYPE_CHECKING:
    from domain.monitoring.drift import Sample
    from domain.people.claims import Claims, ContractReport


class ReadOnce(ClaimsDataset):
    """Another data set's rows as they were when they were first read: the file may be replaced meanwhile.

    What a folder holds beyond its sample is read when it is worked on, all the same.
    """

    def __init__(self, source: ClaimsDataset) -> None:
        self._source = source

    def report(self) -> ContractReport:
        """Describe what is there now."""
        return self._source.report()

    def read(self) -> Claims:
        """Give what was there at first."""
        return self._claims

    def readable(self) -> Sample:
        """Give what is there now."""
        return self._source.readable()

    @cached_property
    def _claims(self) -> Claims:
        return self._source.read()
