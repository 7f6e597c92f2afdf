"""The port `dataset`: one suite over every adapter."""

import pytest

from adapters.memory.dataset import MemoryDataset
from adapters.memory.read_once import ReadOnce
from adapters.pandas.claims_file import ClaimsFile
from adapters.pandas.partitioned import PartitionedClaims
from adapters.pandas.synthetic import SyntheticClaims
from adapters.system.executor import LocalExecutor
from domain.claims import COLUMNS, ClaimRecord
from domain.errors import ClaimsRejected


def records():
    table = SyntheticClaims(rows=60, seed=5).table()
    return [ClaimRecord.of(row) for row in table.to_dict("records")]


@pytest.fixture(params=["memory", "csv", "parquet", "folder", "synthetic", "once"])
def dataset(request, tmp_path):
    if request.param == "memory":
        return MemoryDataset(records=records())
    sample = SyntheticClaims(rows=60, seed=5)
    if request.param == "synthetic":
        return sample
    if request.param == "once":
        return ReadOnce(sample)
    if request.param == "folder":
        sample.write(tmp_path / "part-0.parquet")
        return PartitionedClaims(tmp_path, LocalExecutor(), sample=1000)
    sample.write(tmp_path / f"claims.{request.param}")
    return ClaimsFile(tmp_path / f"claims.{request.param}")


@pytest.fixture(params=["memory", "csv"])
def nothing(request, tmp_path):
    if request.param == "memory":
        return MemoryDataset(records=[])
    (tmp_path / "claims.csv").write_text(",".join(COLUMNS))
    return ClaimsFile(tmp_path / "claims.csv")


def test_all_rows_come_in_their_order(dataset):
    claims = dataset.read()
    assert [tuple(row) for row in claims.facts] == [record.beneficiary.as_numbers() for record in records()]
    assert list(claims.charges) == [record.charges for record in records()]


def test_rows_that_are_read_once_stay_what_they_were_while_their_file_is_replaced(tmp_path):
    file = tmp_path / "claims.csv"
    SyntheticClaims(rows=60, seed=5).write(file)
    once = ReadOnce(ClaimsFile(file))
    first = once.read().digest
    SyntheticClaims(rows=60, seed=6).write(file)
    assert once.read().digest == first
    assert once.report().digest == ClaimsFile(file).read().digest != first


def test_the_same_rows_have_the_same_digest_wherever_they_lie(dataset):
    assert dataset.read().digest == MemoryDataset(records=records()).read().digest


def test_the_report_describes_every_column_and_names_the_digest(dataset):
    report = dataset.report()
    assert report.is_kept
    assert report.rows == 60
    assert tuple(summary.column for summary in report.columns) == COLUMNS
    assert report.digest == dataset.read().digest


def test_numbers_are_summarised_by_range_and_categories_by_counts(dataset):
    by_name = {summary.column: summary for summary in dataset.report().columns}
    ages = [record.beneficiary.age for record in records()]
    assert (by_name["age"].minimum, by_name["age"].maximum) == (min(ages), max(ages))
    assert sum(by_name["smoker"].counts.values()) == 60
    assert set(by_name["smoker"].counts) == {"yes", "no"}


def test_no_rows_are_no_claims(nothing):
    assert not nothing.report().is_kept
    with pytest.raises(ClaimsRejected):
        nothing.read()
