"""A certificate authority made by docker/pki/pki.sh."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

SCRIPT = Path(__file__).resolve().parents[2] / "docker" / "pki" / "pki.sh"


class Pki(Protocol):
    """`pki("client", "api", "--ca", folder, "--out", other)` runs the script, gives its exit status and words."""

    def __call__(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]: ...


@dataclass(frozen=True)
class Authority:
    """A CA, and what it signed: everything in one folder, as on one server."""

    pki: Pki
    key_folder: Path
    folder: Path

    def create(self) -> None:
        """Make the authority's own key and certificate."""
        done = self.pki("ca", "--ca", self.key_folder)
        assert done.returncode == 0, done.stderr

    def copy(self, folder: Path) -> Authority:
        """Return the same authority with all that it signed, in another folder."""
        copies = [Path(shutil.copytree(place, folder / place.name)) for place in (self.key_folder, self.folder)]
        return Authority(self.pki, *copies)

    def server(self, name: str, *hosts: str) -> Path:
        return self._made("server", name, "--host", ",".join(hosts))

    def client(self, user: str, *more: str) -> Path:
        return self._made("client", user, *more)

    def _made(self, *what: str) -> Path:
        done = self.pki(*what, "--ca", self.key_folder, "--out", self.folder)
        assert done.returncode == 0, done.stderr
        return self.folder / f"{what[1]}.crt"
