"""Groups of people as arrays."""

import numpy as np

from adapters.sklearn.grouping import groupings_of, reported_groups
from domain.people.beneficiary import Beneficiary
from tests.support.default_schema import DEFAULT
from tests.support.other_people import CLINIC, clinic_people, wide_schema


def test_residuals_of_the_default_schema_are_grouped_as_before_schemas(table):
    none, first, both = groupings_of(DEFAULT)
    assert [grouping.names for grouping in (none, first, both)] == [(), ("smoker",), ("smoker", "bmi")]
    smoker, obese = table.rows[:, 4].astype(int), table.rows[:, 2] >= 30
    assert (none.codes(table.rows) == 0).all()
    assert (first.codes(table.rows) == smoker).all()
    assert (both.codes(table.rows) == smoker + 2 * obese).all()


def test_groups_of_any_schema_count_what_is_not_given_as_a_part():
    rows, _ = clinic_people(300, seed=1)
    _, first, both = groupings_of(CLINIC)
    assert (first.names, both.names) == (("plan",), ("plan", "pressure"))
    assert both.size == 9
    missing = np.isnan(rows[:, 2])
    assert (both.codes(rows) // 3 == np.where(missing, 2, rows[:, 2] >= 140)).all()


def test_reported_groups_are_those_of_each_person():
    for schema, rows in ((CLINIC, clinic_people(200, seed=2)[0]),):
        groups = dict(reported_groups(schema, rows))
        people = [Beneficiary.of_numbers(schema, row) for row in rows.tolist()]
        assert list(groups) == [group.name for group in schema.reported_groups]
        for group in schema.reported_groups:
            assert groups[group.name].tolist() == [group.has(who) for who in people]


def test_names_of_reported_groups_of_the_default_schema_stay(table):
    assert [name for name, _ in reported_groups(DEFAULT, table.rows)] == [
        "smoker=yes", "smoker=no", "obese=yes", "obese=no", "sex=female", "sex=male"
    ]  # fmt: skip


def test_a_schema_without_groups_has_none():
    assert [grouping.names for grouping in groupings_of(wide_schema(8))] == [()]
