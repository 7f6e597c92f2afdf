"""The child process that changes the champion for the web process: ``python -m entrypoints.wiring.championship``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.system.championship import Asked, serve
from domain.ports.championship import Championship
from entrypoints.wiring.session import session
from entrypoints.wiring.settings import load
from entrypoints.wiring.training import models_container

if TYPE_CHECKING:
    from domain.ledger import LedgerEntry


def _change(asked: Asked) -> LedgerEntry:
    settings = load()
    with session(settings, lambda: models_container(settings)) as opened:
        return opened.run(asked.of(opened.get(Championship)))


if __name__ == "__main__":
    serve(_change)
