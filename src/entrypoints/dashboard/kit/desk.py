"""Files that people brought along: each is worked on at one place of a desk, seen by whoever holds its token.

Work goes on while a connection is cut; a page that is opened again finds it by the token in a cookie. What nobody
looked at for half an hour is forgotten, and nothing of it lies on a disk by name.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Final, Literal, TypeAlias
from weakref import WeakValueDictionary

from nicegui import background_tasks

from application.score_people import GivenPeople, Progress
from domain.errors import PredictorUnavailable, UnreadableFile

if TYPE_CHECKING:
    from domain.people_table import Matching
    from domain.ports.people_files import PeopleTable
    from domain.scored_people import ScoredPeople, Totals

Stage: TypeAlias = Literal["empty", "reading", "opened", "scoring", "done"]
MOST_FILES: Final = 16
MOST_BYTES: Final = 64 * 1024 * 1024
KEPT: Final = 1800.0
"""Seconds that a file is kept after somebody last looked at it."""


@dataclass(frozen=True)
class UseCases:
    """What a place asks of the application."""

    open: Callable[[IO[bytes]], Awaitable[GivenPeople]]
    score: Callable[[PeopleTable, Matching, Progress], Awaitable[ScoredPeople]]


@dataclass(eq=False)
class Place:
    """One file, and how far the work on it is. ``changes`` grows with every change, so a page knows what is new."""

    use: UseCases
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    stage: Stage = "empty"
    name: str = ""
    problem: tuple[str, str] = ("", "")
    given: GivenPeople | None = None
    scored: ScoredPeople | None = None
    totals: Totals | None = None
    waiting: bool = False
    changes: int = 0
    seen: float = field(default_factory=time.monotonic)
    _task: asyncio.Task[None] | None = None

    def look(self) -> None:
        """Say that somebody is looking."""
        self.seen = time.monotonic()

    async def take(self, name: str, file: IO[bytes]) -> None:
        """Open a file in place of what was here; if it cannot be read, ``problem`` says why."""
        self.clear()
        self._to("reading", name=name)
        try:
            self.given = await self.use.open(file)
        except UnreadableFile as flaw:
            self._to("empty", problem=(flaw.flaw.value, flaw.detail))
        except BaseException:
            self._to("empty")
            raise
        else:
            self._to("opened")

    def start(self, matching: Matching) -> None:
        """Score everybody."""
        if self.given and self.stage == "opened":
            self._to("scoring")
            self._task = background_tasks.create(self._score(self.given.table, matching), name="score people")

    def cancel(self) -> None:
        """Stop scoring; the file stays."""
        if self._task:
            self._task.cancel()

    def again(self) -> None:
        """Go back to the columns."""
        self.scored = self.totals = None
        self._to("opened")

    def clear(self) -> None:
        """Forget the file and all that came of it."""
        self.cancel()
        if self.given:
            self.given.table.close()
        self.given = self.scored = self.totals = None
        self._to("empty")

    async def _score(self, table: PeopleTable, matching: Matching) -> None:
        mine = asyncio.current_task()
        stage: Stage = "opened"
        problem = ("unexpected", "")  # unless it turns out well, or in a way that is known
        try:
            self.scored = await self.use.score(table, matching, self._tell)
            self.totals = await asyncio.to_thread(self.scored.totals)
            stage, problem = "done", ("", "")
        except UnreadableFile as flaw:
            problem = (flaw.flaw.value, flaw.detail)
        except PredictorUnavailable:
            problem = ("model", "")
        except asyncio.CancelledError:
            problem = ("cancelled", "")
            raise
        finally:
            if self._task is mine and self.stage == "scoring":
                if stage != "done":
                    self.scored = None
                self._to(stage, problem=problem)

    def _tell(self, scored: ScoredPeople, *, waiting: bool) -> None:
        self.scored, self.waiting = scored, waiting
        self.changes += 1

    def _to(self, stage: Stage, *, name: str = "", problem: tuple[str, str] = ("", "")) -> None:
        self.stage, self.problem, self.waiting = stage, problem, False
        self.name = name or self.name
        self.changes += 1


class Desk:
    """All places: those that an open page looks at, and those that hold a file."""

    def __init__(self, use: UseCases) -> None:
        self._use = use
        self._open: WeakValueDictionary[str, Place] = WeakValueDictionary()
        self._kept: dict[str, Place] = {}

    def place(self, token: str) -> Place:
        """Give the place of a token, or a new one."""
        found = self.find(token)
        if found is None:
            found = Place(self._use)
            self._open[found.token] = found
        return found

    def find(self, token: str) -> Place | None:
        """Give the place of a token, if there is one."""
        self._sweep()
        found = self._open.get(token)
        if found:
            found.look()
        return found

    def has_room(self, place: Place) -> bool:
        """Tell whether one more file may come."""
        self._sweep()
        return place.token in self._kept or len(self._kept) < MOST_FILES

    def keep(self, place: Place) -> None:
        """Keep a place that is about to hold a file."""
        place.look()
        self._kept[place.token] = place

    def close(self) -> None:
        """Forget everything."""
        for place in self._kept.values():
            place.clear()
        self._kept.clear()

    def _sweep(self) -> None:
        late = time.monotonic() - KEPT
        for token, place in list(self._kept.items()):
            if place.seen < late:
                place.clear()
                del self._kept[token]
