"""Routes about the models behind the answers."""

from __future__ import annotations

from typing import Final

from dishka.integrations.litestar import FromDishka, inject
from litestar import get

from application.review_models import ReviewModels
from entrypoints.http.cards import VersionOut, VersionsOut

TAGS: Final = ["models"]


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


HANDLERS: Final = (list_models, get_champion)
