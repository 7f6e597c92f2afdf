"""The child process that changes the champion for the web process: ``python -m entrypoints.hosting.championship``."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

from adapters.subprocess.championship import ChampionChange, serve
from domain.ports.championship import Championship
from entrypoints.composition.settings import load
from entrypoints.composition.training import models_container
from entrypoints.hosting.session import session

if TYPE_CHECKING:
    from domain.models.ledger import LedgerEntry


def _change(change: ChampionChange) -> LedgerEntry:
    settings = load()
    with session(settings, lambda: models_container(settings)) as opened:
        return opened.run(change.of(opened.get(Championship)))


if __name__ == "__main__":
    gc.disable()  # it ends after one change; imports leave no garbage, and to look for it is a fifth of their work
    serve(_change)
