"""Where the field of a fact starts, and over which range its cost is drawn."""

from __future__ import annotations

import pytest

from domain.people.beneficiary import Beneficiary
from domain.people.fact import Fact, Kind
from domain.people.schema import CostColumn, Schema
from entrypoints.dashboard.charts.curve import along
from entrypoints.dashboard.widgets.fact_fields import label_and_unit, slider, start_of
from tests.support.other_schema import CLINIC
from tests.support.people import ANN_FACTS
from tests.support.words import INSURANCE, words_in


@pytest.mark.parametrize("kind", [Kind.WHOLE, Kind.NUMBER])
@pytest.mark.parametrize("low", [None, -50, 0, 3])
@pytest.mark.parametrize("high", [None, -5, 0, 4, 1_000_000])
def test_whatever_its_limits_a_number_has_a_start_and_a_curve_within_them(kind: Kind, low, high):
    if low is not None and high is not None and low >= high:
        pytest.skip("no such limits")
    fact = Fact(name="pressure", kind=kind, low=low, high=high)
    schema = Schema(name="one", cost=CostColumn("spent"), facts=(fact,))
    who = Beneficiary.of(schema, start_of(schema))
    values = [person.as_numbers()[0] for person in along(who, fact, {})]
    assert 2 <= len(values) <= 110
    assert who["pressure"] in values
    assert values == sorted(set(values))


@pytest.mark.parametrize("schema", [INSURANCE, CLINIC], ids=lambda schema: schema.name)
def test_a_form_starts_with_a_person_who_breaks_no_rule(schema: Schema):
    assert Beneficiary.of(schema, start_of(schema)).as_facts() == start_of(schema)


def test_the_form_of_the_default_schema_starts_with_the_person_of_the_documentation():
    assert start_of(INSURANCE) == ANN_FACTS


def test_a_slider_moves_over_the_data_within_the_limits():
    age = INSURANCE.by_name["age"]
    assert slider(age) == (18, 100)
    assert slider(age, {"age": (18.0, 64.0)}) == (18, 64)
    assert slider(CLINIC.by_name["pressure"], {"pressure": (88.4, 191.2)}) == (88, 192)


def test_a_unit_is_said_in_the_language_of_the_page():
    fact = Fact(name="income", kind=Kind.NUMBER, unit="pesos a year", unit_words={"es": "pesos al año"})
    assert [words_in(language).unit(fact) for language in ("en", "es")] == ["pesos a year", "pesos al año"]
    years = Fact(name="served", kind=Kind.WHOLE, unit="years")
    assert [words_in(language).unit(years) for language in ("en", "es")] == ["years", "años"]


@pytest.mark.parametrize(
    ("unit", "label", "inside"), [("kg", "Weight", "kg"), ("dollars a year", "Weight (dollars a year)", "")]
)
def test_a_unit_too_long_for_the_box_of_its_number_stands_in_the_label(unit, label, inside):
    fact = Fact(name="weight", kind=Kind.NUMBER, low=0, high=300, unit=unit, label={"": "Weight"})
    assert label_and_unit(fact, words_in("en")) == (label, inside)
