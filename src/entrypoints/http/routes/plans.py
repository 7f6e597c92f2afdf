"""Routes of plan comparisons and group quotes, which record nothing."""

from __future__ import annotations

from typing import Final

from dishka.integrations.litestar import FromDishka, inject
from litestar import Request, post
from litestar.di import NamedDependency
from litestar.params import RawBody

from application.costs.compare_plans import ComparePlans
from application.costs.quote_group import QuoteGroup
from entrypoints.http.auth import access
from entrypoints.http.codecs import decoding, plans
from entrypoints.http.schemas.plans import ComparisonOut, QuoteOut
from entrypoints.http.shared import Shared

TAGS: Final = ["plans"]


@post(
    "/plans/comparison",
    operation_id="compare_plans",
    tags=TAGS,
    status_code=200,
    summary="Compare what a person or a household would pay under plans",
)
@inject
async def compare_plans(
    request: Request, body: RawBody, shared: NamedDependency[Shared], compare: FromDishka[ComparePlans]
) -> ComparisonOut:
    """Compare one to four plans for one to ten people of a household; family limits count from two people on.

    Figures are exact for one person, and simulated for several: `standard_error` is that of `expected`. Members' costs
    are assumed to be independent. Each person counts as a request against rate limits.
    """
    decoding.media_type(request, [decoding.JSON])
    members, several = plans.comparison(body, shared.people)
    access.spend_rows(request, shared.options, len(members))
    compared = await compare(members, several)
    return ComparisonOut.of(several, compared, await shared.about(compared.estimates[0].model))


@post(
    "/groups/quote",
    operation_id="quote_group",
    tags=TAGS,
    status_code=200,
    summary="Estimate the total cost of a group",
)
@inject
async def quote_group(
    request: Request, body: RawBody, shared: NamedDependency[Shared], quote: FromDishka[QuoteGroup]
) -> QuoteOut:
    """Estimate the total cost of up to 10,000 people: its mean, a 90 % range, and the cost of stop-loss cover.

    Specific stop-loss pays the part of a person's yearly cost above `attachment` (default 50,000); aggregate stop-loss
    pays the part of the total above `corridor` times the expected total (default 1.25). Each person counts as a request
    against rate limits. If a person breaks a rule, the group is refused: leave the person out, or correct the facts.
    """
    decoding.media_type(request, [decoding.JSON])
    async with shared.batches.turn():
        people, terms = await plans.group(body, shared.people)
        access.spend_rows(request, shared.options, len(people))
        quoted = await quote(people, terms)
    return QuoteOut.of(quoted, await shared.about(quoted.model))


HANDLERS: Final = (compare_plans,)
GROUP_HANDLERS: Final = (quote_group,)
