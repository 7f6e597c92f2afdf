"""People to ask about: all different, so that no cache can flatter anybody."""

from __future__ import annotations

from itertools import islice, product
from typing import Any

from tests.support.default_schema import REGIONS, SEXES

Person = dict[str, Any]


def people(count: int) -> list[Person]:
    """The first ``count`` of some 450,000 people, spread over what the training data hold."""
    bmis = (round(18 + step * 0.1, 1) for step in range(220))
    others = product((False, True), range(3), REGIONS, SEXES, range(19, 65))
    every = (
        {"age": age, "sex": sex, "bmi": bmi, "children": children, "smoker": smoker, "region": region}
        for (smoker, children, region, sex, age), bmi in product(others, bmis)
    )
    # a prime stride: neighbours in the list differ in more than their BMI
    found = list(every)
    return list(islice((found[at * 10_007 % len(found)] for at in range(len(found))), count))
