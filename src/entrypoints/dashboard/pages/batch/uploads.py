"""Uploads of files, each accessible by its token.

Work continues while a connection is cut; a page that is opened again finds its upload by the token in a cookie. An
upload is deleted half an hour after its page was last open; its file has no name on the disk. The number of uploads is
limited: the longest idle upload is deleted for a new one, and its page says so.
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
"""Most files of one subscriber."""
_REMEMBERED: Final = 1_000
"""Number of remembered tokens of uploads that were deleted for others, so that their pages can say so."""
MOST_BYTES: Final = 64 * 1024 * 1024
KEEP_SECONDS: Final = 1800.0
"""Seconds for which a file is stored after its page was last open."""
GAVE_WAY: Final = ("gave_way", "")
"""The problem of an upload that was deleted for another."""


@dataclass(frozen=True)
class UseCases:
    """The use cases of an upload."""

    open: Callable[[IO[bytes]], Awaitable[GivenPeople]]
    score: Callable[..., Awaitable[ScoredPeople]]


@dataclass(eq=False)
class Upload:
    """A file and the progress of its scoring; ``changes`` counts the changes, so that a page can detect them."""

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
        """Return whether the file is being read or scored."""
        return self.stage in ("reading", "scoring")

    def look(self) -> None:
        """Record that a page shows this upload now."""
        self.seen = time.monotonic()

    def act(self) -> None:
        """Record an action on the file."""
        self.seen = self.acted = time.monotonic()

    def give_way(self) -> None:
        """Delete the file to make room for another, and set the problem that says so."""
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
        """Start scoring all rows."""
        self.act()
        if self.given and self.stage == "opened":
            self._to("scoring")
            self._task = background_tasks.create(self._score(self.given.table, reading), name="score people")

    def cancel(self) -> None:
        """Stop scoring and keep the file."""
        if self._task:
            self._task.cancel()

    def again(self) -> None:
        """Return to the matching of columns."""
        self.act()
        self.scored = self.totals = None
        self._to("opened")

    def clear(self) -> None:
        """Delete the file and its results."""
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
    """All uploads: those of open pages, and those with a file."""

    def __init__(self, use: UseCases) -> None:
        self._use = use
        self._open: WeakValueDictionary[str, Upload] = WeakValueDictionary()
        self._with_files: dict[str, Upload] = {}
        self._gave_way: OrderedDict[str, None] = OrderedDict()

    def upload(self, token: str) -> Upload:
        """Return the upload of a token, or a new upload."""
        upload = self.find(token)
        if upload is None:
            upload = Upload(self._use, problem=GAVE_WAY if token in self._gave_way else ("", ""))
            self._gave_way.pop(token, None)
            self._open[upload.token] = upload
        return upload

    def find(self, token: str) -> Upload | None:
        """Return the upload of a token; None if there is none."""
        self._sweep()
        upload = self._open.get(token)
        if upload:
            upload.look()
        return upload

    def admit(self, upload: Upload, whose: str) -> bool:
        """Return whether there is room for an upload's file, after deleting another upload if need be.

        Uploads that are being processed are deleted only for a subscriber with fewer uploads.
        """
        self._sweep()
        others = [other for other in self._with_files.values() if other is not upload]
        held = Counter(other.whose for other in others)
        if held[whose] >= MOST_EACH:
            others = [other for other in others if other.whose == whose]
        if held[whose] >= MOST_EACH or len(others) >= MOST_FILES:
            idle = [other for other in others if not other.is_at_work]
            may = idle or [other for other in others if held[other.whose] > held[whose] + 1]
            if not may:
                return False
            self._let_go(min(may, key=lambda other: (-held[other.whose], other.acted)))
        upload.act()
        upload.whose = whose
        self._with_files[upload.token] = upload
        return True

    def release(self, upload: Upload) -> None:
        """Free the room of an upload whose file did not arrive."""
        if upload.given is None:
            self._with_files.pop(upload.token, None)

    def _let_go(self, upload: Upload) -> None:
        del self._with_files[upload.token]
        self._gave_way[upload.token] = None
        if len(self._gave_way) > _REMEMBERED:
            self._gave_way.popitem(last=False)
        upload.give_way()

    def close(self) -> None:
        """Delete all uploads."""
        for upload in self._with_files.values():
            upload.clear()
        self._with_files.clear()

    def _sweep(self) -> None:
        late = time.monotonic() - KEEP_SECONDS
        for token, upload in list(self._with_files.items()):
            if upload.seen < late:
                upload.clear()
                del self._with_files[token]
