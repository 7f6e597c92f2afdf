"""What is published of many people at once."""

from __future__ import annotations

from domain.costs.distribution import CostDistribution
from domain.costs.estimate_columns import PublishedColumns, codes_of
from domain.costs.prediction import Caution, Estimate, ModelReference, caution_codes
from tests.support.default_schema import DEFAULT

MODEL = ModelReference(1, "a" * 64)


def estimate(*codes: str) -> Estimate:
    cost = CostDistribution(100.0, tuple(float(level) for level in range(1, 100)))
    return Estimate(cost, tuple(Caution(code, "", "") for code in codes), MODEL)


def test_each_row_has_its_cautions_in_the_order_of_the_schema_whoever_comes_first():
    age, size, few, *_ = (caution_codes(DEFAULT)[place] for place in (0, 1, 3))
    rows = [(few, "new_one"), (size,), (age, few)]
    made = PublishedColumns.of(DEFAULT, MODEL, [estimate(*codes) for codes in rows])
    assert [codes_of(bits, made.codes) for bits in made.cautions] == rows
