"""The session of commands that read or change versions and keys."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

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
