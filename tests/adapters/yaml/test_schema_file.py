"""Schemas as files: what people write is read strictly, and each mistake is named with its line and key."""

from pathlib import Path

import pytest

from adapters.yaml.schema_file import InvalidSchemaFile, read_schema, schema_of
from domain.people.schema import TodaysPrices

INSURANCE = Path(__file__).parents[3] / "config" / "schema" / "insurance.yaml"

SMALL = """\
name: clinic
title: {en: A year in the clinic, es: Un año en la clínica}
cost: {column: paid, currency: EUR, year: 2024}
facts:
  weight_kg: {kind: number, low: 30, high: 250, unit: kg, label: Weight}
  smokes: {kind: flag, spellings: {yes: [smoker], no: [never]}}
  plan: {kind: choice, choices: [no, yes, "1"], missing: allowed}
terms: ["smokes*[weight_kg>=90]"]
groups: [smokes, "weight_kg>=90"]
"""


def mistakes(text):
    with pytest.raises(InvalidSchemaFile) as caught:
        schema_of(text)
    return [(line, problem.place, problem.detail) for line, problem in caught.value.problems]


def test_the_default_schema_keeps_the_rules():
    schema = read_schema(INSURANCE)
    assert schema.width == len(schema.names) == 6
    assert schema.cost.column == "charges"


def test_a_schema_is_read_with_its_words_kinds_and_limits():
    schema = schema_of(SMALL)
    assert schema.names == ("weight_kg", "smokes", "plan")
    assert (schema.cost.currency, schema.cost.year) == ("EUR", 2024)
    assert schema.by_name["plan"].may_be_missing
    assert [group.name for group in schema.reported_groups] == [
        "smokes=yes",
        "smokes=no",
        "weight_kg>=90",
        "weight_kg<90",
    ]


def with_today(today):
    return SMALL.replace("year: 2024", f"year: 2024, today: {today}")


def test_a_factor_to_prices_of_today_has_a_year_and_a_source():
    read = schema_of(with_today("{factor: 1.12, year: 2026, source: {en: Index, es: Índice}}"))
    assert read.cost.today == TodaysPrices(1.12, 2026, {"en": "Index", "es": "Índice"})
    assert read.digest == schema_of(SMALL).digest
    assert schema_of(with_today("null")).cost.today is None


@pytest.mark.parametrize(
    ("today", "place", "words"),
    [
        ("1.12", "cost.today", "must be a mapping of factor, year, source"),
        ("{factor: 1.12, year: 2026}", "cost.today", "source is missing"),
        ("{factor: 1.12, year: 2026, source: x, index: y}", "cost.today.index", "is no key here"),
        ("{factor: much, year: 2026, source: x}", "cost.today.factor", "does not fit"),
        ("{factor: 0, year: 2026, source: x}", "cost.today.factor", "above 0"),
        ("{factor: nan, year: 2026, source: x}", "cost.today.factor", "above 0"),
        ("{factor: 1.12, year: 2024, source: x}", "cost.today.year", "after 2024"),
        ("{factor: 1.12, year: 2026, source: ''}", "cost.today.source", "name the index"),
    ],
)
def test_a_factor_that_is_none_is_refused_by_name(today, place, words):
    (line, where, detail) = mistakes(with_today(today))[0]
    assert where == place
    assert words in detail
    assert line


def test_a_factor_needs_the_year_of_the_costs():
    text = with_today("{factor: 1.12, year: 2026, source: x}").replace("year: 2024, ", "")
    assert [(place, detail.partition(":")[0]) for _, place, detail in mistakes(text)] == [
        ("cost.today", "needs cost.year")
    ]


def test_a_unit_may_have_a_word_for_each_language():
    read = schema_of(SMALL.replace("unit: kg", "unit: {en: pounds, es: libras}")).by_name["weight_kg"]
    assert (read.unit, dict(read.unit_words)) == ("pounds", {"en": "pounds", "es": "libras"})
    plain = schema_of(SMALL).by_name["weight_kg"]
    assert (plain.unit, dict(plain.unit_words)) == ("kg", {})


