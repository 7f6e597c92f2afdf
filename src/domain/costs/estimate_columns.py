"""Answers about many people as columns of numbers, without an object for each."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Self

from domain.costs.chance import rounded_chance
from domain.costs.distribution import QUANTILE_LEVELS
from domain.costs.prediction import Caution, Estimate, ModelReference, caution_codes

if TYPE_CHECKING:
    from domain.people.claims import Column
    from domain.people.schema import Schema


@dataclass(frozen=True, slots=True)
class EstimateColumns:
    """The answers of one model for n beneficiaries: n `Estimate` as numbers, without an object for each.

    Args:
        model: the model that answered.
        numbers: n x 101 doubles, C-contiguous: the mean, the 99 quantiles at `QUANTILE_LEVELS`, in money, and the
            chance of no cost.
        cautions: the cautions of the rows that have any, by row.
    """

    model: ModelReference
    numbers: memoryview[float]
    cautions: Mapping[int, tuple[Caution, ...]]

    @classmethod
    def of(cls, model: ModelReference, estimates: Sequence[Estimate]) -> Self:
        """Return the estimates of one model as numbers."""
        numbers = array("d")
        for estimate in estimates:
            numbers.append(estimate.cost.mean)
            numbers.extend(estimate.cost.quantiles)
            numbers.append(estimate.cost.zero)
        shape = (len(estimates), 2 + len(QUANTILE_LEVELS))
        cautions = {row: estimate.cautions for row, estimate in enumerate(estimates) if estimate.cautions}
        return cls(model, shaped(numbers, shape), cautions)


@dataclass(frozen=True, slots=True)
class PublishedColumns:
    """The published figures of n beneficiaries, as columns, without an object for each.

    Args:
        model: the model that answered.
        money: 4 x n doubles, C-contiguous: expected, typical, low and high, rounded as `Published.of` does.
        cautions: n whole numbers: where bit i is set, the caution with code i of ``codes`` is given.
        codes: the codes of the cautions, see `caution_codes`.
        zero: n doubles: the chance of no cost, rounded as `Chance` does.
        above: n doubles: the chance of costing more than the amount that was asked about; None where none was.
    """

    model: ModelReference
    money: memoryview[float]
    cautions: memoryview[int]
    codes: tuple[str, ...]
    zero: memoryview[float]
    above: memoryview[float] | None = None

    @classmethod
    def of(
        cls, schema: Schema, model: ModelReference, estimates: Sequence[Estimate], amount: float | None = None
    ) -> Self:
        """Return the published figures of estimates of one model, with codes in the order of the schema."""
        given = dict.fromkeys(caution.code for estimate in estimates for caution in estimate.cautions)
        places = {code: place for place, code in enumerate(caution_codes(schema))}
        codes = tuple(sorted(given, key=lambda code: places.get(code, len(places))))
        bits = array("Q", (bits_of((caution.code for caution in estimate.cautions), codes) for estimate in estimates))
        intervals = [estimate.cost.interval() for estimate in estimates]
        money = array("d", [estimate.cost.expected for estimate in estimates])
        money.extend(estimate.cost.typical for estimate in estimates)
        money.extend(interval.low for interval in intervals)
        money.extend(interval.high for interval in intervals)
        zero = array("d", [rounded_chance(estimate.cost.zero) for estimate in estimates])
        above: memoryview[float] | None = None
        if amount is not None:
            above = memoryview(
                array("d", [rounded_chance(estimate.cost.chance_above(amount)) for estimate in estimates])
            )
        return cls(model, shaped(money, (4, len(estimates))), memoryview(bits), codes, memoryview(zero), above)


def codes_of(bits: int, codes: Sequence[str]) -> tuple[str, ...]:
    """Return the codes for which the bits of a number stand: bit i for code i.

    >>> codes_of(0b101, ("age_beyond_data", "bmi_beyond_data", "few_alike"))
    ('age_beyond_data', 'few_alike')
    """
    return tuple(code for bit, code in enumerate(codes) if bits >> bit & 1)


def bits_of(given: Iterable[str], codes: Sequence[str]) -> int:
    """Return the number whose bits stand for codes, the inverse of `codes_of`."""
    return sum(1 << codes.index(code) for code in given)


def shaped(numbers: array[float], shape: tuple[int, int]) -> memoryview[float]:
    """Return n x m doubles as a table; without rows as an empty vector, because a buffer has no empty table."""
    flat: memoryview[float] = memoryview(numbers)
    return flat.cast("B").cast("d", shape) if flat else flat


def table_of(facts: Column[Column[float]]) -> memoryview[float]:
    """Return rows of `Beneficiary.as_numbers` as a table of n x width doubles, C-contiguous."""
    numbers = array("d", chain.from_iterable(facts))
    return shaped(numbers, (len(facts), len(numbers) // len(facts) if len(facts) else 0))
