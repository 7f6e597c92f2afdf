"""The ledger: who made which version champion, when and why. Append-only, each entry sealed to the one before."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from domain.errors import LedgerBroken

GENESIS: Final = "0" * 64
"""The previous seal of the first entry."""


class Change(StrEnum):
    """Action of an entry of the ledger."""

    PROMOTION = "promotion"
    ROLLBACK = "rollback"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEntry:
    """An entry to be appended.

    Args:
        change: promotion or rollback.
        version: the version that becomes champion, with its digest.
        replaces: the champion before, None for the first.
        at: time of the change, in UTC.
        by: name of the person or program that made it.
        reason: the reason; required where the gate was overridden.
        overridden: whether the gate had refused the version, or not judged it.
    """

    change: Change
    version: int
    digest: str
    replaces: int | None
    at: datetime
    by: str
    reason: str
    overridden: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEntry(NewEntry):
    """An entry of the ledger, numbered from 1 and sealed."""

    number: int
    previous_seal: str
    seal: str


def sealed(new: NewEntry, *, after: LedgerEntry | None) -> LedgerEntry:
    """Number an entry and seal it to the one before it: SHA-256 over its canonical JSON.

    >>> from datetime import UTC, datetime
    >>> first = sealed(NewEntry(change=Change.PROMOTION, version=1, digest="d", replaces=None,
    ...     at=datetime(2026, 1, 1, tzinfo=UTC), by="ann", reason="gate"), after=None)
    >>> first.number, first.previous_seal == GENESIS, len(first.seal)
    (1, True, 64)
    """
    number = 1 if after is None else after.number + 1
    previous = GENESIS if after is None else after.seal
    content = {**asdict(new), "at": new.at.isoformat(), "number": number, "previous_seal": previous}
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"))
    seal = hashlib.sha256(canonical.encode()).hexdigest()
    return LedgerEntry(**asdict(new), number=number, previous_seal=previous, seal=seal)


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the ledger, a copy of which is kept outside the database.

    Args:
        seal: the seal of the last entry, None before the first.
        announced: seal of the entry that was about to be committed, None if there was none: after a crash the ledger
            may end with either.
    """

    seal: str | None
    announced: str | None = None


def verify(entries: Sequence[LedgerEntry], *, head: Head | None) -> None:
    """Check the whole chain, oldest first, and that it ends where the head says.

    Args:
        entries: all entries, oldest first.
        head: the copy outside the database; None if there never was one.

    Raises:
        LedgerBroken: with the first entry that was changed, or that entries were cut off, replaced or added.
    """
    previous: LedgerEntry | None = None
    for entry in entries:
        new = NewEntry(**{name: getattr(entry, name) for name in NewEntry.__dataclass_fields__})
        if sealed(new, after=previous) != entry:
            message = f"ledger entry {entry.number} does not match its seal: it, or one before it, was tampered with"
            raise LedgerBroken(message)
        previous = entry
    last = previous.seal if previous else None
    # the seal of an announced entry seals the one before it too, so nothing else needs to be compared
    if head is not None and last not in (head.seal, head.announced if last else head.seal):
        message = "the ledger does not end where it should: entries were cut off, replaced or added"
        raise LedgerBroken(message)


def previous_champion(entries: Sequence[LedgerEntry]) -> int | None:
    """Return the version that a rollback goes back to, None if there is none.

    Champions form a stack: a promotion adds one, a rollback removes the last.
    """
    champions: list[int] = []
    for entry in entries:
        if entry.change is Change.PROMOTION:
            champions.append(entry.version)
        else:
            champions.pop()
    return champions[-2] if len(champions) > 1 else None


def was_rolled_back(entries: Sequence[LedgerEntry], version: int) -> bool:
    """Return whether a version was champion and its last change was a rollback."""
    rolled_back = False
    for entry in entries:
        if entry.change is Change.ROLLBACK and entry.replaces == version:
            rolled_back = True
        elif entry.version == version:
            rolled_back = False
    return rolled_back
