"""Forty facts beside the six of the default schema: predictions at many connections, and explanations."""

from __future__ import annotations

import json
from statistics import median
from typing import TYPE_CHECKING, Any, Final

from adapters.common.invented import invented_people
from benchmarks.load import load
from benchmarks.people import people
from benchmarks.report import Result, ratio
from benchmarks.servers import medcost_up
from tests.support.other_people import wide_schema

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from benchmarks.load import Figure
    from benchmarks.servers import Servers
    from domain.people.fact import Fact
    from domain.people.schema import Schema

_BUSY: Final = 32
_TIMES: Final = 3
_MOST_MILLISECONDS: Final = 150


def measure(servers: Servers, seconds: float) -> Iterator[Result]:
    forty = wide_schema()
    home = servers.trained("interaction_lad", schema=written(forty, servers.folder / "forty.yaml"))
    bodies_by_facts = {
        6: people(1000),
        forty.width: [person(forty, row) for row, _ in invented_people(forty, 1000, seed=1)],
    }
    predicted: dict[int, list[Figure]] = {facts: [] for facts in bodies_by_facts}
    explained: dict[int, list[Figure]] = {facts: [] for facts in bodies_by_facts}
    with medcost_up(home.path) as wide:
        urls = dict(zip(bodies_by_facts, (servers.ours, wide), strict=True))
        for _ in range(_TIMES):  # in turns, so that a busy moment of the machine meets both
            for facts, url in urls.items():
                api, bodies = f"{url}/api/v1", bodies_by_facts[facts]
                load(f"{api}/predictions", bodies, connections=_BUSY, seconds=1)  # warm
                predicted[facts].append(load(f"{api}/predictions", bodies, connections=_BUSY, seconds=seconds))
                explained[facts].append(load(f"{api}/explanations", bodies, connections=1, seconds=seconds))
    rates = {facts: median(figure.per_second for figure in figures) for facts, figures in predicted.items()}
    took = {facts: median(figure.p50 for figure in figures) for facts, figures in explained.items()}
    slow = {facts: median(figure.p99 for figure in figures) for facts, figures in explained.items()}
    errors = {
        facts: sum(figure.errors for figure in (*predicted[facts], *explained[facts])) for facts in bodies_by_facts
    }
    columns = ("facts", f"predictions/s at {_BUSY}", "explanation p50 ms", "explanation p99 ms", "errors")
    rows = tuple(
        (str(n), f"{rates[n]:,.0f}", f"{took[n]:.1f}", f"{slow[n]:.1f}", str(errors[n] or "")) for n in bodies_by_facts
    )
    yield Result("Forty facts", columns, rows, (f"Medians of {_TIMES} turns.",))
    yield Result(
        "Forty facts beside six",
        ("", "", "wanted"),
        (
            ratio("predictions/s, forty / six", rates[forty.width] / rates[6], "≥ 0.5"),
            ("explanation of forty, p50 ms", f"{took[forty.width]:.0f}", f"≤ {_MOST_MILLISECONDS}"),
        ),
    )


def written(schema: Schema, file: Path) -> Path:
    """Write a schema without words for people as a file, and return the file."""
    facts = {fact.name: _keys(fact) for fact in schema.facts}
    file.write_text(json.dumps({"name": schema.name, "cost": {"column": schema.cost.column}, "facts": facts}))
    return file


def _keys(fact: Fact) -> dict[str, Any]:
    keys: dict[str, Any] = {"kind": fact.kind.value}
    if fact.kind.is_numeric:
        keys |= {"low": fact.low, "high": fact.high}
    if fact.choices:
        keys["choices"] = fact.choices
    return keys | ({"missing": "allowed"} if fact.may_be_missing else {})


def person(schema: Schema, row: tuple[float, ...]) -> dict[str, object]:
    """Return the JSON of a person."""
    return {fact.name: fact.value(number) for fact, number in zip(schema.facts, row, strict=True)}
