"""The first model of a home, which `medcost up` trains, and the remark on data that changed since."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

import msgspec

from adapters.common.processes import ProcessId, end
from domain.errors import Unavailable
from domain.ports.ledger import champion_or_none
from entrypoints.composition.settings import environment_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from domain.models.model import ModelVersion
    from entrypoints.composition.settings import Settings
    from entrypoints.hosting.supervisor import Supervisor

_CLI = (sys.executable, "-m", "entrypoints.cli.main")


async def train_first_model(settings: Settings, supervisor: Supervisor, say: Callable[[str], None]) -> None:
    """Train a first model in a child process if there is no champion; Ctrl-C ends the child."""
    if await _has_champion(settings):
        return
    what = settings.data or "a synthetic sample (no file was given: DATA=file.csv)"
    say(f"No model yet: training one on {what}. This happens once.")
    code = await _child([*_CLI, "train", "stage=all", *_dataset_of(settings)], settings, supervisor)
    if code != 0 and not await _has_champion(settings):
        message = f"training ended with {code}; what it said stands above. Nothing is served without a model"
        raise Unavailable(message)


async def _has_champion(settings: Settings) -> bool:
    from entrypoints.composition.database import ledger

    async with ledger(settings) as versions:
        return await champion_or_none(versions) is not None


def _dataset_of(settings: Settings) -> list[str]:
    if not settings.data:
        return []
    kind = "parquet" if settings.data.lower().endswith(".parquet") else "csv"
    return [f"dataset={kind}", f"dataset.path={settings.data}"]


async def _child(command: list[str], settings: Settings, supervisor: Supervisor) -> int:
    """Run a command, recorded as the part ``training``; on cancellation, end its process group."""
    process = await asyncio.create_subprocess_exec(
        *command, env=environment_of(settings), stdin=asyncio.subprocess.DEVNULL, start_new_session=True
    )
    supervisor.note("training", process.pid)
    try:
        return await process.wait()
    finally:
        supervisor.forget("training")
        if process.returncode is None and (identity := ProcessId.of(process.pid)):
            await asyncio.to_thread(end, [identity], within=10)


async def report_changed_data(settings: Settings, say: Callable[[str], None]) -> None:
    """Print a remark if the champion was trained on other data than --data names; nothing is retrained."""
    from entrypoints.composition.database import ledger

    process = await asyncio.create_subprocess_exec(
        *_CLI, "data", "describe", settings.data, "--json",
        env=environment_of(settings), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    output, complaint = await process.communicate()
    if process.returncode != 0:
        say(f"--data: {complaint.decode(errors='replace').strip()}; the champion goes on serving")
        return
    digest = msgspec.json.decode(output)["digest"]
    if digest is None:
        say(f"--data: {settings.data} breaks the data contract (see `medcost data validate`); the champion stays")
        return
    async with ledger(settings) as versions:
        champion: ModelVersion = await versions.champion()
    if champion.card.data_digest != digest:
        say(
            f"Note: champion {champion.number} learnt from other data ({champion.card.origin.name}) "
            f"than {settings.data}. It was not retrained. "
            f"To do so: medcost train stage=all {' '.join(_dataset_of(settings))}"
        )