def test_no_and_yes_and_digits_stay_words():
    assert schema_of(SMALL).by_name["plan"].choices == ("no", "yes", "1")


@pytest.mark.parametrize(
    ("was", "is_now", "line", "place", "words"),
    [
        ("high: 250", "hihg: 250", 5, "facts.weight_kg.hihg", "did you mean high"),
        ("low: 30", "low: 300", 5, "facts.weight_kg.low", "low must be below high"),
        ("low: 30", "low: many", 5, "facts.weight_kg.low", "'many' does not fit: give a number"),
        ("low: 30", "low: .inf", 5, "facts.weight_kg.low", "does not fit: give a number"),
        ("name: clinic\n", "name: &name [*name]\n", 1, "file", "write out what an alias stands for"),
        ("kind: flag", "kind: boolean", 6, "facts.smokes.kind", "whole, number, flag, choice"),
        ("[no, yes,", "[no, NO,", 7, "facts.plan.choices", "twice"),
        ("spellings: {yes: [smoker]", "spellings: {yes: [never]", 6, "facts.smokes.spellings.no", "means yes already"),
        (
            "spellings: {yes: [smoker]",
            "spellings: {often: [smoker]",
            6,
            "facts.smokes.spellings.often",
            "no such choice",
        ),
        ("column: paid", "column: plan", 7, "facts.plan", "the cost"),
        ("  plan:", "  owner:", 7, "facts.owner", "something else"),
        ("  plan:", "  Plan:", 7, "facts.Plan", "small letters"),
        ("label: Weight", "label: {en: Weight, es: }", 5, "facts.weight_kg.label.es", "no words"),
        ("currency: EUR", "currency: euro", 3, "cost.currency", "three capital letters"),
        ("smokes*[weight_kg>=90]", "smokes*[height>=90]", 8, "terms.0", "there is no fact height"),
        ("groups: [smokes", "groups: [weight_kg", 9, "groups.0", "as a condition"),
        ("name: clinic\n", "", 1, "file", "name is missing"),
        ("cost: {column: paid,", "cost: {column: paid, column: paid,", 3, "cost.column", "twice"),
        ("name: clinic", "name: [", 3, "file", "no YAML"),
        ("name: clinic\n", "name: clinic\n? [a, b]\n: 1\n", 1, "file", "a word before the colon"),
    ],
)
def test_a_mistake_is_named_with_its_line_its_key_and_the_next_step(was, is_now, line, place, words):
    assert was in SMALL
    problems = mistakes(SMALL.replace(was, is_now, 1))
    assert any(at == line and where == place and words in detail for at, where, detail in problems), problems


def test_all_mistakes_are_named_at_once():
    text = SMALL.replace("low: 30", "low: 300").replace("currency: EUR", "currency: euro")
    assert [place for _, place, _ in mistakes(text)] == ["cost.currency", "facts.weight_kg.low"]


def test_what_is_no_mapping_and_what_cannot_be_read_are_refused(tmp_path):
    assert "must be a mapping" in mistakes("- a\n- b\n")[0][2]
    with pytest.raises(InvalidSchemaFile, match="cannot be read"):
        read_schema(tmp_path / "nowhere.yaml")


def test_aliases_that_stand_for_billions_of_values_are_refused():
    tenfold = [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 12)]
    with pytest.raises(InvalidSchemaFile, match=r"line \d+: a\d+: takes the file beyond 100,000 values: shorten lists"):
        schema_of("\n".join(["a0: &a0 [x]", *tenfold, SMALL]))


def test_too_many_values_and_too_deep_ones_are_told_apart():
    many = SMALL.replace("[no, yes,", f"[{','.join(['x'] * 100_001)},")
    ((line, place, words),) = mistakes(many)
    assert (line, place) == (4, "facts")
    assert words.startswith("takes the file beyond 100,000 values")
    ((_, place, words),) = mistakes(SMALL.replace("name: clinic", f"name: {'[' * 5000}{']' * 5000}"))
    assert (place, words.partition(":")[0]) == ("file", "is nested too deeply")
