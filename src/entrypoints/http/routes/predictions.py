"""Routes that make, find and forget predictions."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlencode
from uuid import UUID

from dishka.integrations.litestar import FromDishka, inject
from litestar import Request, Response, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter, RawBody
from msgspec import UNSET

from application.costs.chances import TellChances
from application.costs.predict_cost import PredictCost
from application.costs.predict_costs import PredictCosts
from application.costs.review_predictions import ErasePrediction, RecordOutcome, ReviewPredictions
from domain.costs.prediction import PredictionQuery
from domain.errors import FieldError
from domain.people.fact import Value
from domain.people.schema import Schema
from entrypoints.http.amounts import Above, asked_amount
from entrypoints.http.auth import access
from entrypoints.http.codecs import batch, decoding
from entrypoints.http.errors import BadRequestFields, pointed
from entrypoints.http.idempotency import idempotency
from entrypoints.http.locations import place
from entrypoints.http.schemas.predictions import BatchOut, OutcomeChangesOut, PageOut, PredictionOut
from entrypoints.http.shared import Shared

TAGS: Final = ["predictions"]
_PAGING: Final = ("limit", "cursor", "since")
_DATE: Final = re.compile(r"\d{4}-")


@post("/predictions", operation_id="predict", tags=TAGS, summary="Predict a year's cost, and record it")
@inject
async def predict(
    request: Request,
    body: RawBody,
    shared: NamedDependency[Shared],
    predict_cost: FromDishka[PredictCost],
    above: Above = None,
) -> Response[PredictionOut]:
    """Answered once the record is committed.

    With an `Idempotency-Key`, the same request again gives the same prediction, and nothing is recorded twice;
    the same key with another body is answered by 422.
    """
    # the usual request never comes here: see `UsualPredictions`, which answers it in the same way
    amount = asked_amount(above)
    decoding.media_type(request, [decoding.JSON])
    with shared.metrics.decoding():
        person = shared.people.read(body)
    owner = access.caller(request).owner
    made = await predict_cost(person, owner=owner, idempotency=idempotency(request, body), above=amount)
    shared.metrics.predicted([made.model])
    shaped = PredictionOut.of(made, await shared.about(made.model))
    return Response(shaped, status_code=201, headers={"Location": place(request, f"/predictions/{made.id}")})


@post("/predictions/batch", operation_id="predict_batch", tags=TAGS, summary="Predict many at once", status_code=200)
@inject
async def predict_batch(
    request: Request,
    body: RawBody,
    shared: NamedDependency[Shared],
    predict_costs: FromDishka[PredictCosts],
    decimal: Annotated[
        Literal[".", ","] | None, QueryParameter(description="The decimal sign of a CSV; by default, its cells say it")
    ] = None,
    above: Above = None,
) -> Response[BatchOut]:
    """Up to 10,000 beneficiaries as a JSON array, JSON Lines, or CSV with a header.

    JSON Lines may be called `application/x-ndjson`, `application/jsonl` or `text/jsonl`. In a CSV, columns are matched
    by name or alias, and cells may be written as spreadsheets write them; columns of other names are ignored.

    Good rows are predicted by one and the same model and recorded all together; what is wrong with the others is
    said in `errors`. Rows count from 1; a CSV header and empty lines are not counted. Each row counts as a request
    where requests are limited.

    With an `Idempotency-Key`, the same request again gives the same predictions; the same key with another body is
    answered by 422, and by 409 while the first request is under way. A batch without a good row uses up no key.
    """
    amount = asked_amount(above)
    kind = decoding.media_type(request, batch.BATCH_TYPES)
    once = idempotency(request, f"{kind}{decimal or ''}\n".encode() + body)
    most = shared.options.batch_rows
    given = await batch.Batch.of(body, kind, shared.people, shared.files, most=most, decimal=decimal or "")
    access.spend_rows(request, shared.options, given.rows)
    async with shared.batches.turn():
        people, bad = await batch.read(given, shared.people, body=body, kind=kind, most=most)
        made = await predict_costs(people, owner=access.caller(request).owner, idempotency=once, above=amount)
        shared.metrics.predicted(one.model for one in made)
        about = await shared.about(made[0].model) if made else UNSET
        shaped: Any = await batch.written(made, bad, about, given.unused)
    return Response(shaped, media_type=decoding.JSON)


@get("/predictions", operation_id="list_predictions", tags=TAGS, summary="Recorded predictions, newest first")
@inject
async def list_predictions(
    request: Request,
    shared: NamedDependency[Shared],
    review: FromDishka[ReviewPredictions],
    limit: Annotated[int, QueryParameter(ge=1, le=500, description="How many at most")] = 50,
    cursor: Annotated[UUID | None, QueryParameter(description="`next` of the page before")] = None,
    since: Annotated[
        datetime | None, QueryParameter(description="Made at this time or later; with an offset, or Z")
    ] = None,
) -> Response[PageOut]:
    """Follow `next`, or the `Link` header, until it is null. Predictions made meanwhile do not disturb the pages.

    Each choice and flag among the facts is a filter. Clients see their own predictions; reviewers and admins see all.
    """
    where, wrong = _filters(request, shared.schema)
    # Litestar would take a number for seconds since 1970, which the description does not promise
    if since and not (since.tzinfo and _DATE.match(request.query_params["since"])):
        wrong.append(
            FieldError("since", "type", "must be a time with its offset from UTC, such as 2026-01-31T12:00:00Z")
        )
    elif since:
        try:
            since = since.astimezone(UTC)
        except OverflowError:
            wrong.append(FieldError("since", "range", "must lie in the years 1 to 9999 in UTC"))
    if wrong:
        raise BadRequestFields(list(pointed(wrong)))
    query = PredictionQuery(
        limit=limit,
        before=cursor,
        since=since,
        where=where,
    )
    told = access.tells_owner(request)
    page = [PredictionOut.of(one, tells_owner=told) for one in await review(query, access.caller(request))]
    following = str(page[-1].id) if len(page) == limit else None
    headers = {}
    if following:
        asked = urlencode({**request.query_params.dict(), "cursor": following}, doseq=True)
        headers["Link"] = f'<{place(request, "/predictions")}?{asked}>; rel="next"'
    return Response(PageOut(page, following), headers=headers)


@get("/predictions/{id:uuid}", operation_id="get_prediction", tags=TAGS, summary="One prediction")
@inject
async def get_prediction(
    request: Request,
    id: FromPath[UUID],
    shared: NamedDependency[Shared],
    review: FromDishka[ReviewPredictions],
    tell: FromDishka[TellChances],
    above: Above = None,
) -> PredictionOut:
    """As it was recorded, with its outcome once that is known. 404 for one of another client.

    The chance of costing more than an amount is worked out by the model that answered; 409 if that no longer serves.
    """
    amount = asked_amount(above)
    found = await review.one(id, access.caller(request))
    if amount is not None:
        (found,) = await tell([found], amount)
    about = await shared.about(found.model)
    return PredictionOut.of(found, about, tells_owner=access.tells_owner(request))


@delete(
    "/predictions/{id:uuid}",
    operation_id="erase_prediction",
    tags=TAGS,
    summary="Forget a prediction for good",
    opt={access.ADMIN: True},
)
@inject
async def erase_prediction(request: Request, id: FromPath[UUID], erase: FromDishka[ErasePrediction]) -> None:
    """Where keys are required, an admin's."""
    await erase(id, access.caller(request))


