"""Predictions as rows, and back."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from domain.beneficiary import Beneficiary, Region, Sex
from domain.cost import Interval
from domain.prediction import Caution, ModelReference, Outcome, Prediction

if TYPE_CHECKING:
    from collections.abc import Mapping


def row(prediction: Prediction) -> dict[str, Any]:
    """Give a prediction's columns, in their order in the table, without the outcome."""
    who = prediction.beneficiary
    return {
        "id": prediction.id,
        "created_at": prediction.created_at,
        "age": who.age,
        "sex": who.sex.value,
        "bmi": who.bmi,
        "children": who.children,
        "smoker": who.smoker,
        "region": who.region.value,
        "expected": prediction.expected,
        "typical": prediction.typical,
        "level": prediction.interval.level,
        "low": prediction.interval.low,
        "high": prediction.interval.high,
        "cautions": [asdict(caution) for caution in prediction.cautions],
        "model_version": prediction.model.version,
        "model_digest": prediction.model.digest,
    }


def entity(row: Mapping[Any, Any]) -> Prediction:
    """Give the prediction of a row, by names of columns."""
    return Prediction(
        id=row["id"],
        created_at=row["created_at"],
        beneficiary=Beneficiary(
            age=row["age"],
            sex=Sex(row["sex"]),
            bmi=row["bmi"],
            children=row["children"],
            smoker=row["smoker"],
            region=Region(row["region"]),
        ),
        expected=row["expected"],
        typical=row["typical"],
        interval=Interval(row["level"], row["low"], row["high"]),
        cautions=tuple(Caution(**caution) for caution in row["cautions"]),
        model=ModelReference(row["model_version"], row["model_digest"]),
        outcome=None if row["outcome"] is None else Outcome(row["outcome"], row["outcome_at"]),
    )
