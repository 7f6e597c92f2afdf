"""Where the retrainings of a home take turns and leave their reports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.local.home import Home
from adapters.local.retrainings import HomeRetrainings

if TYPE_CHECKING:
    from domain.ports.retrainings import Retrainings
    from entrypoints.composition.settings import Settings


def retrainings_of(settings: Settings) -> Retrainings:
    """Give the lock and the reports of the home's retrainings; nothing is opened for them."""
    return HomeRetrainings(Home(settings.home))
