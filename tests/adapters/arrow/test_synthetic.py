"""The synthetic sample, and the way to the public data."""

import sys

import numpy as np
import pytest

from adapters.arrow.claims_file import ClaimsFile
from adapters.arrow.kaggle import KaggleClaims
from adapters.arrow.synthetic import SyntheticClaims
from adapters.memory.sample import small_sample
from domain.errors import ClaimsRejected
from tests.support.default_schema import DEFAULT, READING
from tests.support.schemas import CLINIC


def test_a_seed_gives_the_same_sample_and_another_seed_another():
    assert (
        SyntheticClaims(DEFAULT, rows=50, seed=3).read().digest
        == SyntheticClaims(DEFAULT, rows=50, seed=3).read().digest
    )
    assert (
        SyntheticClaims(DEFAULT, rows=50, seed=3).read().digest
        != SyntheticClaims(DEFAULT, rows=50, seed=4).read().digest
    )


def test_it_is_called_synthetic():
    origin = SyntheticClaims(DEFAULT, rows=50).read().origin
    assert origin.synthetic
    assert "synthetic" in origin.name


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_it_reads_back_from_a_file_as_it_was_drawn(tmp_path, ending):
    sample = SyntheticClaims(DEFAULT, rows=200, seed=1)
    sample.write(tmp_path / f"sample.{ending}")
    assert ClaimsFile(tmp_path / f"sample.{ending}", READING).read().digest == sample.read().digest


def test_its_people_are_shaped_like_the_published_marginals():
    claims = SyntheticClaims(DEFAULT, rows=20_000).read()
    age, _, bmi, _, smoker, region = np.asarray(claims.facts).T
    assert (age.min(), age.max()) == (18, 64)
    assert bmi.mean() == pytest.approx(30.7, abs=0.2)
    assert bmi.std() == pytest.approx(6.1, abs=0.3)
    assert smoker.mean() == pytest.approx(0.2, abs=0.01)
    assert np.bincount(region.astype(int)).argmax() == 2
    assert np.mean(list(claims.charges)) == pytest.approx(13_270, rel=0.06)
    assert np.median(list(claims.charges)) == pytest.approx(9_380, rel=0.06)


def test_it_is_not_written_to_a_foreign_ending_or_where_nothing_is(tmp_path):
    with pytest.raises(ClaimsRejected):
        SyntheticClaims(DEFAULT, rows=50).write(tmp_path / "sample.xlsx")
    with pytest.raises(ClaimsRejected, match="cannot be written"):
        SyntheticClaims(DEFAULT, rows=50).write(tmp_path / "nowhere" / "sample.csv")


@pytest.mark.skipif("kagglehub" in sys.modules, reason="kagglehub is loaded")
def test_without_kagglehub_or_internet_it_says_what_to_do_instead():
    with pytest.raises(ClaimsRejected, match="dataset=csv"):
        KaggleClaims(READING, handle="nobody/nothing").read()


def test_people_of_another_schema_keep_its_contract_and_are_called_invented():
    sample = SyntheticClaims(CLINIC, rows=200, seed=1)
    report, claims = sample.report(), sample.read()
    assert report.is_kept
    assert tuple(column.column for column in report.columns) == CLINIC.columns
    assert claims.schema is CLINIC
    assert np.isnan(np.asarray(claims.facts)).any(axis=0).tolist() == [fact.may_be_missing for fact in CLINIC.facts]
    assert claims.origin.synthetic


def test_the_sample_without_libraries_holds_the_same_people():
    small, claims = small_sample(CLINIC, 200, 1), SyntheticClaims(CLINIC, 200, 1).read()
    assert np.array_equal(np.array(small.facts), np.asarray(claims.facts), equal_nan=True)
    assert list(small.charges) == list(claims.charges)
