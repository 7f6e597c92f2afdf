"""Commands that see a folder on a disk of another kind; the mounts of this machine are left alone."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Final

NAMESPACE: Final = ("unshare", "--mount") if os.geteuid() == 0 else ("unshare", "--map-root-user", "--mount")
_RUN: Final = ' && shift && exec "$@"'
_READ_ONLY: Final = 'mount --bind "$1" "$1" && mount -o remount,bind,ro "$1"' + _RUN
_FULL: Final = 'mount -t tmpfs -o size=64k tmpfs "$1" && { cat /dev/zero > "$1/ballast" 2>/dev/null || true; }' + _RUN


def read_only(folder: Path) -> list[str]:
    """Return what a command line begins with, so that the command can only read a folder."""
    return [*NAMESPACE, "sh", "-c", _READ_ONLY, "-", str(folder)]


def full(folder: Path) -> list[str]:
    """Return what a command line begins with, so that a folder is a disk without room, and otherwise empty."""
    return [*NAMESPACE, "sh", "-c", _FULL, "-", str(folder)]


def missing() -> str | None:
    """Return why no folder can be mounted for a command here; None if one can."""
    done = subprocess.run([*NAMESPACE, "true"], capture_output=True, text=True, check=False)
    return done.stderr.strip() or "unshare failed" if done.returncode else None
