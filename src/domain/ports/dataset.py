"""The port `dataset`."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from domain.monitoring.drift import Sample
    from domain.people.claims import Claims, ContractReport


class ClaimsDataset(Protocol):
    """A source of labelled rows."""

    @abstractmethod
    def report(self) -> ContractReport:
        """Describe what is there and where it breaks the contract.

        Raises:
            ClaimsRejected: if there is nothing that could be read as a table.
        """

    @abstractmethod
    def read(self) -> Claims:
        """Give all rows, in their order; or of too many for one place a sample, with its population.

        Raises:
            ClaimsRejected: if the contract is broken; the text names row, column and rule.
        """

    @abstractmethod
    def readable(self) -> Sample:
        """Give the cells of all rows, or of too many a sample, also where the contract is broken.

        A cell that breaks the contract is NaN, and so are all of a column that is not there.

        Raises:
            ClaimsRejected: if there is nothing that could be read as a table.
        """
