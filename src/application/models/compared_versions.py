"""Two versions that are compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.errors import ModelRefused, NoChampion, VersionNotFound
from domain.models.judged_rows import judged
from domain.ports.ledger import champion_or_none

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.models.judged_rows import JudgedRow
    from domain.models.model import ModelVersion
    from domain.monitoring.drift import Sample
    from domain.people.schema import Schema
    from domain.ports.ledger import ModelLedger
    from domain.ports.version_models import VersionModels


@dataclass(frozen=True, slots=True)
class Pair:
    """Numbers of two versions: the first is None for the champion, the second for no other version."""

    version: int | None = None
    against: int | None = None


@dataclass(frozen=True, slots=True)
class Compared:
    """A version, and the version that it is compared with, if there is one.

    Args:
        own: the version.
        rival: the version to compare with; None for none.
    """

    own: ModelVersion
    rival: ModelVersion | None

    @property
    def both(self) -> Sequence[ModelVersion]:
        """Return the one or two versions."""
        return [self.own, *([self.rival] if self.rival else [])]


async def compared(ledger: ModelLedger, pair: Pair) -> Compared:
    """Return the versions of a pair of numbers.

    Raises:
        NoChampion: if the champion is meant and there is none.
        VersionNotFound: if there is no such version.
    """
    own = await ledger.version(pair.version) if pair.version else await champion_or_none(ledger)
    if own is None:
        raise NoChampion
    rival = await ledger.version(pair.against) if pair.against and pair.against != own.number else None
    return Compared(own, rival)


async def rows_of(versions: VersionModels, schema: Schema, pair: Compared) -> tuple[JudgedRow, ...]:
    """Return the rows of the version's folder, joined with the other version's; none where they are unavailable.

    The folder of a version may be on another machine, or of a release without such rows.
    """
    try:
        own = await versions.rows(pair.own.reference)
    except (VersionNotFound, ModelRefused):
        return ()
    return judged(schema, own, await _rows_of(versions, pair.rival))


async def _rows_of(versions: VersionModels, version: ModelVersion | None) -> Sample | None:
    try:
        return await versions.rows(version.reference) if version else None
    except (VersionNotFound, ModelRefused):
        return None
