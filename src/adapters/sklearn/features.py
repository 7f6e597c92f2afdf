"""The inputs of the parts of a distribution: the facts, the point, and smooth columns made of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import TYPE_CHECKING, Final, Self

import numpy as np

from adapters.sklearn import weighting
from domain.people.fact import Kind

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from domain.people.schema import Schema

    Floats = NDArray[np.float64]
    Positions = NDArray[np.intp]

NOT_GIVEN: Final = -1.0
"""The code of "not given" among codes of choices."""

_ENOUGH: Final = 20
_MOST_CODES: Final = 24
_MOST_MULTIPLIED: Final = 8
_SKEWED: Final = 2.0
_FILLED: Final = -1e6


@dataclass(frozen=True, slots=True)
class Design:
    """Columns for linear predictors: scaled numbers and the log of the point, their squares, choices, and products.

    Args:
        floor: the least point of which the logarithm is taken, in USD.
        numbers: columns of the numbers; the number of facts stands for the point.
        logs: whether the logarithm of each is taken: of skewed numbers that are never negative.
        fills: the replacement of each for a missing value.
        lows: the lowest value of each in training, to which lower values are clipped.
        highs: the highest value of each.
        centres: the mean of each.
        scales: the standard deviation of each.
        choices: columns of choices, flags and missing numbers, one for each code.
        codes: the code that each of these columns is 1 for; `NOT_GIVEN` for a missing value.
        firsts: positions, among the columns so far, of the first factors of products.
        seconds: positions of the second factors.
    """

    floor: float
    numbers: Positions
    logs: NDArray[np.bool_]
    fills: Floats
    lows: Floats
    highs: Floats
    centres: Floats
    scales: Floats
    choices: Positions
    codes: Floats
    firsts: Positions
    seconds: Positions

    @classmethod
    def of(cls, rows: Floats, points: Floats, weights: Floats, schema: Schema, *, floor: float) -> Self:
        """Determine the columns by training rows.

        Args:
            rows: n x width.
            points: n, USD.
            weights: n.
            schema: which facts the rows carry.
            floor: as above.
        """
        numeric = [at for at, fact in enumerate(schema.facts) if fact.kind.is_numeric]
        numeric = [at for at in numeric if np.isfinite(rows[:, at]).any()] + [schema.width]
        values = _numbers(rows, points, np.array(numeric), floor)
        logs = np.array([_is_skewed(column, weights) for column in values.T])
        logs[-1] = False  # the point's logarithm is taken already
        values = np.where(logs, np.log1p(np.maximum(values, 0)), values)
        fills = np.nanmedian(values, axis=0)
        filled = np.where(np.isnan(values), fills, values)
        centres = np.average(filled, axis=0, weights=weights)
        scales = np.sqrt(np.average((filled - centres) ** 2, axis=0, weights=weights))
        varied = scales > 1e-9 * np.maximum(np.abs(centres), 1e-9)
        choices, codes, flags = _choices(rows, schema)
        count = int(varied.sum())
        squares = [(at, at) for at in range(count)]
        multiplied = [*range(count), *(count + at for at in flags)]
        pairs = list(combinations(multiplied, 2)) if len(multiplied) <= _MOST_MULTIPLIED else []
        firsts, seconds = np.array([*squares, *pairs], dtype=np.intp).reshape(-1, 2).T
        return cls(
            floor, np.array(numeric)[varied], logs[varied], fills[varied], filled.min(axis=0)[varied],
            filled.max(axis=0)[varied], centres[varied], scales[varied], choices, codes, firsts, seconds,
        )  # fmt: skip

    @property
    def squares(self) -> int:
        """Return how many columns there are without products of different columns."""
        return 2 * len(self.numbers) + len(self.choices)

    def columns(self, rows: Floats, points: Floats) -> Floats:
        """Return the columns, n x (numbers, choices, squares, products)."""
        values = _numbers(rows, points, self.numbers, self.floor)
        if self.logs.any():
            values = np.where(self.logs, np.log1p(np.maximum(values, 0)), values)
        values = np.where(np.isnan(values), self.fills, values)
        scaled = (np.minimum(np.maximum(values, self.lows), self.highs) - self.centres) / self.scales
        if len(self.choices):
            given = rows.take(self.choices, axis=1)
            is_code = np.where(np.isnan(given), NOT_GIVEN, given) == self.codes
            scaled = np.concatenate([scaled, is_code], axis=1)
        products = scaled.take(self.firsts, axis=1) * scaled.take(self.seconds, axis=1)
        return np.concatenate([scaled, products], axis=1)


class Features:
    """The facts and points of n people, in the forms that the parts of a distribution take.

    Args:
        design: the design of the columns.
        rows: n x width.
        points: n, USD.
    """

    def __init__(self, design: Design, rows: Floats, points: Floats) -> None:
        self.design = design
        self.rows = rows
        self.points = points

    def __len__(self) -> int:
        return len(self.points)

    def __getitem__(self, positions: NDArray[np.intp] | NDArray[np.bool_]) -> Features:
        return Features(self.design, self.rows[positions], self.points[positions])

    @cached_property
    def columns(self) -> Floats:
        """Return the columns of linear predictors."""
        return self.design.columns(self.rows, self.points)

    @cached_property
    def facts(self) -> NDArray[np.float32]:
        """Return the inputs of trees, n x (width + 1): the facts, missing ones far below all, and the point."""
        facts = np.empty((len(self.points), self.rows.shape[1] + 1), dtype=np.float32)
        facts[:, :-1] = np.where(np.isnan(self.rows), _FILLED, self.rows)
        facts[:, -1] = self.points
        return facts


def _numbers(rows: Floats, points: Floats, numbers: Positions, floor: float) -> Floats:
    width = rows.shape[1]
    values = np.empty((len(rows), len(numbers)))
    is_point = numbers == width
    values[:, ~is_point] = rows[:, numbers[~is_point]]
    values[:, is_point] = np.log(np.maximum(points, floor))[:, None]
    return values


def _is_skewed(values: Floats, weights: Floats) -> bool:
    given = ~np.isnan(values)
    if not given.any() or values[given].min() < 0:
        return False
    middle = weighting.median(values[given], weights[given])
    return weighting.mean(values[given], weights[given]) > _SKEWED * middle


def _choices(rows: Floats, schema: Schema) -> tuple[Positions, Floats, list[int]]:
    """Return columns and codes that enough rows have, except each choice's most frequent, and the places of flags."""
    columns: list[int] = []
    codes: list[float] = []
    flags: list[int] = []
    for at, fact in enumerate(schema.facts):
        values = np.where(np.isnan(rows[:, at]), NOT_GIVEN, rows[:, at])
        if fact.kind.is_numeric:
            there = [NOT_GIVEN] if np.count_nonzero(values == NOT_GIVEN) >= _ENOUGH and fact.may_be_missing else []
        else:
            distinct, counts = np.unique(values, return_counts=True)
            order = np.argsort(-counts, kind="stable")[1 : _MOST_CODES + 1]
            there = [float(distinct[place]) for place in order if counts[place] >= _ENOUGH]
            if fact.kind is Kind.FLAG or fact.codes == 2:  # noqa: PLR2004  # two choices are a flag by another name
                flags += range(len(columns), len(columns) + len(there))
        columns += [at] * len(there)
        codes += there
    return np.array(columns, dtype=np.intp), np.array(codes), flags
