"""The request bodies of operations with examples, which Litestar does not document as they are decoded by hand."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any, Final

from domain.costs.scoring_task import FileKind
from domain.people.fact import NO, YES
from entrypoints.http.codecs.batch import CSV, JSON_LINES, TEXT_LINES
from entrypoints.http.codecs.decoding import JSON
from entrypoints.http.codecs.explanations import OF
from entrypoints.http.openapi.examples import example_person, other_example_of
from entrypoints.http.openapi.facts import ref

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.people.fact import Value
    from domain.people.schema import Schema

_MOST_CROSSED: Final = 2
_PLANS: Final = [
    {
        "name": "Low premium",
        "deductible": 7000,
        "coinsurance": 0.4,
        "out_of_pocket_maximum": 9200,
        "premium": 4200,
    },
    {"name": "High premium", "deductible": 1500, "coinsurance": 0.2, "out_of_pocket_maximum": 5000, "premium": 7200},
]

_WEBHOOK: Final = {"url": "https://hooks.example.org/medcost", "events": ["job.done", "model.promoted"]}

_BINARY: Final = {
    kind.media_type: {"schema": {"type": "string", "format": "binary"}, "example": f"{beginning}…"}
    for kind, beginning in ((FileKind.PARQUET, "PAR1"), (FileKind.XLSX, "PK"))
}


def bodies_of(schema: Schema) -> dict[str, dict[str, Any]]:
    """Return the request body of each operation by its media type."""
    person = example_person(schema)
    others = {fact.name: other_example_of(fact) for fact in schema.facts}
    last = schema.names[-1]
    return {
        "predict": {JSON: {"schema": ref("BeneficiaryIn"), "example": person}},
        "explain": {JSON: {"schema": ref("ExplanationIn"), "example": person | {OF: "typical"}}},
        "record_outcome": {JSON: {"schema": ref("OutcomeIn"), "example": {"charges": 7281.51}}},
        "promote": {
            JSON: {"schema": ref("ReasonIn"), "example": {"reason": "the champion is wrong about many people"}}
        },
        "roll_back": {JSON: {"schema": ref("ReasonIn"), "example": {"reason": "complaints about the new version"}}},
        "create_webhook": {JSON: {"schema": ref("WebhookIn"), "example": _WEBHOOK}},
        "explore": {JSON: _what_if(person, others)},
        "compare_plans": {
            JSON: {"schema": ref("ComparisonIn"), "example": {"beneficiaries": [person], "plans": _PLANS}}
        },
        "quote_group": {
            JSON: {
                "schema": ref("GroupIn"),
                "example": {"beneficiaries": [person, {**person, last: others[last]}], "attachment": 50_000},
            }
        },
        "predict_batch": _batch(person, {**person, last: others[last]}),
        "score_file": _file(person, {**person, last: others[last]}),
    }


def _what_if(person: dict[str, Value], others: dict[str, Value]) -> dict[str, Any]:
    changes = [{name: value} for name, value in others.items()][:_MOST_CROSSED]
    grid = {name: [person[name], value] for name, value in list(others.items())[-_MOST_CROSSED:]}
    return {
        "schema": {"anyOf": [ref("ScenariosIn"), ref("GridScenariosIn")]},
        "examples": {
            "changes": {"value": {"beneficiary": person, "changes": changes}},
            "grid": {"value": {"beneficiary": person, "grid": grid}},
        },
    }


def _batch(*people: dict[str, Value]) -> dict[str, Any]:
    lines = "".join(json.dumps(person, separators=(",", ":")) + "\n" for person in people)
    header = ",".join(people[0])
    return {
        # any array is valid, because rows that break a rule are reported in the response
        JSON: {"schema": {"type": "array", "maxItems": 10_000, "items": {}}, "example": list(people)},
        TEXT_LINES: {"schema": {"description": "A person in each line, as JSON"}, "example": lines},
        # other orders and names of columns are accepted too
        CSV: {"schema": {"type": "string", "pattern": rf"^{header}(\r?\n|$)"}, "example": _table(people)},
    }


def _file(*people: dict[str, Value]) -> dict[str, Any]:
    texts = _batch(*people)
    # any file is accepted: the job reads it, and reports if it is no table of people
    table = {"schema": {"description": "A table whose first line names the columns"}, "example": texts[CSV]["example"]}
    return {CSV: table, TEXT_LINES: texts[TEXT_LINES], **_BINARY}


def answered_files() -> dict[str, Any]:
    """Return the formats of a job's result by media type."""
    text = (
        "file_line,age,expected,typical,low,high,chance_zero,warnings,model_version,left_out\n"
        "2,40,8430.05,7080.02,5120.4,21075.13,0.0,,3,\n"
        '3,7,,,,,,,,"age must be from 18 to 100 years, found 7"\n'
    )
    line = '{"file_line":2,"age":40,"expected":8430.05,"left_out":""}\n'
    shape = {"type": "string"}
    return {
        CSV: {"schema": shape, "example": text},
        JSON_LINES: {"schema": shape, "example": line},
        **_BINARY,
    }


def _table(people: Sequence[dict[str, Value]]) -> str:
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(people[0])
    table.writerows(
        [YES if value is True else NO if value is False else value for value in who.values()] for who in people
    )
    return text.getvalue()
