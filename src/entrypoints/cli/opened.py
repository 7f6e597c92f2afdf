"""The sessions of commands that read or change versions and keys, or measure the champion."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from domain.errors import ConfigurationError
from entrypoints.composition.settings import Profile, load

if TYPE_CHECKING:
    from collections.abc import Iterator

    from entrypoints.hosting.session import Session


@contextmanager
def opened(home: Path | None, profile: Profile | None) -> Iterator[Session]:
    """Open a session with the stores of models and keys."""
    from entrypoints.composition.training import models_container
    from entrypoints.hosting.session import session  # PostgreSQL's parts take half a second

    settings = load({"home": home, "profile": profile})
    with session(settings, lambda: models_container(settings)) as models_session:
        yield models_session


@contextmanager
def opened_for_monitoring(home: Path | None, profile: Profile | None, window: timedelta) -> Iterator[Session]:
    """Open a session that can measure what came of the champion's predictions within a window.

    Raises:
        ConfigurationError: if the window is empty.
    """
    from entrypoints.composition.monitoring import monitoring_container
    from entrypoints.hosting.session import session

    if window <= timedelta():
        message = "--window must be positive"
        raise ConfigurationError(message)
    settings = load({"home": home, "profile": profile})
    with session(settings, lambda: monitoring_container(settings)) as monitoring_session:
        yield monitoring_session
