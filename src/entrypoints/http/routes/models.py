"""Routes about the models behind the answers."""

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
"""No version's number goes beyond what the ledger can hold."""


@get("/models", operation_id="list_models", tags=TAGS, summary="Registered models, newest first")
@inject
async def list_models(request: Request, review: FromDishka[ReviewModels]) -> Response[VersionsOut]:
    """With their cards, and what the gate said of each.

    Send the `ETag` of an earlier answer as `If-None-Match`, and 304 says that nothing has changed.
    """
    return tagged(request, VersionsOut([VersionOut.of(version) for version in await review()]))


@get("/models/champion", operation_id="get_champion", tags=TAGS, summary="The model that is served")
@inject
async def get_champion(request: Request, review: FromDishka[ReviewModels]) -> Response[VersionOut]:
    """404 where no model was promoted yet; `ETag` and `If-None-Match` as for all models."""
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
    """If the gate lets it; a `reason` overrides the gate and stands in the ledger with the name of the key.

    Answered at once by a job, to be asked for at its `Location`. It is done once the change stands in the ledger and
    the model server is told, which serves it within a second; no request is dropped meanwhile. What the gate refuses
    is the job's `problem`. 409 while another change is under way. Where keys are required, an admin's.

    With an `Idempotency-Key`, the same request again gives the same job.
    """
    reason, once = _reason(request, body), idempotency(request, body, operation=f"promote {version}")
    caller, by = access.caller(request), access.author(request)
    return accepted(request, await ask.promote(version, caller, by=by, reason=reason, once=once))


@post(
    "/models/rollback",
    operation_id="roll_back",
    tags=TAGS,
    status_code=202,
    summary="Go back to the champion before",
    opt={access.ADMIN: True},
)
@inject
async def roll_back(request: Request, body: RawBody, ask: FromDishka[AskForChange]) -> Response[JobOut]:
    """Answered like a promotion. Asked twice, it goes back twice, but for the same request under one `Idempotency-Key`.

    Where keys are required, an admin's.
    """
    reason, once = _reason(request, body), idempotency(request, body, operation="roll_back")
    caller, by = access.caller(request), access.author(request)
    return accepted(request, await ask.roll_back(caller, by=by, reason=reason, once=once))


def _reason(request: Request, body: bytes) -> str | None:
    if body:
        decoding.media_type(request, [decoding.JSON])
    return decoding.reason(body)


HANDLERS: Final = (list_models, get_champion, promote, roll_back)
