"""A small synthetic sample that needs no library: for the memory profile and for tests."""

from __future__ import annotations

import hashlib
import random
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from adapters.common.invented import invented_people
from domain.people.claims import Claims
from domain.people.origin import DataOrigin

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from domain.people.schema import Schema

_INSURANCE: Final = ("age", "sex", "bmi", "children", "smoker", "region", "charges")
"""The columns of the public data set, for which there is a special rule."""
_OBESITY: Final = 30.0

_SMOKERS, _SHOCKS = 0.2, 0.1
"""Share of people who smoke, and of years with a cost that no fact predicts."""


def small_sample(schema: Schema, rows: int = 400, seed: int = 0) -> Claims:
    """Draw people of a schema and their costs; the same for the same seed.

    The public data set's facts have a special rule, see `_insured`; all others follow `invented_people`.
    """
    draw = _insured(rows, seed) if schema.columns == _INSURANCE else invented_people(schema, rows, seed)
    facts, charges = map(list, zip(*draw, strict=True))
    digest = hashlib.sha256(repr((facts, charges)).encode()).hexdigest()
    origin = DataOrigin(
        "synthetic-small", f"{rows} invented people, seed {seed}: no real person or bill", synthetic=True
    )
    return Claims(schema, origin, digest, facts, charges)


@lru_cache(4)
def _insured(rows: int, seed: int) -> Sequence[tuple[tuple[float, ...], float]]:
    """Return the people that `_drawn` draws."""
    return tuple(_drawn(rows, seed))


def _drawn(rows: int, seed: int) -> Iterator[tuple[tuple[float, ...], float]]:
    """Draw people who are shaped like those of the public data set.

    Ages are uniform from 18 to 64, BMI is normal around 30 kg/m², one in five smokes. A year costs 1,500 USD and 220
    USD for each year of age above 18; smoking adds 13,000 USD, and 15,000 more from a BMI of 30; one year in ten costs
    up to 20,000 USD more at random.
    """
    draw = random.Random(seed)  # noqa: S311  # a sample, not a secret
    for _ in range(rows):
        age, bmi = draw.randint(18, 64), min(max(draw.gauss(30, 6), 16), 50)
        smoker = draw.random() < _SMOKERS
        row = (age, draw.randint(0, 1), round(bmi, 1), min(int(draw.expovariate(0.9)), 5), smoker, draw.randint(0, 3))
        cost = 1500 + 220 * (age - 18) + smoker * (13_000 + 15_000 * (bmi >= _OBESITY)) + draw.gauss(0, 300)
        shock = draw.uniform(2_000, 20_000) if draw.random() < _SHOCKS else 0.0
        yield tuple(map(float, row)), round(max(cost, 200.0) + shock, 2)
