"""The ledger's head in a file of the home."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from adapters.common.files import replace_file
from domain.errors import LedgerBroken, RegistryUnavailable
from domain.models.ledger import Head
from domain.ports.witness import LedgerWitness

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class FileWitness(LedgerWitness):
    """Keeps the head in a file, for the processes of one machine."""

    file: Path

    async def head(self) -> Head | None:
        """Read the head from the file."""
        try:
            return msgspec.json.decode(await asyncio.to_thread(self.file.read_bytes), type=Head)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._away(error) from error
        except msgspec.DecodeError as error:
            message = f"{self.file}, the ledger's head, cannot be read: {error}"
            raise LedgerBroken(message) from error

    async def keep(self, head: Head) -> None:
        """Replace the file."""
        try:
            await asyncio.to_thread(replace_file, self.file, msgspec.json.encode(head))
        except OSError as error:
            raise self._away(error) from error

    def _away(self, error: OSError) -> RegistryUnavailable:
        return RegistryUnavailable(f"{self.file}, the ledger's head: {error.strerror}")
