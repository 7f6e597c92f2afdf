"""A second schema for tests: facts of each kind, one that may be missing, and a term of each shape."""

from typing import Final

from domain.people.fact import Fact, Kind
from domain.people.schema import CostColumn, Roles, Schema

CLINIC: Final = Schema(
    name="clinic",
    cost=CostColumn("total", currency="EUR"),
    facts=(
        Fact(name="stay", kind=Kind.WHOLE, low=0, high=30, unit="days", label={"": "Days in hospital"}),
        Fact(name="ward", kind=Kind.CHOICE, choices=("general", "surgery", "maternity"), column="Ward of Stay"),
        Fact(name="glucose", kind=Kind.NUMBER, low=50, high=400, may_be_missing=True),
        Fact(name="diabetic", kind=Kind.FLAG, may_be_missing=True),
        Fact(name="income", kind=Kind.NUMBER, low=0),
        Fact(name="plan", kind=Kind.CHOICE, choices=("a", "b")),
    ),
    terms=(
        "stay^2",
        "diabetic*glucose",
        "diabetic*[glucose>?]",
        "stay*[ward=surgery]",
        "log(income)",
        "categories(stay)*diabetic",
        "stay*ward*diabetic",
    ),
    groups=("ward", "glucose>=200"),
    roles=Roles(person="patient", weight="survey weight", audit=("ethnicity",)),
)
