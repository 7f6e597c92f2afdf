"""Routes that make, list and erase predictions."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from dishka.integrations.litestar import FromDishka, inject
from litestar import Request, Response, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter, RawBody
from msgspec import UNSET

from application.costs.compute_chances import ComputeChances
from application.costs.predict_cost import PredictCost
from application.costs.predict_costs import PredictCosts
from application.costs.review_predictions import ErasePrediction, RecordOutcome, ReviewPredictions
from domain.costs.prediction_query import PredictionQuery
from domain.errors import FieldError
from domain.people.fact import Value
from domain.people.schema import Schema
from entrypoints.http.amounts import Above, asked_amount
from entrypoints.http.auth import access
from entrypoints.http.codecs import batch, decoding
from entrypoints.http.errors import BadRequestFields, pointed
from entrypoints.http.idempotency import idempotency
from entrypoints.http.locations import next_page, place
from entrypoints.http.paging import Cursor, Limit
from entrypoints.http.query_parameters import READS_QUERY, unknown
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
    """Predict the cost of a person and record the prediction; the response follows the commit.

    With an `Idempotency-Key`, a repeated request returns the same prediction, and nothing is recorded twice; the same
    key with another body is refused with 422.
    """
    # the usual request does not reach this handler: `UsualPredictions` answers it in the same way
    amount = asked_amount(above)
    decoding.media_type(request, [decoding.JSON])
    with shared.metrics.decoding():
        person = shared.people.read(body)
    owner = access.caller(request).owner
    made = await predict_cost(person, owner=owner, idempotency=idempotency(request, body), above=amount)
    shared.metrics.predicted(made.model)
    shaped = PredictionOut.of(made, await shared.about(made.model))
    return Response(shaped, status_code=201, headers={"Location": place(request, f"/predictions/{made.id}")})


@post(
    "/predictions/batch",
    operation_id="predict_batch",
    tags=TAGS,
    summary="Predict the costs of many people, and record them",
    status_code=200,
)
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
    """Predict up to 10,000 beneficiaries from a JSON array, JSON Lines, or CSV with a header.

    Media types of JSON Lines are `application/x-ndjson`, `application/jsonl` and `text/jsonl`. Columns of a CSV are
    matched by name or alias, and cells may be written as spreadsheets write them; unknown columns are ignored.

    Valid rows are predicted by the same model and recorded together; `errors` lists the mistakes of the other rows.
    Rows count from 1; a CSV header and empty lines are not counted. Each row counts as a request against rate limits.

    With an `Idempotency-Key`, a repeated request returns the same predictions; the same key with another body is
    refused with 422, or with 409 while the first request is in progress. A batch without valid rows uses no key.
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
        about: Any = UNSET
        if made:
            shared.metrics.predicted(made[0].model, len(made))
            about = await shared.about(made[0].model)
        shaped: Any = await batch.written(made, bad, about, given.unused)
    return Response(shaped, media_type=decoding.JSON)


@get(
    "/predictions",
    operation_id="list_predictions",
    tags=TAGS,
    summary="List recorded predictions, newest first",
    opt={READS_QUERY: True},
)
@inject
async def list_predictions(
    request: Request,
    shared: NamedDependency[Shared],
    review: FromDishka[ReviewPredictions],
    limit: Limit = 50,
    cursor: Cursor = None,
    since: Annotated[
        datetime | None, QueryParameter(description="Made at this time or later; with an offset, or Z")
    ] = None,
) -> Response[PageOut]:
    """Follow `next`, or the `Link` header, until `next` is null; newer predictions do not shift the pages.

    Each choice and flag among the facts is a filter. Clients see their own predictions; reviewers and admins see all.
    """
    where, wrong = _filters(request, shared.schema)
    # Litestar would accept a number as seconds since 1970, which is not documented
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
    shows_owner = access.shows_owner(request)
    page = [
        PredictionOut.of(prediction, shows_owner=shows_owner)
        for prediction in await review(query, access.caller(request))
    ]
    following = str(page[-1].id) if len(page) == limit else None
    parameters = {**request.query_params.dict(), "cursor": following}
    headers = next_page(request, "/predictions", parameters) if following else {}
    return Response(PageOut(page, following), headers=headers)


@get("/predictions/{id:uuid}", operation_id="get_prediction", tags=TAGS, summary="Get a prediction")
@inject
async def get_prediction(
    request: Request,
    id: FromPath[UUID],
    shared: NamedDependency[Shared],
    review: FromDishka[ReviewPredictions],
    compute_chances: FromDishka[ComputeChances],
    above: Above = None,
) -> PredictionOut:
    """Return a prediction as recorded, with its outcome if one was reported; 404 for a prediction of another client.

    The probability of exceeding an amount needs the model of the prediction; 409 if that model is no longer served.
    """
    amount = asked_amount(above)
    prediction = await review.get(id, access.caller(request))
    if amount is not None:
        (prediction,) = await compute_chances([prediction], amount)
    about = await shared.about(prediction.model)
    return PredictionOut.of(prediction, about, shows_owner=access.shows_owner(request))


@delete(
    "/predictions/{id:uuid}",
    operation_id="erase_prediction",
    tags=TAGS,
    summary="Erase a prediction",
    opt={access.ADMIN: True},
)
@inject
async def erase_prediction(request: Request, id: FromPath[UUID], erase: FromDishka[ErasePrediction]) -> None:
    """Erase a prediction permanently; if keys are required, an admin's key."""
    await erase(id, access.caller(request))


@put(
    "/predictions/{id:uuid}/outcome", operation_id="record_outcome", tags=TAGS, summary="Record the real cost of a year"
)
@inject
async def record_outcome(
    request: Request,
    id: FromPath[UUID],
    body: RawBody,
    shared: NamedDependency[Shared],
    record: FromDishka[RecordOutcome],
) -> PredictionOut:
    """Record the observed cost; it replaces an earlier outcome, and each change is recorded with its author.

    Clients may do so for their own predictions, admins for all. 404 for a prediction of another client.
    """
    decoding.media_type(request, [decoding.JSON])
    prediction = await record(id, decoding.charges(body, shared.schema.cost.currency), access.caller(request))
    return PredictionOut.of(prediction, await shared.about(prediction.model))


@get(
    "/predictions/{id:uuid}/outcome/changes",
    operation_id="list_outcome_changes",
    tags=TAGS,
    summary="List the changes of an outcome",
)
@inject
async def list_outcome_changes(
    request: Request, id: FromPath[UUID], review: FromDishka[ReviewPredictions]
) -> OutcomeChangesOut:
    """List the changes of an outcome, oldest first; if keys are required, a reviewer's or an admin's key."""
    return OutcomeChangesOut.of(await review.changes(id, access.caller(request)))


def _filters(request: Request, schema: Schema) -> tuple[dict[str, Value], list[FieldError]]:
    """Read the filters on choices and flags from the query, and return them with the query's mistakes."""
    filters = {fact.name: fact for fact in schema.filters}
    given = {name: value for name, value in request.query_params.items() if name not in _PAGING}
    read = {name: filters[name].read(value) for name, value in given.items() if name in filters}
    wrong = unknown(given, [*_PAGING, *filters])
    wrong += [value for value in read.values() if isinstance(value, FieldError)]
    return {name: value for name, value in read.items() if not isinstance(value, FieldError)}, wrong


PREDICT_HANDLERS: Final = (predict,)
BATCH_HANDLERS: Final = (predict_batch,)
HANDLERS: Final = (list_predictions, get_prediction, erase_prediction, record_outcome, list_outcome_changes)
