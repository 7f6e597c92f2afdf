"""`medcost schema`: what is a schema, what data keep it, and which one a home has."""

import json

import pytest

CLINIC = """\
name: clinic
cost: {column: paid, currency: EUR, year: 2025, today: {factor: 1.1, year: 2026, source: Health index}}
facts:
  stay: {kind: whole, low: 0, high: 30, unit: days, label: {en: Days in hospital}}
  plan: {kind: choice, choices: [bronze, gold], missing: allowed}
"""


@pytest.fixture
def schema(tmp_path):
    def write(text=CLINIC):
        file = tmp_path / "clinic.yaml"
        file.write_text(text)
        return file

    return write


def test_a_schema_is_one(medcost, schema):
    ended = medcost("schema", "check", schema())
    assert (ended.status, "clinic, 2 facts" in ended.output) == (0, True)
    document = json.loads(medcost("schema", "check", schema(), "--json").output)
    assert (document["is_schema"], document["name"], document["problems"], document["data"]) == (
        True,
        "clinic",
        [],
        None,
    )


def test_every_mistake_is_named_with_line_and_key(medcost, schema):
    broken = schema(CLINIC.replace("low: 0, high: 30", "low: 30, high: 3").replace("missing:", "mising:"))
    ended = medcost("schema", "check", broken)
    assert ended.status == 1
    assert "line 5: facts.plan.mising" in ended.errors
    listed = medcost("schema", "check", broken, "--json")
    assert listed.status == 1
    assert [(problem["line"], problem["key"]) for problem in json.loads(listed.output)["problems"]] == [
        (5, "facts.plan.mising")
    ]


def test_a_file_that_is_not_there_is_no_schema(medcost, tmp_path):
    ended = medcost("schema", "check", tmp_path / "none.yaml")
    assert (ended.status, "cannot be read" in ended.errors) == (1, True)


def test_data_are_held_against_it(medcost, schema, claims):
    good = claims("stay,plan,paid\n3,gold,100\n4,,200\n")
    ended = medcost("schema", "check", schema(), "--data", good)
    assert (ended.status, "2 rows keep the schema" in ended.output) == (0, True), ended.errors
    bad = claims("stay,plan,paid\n99,gold,100\n4,iron,200\n", "bad.csv")
    ended = medcost("schema", "check", schema(), "--data", bad)
    assert ended.status == 1
    assert "line 2, column stay" in ended.errors
    assert "line 3, column plan" in ended.errors
    assert "--map plan:" in ended.errors, "the next step is named"
    listed = medcost("schema", "check", schema(), "--data", bad, "--json")
    assert (listed.status, json.loads(listed.output)["data"]["violation_count"]) == (1, 2)


def test_the_schema_of_a_home_is_shown(medcost, schema):
    assert "insurance" in medcost("schema", "show").output
    ended = medcost("schema", "show", MEDCOST_SCHEMA=str(schema()))
    assert ended.status == 0
    for words in (
        "Days in hospital",
        "from 0 to 30 days",
        "bronze, gold",
        "EUR of 2025",
        "times 1.1 for prices of 2026 (Health index)",
    ):
        assert words in ended.output
    document = json.loads(medcost("schema", "show", "--json", MEDCOST_SCHEMA=str(schema())).output)
    assert [fact["name"] for fact in document["facts"]] == ["stay", "plan"]


@pytest.mark.parametrize("command", ["check", "show"])
def test_help_has_examples(medcost, command):
    assert f"medcost schema {command}" in medcost("schema", command, "--help").output


def test_a_schema_that_is_not_there_is_wrong_usage_of_up(medcost):
    ended = medcost("up", "--schema", "nowhere.yaml")
    assert (ended.status, "nowhere.yaml" in ended.errors, "insurance" in ended.errors) == (2, True, True)