@put("/predictions/{id:uuid}/outcome", operation_id="record_outcome", tags=TAGS, summary="What the year really cost")
@inject
async def record_outcome(
    request: Request,
    id: FromPath[UUID],
    body: RawBody,
    shared: NamedDependency[Shared],
    record: FromDishka[RecordOutcome],
) -> PredictionOut:
    """A later outcome replaces an earlier one; who changed it, and what it was before, is recorded.

    Clients do so for their own predictions, admins for all. 404 for a prediction of another client.
    """
    decoding.media_type(request, [decoding.JSON])
    known = await record(id, decoding.charges(body, shared.schema.cost.currency), access.caller(request))
    return PredictionOut.of(known, await shared.about(known.model))


@get(
    "/predictions/{id:uuid}/outcome/changes",
    operation_id="list_outcome_changes",
    tags=TAGS,
    summary="Who changed an outcome",
)
@inject
async def list_outcome_changes(
    request: Request, id: FromPath[UUID], review: FromDishka[ReviewPredictions]
) -> OutcomeChangesOut:
    """When, to what, and what it was before; oldest first. Where keys are required, a reviewer's or an admin's."""
    return OutcomeChangesOut.of(await review.changes(id, access.caller(request)))


def _filters(request: Request, schema: Schema) -> tuple[dict[str, Value], list[FieldError]]:
    """Read by which choices and flags predictions are filtered, and what is wrong with that."""
    filters = {fact.name: fact for fact in schema.filters}
    names = list(dict.fromkeys(name for name in request.query_params if name not in _PAGING))
    read = {name: filters[name].read(request.query_params.getall(name)[-1]) for name in names if name in filters}
    wrong = [FieldError(name, "unknown", "is not a known filter") for name in names if name not in filters]
    wrong += [value for value in read.values() if isinstance(value, FieldError)]
    return {name: value for name, value in read.items() if not isinstance(value, FieldError)}, wrong


PREDICT_HANDLERS: Final = (predict,)
BATCH_HANDLERS: Final = (predict_batch,)
HANDLERS: Final = (list_predictions, get_prediction, erase_prediction, record_outcome, list_outcome_changes)
