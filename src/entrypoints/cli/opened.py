"""The session of a command that looks at versions, moves them, or keeps keys."""

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
    """Open what is kept of models and keys."""
    from entrypoints.composition.training import models_container
    from entrypoints.hosting.session import session  # PostgreSQL's parts take half a second

    settings = load({"home": home, "profile": profile})
    with session(settings, lambda: models_container(settings)) as found:
        yield found
