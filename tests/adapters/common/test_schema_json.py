"""A schema as JSON."""

import json
from dataclasses import fields
from pathlib import Path

import pytest

from adapters.common.schema_json import InvalidSchemaDocument, schema_of_json, schema_to_json
from adapters.yaml.schema_file import read_schema
from domain.people.fact import Fact, Kind
from domain.people.schema import CostColumn, InvalidSchema, Schema, TodaysPrices
from tests.support.default_schema import DEFAULT

SCHEMAS = Path(__file__).parents[3] / "config/schema"


@pytest.mark.parametrize("file", sorted(SCHEMAS.glob("*.yaml")), ids=lambda file: file.stem)
def test_a_schema_with_all_its_words_is_read_back_as_it_was(file):
    schema = read_schema(file)
    again = schema_of_json(schema_to_json(schema))
    assert again == schema
    assert again.digest == schema.digest


def test_no_attribute_of_a_fact_is_lost():
    words = {"en": "a", "es": "b"}
    number = Fact(
        name="pay", kind=Kind.NUMBER, low=1, high=2, unit="m", unit_words=words, may_be_missing=True, column="p",
        aliases=("q",), label=words, help=words, section=words, calculator="bmi",
    )  # fmt: skip
    spellings, labels = {"x": ("z",)}, {"x": words}
    choice = Fact(name="how", kind=Kind.CHOICE, choices=("x", "y"), spellings=spellings, choice_labels=labels)
    plain = Fact(name="", kind=Kind.FLAG)
    for name in (field.name for field in fields(Fact) if field.init):
        assert any(getattr(fact, name) != getattr(plain, name) for fact in (number, choice)), f"say {name} here, too"
    today = TodaysPrices(1.12, 2026, words)
    schema = Schema(name="one", cost=CostColumn("cost", year=2024, today=today), facts=(number, choice))
    assert schema_of_json(schema_to_json(schema)) == schema


def test_whole_limits_and_their_decimals_make_the_same_digest():
    assert schema_of_json(schema_to_json(DEFAULT)).digest == DEFAULT.digest


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"colour": "red"}, "colour"),
        ({"facts": [{"name": "age", "kind": "number", "low": "1"}]}, "low"),
        ({"facts": [{"name": "age", "kind": "colour"}]}, "kind"),
    ],
)
def test_what_no_schema_has_is_refused_by_its_place(change, place):
    document = json.loads(schema_to_json(DEFAULT)) | change
    with pytest.raises(InvalidSchemaDocument, match=place):
        schema_of_json(json.dumps(document).encode())


def test_rules_of_schemas_hold_for_documents_too():
    document = json.loads(schema_to_json(DEFAULT)) | {"groups": ["height"]}
    with pytest.raises(InvalidSchema, match="height"):
        schema_of_json(json.dumps(document).encode())
