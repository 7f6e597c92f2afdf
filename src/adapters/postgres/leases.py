"""Leases of the embedded server: a file for each process that uses it."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import msgspec

from adapters.common.folders import FolderId
from adapters.common.processes import ProcessId

if TYPE_CHECKING:
    from collections.abc import Iterator


class _Lease(msgspec.Struct, frozen=True):
    """The process that uses the server, and the folder of the lease, which is void in a copy of the folder.

    Version 0.1 wrote the process only.
    """

    process: ProcessId
    folder: FolderId | None = None

    @classmethod
    def read(cls, file: Path) -> _Lease | None:
        """Read a lease; None if it was returned meanwhile, or its process was killed while writing it."""
        try:
            text = file.read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        try:
            return msgspec.json.decode(text, type=cls)
        except msgspec.DecodeError:
            process = ProcessId.decode(text)
            return cls(process) if process else None

    def counts(self, folder: Path) -> bool:
        """Return whether the lease's process lives, and took the lease in this folder."""
        return self.process.is_alive and (self.folder is None or self.folder.is_at(folder))


@dataclass(frozen=True, slots=True)
class Leases:
    """The leases in a folder. Only who holds the server's lock may take, return or remove one; anybody may count."""

    folder: Path

    def take(self) -> Path:
        """Write a lease of this process, and return its file.

        Raises:
            OSError: if it cannot be written.
        """
        self.folder.mkdir(exist_ok=True)
        file = self.folder / f"{os.getpid()}-{uuid4().hex}"
        try:
            file.write_bytes(msgspec.json.encode(_Lease(ProcessId.mine(), FolderId.of(self.folder))))
        except BaseException:
            self.give_back(file)
            raise
        return file

    def give_back(self, file: Path) -> None:
        """Remove a lease of this process, and those of processes that are gone."""
        file.unlink(missing_ok=True)
        for other, counts in self._each():
            if not counts:
                with suppress(OSError):  # on a read-only disk it stays, and does not count
                    other.unlink(missing_ok=True)

    @property
    def count(self) -> int:
        """Return the number of leases of living processes."""
        return sum(counts for _, counts in self._each())

    def _each(self) -> Iterator[tuple[Path, bool]]:
        for file in list(self.folder.glob("*-*")):
            lease = _Lease.read(file)
            yield file, lease is not None and lease.counts(self.folder)
