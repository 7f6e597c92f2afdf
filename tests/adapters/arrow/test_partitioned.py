"""A folder of Parquet files: held against the contract file by file, and sampled by the rows' digests."""

from dataclasses import replace
from statistics import fmean

import numpy as np
import pandas as pd
import pytest

from adapters.arrow.partitioned import PartitionedClaims
from adapters.arrow.synthetic import SyntheticClaims
from adapters.common.executor import LocalExecutor
from domain.errors import ClaimsRejected
from domain.people.schema import Roles
from tests.support.default_schema import DEFAULT, READING

SEEDS = range(4)


@pytest.fixture
def folder(tmp_path):
    """Four files of 500 rows, and one without any, as engines leave them."""
    for seed in SEEDS:
        SyntheticClaims(DEFAULT, rows=500, seed=seed).write(tmp_path / f"part-{seed}.parquet")
    SyntheticClaims(DEFAULT, rows=1).table().iloc[:0].to_parquet(tmp_path / "part-9.parquet")
    return tmp_path


def sampled(folder, rows):
    return PartitionedClaims(folder, LocalExecutor(), READING, sample=rows)


def rows_of(claims):
    return {tuple(row) for row in np.column_stack([claims.facts, claims.charges]).tolist()}


def test_all_rows_come_where_there_are_no_more_than_asked_for(folder):
    claims = sampled(folder, 5_000).read()
    assert claims.population
    assert len(claims) == claims.population.rows == 2_000
    whole = [SyntheticClaims(DEFAULT, rows=500, seed=seed).read() for seed in SEEDS]
    assert list(claims.charges) == [charge for part in whole for charge in part.charges]


def test_of_more_rows_a_sample_comes_that_is_spread_as_they_are(folder):
    claims, everybody = sampled(folder, 600).read(), sampled(folder, 5_000).read()
    assert 500 < len(claims) < 700
    assert claims.population
    assert claims.population.rows == 2_000
    assert fmean(claims.charges) == pytest.approx(fmean(everybody.charges), rel=0.1)
    assert claims.digest == everybody.digest


def test_a_smaller_sample_is_part_of_a_larger_one(folder):
    assert rows_of(sampled(folder, 300).read()) < rows_of(sampled(folder, 900).read())


def test_audit_columns_come_with_the_sample(folder):
    for seed in SEEDS:
        table = pd.read_parquet(folder / f"part-{seed}.parquet")
        table.assign(race=[f"cost {charge:.2f}" for charge in table["charges"]]).to_parquet(
            folder / f"part-{seed}.parquet"
        )
    rules = replace(READING, schema=replace(DEFAULT, roles=Roles(audit=("race",))), needs_roles=True)
    claims = PartitionedClaims(folder, LocalExecutor(), rules, sample=600).read()
    assert 500 < len(claims) < 700
    assert list(claims.audits["race"]) == [f"cost {charge:.2f}" for charge in claims.charges]


def test_each_part_can_be_read_by_itself(folder):
    population = sampled(folder, 100).read().population
    assert population
    assert sum(len(part.read()) for part in population.parts) == population.rows


def test_a_broken_row_is_named_with_its_file(folder):
    table = SyntheticClaims(DEFAULT, rows=3).table()
    table.loc[1, "age"] = 7
    table.to_parquet(folder / "part-2.parquet")
    dataset = sampled(folder, 100)
    (violation,) = dataset.report().violations
    assert (violation.row, violation.column) == (2, "age")
    with pytest.raises(ClaimsRejected, match=r"row 2, column age: .* in part-2\.parquet"):
        dataset.read()


def test_what_was_found_in_the_files_is_put_together(folder):
    report = sampled(folder, 100).report()
    tables = pd.concat(SyntheticClaims(DEFAULT, rows=500, seed=seed).table() for seed in SEEDS)
    by_column = {column.column: column for column in report.columns}
    assert (by_column["age"].minimum, by_column["age"].maximum) == (tables["age"].min(), tables["age"].max())
    assert by_column["charges"].mean == pytest.approx(tables["charges"].mean())
    assert by_column["smoker"].counts == tables["smoker"].value_counts().to_dict()


@pytest.mark.parametrize("left", ["nothing", "no table"])
def test_a_folder_without_rows_is_refused(tmp_path, left):
    if left == "no table":
        (tmp_path / "part-0.parquet").write_text("age,sex")
    with pytest.raises(ClaimsRejected):
        sampled(tmp_path, 100).read()
