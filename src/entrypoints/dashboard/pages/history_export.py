"""Past estimates as a CSV file, streamed: as many as there are."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from dishka import FromDishka
from fastapi import Depends, FastAPI, Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from application.review_predictions import ReviewPredictions
from domain.errors import Unavailable
from domain.prediction import Prediction, PredictionQuery
from entrypoints.dashboard.kit.filters import query_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from entrypoints.dashboard.kit.guard import Guard
    from entrypoints.dashboard.kit.inject import Inject

EXPORT: Final = "/history/export"
_AT_ONCE: Final = 500
_COLUMNS: Final = (
    *("id", "created_at", "age", "sex", "bmi", "children", "smoker", "region"),
    *("expected", "typical", "low", "high", "level", "warnings", "model_version", "model_digest"),
    *("outcome", "outcome_at"),
)


async def review(query: PredictionQuery, ask: FromDishka[ReviewPredictions]) -> Sequence[Prediction]:
    """Read a page."""
    return await ask(query)


def add_route(app: FastAPI, inject: Inject, guard: Guard) -> None:
    """Tell the application where the file is, for those whom the guard lets pass."""
    ask = inject(review)

    @app.get(EXPORT, dependencies=[Depends(guard.page)])
    async def export(request: Request) -> Response:
        query = replace(query_of(request.query_params), limit=_AT_ONCE)
        try:
            first = await ask(query)
        except Unavailable as away:
            wait = {"Retry-After": str(round(away.retry_after) or 1)}
            return PlainTextResponse("The estimates cannot be read just now. Try again in a moment.\n", 503, wait)
        return StreamingResponse(
            _lines(query, first, ask),
            media_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": 'attachment; filename="estimates.csv"', "Cache-Control": "no-store"},
        )


async def _lines(
    query: PredictionQuery,
    page: Sequence[Prediction],
    ask: Callable[[PredictionQuery], Awaitable[Sequence[Prediction]]],
) -> AsyncIterator[str]:
    """Write page after page; if the store goes away meanwhile, the download breaks off and does not look complete."""
    yield _csv([_COLUMNS])
    while page:
        yield _csv([_row(one) for one in page])
        page = await ask(query.following(page[-1])) if len(page) == query.limit else ()


def _csv(rows: Sequence[Sequence[object]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


def _row(one: Prediction) -> tuple[object, ...]:
    who = one.beneficiary
    return (
        *(one.id, one.created_at.isoformat(), who.age, who.sex.value, who.bmi, who.children),
        *("yes" if who.smoker else "no", who.region.value, one.expected, one.typical),
        *(one.interval.low, one.interval.high, one.interval.level, " ".join(caution.code for caution in one.cautions)),
        *(one.model.version, one.model.digest),
        *((one.outcome.charges, one.outcome.recorded_at.isoformat()) if one.outcome else ("", "")),
    )
