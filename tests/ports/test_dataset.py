"""The port `dataset`: the suite that is shipped, over every adapter; and what those that read tables promise."""

from math import isnan
from typing import cast

import pytest

from adapters.arrow.claims_file import ClaimsFile
from adapters.arrow.partitioned import PartitionedClaims
from adapters.arrow.synthetic import SyntheticClaims
from adapters.common.executor import LocalExecutor
from adapters.memory.dataset import MemoryDataset
from adapters.memory.read_once import ReadOnce
from domain.people.claims import ClaimRecord
from medcost_testing.dataset import ClaimsDatasetContract
from tests.support.default_schema import DEFAULT, FACTS, READING


def records():
    table = SyntheticClaims(DEFAULT, rows=60, seed=5).table()
    rows = cast("list[dict[str, object]]", table.to_dict("records"))
    return [ClaimRecord.of(DEFAULT, row) for row in rows]


class TestDataset(ClaimsDatasetContract):
    @pytest.fixture(name="records")
    def rows(self):
        return records()

    @pytest.fixture(params=["memory", "csv", "parquet", "folder", "synthetic", "once"])
    def dataset(self, request, tmp_path):
        if request.param == "memory":
            return MemoryDataset(DEFAULT, records=records())
        sample = SyntheticClaims(DEFAULT, rows=60, seed=5)
        if request.param == "synthetic":
            return sample
        if request.param == "once":
            return ReadOnce(sample)
        if request.param == "folder":
            sample.write(tmp_path / "part-0.parquet")
            return PartitionedClaims(tmp_path, LocalExecutor(), READING, sample=1000)
        sample.write(tmp_path / f"claims.{request.param}")
        return ClaimsFile(tmp_path / f"claims.{request.param}", READING)

    @pytest.fixture(params=["memory", "csv"])
    def nothing(self, request, tmp_path):
        if request.param == "memory":
            return MemoryDataset(DEFAULT, records=[])
        (tmp_path / "claims.csv").write_text(",".join(DEFAULT.columns))
        return ClaimsFile(tmp_path / "claims.csv", READING)


def broken_table():
    table = SyntheticClaims(DEFAULT, rows=60, seed=5).table().astype("str")
    table.loc[7, "age"] = "old"
    table.loc[8, "bmi"] = "700"
    table.loc[9, "charges"] = "-1"
    return table.drop(columns="region")


@pytest.fixture(params=["csv", "folder"])
def broken(request, tmp_path):
    if request.param == "csv":
        broken_table().to_csv(tmp_path / "claims.csv", index=False)
        return ClaimsFile(tmp_path / "claims.csv", READING)
    broken_table().to_parquet(tmp_path / "part-0.parquet")
    return PartitionedClaims(tmp_path, LocalExecutor(), READING, sample=1000)


def test_a_broken_cell_and_a_missing_column_leave_all_other_cells_readable(broken):
    assert not broken.report().is_kept
    sample = broken.readable()
    facts = [record.beneficiary.as_numbers() for record in records()]
    columns = dict(zip(FACTS, zip(*sample.facts, strict=True), strict=True)) | {"charges": sample.more["charges"]}
    unknown = {name: [row for row, value in enumerate(column) if isnan(value)] for name, column in columns.items()}
    assert unknown == {
        "age": [7], "sex": [], "bmi": [8], "children": [], "smoker": [], "region": list(range(60)), "charges": [9]
    }  # fmt: skip
    assert all(
        value == facts[row][at]
        for row, cells in enumerate(sample.facts)
        for at, value in enumerate(cells)
        if not isnan(value)
    )


def test_rows_that_are_read_once_stay_what_they_were_while_their_file_is_replaced(tmp_path):
    file = tmp_path / "claims.csv"
    SyntheticClaims(DEFAULT, rows=60, seed=5).write(file)
    once = ReadOnce(ClaimsFile(file, READING))
    first = once.read().digest
    SyntheticClaims(DEFAULT, rows=60, seed=6).write(file)
    assert once.read().digest == first
    assert once.report().digest == ClaimsFile(file, READING).read().digest != first
