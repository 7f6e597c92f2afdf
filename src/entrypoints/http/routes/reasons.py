"""Routes that say why, and what if. Nothing is recorded."""

from __future__ import annotations

from typing import Final

from dishka.integrations.litestar import FromDishka, inject
from litestar import Request, post
from litestar.di import NamedDependency
from litestar.params import RawBody

from application.explain_cost import ExplainCost
from application.explore_cost import ExploreCost
from entrypoints.http import decoding
from entrypoints.http.scenarios import scenarios
from entrypoints.http.schemas import EstimateOut, ExplanationOut, ModelOut, ScenariosOut
from entrypoints.http.shared import Shared

TAGS: Final = ["reasons"]
NOTE: Final = (
    "Differences are what the model associates with other facts among the people it learnt from. "
    "They do not say what would happen to one person who changed."
)


@post("/explanations", operation_id="explain", tags=TAGS, status_code=200, summary="Dollars behind each fact")
@inject
async def explain(
    request: Request, body: RawBody, shared: NamedDependency[Shared], explain_cost: FromDishka[ExplainCost]
) -> ExplanationOut:
    """Exact Shapley values over the six facts: baseline and contributions add up to the estimate, to the cent."""
    decoding.media_type(request, [decoding.JSON])
    explanation = await explain_cost(decoding.beneficiary(body))
    return ExplanationOut.of(explanation, await shared.about(explanation.model))


@post("/scenarios", operation_id="explore", tags=TAGS, status_code=200, summary="What if some facts were otherwise")
@inject
async def explore(
    request: Request, body: RawBody, shared: NamedDependency[Shared], explore_cost: FromDishka[ExploreCost]
) -> ScenariosOut:
    """Estimates for a person as they are and with each of the changes, all by one and the same model.

    Either `changes`, each with any facts; or a `grid` over one or two facts, each value with each.
    """
    decoding.media_type(request, [decoding.JSON])
    base, variants = scenarios(body)
    people = [base, *variants]
    estimates = await explore_cost(people)
    first, *others = (EstimateOut.of(who, estimate) for who, estimate in zip(people, estimates, strict=True))
    model = estimates[0].model
    return ScenariosOut(first, others, ModelOut.of(model), NOTE, await shared.about(model))


HANDLERS: Final = (explain, explore)
