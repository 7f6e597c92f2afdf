"""Is every part reachable, and what is to be done where one is not?"""

from __future__ import annotations

import os
import shutil
import sqlite3
from dataclasses import dataclass
from importlib import metadata
from typing import TYPE_CHECKING, Literal

import httpx
import msgspec

from adapters.system.home import Home
from domain.errors import LedgerBroken, MedcostError, NoChampion, RegistryUnavailable
from domain.ledger import verify
from domain.prediction import ModelReference
from entrypoints.wiring.replicas import replicas
from entrypoints.wiring.running import status_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from domain.ports.ledger import ModelLedger
    from entrypoints.wiring.settings import Settings

_LITTLE_DISK = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Finding:
    """One question and its answer. ``remedy`` says what to do unless all is well."""

    part: str
    state: Literal["ok", "warning", "failed"]
    detail: str
    remedy: str = ""


async def diagnose(settings: Settings) -> list[Finding]:
    """Look at every part of the profile, from the ground up."""
    found = [finding async for finding in _home(settings)]
    if settings.profile != "memory":
        found += [finding async for finding in _database(settings)]
        found += [finding async for finding in _tracking(settings)]
    found += [finding async for finding in _running(settings)]
    return found


async def _home(settings: Settings) -> AsyncIterator[Finding]:
    yield Finding("medcost", "ok", f"version {metadata.version('medcost')}, profile {settings.profile}")
    home = settings.home
    nearest = next(folder for folder in (home, *home.parents) if folder.exists())
    if not os.access(nearest, os.W_OK | os.X_OK):
        yield Finding("home", "failed", f"{nearest} is not writable", "choose another folder with --home")
        return
    free = shutil.disk_usage(nearest).free
    detail = f"{home}, {free / 1e9:.1f} GB free" + ("" if home.exists() else ", not made yet")
    if free < _LITTLE_DISK:
        yield Finding("home", "warning", detail, "make room: PostgreSQL stops when the disk is full")
    else:
        yield Finding("home", "ok", detail)


async def _database(settings: Settings) -> AsyncIterator[Finding]:
    from adapters.postgres import migrations
    from entrypoints.wiring.database import database_url, lease, ledger

    if not settings.database_url and not Home(settings.home).postgres.exists():
        yield Finding("database", "warning", "not made yet", "run `medcost up`")
        return
    try:
        with lease(settings):
            current, head = await migrations.current(database_url(settings)), migrations.head()
            if current != head:
                yield Finding("database", "failed", f"schema is {current}, not {head}", "run `medcost db upgrade`")
                return
            yield Finding("database", "ok", f"answers, schema {head}")
            async with ledger(settings) as versions:
                yield await _seals(versions)
                try:
                    champion = await versions.champion()
                except NoChampion:
                    yield Finding("champion", "failed", "no model was promoted", "run `medcost train stage=all`")
                    return
            yield Finding("champion", "ok", f"version {champion.number} ({champion.card.recipe.name})")
            async for finding in _served(settings, champion.reference):
                yield finding
    except MedcostError as why:
        yield Finding("database", "failed", str(why), "start it, or correct MEDCOST_DATABASE_URL")


async def _seals(versions: ModelLedger) -> Finding:
    entries = await versions.history()
    count = f"{len(entries)} entries"
    try:
        head = await versions.head()
        verify(entries, head=head)
    except LedgerBroken as broken:
        return Finding("ledger", "failed", str(broken), "restore a backup, of the database and of MLflow's or the home")
    except RegistryUnavailable as away:
        return Finding("ledger", "failed", f"{count}, but the witness of its end is away: {away}", "start MLflow")
    if entries and head is None:
        no_witness = f"{count}, each seal holds, but nobody remembers where it ended"
        return Finding("ledger", "warning", no_witness, "the next promotion is remembered; was MLflow's database lost?")
    return Finding("ledger", "ok", f"{count}, each seal holds")


async def _served(settings: Settings, champion: ModelReference) -> AsyncIterator[Finding]:
    if settings.follow == "home":
        yield _shelf(settings, champion)
    else:
        for one in await replicas(settings):
            detail = f"{one.address} answers by {f'version {one.version}' if one.version else 'no model'}"
            if one.serves(champion):
                yield Finding("model server", "ok", detail)
            else:
                yield Finding(
                    "model server", "failed", f"{detail}: {one.trouble or 'it will follow'}", "look at its log"
                )


def _shelf(settings: Settings, champion: ModelReference) -> Finding:
    from adapters.bentoml import pointer

    pointed = pointer.read(Home(settings.home).pointer)
    if pointed == champion:
        return Finding("pointer", "ok", f"names version {champion.version}, as the ledger does")
    return Finding("pointer", "failed", f"names {pointed}, the ledger {champion}", "run `medcost publish`")


async def _tracking(settings: Settings) -> AsyncIterator[Finding]:
    if settings.tracking_uri.startswith("http"):
        url = settings.tracking_uri.rstrip("/") + "/health"
        yield await _asked("tracking", url, "start MLflow, or correct MEDCOST_TRACKING_URI")
        return
    file = Home(settings.home).mlflow_database
    if not file.exists():
        yield Finding("tracking", "warning", "no experiment was made yet", "run `medcost train stage=all`")
        return
    try:
        with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as store:
            (runs,) = store.execute("SELECT count(*) FROM runs").fetchone()
        yield Finding("tracking", "ok", f"{runs} runs; look at them with `medcost serve mlflow`")
    except sqlite3.Error as error:
        yield Finding("tracking", "failed", f"{file}: {error}", "restore a backup of this home")


async def _running(settings: Settings) -> AsyncIterator[Finding]:
    status = status_of(settings)
    if settings.profile == "production" and not status.parts:
        return  # each process has a container of its own, and whoever runs those asks for their health
    if not status.up:
        gone = [part.name for part in status.parts if part.running]
        detail = f"killed, but {', '.join(gone)} still run" if gone else "nothing is up"
        yield Finding("service", "failed" if gone else "warning", detail, "run `medcost up`")
        return
    yield Finding("service", "ok", f"up at {status.url}")
    for part in status.parts:
        if not part.running:
            yield Finding(part.name, "failed", "not running", f"look into {Home(settings.home).logs / part.name}.log")
        elif part.name == "model":
            yield await _model_server(f"{part.address}/v1/model")
        elif part.name == "web":
            yield await _asked("api", f"{part.address}/api/v1/health/ready", "look at logs/web.log")


async def _model_server(url: str) -> Finding:
    """It answers, but perhaps by an old model because it refused the one that it is pointed to."""
    remedy = "look into logs/model.log, or run `medcost publish`"
    answer = await _answer(url)
    if isinstance(answer, str):
        return Finding("model server", "failed", answer, remedy)
    told = msgspec.json.decode(answer.content, type=dict[str, object])
    if refused := told.get("refused"):
        return Finding("model server", "failed", f"serves version {told['version']}, but refuses: {refused}", remedy)
    return Finding("model server", "ok", f"{url} answers by version {told['version']}")


async def _asked(part: str, url: str, remedy: str) -> Finding:
    answer = await _answer(url)
    return Finding(part, "failed", answer, remedy) if isinstance(answer, str) else Finding(part, "ok", f"{url} answers")


async def _answer(url: str) -> httpx.Response | str:
    """A good answer, or what is wrong."""
    try:
        async with httpx.AsyncClient(timeout=10, trust_env=False) as client:
            response = await client.get(url)
    except httpx.HTTPError as error:
        return f"{url}: {type(error).__name__}"
    return response if response.is_success else f"{url} answers {response.status_code}: {response.text[:200]}"
