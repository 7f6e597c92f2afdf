"""Real processes under real load: what drives and asks them, and holds their answers against the records."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg
import pytest

from adapters.postgres.embedded import EmbeddedPostgres
from entrypoints.composition.settings import load
from entrypoints.hosting.running import status_of

FIGURES = ("expected", "typical", "interval")
AFTER_FAILURE = 0.2
"""Seconds until a worker that was refused asks again: sooner, it would take the cores from the part that starts."""


@pytest.fixture(scope="session")
def long() -> int:
    """How many times as long as in `make test` the load lasts; `make soak` says it by MEDCOST_SOAK."""
    return int(os.environ.get("MEDCOST_SOAK", "1"))


@pytest.fixture(scope="session")
def medcost_up(
    trained_up: Callable[..., AbstractContextManager[tuple[Path, str]]], long: int
) -> Callable[..., AbstractContextManager[Running]]:
    """`with medcost_up(folder) as running:` drives `medcost up` on a copy of the trained home in a folder.

    More settings are given by name, as in the environment.
    """

    @contextmanager
    def medcost_up(folder: Path, **settings: str) -> Iterator[Running]:
        # in the long form memory is measured: of the programs that users have
        with trained_up(folder, forks=long == 1, **settings) as (home, url):
            yield Running(home, url)

    return medcost_up


@pytest.fixture(scope="session")
def running(
    medcost_up: Callable[..., AbstractContextManager[Running]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Running]:
    """Run one `medcost up` for all tests: it has to survive them all."""
    with medcost_up(tmp_path_factory.mktemp("running")) as running:
        yield running


@pytest.fixture
def promote(running: Running, medcost: Callable[..., None]) -> Callable[[int], Awaitable[None]]:
    """`await promote(version)` as an engineer does it, in another terminal."""

    async def promote(version: int) -> None:
        arguments = ("models", "promote", str(version), "--reason", "a soak test")
        await asyncio.to_thread(medcost, *arguments, home=running.home)

    return promote


@dataclass
class Running:
    """A running `medcost up`."""

    home: Path
    url: str
    numbers: Iterator[int] = field(default_factory=count)

    @property
    def postgres(self) -> EmbeddedPostgres:
        return EmbeddedPostgres(self.home / "postgres")

    def pid(self, part: str) -> int:
        """Of ``web``, ``model`` or ``postgres``; 0 while it does not run."""
        parts = status_of(load({"home": self.home})).parts
        return next((part_.pid for part_ in parts if part_.name == part and part_.running), 0)

    async def kill(self, part: str) -> None:
        """Kill -9, and wait until the supervisor has started it again and it answers by itself."""
        before = self.pid(part)
        os.kill(before, signal.SIGKILL)
        await until(lambda: self.pid(part) not in (0, before), within=30)
        deadline = time.monotonic() + 60
        while not await self.answers(part):
            assert time.monotonic() < deadline, f"{part} does not answer"
            await asyncio.sleep(0.1)

    async def answers(self, part: str) -> bool:
        """Whether a part does what it does alone, whatever the others do."""
        try:
            if part == "postgres":
                return bool(await self.sql("SELECT 1"))
            address = next(part_.address for part_ in status_of(load({"home": self.home})).parts if part_.name == part)
            path = {"web": "/api/v1/health/live", "model": "/v1/model"}[part]
            briefly = aiohttp.ClientTimeout(total=5)
            async with aiohttp.ClientSession(timeout=briefly) as session, session.get(address + path) as response:
                return response.ok
        except (aiohttp.ClientError, asyncpg.PostgresError, OSError):
            return False

    def log(self, part: str) -> str:
        """What a part said last."""
        return (self.home / "logs" / f"{part}.log").read_text()[-5000:]

    async def sql(self, statement: str) -> list[asyncpg.Record]:
        """Give the rows of one statement; of several, none."""
        connection = await asyncpg.connect(
            user="medcost", database="medcost", host=str(self.postgres.socket_folder), timeout=10
        )
        try:
            if ";" in statement:
                await connection.execute(statement)
                return []
            return await connection.fetch(statement)
        finally:
            await connection.close()

    @asynccontextmanager
    async def under_load(self, *, workers: int = 16, per_second: float | None = None) -> AsyncIterator[Load]:
        """Load it while the block runs; afterwards every request has its answer or its failure."""
        async with aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0), timeout=aiohttp.ClientTimeout(total=60)
        ) as session:
            asking = Load(self.url, session, self.numbers, workers, per_second)
            tasks = [asyncio.create_task(asking.work()) for _ in range(workers)]
            try:
                yield asking
            finally:
                asking.going = False
                await asyncio.gather(*tasks)

    async def check(self, asking: Load) -> None:
        """Hold every answer against the records: each 201 is there once, with what was answered, and is no other's."""
        recorded = await self.sql("SELECT * FROM predictions")
        by_bmi = Counter(row["bmi"] for row in recorded)
        by_id = {str(row["id"]): row for row in recorded}
        assert by_bmi.total() == len(by_bmi), "a request was recorded twice"
        answers = asking.answers()
        assert len({made["id"] for _, made in answers}) == len(answers)
        for sent, made in answers:
            row = by_id[made["id"]]
            assert made["beneficiary"] == sent
            assert {name: row[name] for name in sent} == sent
            assert (row["expected"], row["typical"]) == (made["expected"], made["typical"])
            assert (row["low"], row["high"]) == (made["interval"]["low"], made["interval"]["high"])
            assert (row["model_version"], row["model_digest"]) == (made["model"]["version"], made["model"]["digest"])
        await self._check_figures(answers)

    async def _check_figures(self, answers: list[tuple[dict[str, Any], dict[str, Any]]]) -> None:
        """Ask for the same people again, by another way: an answer that was a neighbour's would differ."""
        async with aiohttp.ClientSession() as session:
            for at in range(0, len(answers), 100):
                part = answers[at : at + 100]
                question = {"beneficiary": part[0][0], "changes": [sent for sent, _ in part]}
                async with session.post(f"{self.url}/api/v1/scenarios", json=question) as response:
                    assert response.status == 200, await response.text()
                    answer = await response.json()
                for (_, made), again in zip(part, answer["scenarios"], strict=True):
                    if made["model"] == answer["model"]:
                        assert {name: made[name] for name in FIGURES} == {name: again[name] for name in FIGURES}


