"""Examples of responses for the OpenAPI document, generated from its schemas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from domain.models.card import NOTICE
from entrypoints.http.openapi.examples import example_of, example_person

if TYPE_CHECKING:
    from collections.abc import Mapping

    from domain.people.schema import Schema

_TIME: Final = "2026-11-30T12:00:00Z"
_ID: Final = "01a228ab-29de-7614-8404-9798736bf9b5"
_DIGEST: Final = "9ea9" * 16
_BASELINE: Final = 13_270.42
_EXPECTED: Final = 8_430.05

_VALUES: Final[Mapping[str, Any]] = {
    # of one shape
    "AboutOut.data": "insurance.csv: rows of a file",
    "AboutOut.notice": NOTICE,
    "AggregateOut.attachment": 21_075.13,
    "AggregateOut.chance": 0.12,
    "AggregateOut.corridor": 1.25,
    "AggregateOut.expected": 16_860.1,
    "AggregateOut.expected_excess": 1_914.4,
    "AlikeOut.count": 31,
    "AlikeOut.total": 1_338,
    "AlikeOut.lower_quartile": 6_610.4,
    "AlikeOut.median": 7_080.02,
    "AlikeOut.upper_quartile": 7_655.1,
    "AttemptOut.error": "",
    "AttemptOut.status": 200,
    "AuditEntryOut.action": "webhook.created",
    "AuditEntryOut.by": "billing team (key:01a22d1a-16ac-75c3-9d92-5c9a6b729072)",
    "AuditEntryOut.detail": "job.done, job.failed",
    "AuditEntryOut.problem": None,
    "AuditEntryOut.subject": "https://hooks.example.org/medcost",
    "CardOut.grouping": [],
    "CheckOut.name": "better than no model",
    "CheckOut.passed": True,
    "ContributorOut.chance_above": 0.01,
    "ContributorOut.row": 1,
    "ContributorOut.share": 0.5,
    "DeliveryOut.body": f'{{"type": "model.promoted", "timestamp": "{_TIME}", "data": {{"version": 3}}}}',
    "DeliveryOut.due_at": None,
    "DeliveryOut.event": "model.promoted",
    "DeliveryOut.state": "delivered",
    "ExpectedOut.mae": 2_290.5,
    "ExpectedOut.rmse": 4_390.2,
    "ExplanationOut.typical": None,
    "FifthOut.predicted": 13_100.0,
    "FifthOut.observed": 13_020.0,
    "JobOut.problem": None,
    "JobOut.address": "/api/v1/jobs/01a22d1a-16ac-75c3-9d92-5c9a6b729072",
    "JobOut.kind": "scoring",
    "JobOut.progress": 0.65,
    "JobOut.result": None,
    "JobOut.state": "running",
    "JobOut.ended_at": None,
    "OriginOut.description": "Rows of a file",
    "OriginOut.name": "insurance.csv",
    "OriginOut.year": "2024",
    "OutcomeChangeOut.before": None,
    "PredictionOut.outcome": None,
    "ProvenanceOut.metric": "crps",
    "PlanOut.name": "bronze",
    "PlanOut.premium": 3_600.0,
    "ScoringOut.bad": 12,
    "ScoringOut.erased_at": None,
    "ScoringOut.format": "csv",
    "ScoringOut.model": None,
    "ScoringOut.name": "people.csv",
    "ScoringOut.result": None,
    "ScoringOut.rows": 650_000,
    "ScoringOut.rows_expected": 1_000_000,
    "ScoringOut.source": "csv",
    "ScoringOut.unknown_columns": None,
    "QuoteOut.expected": 16_860.1,
    "QuoteOut.interval": {"level": 0.9, "low": 14_160.04, "high": 38_102.55},
    "QuoteOut.people": 2,
    "QuoteOut.per_member_per_month": 702.5,
    "QuoteOut.standard_error": 85.3,
    "WebhookOut.events": ["job.done", "model.promoted"],
    "WebhookOut.url": "https://hooks.example.org/medcost",
    "RatioOut.high": 1.04,
    "RatioOut.low": 0.96,
    "RatioOut.ratio": 1.0,
    "RecipeOut.transform": "none",
    "SpecificOut.chance": 0.02,
    "SpecificOut.expected_excess": 310.6,
    "SpecificOut.expected_people": 0.02,
    "TypicalOut.mae": 1_301.4,
    "TypicalOut.median_ae": 38.1,
    # of every shape
    "attachment": 50_000.0,
    "baseline": _BASELINE,
    "brier": 0.0,
    "calibration": [{"level": 0.9, "coverage": 0.91}],
    "champion": True,
    "charges": 7_311.5,
    "coverage": 0.91,
    "created_at": _TIME,
    "crps": 1_231.0,
    "detail": "as the policy asks",
    "digest": _DIGEST,
    "data_digest": _DIGEST,
    "errors": [],
    "expected": _EXPECTED,
    "family": "interaction_lad",
    "field": "",
    "git_revision": "4eb2be7",
    "high": 21_825.87,
    "hyperparameters": {"alpha": 0.0},
    "id": _ID,
    "interval_score": 18_598.0,
    "level": 0.9,
    "low": 7_080.02,
    "mean_width": 14_000.0,
    "notes": [],
    "owner": "local",
    "passed": True,
    "people": 1_337,
    "quantiles": [],
    "r2": 0.86,
    "registered_at": _TIME,
    "rows": 1_338,
    "tracking_run": "0f6c2d1e",
    "trials": 40,
    "typical": 7_080.02,
    "unused_columns": [],
    "usd": 0.0,
    "version": 3,
    "warnings": [],
    "within_100": 0.91,
}
"""Example values by ``Shape.field`` or by field; other values are derived from the type."""


class AnswerExamples:
    """Generates consistent examples of all schemas of a document.

    Args:
        shapes: ``components/schemas`` of the document.
        schema: the facts of people in the examples.
        version: version of this release.
    """

    def __init__(self, shapes: Mapping[str, Any], schema: Schema, version: str) -> None:
        self._shapes, self._schema = shapes, schema
        self._values = {
            **_VALUES,
            "LiveOut.version": version,
            "AboutOut.unit": f"{schema.cost.currency} a year",
            "ExplanationOut.contributions": self._contributions(),
            "DriverOut.fact": schema.names[0],
            "DriverOut.values": [example_of(schema.facts[0])],
            "GroupOut.group": next((group.name for group in schema.reported_groups), "everybody"),
        }

    def of(self, part: Mapping[str, Any], place: str = "") -> Any:
        """Return an example value of a JSON schema of the document.

        Args:
            part: the JSON schema.
            place: ``Shape.field`` of the value, if it has one.
        """
        field = place.rpartition(".")[2]
        if place in self._values:
            return self._values[place]
        if "$ref" in part:
            return self._object(part["$ref"].rpartition("/")[2])
        if field in self._values:
            return self._values[field]
        if several := part.get("anyOf") or part.get("oneOf"):
            return None if {"type": "null"} in several else self.of(several[0], place)
        if "const" in part or "enum" in part:
            return part["const"] if "const" in part else part["enum"][0]
        return self._plain(part, field, place)

    def _plain(self, part: Mapping[str, Any], field: str, place: str) -> Any:
        match part.get("type"):
            case "array":
                return [self.of(part["items"], f"{place}[]")] if "items" in part else []
            case "object":
                return {}
            case "boolean":
                return False
            case "integer":
                return int(part.get("minimum", 1))
            case "number":
                return float(part.get("minimum", 0.0))
            case _:
                words = field.replace("_", " ").removesuffix("[]")
                return {"date-time": _TIME, "uuid": _ID}.get(part.get("format", ""), words)

    def _object(self, name: str) -> Any:
        if name == "BeneficiaryOut":
            return example_person(self._schema)
        shape = self._shapes[name]
        if "properties" not in shape:
            return self.of(shape)
        needed = {*shape.get("required", ()), "about"}
        return {
            field: self.of(part, f"{name}.{field}") for field, part in shape["properties"].items() if field in needed
        }

    def _contributions(self) -> list[dict[str, object]]:
        """Return one contribution for each fact; with the baseline they add up to the expected cost."""
        names = self._schema.names
        cents = round(100 * (_EXPECTED - _BASELINE))
        shares = [cents // len(names) + (place < cents % len(names)) for place in range(len(names))]
        return [{"fact": name, "usd": share / 100} for name, share in zip(names, shares, strict=True)]
