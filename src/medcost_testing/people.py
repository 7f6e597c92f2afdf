"""People of two schemas for contract suites: facts that may be missing, choices, flags; and many choices."""

from dataclasses import replace

from domain.people.beneficiary import Beneficiary
from domain.people.fact import Fact, Kind
from domain.people.schema import CostColumn, Schema

PLAN = Fact(name="plan", kind=Kind.CHOICE, choices=("bronze", "silver", "gold"), may_be_missing=True)
STAY = Fact(name="stay", kind=Kind.WHOLE, low=0, high=365, unit="days", may_be_missing=True)
INCOME = Fact(name="income", kind=Kind.NUMBER, low=0)
ACTIVE = Fact(name="active", kind=Kind.FLAG)
CHRONIC = Fact(name="chronic", kind=Kind.FLAG, may_be_missing=True)
CLINIC = Schema(name="clinic", cost=CostColumn("paid", "EUR", 2025), facts=(PLAN, STAY, INCOME, ACTIVE, CHRONIC))
"""A schema whose choices and flags have 24 combinations, few enough for one index over all of them."""
WARD = Fact(name="ward", kind=Kind.CHOICE, choices=tuple(f"w{n}" for n in range(40)))
HOSPITAL = replace(CLINIC, name="hospital", facts=(*CLINIC.facts, WARD))
"""A schema whose choices and flags have 960 combinations: each fact has an index of its own."""


def patient(schema: Schema, **facts: object) -> Beneficiary:
    """Return a person of either schema, with these facts and with usual values for the others."""
    given = {"plan": None, "stay": None, "income": 1234.5, "active": False, "chronic": None, "ward": "w0", **facts}
    return Beneficiary.of(schema, {name: given[name] for name in schema.names})
