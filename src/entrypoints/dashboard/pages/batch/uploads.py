"""Files that people brought along: each is an upload, seen by whoever holds its token.

Work goes on while a connection is cut; a page that is opened again finds it by the token in a cookie. What nobody
looked at for half an hour is forgotten, and nothing of it lies on a disk by name. They are few: who did nothing with
theirs for longest gives way to a newcomer, and is told so.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import time
from collections import Counter, OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from io import UnsupportedOperation
from typing import IO, TYPE_CHECKING, Final, Literal, TypeAlias
from weakref import WeakValueDictionary

from nicegui import background_tasks

from application.costs.score_people import GivenPeople
from domain.errors import PredictorUnavailable, UnreadableFile

if TYPE_CHECKING:
    from domain.costs.scored_people import ScoredPeople, Totals
    from domain.people.table_reading import TableReading
    from domain.ports.people_files import PeopleTable

Stage: TypeAlias = Literal["empty", "reading", "opened", "scoring", "done"]
MOST_FILES: Final = 16
MOST_EACH: Final = 8
"""Files of one subscriber."""
_REMEMBERED: Final = 1_000
"""Tokens of uploads that gave way, so that who comes back later is told."""
MOST_BYTES: Final = 64 * 1024 * 1024
KEEP_SECONDS: Final = 1800.0
"""Seconds that a file is kept after somebody last looked at it."""
GAVE_WAY: Final = ("gave_way", "")
"""The problem of an upload whose file gave way to somebody else's."""


@dataclass(frozen=True)
class UseCases:
    """What an upload asks of the application."""

    open: Callable[[IO[bytes]], Awaitable[GivenPeople]]
    score: Callable[..., Awaitable[ScoredPeople]]


@dataclass(eq=False)
class Upload:
    """One file, and how far the work on it is. ``changes`` grows with every change, so a page knows what is new."""

    use: UseCases
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    stage: Stage = "empty"
    name: str = ""
    problem: tuple[str, str] = ("", "")
    given: GivenPeople | None = None
    file: IO[bytes] | None = None
    scored: ScoredPeople | None = None
    totals: Totals | None = None
    waiting: bool = False
    changes: int = 0
    whose: str = ""
    seen: float = field(default_factory=time.monotonic)
    acted: float = field(default_factory=time.monotonic)
    coming: asyncio.Timeout | None = None
    _task: asyncio.Task[None] | None = None

    @property
    def is_at_work(self) -> bool:
        """Whether its file is being read or scored."""
        return self.stage in ("reading", "scoring")

    def look(self) -> None:
        """Say that somebody is looking."""
        self.seen = time.monotonic()

    def act(self) -> None:
        """Say that somebody does something with the file."""
        self.seen = self.acted = time.monotonic()

    def give_way(self) -> None:
        """Forget the file for somebody else's, and say so."""
        if self.coming:
            self.coming.reschedule(asyncio.get_running_loop().time())
        self.clear()
        self._to("empty", problem=GAVE_WAY)

    async def take(self, name: str, file: IO[bytes]) -> None:
        """Open a file in upload of what was here; if it cannot be read, ``problem`` says why."""
        self.clear()
        self._to("reading", name=name)
        self.file = _again(file)
        try:
            given = await self.use.open(file)
        except UnreadableFile as flaw:
            self._close_file()
            self._to("empty", problem=(flaw.flaw.value, flaw.detail))
        except BaseException:
            self._close_file()
            self._to("empty")
            raise
        else:
            if self.stage == "reading":
                self.given = given
                self._to("opened")
            else:  # it gave way meanwhile
                given.table.close()
                self._close_file()

    def start(self, reading: TableReading) -> None:
        """Score everybody."""
        self.act()
        if self.given and self.stage == "opened":
            self._to("scoring")
            self._task = background_tasks.create(self._score(self.given.table, reading), name="score people")

    def cancel(self) -> None:
        """Stop scoring; the file stays."""
        if self._task:
            self._task.cancel()

    def again(self) -> None:
        """Go back to the columns."""
        self.act()
        self.scored = self.totals = None
        self._to("opened")

    def clear(self) -> None:
        """Forget the file and all that came of it."""
        self.cancel()
        if self.given:
            self.given.table.close()
        self._close_file()
        self.given = self.scored = self.totals = None
        self._to("empty")

    def _close_file(self) -> None:
        if self.file:
            self.file.close()
        self.file = None

    async def _score(self, table: PeopleTable, reading: TableReading) -> None:
        mine = asyncio.current_task()
        stage: Stage = "opened"
        problem = ("unexpected", "")  # unless it turns out well, or in a way that is known
        try:
            self.scored = await self.use.score(table, reading, tell=self._tell)
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


def _again(file: IO[bytes]) -> IO[bytes] | None:
    """Open a file once more that has no name, for whoever copies it; None if it lies in memory only."""
    try:
        return os.fdopen(os.dup(file.fileno()), "rb")
    except UnsupportedOperation:
        return None


class Uploads:
    """All uploads: those that an open page looks at, and those that hold a file."""

    def __init__(self, use: UseCases) -> None:
        self._use = use
        self._open: WeakValueDictionary[str, Upload] = WeakValueDictionary()
        self._kept: dict[str, Upload] = {}
        self._gave_way: OrderedDict[str, None] = OrderedDict()

    def upload(self, token: str) -> Upload:
        """Give the upload of a token, or a new one."""
        found = self.find(token)
        if found is None:
            found = Upload(self._use, problem=GAVE_WAY if token in self._gave_way else ("", ""))
            self._gave_way.pop(token, None)
            self._open[found.token] = found
        return found

    def find(self, token: str) -> Upload | None:
        """Give the upload of a token, if there is one."""
        self._sweep()
        found = self._open.get(token)
        if found:
            found.look()
        return found

    def admit(self, upload: Upload, whose: str) -> bool:
        """Keep an upload whose file is about to come; another one gives way if need be. Tell whether there is room.

        Places at work give way only to a subscriber who has fewer of them.
        """
        self._sweep()
        others = [one for one in self._kept.values() if one is not upload]
        held = Counter(one.whose for one in others)
        if held[whose] >= MOST_EACH:
            others = [one for one in others if one.whose == whose]
        if held[whose] >= MOST_EACH or len(others) >= MOST_FILES:
            idle = [one for one in others if not one.is_at_work]
            may = idle or [one for one in others if held[one.whose] > held[whose] + 1]
            if not may:
                return False
            self._let_go(min(may, key=lambda one: (-held[one.whose], one.acted)))
        upload.act()
        upload.whose = whose
        self._kept[upload.token] = upload
        return True

    def release(self, upload: Upload) -> None:
        """Keep an upload no longer whose file did not come."""
        if upload.given is None:
            self._kept.pop(upload.token, None)

    def _let_go(self, upload: Upload) -> None:
        del self._kept[upload.token]
        self._gave_way[upload.token] = None
        if len(self._gave_way) > _REMEMBERED:
            self._gave_way.popitem(last=False)
        upload.give_way()

    def close(self) -> None:
        """Forget everything."""
        for upload in self._kept.values():
            upload.clear()
        self._kept.clear()

    def _sweep(self) -> None:
        late = time.monotonic() - KEEP_SECONDS
        for token, upload in list(self._kept.items()):
            if upload.seen < late:
                upload.clear()
                del self._kept[token]
