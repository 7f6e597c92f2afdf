"""Claims in JSON keep the contract of Medcost's port."""

import json

import pytest

from domain.errors import ClaimsRejected
from domain.people.claims import ClaimRecord
from json_claims import json_claims
from medcost_testing.dataset import ClaimsDatasetContract
from medcost_testing.people import CLINIC, patient

RECORDS = [
    ClaimRecord(patient(CLINIC, plan="gold" if n % 2 else None, stay=n, active=n > 3), 10.0 * n) for n in range(8)
]


def written(path, rows):
    path.write_text(json.dumps(rows))
    return json_claims(CLINIC, path=str(path))


class TestJsonClaims(ClaimsDatasetContract):
    @pytest.fixture
    def records(self):
        return RECORDS

    @pytest.fixture
    def dataset(self, records, tmp_path):
        rows = [{**record.beneficiary.as_facts(), "paid": record.charges} for record in records]
        return written(tmp_path / "claims.json", rows)

    @pytest.fixture
    def nothing(self, tmp_path):
        return written(tmp_path / "claims.json", [])


def test_a_broken_object_is_named(tmp_path):
    with pytest.raises(ClaimsRejected, match=r"claims.json, object 1: .*plan: must be one of"):
        written(tmp_path / "claims.json", [{"plan": "tin", "paid": 1}])


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ClaimsRejected, match=r"none.json cannot be read as JSON"):
        json_claims(CLINIC, path=str(tmp_path / "none.json"))
