"""What a home's logs show of people and keys: nothing, and what belongs to a request can be found by its identifier."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import httpx
import psycopg
from psycopg.sql import SQL

from adapters.postgres.embedded import EmbeddedPostgres
from tests.support.command import document

MARK = "4321987"
ODD = {"age": 77, "sex": "female", "bmi": float(f"27.{MARK}"), "children": 1, "smoker": "no", "region": "southwest"}
REFUSED = {**ODD, "bmi": float(f"28.{MARK}")}
"""Somebody whom a rule of the database forbids: our own mistake, as far as the web process can tell."""


def forbid(home: Path, bmi: float) -> None:
    with psycopg.connect(host=str(EmbeddedPostgres(home / "postgres").socket_folder), user="medcost") as database:
        database.execute(SQL("ALTER TABLE predictions ADD CONSTRAINT odd CHECK (bmi <> {})").format(bmi))


def logs_of(home: Path) -> dict[str, str]:
    files = [*(home / "logs").iterdir(), home / "postgres.log", home.with_name("home.said")]
    return {file.stem: file.read_text() for file in files}


def test_logs_hold_neither_facts_nor_secrets_and_name_the_request(
    trained_up: Callable[..., AbstractContextManager[tuple[Path, str]]], tmp_path: Path
) -> None:
    with trained_up(tmp_path, MEDCOST_LOG_LEVEL="debug", MEDCOST_REQUIRE_KEYS="true") as (home, url):
        secret = document("keys", "create", "a test", home=home)["secret"]
        forbid(home, REFUSED["bmi"])

        def ask(path: str, facts: object, name: str, key: str = secret) -> int:
            headers = {"Authorization": f"Bearer {key}", "X-Request-ID": name, "Idempotency-Key": f"{name}-{MARK}"}
            return httpx.post(f"{url}/api/v1{path}", json=facts, headers=headers, timeout=30).status_code

        assert ask("/predictions", ODD, "good") == 201
        assert ask("/predictions", REFUSED, "broken") == 500
        assert ask("/predictions/batch", [ODD, REFUSED], "batch") == 500
        assert ask("/explanations", ODD, "explained") == 200
        assert ask("/predictions", {**ODD, "age": MARK}, "wrong") == 422
        assert ask("/predictions", ODD, "stranger", key=f"unknown-{MARK}") == 401
    logs = logs_of(home)
    assert {"web", "model", "postgres", "home"} <= set(logs)
    for part, text in logs.items():
        assert MARK not in text, part
        assert secret not in text, part
    for name in ("good", "broken", "batch", "explained", "wrong", "stranger"):
        assert f'"{name}"' in logs["web"]
    for name in ("good", "broken", "explained"):
        assert f'"{name}"' in logs["model"]
    assert "CheckViolationError" in logs["web"]
    assert 'violates check constraint "odd"' in logs["postgres"]
