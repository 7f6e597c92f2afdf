"""Columns of roles in files of claims: whose row it is, how much it counts, and which part of a year it covers."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from adapters.arrow.claims_file import ClaimsFile
from adapters.arrow.partitioned import PartitionedClaims
from adapters.common.executor import LocalExecutor
from domain.errors import ClaimsRejected
from domain.people.claims import person_code
from domain.people.schema import Roles
from domain.people.table_reading import ReadingRules
from tests.support.default_schema import DEFAULT

FACTS = "40,female,27.5,1,no,northeast"
HEADER = "age,sex,bmi,children,smoker,region,charges"
RULES = ReadingRules(
    replace(DEFAULT, roles=Roles(person="member", weight="weight", exposure="share", period="year")), needs_roles=True
)


@pytest.fixture
def claims_of(tmp_path):
    def write(rows, roles="member,weight,share,year", rules=RULES):
        file = tmp_path / "claims.csv"
        file.write_text("\n".join([f"{HEADER},{roles}".rstrip(","), *(f"{FACTS},{row}" for row in rows)]) + "\n")
        return ClaimsFile(file, rules)

    return write


def test_half_a_year_of_500_is_a_rate_of_1000(claims_of):
    claims = claims_of(["500,ann,2,0.5,2019", "1000,bob,1,1,2019-07"]).read()
    assert list(claims.charges) == [1000, 1000]
    assert claims.weights is not None
    assert claims.periods is not None
    assert claims.people is not None
    assert list(claims.weights) == [1, 1]
    assert list(claims.periods) == [2019, 2019.5]
    assert list(claims.people) == [person_code("ann"), person_code("bob")]


def test_a_bad_role_is_named_with_line_column_and_rule(claims_of):
    report = claims_of(["500,ann,1,1,2019", "1,,0,6,soon"]).report()
    assert [violation.sentence.partition(":")[0] for violation in report.violations] == [
        f"line 3, column {name}" for name in ("weight", "share", "year", "member")
    ]
    assert report.bad_rows == 1


def test_training_asks_for_the_columns_and_scoring_says_what_it_assumes(claims_of):
    with pytest.raises(ClaimsRejected, match=r"member: the column is not there.*write person: null under roles"):
        claims_of(["500"], roles="").read()
    claims = claims_of(["500"], roles="", rules=replace(RULES, needs_roles=False)).read()
    assert "there is no column member for roles: person, so rows with equal facts and cost count as one person's" in (
        claims.notes
    )
    assert claims.people is None


def test_audit_columns_are_read_in_the_words_of_the_file(claims_of):
    rules = replace(RULES, schema=replace(DEFAULT, roles=Roles(audit=("race", "plan"))))
    claims = claims_of(["500,Other,1.0", "600,,2", "700,Other,2"], roles="race,plan", rules=rules).read()
    assert {name: list(texts) for name, texts in claims.audits.items()} == {
        "race": ["Other", "not given", "Other"],
        "plan": ["1", "2", "2"],
    }


def test_a_file_without_its_audit_columns_is_read(claims_of):
    rules = replace(RULES, schema=replace(DEFAULT, roles=Roles(audit=("race",))))
    assert claims_of(["500"], roles="", rules=rules).read().audits == {}


def test_people_are_counted_and_repetitions_named(claims_of):
    rows = ["500,ann,1,1,2019", "500,ann,1,1,2019", "500,ann,1,1,2020", "500,bob,1,1,2019"]
    report = claims_of(rows).report()
    assert (report.rows, report.people, report.duplicate_rows) == (4, 2, (2,))
    assert claims_of(rows).read().notes == (
        "charges is that of a whole year: charges / share",
        "1 row repeats an earlier one and counts as weight of that row, not as another person",
    )


def test_who_is_held_back_is_not_among_those_to_learn_from(claims_of, tmp_path):
    file = claims_of([f"{cost},p{cost % 40},1,1,2019" for cost in range(200)])
    train, held = tmp_path / "train.csv", tmp_path / "held.csv"
    file.split(train, held, share=0.25, seed=1)
    learned, held_members = (set(pd.read_csv(file)["member"]) for file in (train, held))
    assert len(held_members) == 10
    assert not learned & held_members


def test_all_rows_of_a_person_are_drawn_from_a_folder_or_none(tmp_path):
    random = np.random.default_rng(0)
    for part in range(3):
        pd.DataFrame(
            {
                "age": random.integers(18, 65, 300),
                "sex": "female",
                "bmi": 30.0,
                "children": 0,
                "smoker": "no",
                "region": "northeast",
                "charges": random.integers(1, 10_000, 300),
                "member": [f"p{number}" for number in random.integers(0, 200, 300)],
                "weight": 1.0,
                "share": 1.0,
                "year": 2019,
            }
        ).to_parquet(tmp_path / f"part-{part}.parquet")
    everybody = PartitionedClaims(tmp_path, LocalExecutor(), RULES, sample=10_000).read()
    some = PartitionedClaims(tmp_path, LocalExecutor(), RULES, sample=300).read()
    assert everybody.people is not None
    assert some.people is not None
    rows_of = dict(zip(*np.unique(np.asarray(everybody.people), return_counts=True), strict=True))
    drawn = dict(zip(*np.unique(np.asarray(some.people), return_counts=True), strict=True))
    assert 200 < len(some) < 400
    assert drawn == {person: rows_of[person] for person in drawn}
