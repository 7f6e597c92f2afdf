"""A table of other facts, from its schema to a model: declared in one file, trained, judged, measured."""

import json
from pathlib import Path

import pytest

from adapters.common.schema_json import schema_of_json
from adapters.yaml.schema_file import read_schema

pytestmark = pytest.mark.training

SCHEMA = """
name: clinic
title: {en: Cost of a stay}
cost: {column: total, currency: EUR}
facts:
  stay: {kind: whole, low: 0, high: 30, unit: days, label: Days in hospital}
  ward: {kind: choice, choices: [general, surgery, maternity], column: Ward of Stay}
  glucose: {kind: number, low: 50, high: 400, missing: allowed}
  diabetic: {kind: flag, missing: allowed}
  income: {kind: number, low: 0}
  plan: {kind: choice, choices: [a, b]}
terms: [stay^2, "diabetic*[glucose>?]", "stay*[ward=surgery]"]
groups: [ward]
roles: {person: patient, weight: survey weight, audit: [ethnicity]}
"""
FAMILIES = {"tree", "interaction_ols"}


@pytest.fixture
def schema(tmp_path: Path) -> Path:
    (file := tmp_path / "clinic.yaml").write_text(SCHEMA)
    return file


def with_roles(file: Path) -> Path:
    """Add the columns of the roles to a file of claims."""
    head, *rows = file.read_text().splitlines()
    more = [f"{row},p{number},1.5,other" for number, row in enumerate(rows)]
    file.write_text("\n".join([f"{head},patient,survey weight,ethnicity", *more]) + "\n")
    return file


def test_a_schema_is_all_that_training_needs(medcost, schema, tmp_path):
    rows, held = tmp_path / "rows.csv", tmp_path / "held.csv"
    for file, seed in ((rows, 1), (held, 2)):
        sample = ("data", "sample", "--rows", "300", "--seed", seed, "--out", file)
        assert medcost(*sample, MEDCOST_SCHEMA=str(schema)).status == 0
    assert rows.read_text().startswith("stay,Ward of Stay,glucose,diabetic,income,plan,total\n")

    quick = ("cv=quick", "tuning.n_trials=2", "tuning.timeout=null", "tuning.patience=null")
    data = (f"schema={schema}", "dataset=csv", f"dataset.path={with_roles(rows)}")
    chosen = f"model=[{','.join(sorted(FAMILIES))}]"
    out = tmp_path / "model"
    ended = medcost(
        "train", "stage=all", *data, chosen, "transform=none", *quick, "--profile", "memory", "--json", "--out", out
    )
    assert ended.status == 0, ended.errors
    trained = ended.document
    assert {family["name"] for family in trained["comparison"]["families"]} == FAMILIES
    assert trained["verdict"]["passed"] is True
    assert trained["champion"]["number"] == 1

    card = json.loads((out / "card.json").read_text())
    assert card["subject"]["currency"] == "EUR"
    assert list(card["subject"]["facts"]) == ["stay", "ward", "glucose", "diabetic", "income", "plan"]
    assert set(card["ranges"]) == {"stay", "glucose", "income"}
    assert schema_of_json((out / "schema.json").read_bytes()) == read_schema(schema)

    scored = medcost("evaluate", "--data", held, "--model", out, "--json", MEDCOST_SCHEMA=str(schema))
    assert scored.status == 0, scored.errors
    assert {entry["group"] for entry in scored.document["groups"]} >= {"ward=general", "ward=surgery", "ward=maternity"}


def test_a_schema_that_is_not_there_is_named(medcost):
    ended = medcost("train", "schema=nowhere.yaml", "--profile", "memory")
    assert ended.status == 2
    assert "there is no schema nowhere.yaml" in ended.errors
