"""Two versions that are compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.errors import ModelRefused, NoChampion, VersionNotFound
from domain.ports.ledger import champion_or_none

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.models.model import ModelVersion
    from domain.monitoring.drift import Sample
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


async def sample_of(models: VersionModels, version: ModelVersion | None) -> Sample | None:
    """Return the rows that a version learned from, None where they are unavailable.

    The folder of a version may be on another machine, or of a release without such rows.

    Raises:
        PredictorUnavailable: if the models do not answer.
    """
    try:
        return await models.rows(version.reference) if version else None
    except (VersionNotFound, ModelRefused):
        return None
