"""Names of settings follow from the terms of a schema."""

from __future__ import annotations

from dataclasses import replace

from domain.models.model import FloatRange
from domain.models.term_settings import TermSettings
from domain.people.fact import Fact, Kind
from domain.people.schema import CostColumn, Schema
from tests.support.default_schema import DEFAULT
from tests.support.schemas import CLINIC


def test_each_term_and_each_fact_that_no_term_names_is_a_switch() -> None:
    settings = TermSettings.of(CLINIC)
    assert list(settings.terms) == [
        "stay_squared",
        "diabetic_glucose",
        "diabetic_glucose_above_learned",
        "stay_ward_surgery",
        "log_income",
        "stay_as_categories_diabetic",
        "stay_ward_diabetic",
    ]
    assert list(settings.facts) == ["plan"]


def test_a_threshold_that_is_learned_is_not_searched() -> None:
    settings = TermSettings.of(CLINIC)
    assert settings.defaults["glucose_above_learned_threshold"] is None
    assert "glucose_above_learned_threshold" not in settings.space


def test_a_learned_threshold_is_named_by_a_group_that_parts_people_by_the_same_fact() -> None:
    assert DEFAULT.terms[2] == "smoker*[bmi>?]"
    declared = TermSettings.of(replace(DEFAULT, terms=("smoker*[bmi>=30]",))).defaults
    learned = TermSettings.of(replace(DEFAULT, terms=("smoker*[bmi>?]",))).defaults
    assert learned == declared | {"obese_threshold": None}


def test_a_declared_threshold_is_searched_around_it_where_the_fact_has_limits() -> None:
    schema = replace(CLINIC, terms=("[glucose>=126]*diabetic", "[income>1000]*diabetic"))
    space = TermSettings.of(schema).space
    around = (400 - 50) / 15
    assert space["glucose_from_126_threshold"] == FloatRange(126 - around, 126 + around)
    assert "income_above_1000_threshold" not in space


def test_names_differ_from_each_other_and_from_those_of_the_families() -> None:
    schema = Schema(
        name="odd",
        cost=CostColumn("cost"),
        facts=(
            Fact(name="alpha", kind=Kind.FLAG),
            Fact(name="a", kind=Kind.NUMBER),
            Fact(name="a_squared", kind=Kind.FLAG),
            Fact(name="city", kind=Kind.CHOICE, choices=("New York", "São Paulo")),
        ),
        terms=("a^2", "a*[city=São Paulo]"),
    )
    assert list(TermSettings.of(schema).defaults) == ["a_squared", "a_city_saopaulo", "alpha_2", "a_squared_2"]


def test_a_former_name_counts_where_that_of_today_is_not_given() -> None:
    settings = TermSettings.of(DEFAULT)
    assert settings.renamed({"obesity_threshold": 28.0, "alpha": 0.1}) == {"obese_threshold": 28.0, "alpha": 0.1}
    assert settings.renamed({"obese_threshold": 31.0, "obesity_threshold": 28.0}) == {"obese_threshold": 31.0}
    assert TermSettings.of(CLINIC).renamed({"obesity_threshold": 28.0}) == {"obesity_threshold": 28.0}
