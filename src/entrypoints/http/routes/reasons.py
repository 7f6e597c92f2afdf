"""Routes of explanations and what-if estimates, which record nothing."""

from __future__ import annotations

from typing import Final

from dishka.integrations.litestar import FromDishka, inject
from litestar import Request, post
from litestar.di import NamedDependency
from litestar.params import RawBody

from application.costs.explain_cost import ExplainCost
from application.costs.explore_cost import ExploreCost
from entrypoints.http.amounts import Above, asked_amount
from entrypoints.http.auth import access
from entrypoints.http.codecs import decoding
from entrypoints.http.codecs.explanations import to_explain
from entrypoints.http.codecs.scenarios import scenarios
from entrypoints.http.schemas.common import ModelOut
from entrypoints.http.schemas.reasons import EstimateOut, ExplanationOut, ScenariosOut
from entrypoints.http.shared import Shared

TAGS: Final = ["reasons"]
NOTE: Final = (
    "Differences are what the model associates with other facts among the people it learnt from. "
    "They do not say what would happen to one person who changed."
)


@post(
    "/explanations",
    operation_id="explain",
    tags=TAGS,
    status_code=200,
    summary="Explain a cost by the contribution of each fact",
)
@inject
async def explain(
    request: Request, body: RawBody, shared: NamedDependency[Shared], explain_cost: FromDishka[ExplainCost]
) -> ExplanationOut:
    """Explain an estimate by Shapley values of the facts: baseline and contributions add up to it, to the cent.

    `of` beside the facts chooses the estimate: `expected` (the default) or `typical`.

    Contributions are exact for few facts. For many facts they are estimated, and `standard_error` is their error.
    """
    decoding.media_type(request, [decoding.JSON])
    explanation = await explain_cost(*to_explain(body, shared.people))
    return ExplanationOut.of(explanation, await shared.about(explanation.model))


@post(
    "/scenarios", operation_id="explore", tags=TAGS, status_code=200, summary="Estimate costs with some facts changed"
)
@inject
async def explore(
    request: Request,
    body: RawBody,
    shared: NamedDependency[Shared],
    explore_cost: FromDishka[ExploreCost],
    above: Above = None,
) -> ScenariosOut:
    """Estimate the cost of a person as described and with each of the changes, all by the same model.

    Send either `changes`, each with any facts, or a `grid` over one or two facts with all combinations of values.
    """
    amount = asked_amount(above)
    decoding.media_type(request, [decoding.JSON])
    base, variants = scenarios(body, shared.people)
    people = [base, *variants]
    access.spend_rows(request, shared.options, len(people))
    estimates = await explore_cost(people)
    first, *others = (EstimateOut.of(who, estimate, amount) for who, estimate in zip(people, estimates, strict=True))
    model = estimates[0].model
    return ScenariosOut(first, others, ModelOut.of(model), NOTE, await shared.about(model))


HANDLERS: Final = (explain, explore)
