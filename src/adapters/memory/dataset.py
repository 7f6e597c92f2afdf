"""Claims kept in this process."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from statistics import fmean
from typing import TYPE_CHECKING, Final

from adapters.memory.faults import FailsOnRequest
from domain.errors import ClaimsRejected
from domain.monitoring.drift import Sample
from domain.people.claims import Claims
from domain.people.contract import ColumnSummary, ContractReport
from domain.people.origin import DataOrigin
from domain.ports.dataset import ClaimsDataset

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.people.claims import ClaimRecord
    from domain.people.schema import Schema

_MOST_LISTED: Final = 1000
_HERE: Final = DataOrigin("memory", "claims given by the program itself", synthetic=True)


@dataclass
class MemoryDataset(FailsOnRequest, ClaimsDataset):
    """Returns the records that it was given; a record keeps the contract by itself."""

    schema: Schema
    records: Sequence[ClaimRecord]
    origin: DataOrigin = field(default=_HERE)

    def report(self) -> ContractReport:
        """Describe the records."""
        self._fail_if_asked()
        seen: set[ClaimRecord] = set()
        repeated = [row for row, record in enumerate(self.records, 1) if record in seen or seen.add(record)]
        return ContractReport(
            origin=self.origin,
            rows=len(self.records),
            duplicates=len(repeated),
            duplicate_rows=tuple(repeated[:_MOST_LISTED]),
            columns=tuple(map(self._summary, self.schema.columns)),
            violations=(),
            violation_count=0,
            digest=self.read().digest if self.records else None,
        )

    def read(self) -> Claims:
        """Return the claims."""
        self._fail_if_asked()
        if not self.records:
            message = f"{self.origin.name}: there are no data rows"
            raise ClaimsRejected(message)
        return Claims.of(self.schema, self.records, self.origin)

    def readable(self) -> Sample:
        """Return all claims; none is unreadable."""
        claims = self.read()
        return Sample(self.schema, claims.facts, {self.schema.cost.column: claims.charges})

    def _summary(self, column: str) -> ColumnSummary:
        cost = self.schema.cost.column
        given = [{**record.beneficiary.as_facts(), cost: record.charges}[column] for record in self.records]
        values = [value for value in given if value is not None]
        missing = len(given) - len(values)
        numbers = [float(value) for value in values if isinstance(value, int | float) and not isinstance(value, bool)]
        if not numbers:
            names: dict[object, str] = {True: "yes", False: "no"}
            return ColumnSummary(column, missing, counts=Counter(names.get(value) or str(value) for value in values))
        return ColumnSummary(column, missing, min(numbers), fmean(numbers), max(numbers))
