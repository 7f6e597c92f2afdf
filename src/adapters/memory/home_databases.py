"""Databases of homes that are JSON files, for testers."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from domain.errors import BackupRefused, HomeInUse
from domain.ports.home_databases import HomeDatabases

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from domain.operations.audit import AuditEntry

_FILE: Final = "databases.json"


@dataclass
class MemoryDatabases(HomeDatabases):
    """Keeps the identifiers of predictions, and of erased ones, in a file of each home.

    Args:
        migrations: that this release knows.
        in_use: homes whose databases a process uses.
        trails: what was added to the audit trail of each home that was filled.
    """

    migrations: frozenset[str] = frozenset({"0001"})
    in_use: set[Path] = field(default_factory=set)
    trails: dict[Path, AuditEntry] = field(default_factory=dict)

    @property
    def names(self) -> Sequence[str]:
        """Return the name of the only database."""
        return ("medcost",)

    def record(self, home: Path, *, predictions: Sequence[str], erased: Sequence[str] = ()) -> None:
        """Write the records of a home, for tests."""
        home.mkdir(parents=True, exist_ok=True)
        rows = {"predictions": list(predictions), "erased": list(erased)}
        (home / _FILE).write_text(json.dumps(rows), encoding="utf-8")

    def recorded(self, home: Path) -> tuple[list[str], list[str]]:
        """Return the identifiers of a home's predictions, and of its erased ones."""
        rows = json.loads((home / _FILE).read_text(encoding="utf-8"))
        return rows["predictions"], rows["erased"]

    def dump(self, home: Path, into: Path) -> None:
        """Copy the file."""
        (into / "medcost").write_bytes((home / _FILE).read_bytes())

    @contextmanager
    def alone(self, home: Path) -> Iterator[None]:
        """Refuse a home whose database is in use."""
        if home in self.in_use:
            message = f"a process uses the database in {home}: wait for it to end, or end it"
            raise HomeInUse(message)
        yield

    def stop(self, home: Path) -> None:
        """Do nothing: no server runs."""

    def knows(self, migration: str) -> bool:
        """Return whether this release has a migration."""
        return migration in self.migrations

    def fill(
        self,
        home: Path,
        dumps: Path,
        migration: str | None,  # noqa: ARG002  # there are no tables
        *,
        replaced: Path | None,
        audit: AuditEntry,
    ) -> int:
        """Copy the records, without predictions that were erased since."""
        try:
            rows = json.loads((dumps / "medcost").read_text(encoding="utf-8"))
        except ValueError as error:
            message = f"{dumps / 'medcost'} is no copy of a database"
            raise BackupRefused(message) from error
        self.trails[home] = audit
        gone = set(self.recorded(replaced)[1]) if replaced and (replaced / _FILE).exists() else set[str]()
        left = [prediction for prediction in rows["predictions"] if prediction not in gone]
        self.record(home, predictions=left, erased=sorted({*rows["erased"], *gone}))
        return len(rows["predictions"]) - len(left)
