"""Changes of the champion by a child process, so that the libraries they import do not burden this one."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, Final

import msgspec

from domain.errors import (
    LedgerBroken,
    MedcostError,
    ModelRefused,
    PromotionRefused,
    RegistryUnavailable,
    RepositoryUnavailable,
    Unavailable,
    VersionNotFound,
)
from domain.models.ledger import LedgerEntry
from domain.ports.championship import Championship

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_ERRORS: Final = {
    kind.__name__: kind
    for kind in (
        LedgerBroken, MedcostError, ModelRefused, PromotionRefused, RegistryUnavailable,
        RepositoryUnavailable, VersionNotFound,
    )
}  # fmt: skip


class ChampionChange(msgspec.Struct, frozen=True):
    """A change of the champion: a promotion of a version, or a roll-back where there is none."""

    version: int | None
    by: str
    reason: str | None
    after: int | None = None

    async def of(self, championship: Championship) -> LedgerEntry:
        """Make this change by a championship."""
        if self.version is None:
            return await championship.roll_back(by=self.by, reason=self.reason, after=self.after)
        return await championship.promote(self.version, by=self.by, reason=self.reason)


class _Failed(msgspec.Struct, frozen=True, tag=True):
    error: str
    text: str
    retry_after: float


class _Done(msgspec.Struct, frozen=True, tag=True):
    entry: LedgerEntry


class ChildChampionship(Championship):
    """Runs one child at a time, which reads a change from stdin and writes the ledger's entry or an error to stdout.

    A child that has begun ends its work also if the caller stops waiting.

    Args:
        command: the command of the child; it calls `serve`.
        environment: the child's whole environment.
        deadline: seconds that a child may take; then it is killed, and the next change repairs what is half done.
    """

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], *, deadline: float) -> None:
        self._command = command
        self._environment = environment
        self._deadline = deadline
        self._turn = asyncio.Lock()

    async def promote(self, number: int, *, by: str, reason: str | None = None) -> LedgerEntry:
        """Let a child promote."""
        return await self._ask(ChampionChange(number, by, reason))

    async def roll_back(self, *, by: str, reason: str | None = None, after: int | None = None) -> LedgerEntry:
        """Let a child roll back."""
        return await self._ask(ChampionChange(None, by, reason, after))

    async def close(self) -> None:
        """Wait for the child that is at work."""
        async with self._turn:
            pass

    async def _ask(self, change: ChampionChange) -> LedgerEntry:
        await self._turn.acquire()
        # the caller may be gone before the child is done: the turn ends with the child
        work = asyncio.create_task(self._run(change))
        work.add_done_callback(lambda _: self._turn.release())
        output = await asyncio.shield(work)
        answer = msgspec.json.decode(output, type=_Done | _Failed)
        if isinstance(answer, _Done):
            return answer.entry
        error = _ERRORS[answer.error](answer.text)
        if isinstance(error, Unavailable):
            error.retry_after = answer.retry_after
        raise error

    async def _run(self, change: ChampionChange) -> bytes:
        process = await asyncio.create_subprocess_exec(
            *self._command, env=self._environment, start_new_session=True,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        try:
            async with asyncio.timeout(self._deadline):
                output, _ = await process.communicate(msgspec.json.encode(change))
        except TimeoutError:
            message = f"changing the champion took longer than {self._deadline:g} s and was stopped: ask again"
            raise RegistryUnavailable(message, retry_after=5) from None
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode != 0:
            message = f"the process that changes the champion ended with {process.returncode}; the log says why"
            raise RegistryUnavailable(message, retry_after=5)
        return output


def serve(change: Callable[[ChampionChange], LedgerEntry]) -> None:
    """Make the change that stdin holds, in the child; the domain's errors are written to stdout like results."""
    requested = msgspec.json.decode(sys.stdin.buffer.read(), type=ChampionChange)
    try:
        answer = _Done(change(requested))
    except MedcostError as error:
        name = next(kind.__name__ for kind in type(error).__mro__ if kind.__name__ in _ERRORS)
        answer = _Failed(name, str(error), error.retry_after if isinstance(error, Unavailable) else 0)
    sys.stdout.buffer.write(msgspec.json.encode(answer))
