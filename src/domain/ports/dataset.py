"""The port `dataset`: sources of labelled rows."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from domain.monitoring.drift import Sample
    from domain.people.claims import Claims
    from domain.people.contract import ContractReport


class ClaimsDataset(Protocol):
    """A source of labelled rows."""

    @abstractmethod
    def report(self) -> ContractReport:
        """Describe the rows, and where they break the contract.

        Raises:
            ClaimsRejected: if there is nothing that could be read as a table.
        """

    @abstractmethod
    def read(self) -> Claims:
        """Return all rows, in their order; or a sample with its population, if there are too many for one machine.

        Raises:
            ClaimsRejected: if the contract is broken; the text names row, column and rule.
        """

    @abstractmethod
    def readable(self) -> Sample:
        """Return the cells of all rows, or of a sample if there are too many, also where the contract is broken.

        Cells that break the contract, and all cells of a missing column, are NaN.

        Raises:
            ClaimsRejected: if there is nothing that could be read as a table.
        """
