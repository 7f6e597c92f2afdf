"""The conversion of predictions to and from rows."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import msgspec

from adapters.postgres.prediction_table import FIRST_FACTS
from domain.costs.batches import PredictionBatch
from domain.costs.chance import Chance
from domain.costs.distribution import INTERVAL_LEVEL, Interval
from domain.costs.prediction import Caution, ModelReference, Outcome, Prediction
from domain.people.beneficiary import Beneficiary

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from domain.people.people import People
    from domain.people.schema import Schema


def values(prediction: Prediction, columns: Sequence[str] = ()) -> tuple[Any, ...]:
    """Return the recorded values of a prediction, in the order of `columns_written`; JSON as text.

    Args:
        prediction: the prediction.
        columns: the facts that have a column of their own, see `RecordedFacts`.
    """
    facts, interval, chance = prediction.beneficiary.as_facts(), prediction.interval, prediction.chance
    return (
        prediction.id,
        prediction.created_at,
        *[facts[name] for name in columns],
        prediction.expected,
        prediction.typical,
        interval.level,
        interval.low,
        interval.high,
        # SQLAlchemy's connections of asyncpg take JSON as text
        msgspec.json.encode(prediction.cautions).decode() if prediction.cautions else "[]",
        prediction.model.version,
        prediction.model.digest,
        prediction.owner,
        msgspec.json.encode(facts).decode(),
        chance and chance.zero,
    )


def column_values(predictions: Sequence[Prediction], columns: Sequence[str] = ()) -> Sequence[Sequence[Any]]:
    """Return the recorded values of predictions, at least one, for each column; see `values`."""
    if not isinstance(predictions, PredictionBatch):
        return list(zip(*(values(prediction, columns) for prediction in predictions), strict=True))
    new = predictions.new
    people, published, rows = new.people, new.published, len(predictions)
    of_fact = dict(zip(people.schema.names, zip(*people.values, strict=True), strict=True))
    cautions = ["[]"] * rows
    for row, several in published.cautions.items():
        cautions[row] = msgspec.json.encode(several).decode()
    return (
        predictions.ids,
        [new.created_at] * rows,
        *[of_fact[name] for name in columns],
        published.expected,
        published.typical,
        [INTERVAL_LEVEL] * rows,
        published.low,
        published.high,
        cautions,
        [published.model.version] * rows,
        [published.model.digest] * rows,
        [new.owner] * rows,
        _as_json(people),
        published.zero,
    )


def _as_json(people: People) -> list[str]:
    """Return the facts of each person as JSON."""
    facts_of = _facts_type(people.schema.names)
    lines = msgspec.json.Encoder().encode_lines([facts_of(*values_of_person) for values_of_person in people.values])
    return lines.decode().split("\n")[:-1]  # JSON has no line break inside


@cache
def _facts_type(names: tuple[str, ...]) -> type[msgspec.Struct]:
    """Return a type that is made and encoded faster than a dictionary, to the same JSON."""
    return msgspec.defstruct("Facts", names, gc=False)


def entity(row: Mapping[Any, Any], schema: Schema) -> Prediction:
    """Return the prediction of a row, by names of columns; facts that were added later are missing."""
    facts = row["facts"]
    if facts is None:  # recorded by release 0.1
        facts = {column.name: row[column.name] for column in FIRST_FACTS}
    return Prediction(
        id=row["id"],
        created_at=row["created_at"],
        beneficiary=Beneficiary(schema, tuple([facts.get(name) for name in schema.names])),
        expected=row["expected"],
        typical=row["typical"],
        interval=Interval(row["level"], row["low"], row["high"]),
        cautions=tuple(Caution(**caution) for caution in row["cautions"]),
        model=ModelReference(row["model_version"], row["model_digest"]),
        owner=row["owner"],
        chance=None if row["chance_zero"] is None else Chance(row["chance_zero"]),
        outcome=None if row["outcome"] is None else Outcome(row["outcome"], row["outcome_at"]),
    )
