"""Routes that say what people would pay under plans, and what a group costs. Nothing is recorded."""

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
    summary="What a person or a household would pay under plans",
)
@inject
async def compare_plans(
    request: Request, body: RawBody, shared: NamedDependency[Shared], compare: FromDishka[ComparePlans]
) -> ComparisonOut:
    """One to four plans for one to ten people of a household, whose family limits count from two people on.

    Of one person all figures are exact. Of several they are simulated, and `standard_error` says how far `expected`
    may be off. Members' costs are taken for independent of each other. Each person counts as a request where requests
    are limited.
    """
    decoding.media_type(request, [decoding.JSON])
    members, several = plans.comparison(body, shared.people)
    access.spend_rows(request, shared.options, len(members))
    compared = await compare(members, several)
    return ComparisonOut.of(several, compared, await shared.about(compared.estimates[0].model))


@post(
    "/groups/quote", operation_id="quote_group", tags=TAGS, status_code=200, summary="What a group costs, all together"
)
@inject
async def quote_group(
    request: Request, body: RawBody, shared: NamedDependency[Shared], quote: FromDishka[QuoteGroup]
) -> QuoteOut:
    """The total of up to 10,000 people: expected, a 90 % range, and what cover against it costs to give.

    `attachment` is the year's cost of one person above which specific stop-loss pays, 50,000 without one; `corridor`
    is what aggregate stop-loss pays above, in expected costs, 1.25 without one. Each person counts as a request where
    requests are limited. A person who breaks a rule refuses the group: leave them out, or correct them.
    """
    decoding.media_type(request, [decoding.JSON])
    async with shared.batches.turn():
        people, terms = await plans.group(body, shared.people)
        access.spend_rows(request, shared.options, len(people))
        quoted = await quote(people, terms)
    return QuoteOut.of(quoted, await shared.about(quoted.model))


HANDLERS: Final = (compare_plans,)
GROUP_HANDLERS: Final = (quote_group,)
