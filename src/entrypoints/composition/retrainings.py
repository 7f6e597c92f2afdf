"""The lock and the reports of a home's retrainings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.local.home import Home
from adapters.local.retrainings import HomeRetrainings

if TYPE_CHECKING:
    from domain.ports.retrainings import Retrainings
    from entrypoints.composition.settings import Settings


def retrainings_of(settings: Settings) -> Retrainings:
    """Return the lock and the reports of the home's retrainings, without opening other parts."""
    return HomeRetrainings(Home(settings.home))
