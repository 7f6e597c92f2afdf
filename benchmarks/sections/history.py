"""Pages of recorded predictions, and the rate at which new ones are recorded, among few and among many."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import httpx
import psycopg
from psycopg import sql

from adapters.postgres import migrations
from adapters.postgres.embedded import EmbeddedPostgres
from benchmarks.load import load
from benchmarks.people import people
from benchmarks.report import Result, ratio

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.servers import Servers

_FEW = 2_000
_MANY = {"quick": 50_000, "usual": 2_000_000, "long": 2_000_000}
_BUSY = 32

_FILL = """
INSERT INTO predictions (id, created_at, age, sex, bmi, children, smoker, region,
                         expected, typical, level, low, high, cautions, model_version, model_digest)
SELECT uuidv7((at - {past}) * interval '1 second'), now() + (at - {past}) * interval '1 second',
       18 + at % 47, (ARRAY['female', 'male'])[1 + at % 2], 18 + at % 220 * 0.1, at % 4, at % 5 = 0,
       (ARRAY['northeast', 'northwest', 'southeast', 'southwest'])[1 + at / 2 % 4],
       9000, 7000, 0.9, 6000, 20000, '[]', 1, repeat('0', 64)
FROM generate_series(1, {count}) AS at
"""


def measure(servers: Servers, seconds: float) -> Iterator[Result]:
    assert servers.ours  # its PostgreSQL and its model server are used, with a database more
    server = EmbeddedPostgres(servers.home.postgres)
    database = server.url("bench_history", driver="psycopg").replace("+psycopg", "")
    with psycopg.connect(server.url("postgres", driver="psycopg").replace("+psycopg", ""), autocommit=True) as admin:
        admin.execute("CREATE DATABASE bench_history")
    asyncio.run(migrations.upgrade(server.url("bench_history")))
    many = _MANY[servers.size]
    with servers.web("entrypoints.hosting.asgi", MEDCOST_DATABASE_URL=server.url("bench_history")) as url:
        _fill(database, _FEW, past=many + _FEW)
        few, few_rate = _pages(url, seconds), _inserts(url, seconds)
        _fill(database, many - _FEW, past=many)
        lots, lots_rate = _pages(url, seconds), _inserts(url, seconds)
    rows = [
        (name, f"{few[name]:.2f}", f"{lots[name]:.2f}", *ratio("", lots[name] / few[name], "≤ 1.5")[1:]) for name in few
    ]
    rows.append(
        (
            "recorded/s at 32 connections",
            f"{few_rate:,.0f}",
            f"{lots_rate:,.0f}",
            *ratio("", lots_rate / few_rate, "0.8 to 1.2")[1:],
        )
    )
    yield Result(
        "History: p50 ms of a page of 50",
        ("", f"{_FEW:,} records", f"{many:,} records", "ratio", "wanted"),
        tuple(rows),
    )


def _fill(database: str, count: int, *, past: int) -> None:
    """Record ``count`` predictions, one a second, the last one ``past`` seconds ago."""
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(sql.SQL(_FILL).format(count=sql.Literal(count), past=sql.Literal(past)))
        connection.execute("VACUUM ANALYZE predictions")
        connection.execute("CHECKPOINT")


def _pages(url: str, seconds: float) -> dict[str, float]:
    listed = f"{url}/api/v1/predictions"
    page = httpx.get(f"{listed}?limit=500", trust_env=False).raise_for_status().json()["predictions"]
    addresses = {
        "newest": f"{listed}?limit=50",
        "after a cursor": f"{listed}?limit=50&cursor={page[-1]['id']}",
        "smokers": f"{listed}?limit=50&smoker=yes",
        "one region": f"{listed}?limit=50&region=southwest",
    }
    return {
        name: load(address, None, connections=1, seconds=max(1, seconds / 2)).p50 for name, address in addresses.items()
    }


def _inserts(url: str, seconds: float) -> float:
    load(f"{url}/api/v1/predictions", people(1000), connections=_BUSY, seconds=seconds / 2)  # a cold process is slower
    return load(f"{url}/api/v1/predictions", people(1000), connections=_BUSY, seconds=seconds).per_second
