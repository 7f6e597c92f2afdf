"""Calls that come while earlier ones are under way go together: one round trip, or one commit, for many.

Pure asyncio, of no technology: adapters share it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextvars import Context
from dataclasses import dataclass, field
from itertools import islice
from typing import Generic, TypeAlias, TypeVar

from adapters.common.deadlines import Deadlines
from domain.errors import MedcostError, Unavailable

Observer: TypeAlias = Callable[[int, int, float], None]
"""Is told how many were in a group, how many wait meanwhile, and how many seconds it took."""

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")


def unobserved(_size: int, _waiting: int, _seconds: float) -> None:
    """Look away."""


@dataclass(kw_only=True, eq=False)
class Coalesced(Generic[Asked, Answer]):
    """A call for one, answered by calls for many. A lone call goes at once: nobody waits while nothing is under way.

    A caller that is cancelled, late or wrong never hurts its neighbours. What is kept is bounded: ``room`` callers
    that wait and ``parallel`` groups under way.

    Args:
        work: answers many, in their order, by answers or by errors meant for one of them. It does all or nothing:
            when it raises, the group is halved and tried again until what is wrong stands alone, except after
            `Unavailable`, which is told to all.
        at_once: how many go together at most.
        room: how many may wait.
        deadline: seconds until a caller hears that there is no answer.
        unavailable: the error of a caller that finds no room, or no answer in time.
        parallel: how many groups may be under way.
        observe: told of each group when it is done.
    """

    work: Callable[[Sequence[Asked]], Awaitable[Sequence[Answer | MedcostError]]]
    at_once: int
    room: int
    deadline: float
    unavailable: type[Unavailable]
    parallel: int = 1
    observe: Observer = unobserved
    # by future, not in a queue: a caller that gives up while it waits takes its place along
    _waiting: dict[asyncio.Future[Answer], Asked] = field(default_factory=dict, init=False)
    _groups: set[asyncio.Task[None]] = field(default_factory=set, init=False)
    _deadlines: Deadlines = field(init=False)

    def __post_init__(self) -> None:
        self._deadlines = Deadlines(self.deadline)

    @property
    def waiting(self) -> int:
        """How many callers wait for a group to be theirs."""
        return len(self._waiting)

    async def __call__(self, asked: Asked) -> Answer:
        """Answer one.

        Raises:
            Unavailable: of the kind given, at once if there is no room, else within the deadline.
        """
        if len(self._waiting) >= self.room:
            message = f"too busy: {self.room} requests wait already"
            raise self.unavailable(message)
        loop = asyncio.get_running_loop()
        mine: asyncio.Future[Answer] = loop.create_future()
        self._waiting[mine] = asked
        if len(self._groups) < self.parallel:
            # in an empty context: a group belongs to no single request
            self._groups.add(loop.create_task(self._serve(), context=Context()))
        deadline = self._deadlines.begin()
        try:
            with deadline:
                return await mine
        except TimeoutError as error:
            if not deadline.passed:
                raise
            raise self._late() from error
        finally:
            deadline.end()
            self._waiting.pop(mine, None)

    def _late(self) -> Unavailable:
        return self.unavailable(f"no answer within {self.deadline:g} s")

    async def _serve(self) -> None:
        """Serve group after group while anybody waits."""
        group: dict[asyncio.Future[Answer], Asked] = {}
        try:
            while self._waiting:
                group = dict(islice(self._waiting.items(), self.at_once))
                for one in group:
                    del self._waiting[one]
                await self._settle_in_time(group)
        finally:
            # without a moment between the last look at the waiting and this one, or somebody would wait for ever
            if task := asyncio.current_task():
                self._groups.discard(task)
            for one in group:
                one.cancel()  # does nothing to those with an answer, that is all, unless the loop is shut down

    async def _settle_in_time(self, group: dict[asyncio.Future[Answer], Asked]) -> None:
        started = time.perf_counter()
        deadline = self._deadlines.begin()
        try:
            with deadline:
                await self._settle(group)
        except TimeoutError:
            for one in group:
                if not one.done():
                    one.set_exception(self._late())
        finally:
            deadline.end()
            self.observe(len(group), len(self._waiting), time.perf_counter() - started)

    async def _settle(self, group: dict[asyncio.Future[Answer], Asked]) -> None:
        try:
            outcomes = list(zip(group, await self.work(list(group.values())), strict=True))
        except Exception as error:  # noqa: BLE001  # raised again in each caller's own task
            if len(group) > 1 and not isinstance(error, Unavailable):
                asked = list(group.items())
                await self._settle(dict(asked[: len(asked) // 2]))
                await self._settle(dict(asked[len(asked) // 2 :]))
                return
            outcomes = [(one, error) for one in group]
        for one, outcome in outcomes:
            if one.done():
                continue  # cancelled or late
            if isinstance(outcome, Exception):
                one.set_exception(outcome)
            else:
                one.set_result(outcome)
