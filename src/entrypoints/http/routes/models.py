"""Routes about the models behind the answers."""

from __future__ import annotations

from typing import Annotated, Final

from dishka.integrations.litestar import FromDishka, inject
from litestar import Request, get, post
from litestar.params import PathParameter, RawBody

from application.review_models import ReviewModels
from domain.ports.championship import Championship
from entrypoints.http import access, decoding
from entrypoints.http.cards import EntryOut, VersionOut, VersionsOut

TAGS: Final = ["models"]
_LARGEST: Final = 2**31 - 1
"""No version's number goes beyond what the ledger can hold."""


@get("/models", operation_id="list_models", tags=TAGS, summary="Registered models, newest first")
@inject
async def list_models(review: FromDishka[ReviewModels]) -> VersionsOut:
    """With their cards, and what the gate said of each."""
    return VersionsOut([VersionOut.of(one) for one in await review()])


@get("/models/champion", operation_id="get_champion", tags=TAGS, summary="The model that is served")
@inject
async def get_champion(review: FromDishka[ReviewModels]) -> VersionOut:
    """404 where no model was promoted yet."""
    return VersionOut.of(await review.champion())


@post(
    "/models/{version:int}/promotion",
    operation_id="promote",
    tags=TAGS,
    status_code=200,
    summary="Make a version champion",
    opt={access.ADMIN: True},
)
@inject
async def promote(
    request: Request,
    version: Annotated[int, PathParameter(ge=1, le=_LARGEST)],
    body: RawBody,
    championship: FromDishka[Championship],
) -> EntryOut:
    """If the gate let it; a `reason` overrides the gate and stands in the ledger with the name of the key.

    Answered once it stands in the ledger and the model server is told, which serves it within a second; no request
    is dropped meanwhile. Where keys are required, an admin's.
    """
    return EntryOut.of(await championship.promote(version, by=access.author(request), reason=_reason(request, body)))


@post(
    "/models/rollback",
    operation_id="roll_back",
    tags=TAGS,
    status_code=200,
    summary="Go back to the champion before",
    opt={access.ADMIN: True},
)
@inject
async def roll_back(request: Request, body: RawBody, championship: FromDishka[Championship]) -> EntryOut:
    """Answered like a promotion. Asked twice, it goes back twice. Where keys are required, an admin's."""
    return EntryOut.of(await championship.roll_back(by=access.author(request), reason=_reason(request, body)))


def _reason(request: Request, body: bytes) -> str | None:
    if body:
        decoding.media_type(request, [decoding.JSON])
    return decoding.reason(body)


HANDLERS: Final = (list_models, get_champion, promote, roll_back)
