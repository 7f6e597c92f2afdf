"""Open pages without browsers: each session speaks NiceGUI's protocol over a websocket of its own."""

from __future__ import annotations

import asyncio
import html
import json
import random
import re
import time
from ast import literal_eval
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from uuid import uuid4

import httpx
import socketio

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

_PAUSE = (1.5, 4.5)
"""Seconds between two changes of a fact."""
_ANSWER_WITHIN = 20
_AGES = [age for age in range(20, 64) if age != 40]
"""The ages without 40, with which a page opens, so that every choice is a change."""


@dataclass
class Sessions:
    """The results of open sessions: seconds from a change to its answer, and the samples that were taken meanwhile."""

    answers: list[float] = field(default_factory=list)
    samples: list[float] = field(default_factory=list)


def keep_open(url: str, sessions: int, seconds: float, sample: Callable[[], float]) -> Sessions:
    """Keep sessions open that each change an age every few seconds; take a sample each second once all are there."""
    return asyncio.run(_keep_open(url, sessions, seconds, sample))


async def _keep_open(url: str, sessions: int, seconds: float, sample: Callable[[], float]) -> Sessions:
    results, there, over = Sessions(), asyncio.Semaphore(0), asyncio.Event()
    async with httpx.AsyncClient(trust_env=False, timeout=30) as http, asyncio.TaskGroup() as group:
        for seed in range(sessions):
            group.create_task(_session(http, url, random.Random(seed), results, there, over))
        for _ in range(sessions):
            await there.acquire()
        results.answers.clear()
        begun = time.monotonic()
        while time.monotonic() - begun < seconds:
            await asyncio.sleep(1)
            results.samples.append(sample())
        over.set()
    return results


async def _session(
    http: httpx.AsyncClient, url: str, draw: random.Random, results: Sessions, there: asyncio.Semaphore,
    over: asyncio.Event,
) -> None:  # fmt: skip
    page = (await http.get(url)).raise_for_status().text
    query, age, listener = _read(page)
    begin = draw.randrange(len(_AGES))
    async with _connected(url, query) as (client, answered):
        for turn in count():
            answered.clear()
            begun = time.perf_counter()
            value = _AGES[(begin + 11 * turn) % len(_AGES)]
            event = {"client_id": query["client_id"], "id": age, "listener_id": listener, "args": [json.dumps(value)]}
            await client.emit("event", event)
            await asyncio.wait_for(answered.wait(), _ANSWER_WITHIN)
            results.answers.append(time.perf_counter() - begun)
            if not turn:
                there.release()
            try:
                await asyncio.wait_for(over.wait(), draw.uniform(*_PAUSE))
            except TimeoutError:
                continue
            return


def _read(page: str) -> tuple[dict[str, Any], int, str]:
    """Return the socket's query, and the identifiers of the age's input and listener, from a page."""
    elements = json.loads(html.unescape(re.findall(r"parseElements\(String\.raw`(.*?)`\)", page, re.DOTALL)[0]))
    query = literal_eval(re.findall(r"query: (\{.*?\})", page)[0])
    number, age = next(
        (identifier, element)
        for identifier, element in elements.items()
        if element.get("props", {}).get("name") == "age"
    )
    return query, int(number), age["events"][0]["listener_id"]


@asynccontextmanager
async def _connected(url: str, query: dict[str, Any]) -> AsyncIterator[tuple[socketio.AsyncClient, asyncio.Event]]:
    client, answered = socketio.AsyncClient(reconnection=False), asyncio.Event()
    shown = ""

    async def update(message: dict[str, Any]) -> None:
        nonlocal shown
        acknowledgement = {"client_id": query["client_id"], "next_message_id": message.pop("_id", -1) + 1}
        await client.emit("ack", acknowledgement)
        figures = re.findall(r"answer-number[^>]*>([^<]*)", json.dumps(message))
        if figures and figures[0] != shown:
            shown = figures[0]
            answered.set()

    client.on("update", update)
    handshake = {**query, "implicit_handshake": "true", "tab_id": uuid4(), "document_id": uuid4()}
    await client.connect(
        f"{url}?{urlencode(handshake)}", transports=["websocket"], socketio_path="/_nicegui_ws/socket.io"
    )
    try:
        yield client, answered
    finally:
        await client.disconnect()
