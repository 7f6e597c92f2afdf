"""How likely a year costs nothing, and how likely it costs more than an amount."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from domain.costs.distribution import MOST_CHARGES
from domain.errors import FieldError, InvalidInput

if TYPE_CHECKING:
    from domain.costs.distribution import CostDistribution

_PARTS: Final = 1e6


@dataclass(frozen=True, slots=True)
class Chance:
    """Probabilities of a year's cost, to a millionth.

    Args:
        zero: the probability that the year costs nothing.
        above: the probability that it costs more than a given amount; None where none was given. It is never recorded.
    """

    zero: float
    above: float | None = None

    @classmethod
    def of(cls, cost: CostDistribution, amount: float | None = None) -> Chance:
        """Read them off a distribution."""
        return cls(rounded_chance(cost.zero), None if amount is None else rounded_chance(cost.chance_above(amount)))


def rounded_chance(chance: float) -> float:
    """Round a probability to a millionth.

    >>> rounded_chance(1 / 3)
    0.333333
    """
    return round(chance * _PARTS) / _PARTS


def checked_amount(amount: float) -> float:
    """Return an amount that somebody asks about.

    Raises:
        InvalidInput: naming ``above``, if it is no amount of a year's cost.
    """
    if 0 <= amount <= MOST_CHARGES:
        return amount
    detail = f"must be an amount from 0 to {MOST_CHARGES:,.0f}"
    raise InvalidInput([FieldError("above", "range" if amount == amount else "type", detail)])  # noqa: PLR0124  # NaN