@dataclass
class Load:
    """A bounded client: so many requests are under way at a time, each about somebody else.

    Args:
        url: the url of the server.
        session: connections.
        numbers: the numbers of the people.
        workers: requests under way.
        per_second: requests begun a second, by all workers together; None for as many as are answered.
    """

    url: str
    session: aiohttp.ClientSession
    numbers: Iterator[int]
    workers: int
    per_second: float | None
    made: list[tuple[int, bytes]] = field(default_factory=list)
    refused: list[str | None] = field(default_factory=list)
    broken: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    slowest: float = 0
    going: bool = True

    async def work(self) -> None:
        while self.going:
            begun = time.monotonic()
            await self.ask(next(self.numbers))
            self.slowest = max(self.slowest, time.monotonic() - begun)
            if self.per_second:
                await asyncio.sleep(max(0, begun + self.workers / self.per_second - time.monotonic()))

    async def ask(self, number: int) -> None:
        try:
            async with self.session.post(f"{self.url}/api/v1/predictions", json=person(number)) as response:
                if response.status == 201:
                    self.made.append((number, await response.read()))
                elif response.status == 503:
                    await response.read()
                    self.refused.append(response.headers.get("retry-after"))
                    await asyncio.sleep(AFTER_FAILURE)
                else:
                    self.wrong.append(f"{response.status} {await response.text()}")
        except (aiohttp.ClientError, OSError) as error:
            self.broken[type(error).__name__] += 1
            await asyncio.sleep(AFTER_FAILURE)

    async def until_made(self, more: int = 1, *, within: float) -> None:
        """Wait until so many more requests were answered by 201."""
        enough = len(self.made) + more
        await until(lambda: len(self.made) >= enough, within=within)

    async def until_refused(self, more: int, *, within: float) -> None:
        """Wait until so many more requests were answered by 503."""
        enough = len(self.refused) + more
        await until(lambda: len(self.refused) >= enough, within=within)

    def answers(self) -> list[tuple[dict[str, Any], dict[str, Any]]]:
        """Whom each 201 was asked about, and what it said."""
        return [(person(number), json.loads(body)) for number, body in self.made]

    @property
    def summary(self) -> str:
        return (
            f"{len(self.made)} made, {len(self.refused)} refused, broken {dict(self.broken)}, wrong {self.wrong[:3]}, "
            f"slowest {self.slowest:.1f} s"
        )


def person(number: int) -> dict[str, Any]:
    """Nobody has another's BMI: the records show whether one request was recorded twice."""
    return {
        "age": 18 + number % 47,
        "sex": ("female", "male")[number % 2],
        "bmi": round(15 + number * 0.00001, 5),
        "children": number % 4,
        "smoker": number % 3 == 0,
        "region": ("northeast", "northwest", "southeast", "southwest")[number % 4],
    }


async def until(true: Callable[[], object], *, within: float) -> None:
    deadline = time.monotonic() + within
    while not true():
        assert time.monotonic() < deadline, f"not within {within} s"
        await asyncio.sleep(0.05)
