"""The query parameter ``above``: an amount whose probability of being exceeded is asked for."""

from __future__ import annotations

from typing import Annotated

from litestar.params import QueryParameter

from domain.costs.chance import checked_amount
from domain.costs.distribution import MOST_CHARGES

Above = Annotated[
    float | None,
    QueryParameter(
        ge=0,
        le=MOST_CHARGES,
        # Litestar does not document the limits of an optional parameter
        schema_extra={"minimum": 0, "maximum": MOST_CHARGES},
        description="An amount, such as 20000: `chance.above` is then the probability that the year costs more",
    ),
]


def asked_amount(above: float | None) -> float | None:
    """Return the amount; None if the query has none.

    Raises:
        InvalidInput: if it is not a number.
    """
    return None if above is None else checked_amount(above)
