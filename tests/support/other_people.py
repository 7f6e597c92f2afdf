"""People of another schema than the default one: other facts, some of them missing, and no smoking; all invented."""

from typing import Any

import numpy as np

from domain.people.fact import Fact, Kind
from domain.people.schema import CostColumn, Schema

CLINIC = Schema(
    name="clinic",
    cost=CostColumn("paid", currency="EUR"),
    facts=(
        Fact(name="visits", kind=Kind.WHOLE, low=0, high=40, unit="visits"),
        Fact(name="plan", kind=Kind.CHOICE, choices=("basic", "plus", "top")),
        Fact(name="pressure", kind=Kind.NUMBER, low=60, high=240, unit="mmHg", may_be_missing=True),
        Fact(name="diabetes", kind=Kind.FLAG),
        Fact(name="income", kind=Kind.NUMBER, low=0, unit="EUR a year"),
    ),
    groups=("plan", "high: pressure>=140", "diabetes"),
)


def clinic_people(count, seed):
    """Return rows of `CLINIC`, and what their year cost."""
    draw = np.random.default_rng(seed)
    pressure = draw.normal(130, 20, count).clip(60, 240).round(1)
    pressure[draw.random(count) < 0.15] = np.nan
    rows = np.column_stack(
        [
            draw.poisson(6, count).clip(0, 40),
            draw.choice(3, count, p=[0.6, 0.3, 0.1]),
            pressure,
            draw.random(count) < 0.2,
            draw.lognormal(10, 0.5, count).round(-2),
        ]
    ).astype(np.float64)
    paid = 200 * rows[:, 0] + 900 * rows[:, 1] + 4000 * rows[:, 3] + 40 * np.nan_to_num(pressure - 120, nan=30)
    return rows, (paid * draw.lognormal(0, 0.3, count)).clip(0).round(2)


def wide_schema(facts=40):
    """Return a schema of many facts of each kind."""
    kinds: tuple[dict[str, Any], ...] = (
        {"kind": Kind.NUMBER, "low": 0, "high": 10},
        {"kind": Kind.WHOLE, "low": 0, "high": 9, "may_be_missing": True},
        {"kind": Kind.FLAG},
        {"kind": Kind.CHOICE, "choices": ("a", "b", "c")},
    )
    return Schema(
        name="wide",
        cost=CostColumn("paid"),
        facts=tuple(Fact(name=f"fact{at}", **kinds[at % len(kinds)]) for at in range(facts)),
    )


def wide_people(schema, count, seed):
    """Return rows of `wide_schema`, and what their year cost."""
    draw = np.random.default_rng(seed)
    columns = [
        draw.integers(0, fact.codes, count) if fact.codes else draw.integers(fact.low, fact.high + 1, count)
        for fact in schema.facts
    ]
    rows = np.column_stack(columns).astype(np.float64)
    gaps = [at for at, fact in enumerate(schema.facts) if fact.may_be_missing]
    rows[:, gaps] = np.where(draw.random((count, len(gaps))) < 0.1, np.nan, rows[:, gaps])
    weights = draw.normal(0, 100, schema.width)
    paid = 5000 + np.nan_to_num(rows, nan=3.0) @ weights + 200 * rows[:, 0] * rows[:, 2]
    return rows, (paid + draw.normal(0, 300, count)).clip(0).round(2)
