"""Release 0.1 at work: its own code, from the repository's history, with the libraries of today.

``python release_0_1.py URL upgrade`` makes the tables of a database; ``record`` records people, gives one an outcome,
and prints each with what the release reads of it; ``read`` prints what it reads of all, by every filter.
"""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from domain.beneficiary import Beneficiary, Region, Sex  # type: ignore[import-not-found]  # there is none of this name today
from domain.cost import Interval  # type: ignore[import-not-found]  # as above
from domain.prediction import (  # type: ignore[import-not-found]  # as above
    Caution,
    Idempotency,
    ModelReference,
    NewPrediction,
    Outcome,
    PredictionQuery,
    SortKey,
)

from adapters.postgres import migrations  # the modules of 0.1
from adapters.postgres.engine import connect
from adapters.postgres.predictions import PostgresPredictions

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
ANN = Beneficiary(age=40, sex=Sex.FEMALE, bmi=27.123456789, children=1, smoker=False, region=Region.NORTHEAST)
NEW = NewPrediction(
    created_at=NOON,
    beneficiary=ANN,
    expected=8210.37,
    typical=6520.01,
    interval=Interval(0.9, 5030.0, 18390.99),
    cautions=(Caution("age_beyond_data", "age", "Nobody is so old."),),
    model=ModelReference(3, "d" * 64),
)


def described(prediction: Any) -> dict[str, Any]:
    who = prediction.beneficiary
    return {
        "id": str(prediction.id),
        "facts": [who.age, who.sex.value, who.bmi, who.children, who.smoker, who.region.value],
        "money": [prediction.expected, prediction.typical, prediction.interval.low, prediction.interval.high],
        "outcome": prediction.outcome and prediction.outcome.charges,
    }


async def record(predictions: Any) -> list[dict[str, Any]]:
    bob = replace(ANN, age=60, sex=Sex.MALE, smoker=True, region=Region.SOUTHWEST)
    lone = await predictions.add(NEW)
    keyed = await predictions.add(replace(NEW, beneficiary=bob), idempotency=Idempotency("key", "body"))
    several = await predictions.add_all([replace(NEW, beneficiary=replace(ANN, age=age)) for age in range(18, 28)])
    await predictions.record_outcome(keyed.id, Outcome(12345.67, NOON))
    return [described(await predictions.get(prediction.id)) for prediction in (lone, keyed, *several)]


async def read(predictions: Any) -> list[dict[str, Any]]:
    await predictions.check()
    page = await predictions.page(PredictionQuery(limit=500))
    for query in (
        PredictionQuery(smoker=True),
        PredictionQuery(sex="female", region="northeast"),
        PredictionQuery(by=SortKey.AGE, rising=True),
    ):
        assert {prediction.id for prediction in await predictions.page(query)} <= {prediction.id for prediction in page}
        assert await predictions.page(query)
    return [described(prediction) for prediction in page]


async def main(url: str, work: str) -> None:
    if work == "upgrade":
        await migrations.upgrade(url)
        return
    engine = connect(url, deadline=20)
    predictions: Any = PostgresPredictions(engine)  # pyrefly: ignore[missing-argument]  # of 0.1, which has no schema
    result = await (record if work == "record" else read)(predictions)
    await engine.dispose()
    sys.stdout.write(json.dumps(result))


asyncio.run(main(*sys.argv[1:]))
