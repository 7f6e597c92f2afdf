"""Commands that see the wall clock as if it had been stepped; the clock of this machine is left alone."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from tests.support import mounts

_INSIDE: Final = 'mount --bind "$1" /proc/stat && shift && exec "$@"'


def stepped_by(seconds: int, folder: Path) -> list[str]:
    """Return what a command line begins with, so that the kernel tells the command of another time of the boot.

    That time is how a process that started before the step seems to have started at another time. The file that the
    kernel is said to show lies in ``folder``.
    """
    shown = folder / "proc-stat"
    stat = Path("/proc/stat").read_text()
    shown.write_text(re.sub(r"(?m)^btime (\d+)$", lambda line: f"btime {int(line[1]) + seconds}", stat))
    return [*mounts.NAMESPACE, "sh", "-c", _INSIDE, "-", str(shown)]
