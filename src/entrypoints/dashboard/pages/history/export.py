"""Past estimates as a CSV file, streamed: as many as there are."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from fastapi import Depends, FastAPI, Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from application.costs.review_predictions import ReviewPredictions
from application.models.review_origins import INVENTED, Origins, ReviewOrigins
from domain.costs.prediction import Prediction
from domain.costs.prediction_query import PredictionQuery
from domain.errors import Unavailable
from domain.people.people_table import NOTICE
from entrypoints.dashboard.pages.history.filters import query_of
from entrypoints.dashboard.widgets.fact_fields import word

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from domain.people.fact import Value
    from domain.people.schema import Schema
    from entrypoints.dashboard.auth.guard import Guard
    from entrypoints.dashboard.auth.visitor import Visitors
    from entrypoints.dashboard.inject import Inject

EXPORT: Final = "/history/export"
_AT_ONCE: Final = 500
_BEFORE: Final = ("id", "created_at")
_AFTER: Final = (
    *("expected", "typical", "low", "high", "level", "chance_zero", "warnings", "model_version", "model_digest"),
    *("outcome", "outcome_at", NOTICE),
)


def add_route(app: FastAPI, inject: Inject, guard: Guard, visitors: Visitors, schema: Schema) -> None:
    """Register the route of the file: of a visitor's own estimates, or everybody's for the admin."""
    read, look_up = inject(ReviewPredictions), inject(ReviewOrigins)

    @app.get(EXPORT, dependencies=[Depends(guard.personal)])
    async def export(request: Request) -> Response:
        caller = await visitors.caller(request)

        async def ask(query: PredictionQuery) -> Sequence[Prediction]:
            return await read(query, caller)

        query = replace(query_of(request.query_params, schema), limit=_AT_ONCE)
        try:
            first, origins = await ask(query), await look_up()
        except Unavailable as away:
            wait = {"Retry-After": str(round(away.retry_after) or 1)}
            return PlainTextResponse("The estimates cannot be read just now. Try again in a moment.\n", 503, wait)
        return StreamingResponse(
            _lines(query, first, ask, origins, schema),
            media_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": 'attachment; filename="estimates.csv"', "Cache-Control": "no-store"},
        )


async def _lines(
    query: PredictionQuery,
    page: Sequence[Prediction],
    ask: Callable[[PredictionQuery], Awaitable[Sequence[Prediction]]],
    origins: Origins,
    schema: Schema,
) -> AsyncIterator[str]:
    """Write page after page; if the store goes away meanwhile, the download breaks off and does not look complete."""
    yield _csv([(*_BEFORE, *schema.names, *_AFTER)])
    while page:
        yield _csv([_row(prediction, origins, schema) for prediction in page])
        page = await ask(query.following(page[-1])) if len(page) == query.limit else ()


def _csv(rows: Sequence[Sequence[object]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


def _row(prediction: Prediction, origins: Origins, schema: Schema) -> tuple[object, ...]:
    facts = prediction.beneficiary.as_facts()
    return (
        *(prediction.id, prediction.created_at.isoformat()),
        *(_cell(facts.get(name)) for name in schema.names),
        *(
            prediction.expected,
            prediction.typical,
            prediction.interval.low,
            prediction.interval.high,
            prediction.interval.level,
            "" if prediction.chance is None else prediction.chance.zero,
            " ".join(caution.code for caution in prediction.cautions),
        ),
        *(prediction.model.version, prediction.model.digest),
        *((prediction.outcome.charges, prediction.outcome.recorded_at.isoformat()) if prediction.outcome else ("", "")),
        INVENTED if origins.is_synthetic(prediction.model.version) else "",
    )


def _cell(value: Value) -> Value:
    return word(value) if value is None or isinstance(value, bool) else value
