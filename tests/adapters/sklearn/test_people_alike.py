"""People alike do not straddle a step of the cost that a schema's terms have."""

from dataclasses import replace

import numpy as np
import pytest

from adapters.sklearn.support import Support
from tests.support.default_schema import DEFAULT


def smokers(bmis):
    """Rows of smokers who differ in their BMI only, and cost 20,000 below a BMI of 30 and 40,000 from there on."""
    rows = np.tile([40.0, 0.0, 27.5, 1.0, 1.0, 0.0], (len(bmis), 1))
    rows[:, DEFAULT.place("bmi")] = bmis
    return rows, np.where(np.array(bmis) >= 30, 40_000.0, 20_000.0)


@pytest.mark.parametrize("terms", [DEFAULT.terms, ("age^2", "smoker*bmi", "smoker*[bmi>?]")])
def test_people_on_the_other_side_of_a_step_are_not_alike(terms):
    schema = replace(DEFAULT, terms=terms)
    rows, charges = smokers(np.linspace(26, 34, 161))
    support = Support.of(rows, charges, seed=0, schema=schema)
    below, above = (support.alike(smokers([bmi])[0][0]) for bmi in (29.0, 31.0))
    assert (below.lower_quartile, below.upper_quartile) == (20_000, 20_000)
    assert (above.lower_quartile, above.upper_quartile) == (40_000, 40_000)
    assert 0 < below.count < below.total
