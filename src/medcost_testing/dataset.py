"""The contract of a dataset."""

from collections import Counter
from collections.abc import Sequence

import pytest

from domain.errors import ClaimsRejected
from domain.people.claims import ClaimRecord, Claims
from domain.people.fact import Kind
from domain.people.origin import DataOrigin
from domain.ports.dataset import ClaimsDataset

Records = Sequence[ClaimRecord]


class ClaimsDatasetContract:
    """The promises of every `ClaimsDataset`.

    Give the fixtures ``dataset``; ``records``, the rows that it holds, in their order; and ``nothing``, a dataset
    without any rows.
    """

    def test_all_rows_come_in_their_order(self, dataset: ClaimsDataset, records: Records) -> None:
        claims = dataset.read()
        assert [tuple(row) for row in claims.facts] == [record.beneficiary.as_numbers() for record in records]
        assert list(claims.charges) == [record.charges for record in records]

    def test_every_cell_of_rows_that_keep_the_contract_is_readable(
        self, dataset: ClaimsDataset, records: Records
    ) -> None:
        sample = dataset.readable()
        cost = records[0].beneficiary.schema.cost.column
        assert [tuple(row) for row in sample.facts] == [record.beneficiary.as_numbers() for record in records]
        assert list(sample.more[cost]) == [record.charges for record in records]

    def test_the_same_rows_have_the_same_digest_wherever_they_lie(
        self, dataset: ClaimsDataset, records: Records
    ) -> None:
        same = Claims.of(
            records[0].beneficiary.schema, records, DataOrigin("elsewhere", "the same rows", synthetic=True)
        )
        assert dataset.read().digest == same.digest

    def test_the_report_describes_every_column_and_names_the_digest(
        self, dataset: ClaimsDataset, records: Records
    ) -> None:
        report = dataset.report()
        assert report.is_kept
        assert report.rows == len(records)
        assert tuple(summary.column for summary in report.columns) == records[0].beneficiary.schema.columns
        assert report.digest == dataset.read().digest

    def test_numbers_are_summarised_by_range_and_categories_by_counts(
        self, dataset: ClaimsDataset, records: Records
    ) -> None:
        summaries = {summary.column: summary for summary in dataset.report().columns}
        for fact in records[0].beneficiary.schema.facts:
            given = [value for record in records if (value := record.beneficiary[fact.name]) is not None]
            summary = summaries[fact.name]
            if fact.kind.is_numeric:
                numbers = [float(value) for value in given]
                assert (summary.minimum, summary.maximum) == (min(numbers), max(numbers))
            elif fact.kind is Kind.FLAG:
                assert summary.counts == Counter("yes" if value else "no" for value in given)
            else:
                assert summary.counts == Counter(given)

    def test_no_rows_are_no_claims(self, nothing: ClaimsDataset) -> None:
        assert not nothing.report().is_kept
        with pytest.raises(ClaimsRejected):
            nothing.read()
