"""Routes that make, find and forget predictions."""

from __future__ import annotations

import asyncio
import hashlib
import re
from datetime import datetime
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from dishka.integrations.litestar import FromDishka, inject
from litestar import Request, Response, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter, RawBody
from msgspec import UNSET

from application.predict_cost import PredictCost
from application.predict_costs import PredictCosts
from application.review_predictions import ErasePrediction, RecordOutcome, ReviewPredictions
from domain.beneficiary import Region, Sex
from domain.errors import FieldError
from domain.prediction import Idempotency, PredictionQuery
from entrypoints.http import access, decoding
from entrypoints.http.batch import BATCH_TYPES, batch
from entrypoints.http.errors import BadRequestFields, Malformed, pointed
from entrypoints.http.schemas import BatchOut, PageOut, PredictionOut
from entrypoints.http.shared import Shared

TAGS: Final = ["predictions"]
_FILTERS: Final = ("limit", "cursor", "since", "smoker", "sex", "region")
_DATE: Final = re.compile(r"\d{4}-")
_KEY: Final = re.compile(r"[!-~]{1,200}")


@post("/predictions", operation_id="predict", tags=TAGS, summary="Predict a year's cost, and record it")
@inject
async def predict(
    request: Request,
    body: RawBody,
    shared: NamedDependency[Shared],
    predict_cost: FromDishka[PredictCost],
) -> Response[PredictionOut]:
    """Answered once the record is committed.

    With an `Idempotency-Key`, the same request again gives the same prediction, and nothing is recorded twice;
    the same key with another body is answered by 422.
    """
    decoding.media_type(request, [decoding.JSON])
    with shared.metrics.decoding():
        person = decoding.beneficiary(body)
    made = await predict_cost(person, idempotency=_idempotency(request, body))
    shared.metrics.predicted([made.model])
    shaped = PredictionOut.of(made, await shared.about(made.model))
    return Response(shaped, status_code=201, headers={"Location": f"{request.scope['path']}/{made.id}"})


@post("/predictions/batch", operation_id="predict_batch", tags=TAGS, summary="Predict many at once", status_code=200)
@inject
async def predict_batch(
    request: Request,
    body: RawBody,
    shared: NamedDependency[Shared],
    predict_costs: FromDishka[PredictCosts],
) -> Response[BatchOut]:
    """Up to 10,000 beneficiaries as a JSON array, JSON Lines, or CSV with a header.

    Good rows are predicted by one and the same model and recorded all together; what is wrong with the others is
    said in `errors`. Rows count from 1; a CSV header and empty lines are not counted.
    """
    kind = decoding.media_type(request, BATCH_TYPES)
    # 4 MB take a while to read and to write: not on the event loop, which the dashboard shares
    people, bad = await asyncio.to_thread(batch, body, kind, most=shared.options.batch_rows)
    made = await predict_costs(people) if people else []
    shared.metrics.predicted(one.model for one in made)
    about = await shared.about(made[0].model) if made else UNSET
    shaped: Any = await asyncio.to_thread(
        lambda: msgspec.json.encode(BatchOut([PredictionOut.of(one) for one in made], bad, about))
    )
    return Response(shaped, media_type=decoding.JSON)


@get("/predictions", operation_id="list_predictions", tags=TAGS, summary="Recorded predictions, newest first")
@inject
async def list_predictions(
    request: Request,
    review: FromDishka[ReviewPredictions],
    limit: Annotated[int, QueryParameter(ge=1, le=500, description="How many at most")] = 50,
    cursor: Annotated[UUID | None, QueryParameter(description="`next` of the page before")] = None,
    since: Annotated[
        datetime | None, QueryParameter(description="Made at this time or later; with an offset, or Z")
    ] = None,
    smoker: Annotated[Literal["yes", "no", "true", "false"] | None, QueryParameter(description="Smokes or not")] = None,
    sex: Annotated[Sex | None, QueryParameter(description="Sex on record")] = None,
    region: Annotated[Region | None, QueryParameter(description="Region")] = None,
) -> Response[PageOut]:
    """Follow `next`, or the `Link` header, until it is null. Predictions made meanwhile do not disturb the pages."""
    wrong = [
        FieldError(name, "unknown", "is not a known filter") for name in request.query_params if name not in _FILTERS
    ]
    # Litestar would take a number for seconds since 1970, which the description does not promise
    if since and not (since.tzinfo and _DATE.match(request.query_params["since"])):
        wrong.append(
            FieldError("since", "type", "must be a time with its offset from UTC, such as 2026-01-31T12:00:00Z")
        )
    if wrong:
        raise BadRequestFields(list(pointed(wrong)))
    query = PredictionQuery(
        limit=limit,
        before=cursor,
        since=since,
        smoker=None if smoker is None else smoker in ("yes", "true"),
        sex=sex,
        region=region,
    )
    page = [PredictionOut.of(one) for one in await review(query)]
    following = str(page[-1].id) if len(page) == limit else None
    headers = {}
    if following:
        asked = urlencode({**request.query_params.dict(), "cursor": following}, doseq=True)
        headers["Link"] = f'<{request.url.path}?{asked}>; rel="next"'
    return Response(PageOut(page, following), headers=headers)


@get("/predictions/{id:uuid}", operation_id="get_prediction", tags=TAGS, summary="One prediction")
@inject
async def get_prediction(
    id: FromPath[UUID], shared: NamedDependency[Shared], review: FromDishka[ReviewPredictions]
) -> PredictionOut:
    """As it was recorded, with its outcome once that is known."""
    found = await review.one(id)
    return PredictionOut.of(found, await shared.about(found.model))


@delete(
    "/predictions/{id:uuid}",
    operation_id="erase_prediction",
    tags=TAGS,
    summary="Forget a prediction for good",
    opt={access.ADMIN: True},
)
@inject
async def erase_prediction(id: FromPath[UUID], erase: FromDishka[ErasePrediction]) -> None:
    """Where keys are required, an admin's."""
    await erase(id)


@put("/predictions/{id:uuid}/outcome", operation_id="record_outcome", tags=TAGS, summary="What the year really cost")
@inject
async def record_outcome(
    request: Request,
    id: FromPath[UUID],
    body: RawBody,
    shared: NamedDependency[Shared],
    record: FromDishka[RecordOutcome],
) -> PredictionOut:
    """A later outcome replaces an earlier one."""
    decoding.media_type(request, [decoding.JSON])
    known = await record(id, decoding.charges(body))
    return PredictionOut.of(known, await shared.about(known.model))


def _idempotency(request: Request, body: bytes) -> Idempotency | None:
    key = request.headers.get("idempotency-key")
    if key is None:
        return None
    if not _KEY.fullmatch(key):
        message = "Idempotency-Key must be 1 to 200 visible ASCII characters"
        raise Malformed(message)
    caller = access.caller(request)
    return Idempotency(f"{caller}:{key}" if caller else key, hashlib.sha256(body).hexdigest())


BATCH_HANDLERS: Final = (predict_batch,)
HANDLERS: Final = (predict, list_predictions, get_prediction, erase_prediction, record_outcome)
