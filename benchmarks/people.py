"""Different people for requests, so that caches have no effect."""

from __future__ import annotations

from itertools import islice, product
from typing import Any

from tests.support.default_schema import REGIONS, SEXES

Person = dict[str, Any]


def people(count: int) -> list[Person]:
    """Return the first ``count`` of some 450,000 people, spread over the ranges of the training data."""
    bmis = (round(18 + step * 0.1, 1) for step in range(220))
    others = product((False, True), range(3), REGIONS, SEXES, range(19, 65))
    every = (
        {"age": age, "sex": sex, "bmi": bmi, "children": children, "smoker": smoker, "region": region}
        for (smoker, children, region, sex, age), bmi in product(others, bmis)
    )
    # a prime stride: neighbours in the list differ in more than their BMI
    people_in_order = list(every)
    return list(
        islice((people_in_order[at * 10_007 % len(people_in_order)] for at in range(len(people_in_order))), count)
    )
