"""Dumps of and queries to databases of the embedded server, by PostgreSQL's own programs."""

from __future__ import annotations

from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING

from adapters.postgres.programs import WHEEL, Programs
from domain.errors import RepositoryUnavailable

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Client:
    """A client of the running server whose socket is in ``socket_folder``.

    Every method raises `RepositoryUnavailable`, with the message of the program that failed.
    """

    socket_folder: Path
    user: str
    programs: Programs = WHEEL

    def dump(self, database: str, file: Path) -> None:
        """Write a consistent copy of a database, which may be in use, to a new file."""
        with file.open("xb") as output:
            self._run("pg_dump", "--format=custom", database, output=output)

    def ask(self, database: str, *commands: str, given: str = "") -> str:
        """Run commands by psql in one transaction, and return its output."""
        options = [word for command in commands for word in ("-c", command)]
        quiet = ("-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "--single-transaction", "-d", database)
        with TemporaryFile() as input_file, TemporaryFile() as output:
            input_file.write(given.encode())
            input_file.seek(0)
            self._run("psql", *quiet, *options, given=input_file, output=output)
            output.seek(0)
            return output.read().decode()

    def _run(
        self, program: str, *arguments: str, given: IO[bytes] | None = None, output: IO[bytes] | None = None
    ) -> None:
        where = ("--host", str(self.socket_folder), "--username", self.user)
        done = self.programs.run(program, *where, *arguments, given=given, output=output)
        if done.returncode != 0:
            lines = done.stderr.decode(errors="replace").strip().splitlines()
            message = f"{program}: {lines[0] if lines else f'ended with {done.returncode}'}"
            raise RepositoryUnavailable(message)
