"""Routes of models and changes of the champion."""

from __future__ import annotations

from typing import Annotated, Final

from dishka.integrations.litestar import FromDishka, inject
from litestar import Request, Response, get, post
from litestar.params import PathParameter, RawBody

from application.models.change_by_job import AskForChange
from application.models.review_models import ReviewModels
from entrypoints.http.auth import access
from entrypoints.http.codecs import decoding
from entrypoints.http.idempotency import idempotency
from entrypoints.http.schemas.cards import VersionOut, VersionsOut
from entrypoints.http.schemas.jobs import JobOut, accepted
from entrypoints.http.tagged import tagged

TAGS: Final = ["models"]
_LARGEST: Final = 2**31 - 1
"""Largest version number that the ledger can store."""


@get("/models", operation_id="list_models", tags=TAGS, summary="List registered models, newest first")
@inject
async def list_models(request: Request, review: FromDishka[ReviewModels]) -> Response[VersionsOut]:
    """List all versions with their cards and the gate's verdicts.

    Send the `ETag` of an earlier response as `If-None-Match` to get 304 if nothing has changed.
    """
    return tagged(request, VersionsOut([VersionOut.of(version) for version in await review()]))


@get("/models/champion", operation_id="get_champion", tags=TAGS, summary="Get the model in service")
@inject
async def get_champion(request: Request, review: FromDishka[ReviewModels]) -> Response[VersionOut]:
    """Return the champion; 404 if no model was promoted yet. `ETag` and `If-None-Match` work as for all models."""
    return tagged(request, VersionOut.of(await review.champion()))


@post(
    "/models/{version:int}/promotion",
    operation_id="promote",
    tags=TAGS,
    status_code=202,
    summary="Make a version champion",
    opt={access.ADMIN: True},
)
@inject
async def promote(
    request: Request,
    version: Annotated[int, PathParameter(ge=0, le=_LARGEST)],
    body: RawBody,
    ask: FromDishka[AskForChange],
) -> Response[JobOut]:
    """Promote a version that passed the gate; a `reason` overrides the gate and is recorded with the key's name.

    The response is a job to poll at its `Location`. The job is done once the change is recorded in the ledger and the
    model server was notified, which serves the version within a second; no request is dropped meanwhile. A refusal of
    the gate is the job's `problem`. 409 while another change is in progress. If keys are required, an admin's key.

    With an `Idempotency-Key`, a repeated request returns the same job.
    """
    reason, once = _reason(request, body), idempotency(request, body, operation=f"promote {version}")
    caller, by = access.caller(request), access.author(request)
    return accepted(request, await ask.promote(version, caller, by=by, reason=reason, once=once))


@post(
    "/models/rollback",
    operation_id="roll_back",
    tags=TAGS,
    status_code=202,
    summary="Roll back to the previous champion",
    opt={access.ADMIN: True},
)
@inject
async def roll_back(request: Request, body: RawBody, ask: FromDishka[AskForChange]) -> Response[JobOut]:
    """Make the previous champion champion again; the response is a job, as for a promotion.

    Two requests go back twice, unless they share an `Idempotency-Key`. If keys are required, an admin's key.
    """
    reason, once = _reason(request, body), idempotency(request, body, operation="roll_back")
    caller, by = access.caller(request), access.author(request)
    return accepted(request, await ask.roll_back(caller, by=by, reason=reason, once=once))


def _reason(request: Request, body: bytes) -> str | None:
    if body:
        decoding.media_type(request, [decoding.JSON])
    return decoding.reason(body)


HANDLERS: Final = (list_models, get_champion, promote, roll_back)
