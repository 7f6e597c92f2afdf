"""Micro-batching: calls that come while earlier ones are under way share one round trip, or one commit.

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

from adapters.common.deadlines import Deadlines, TimeLimit
from domain.errors import MedcostError, Unavailable

Observer: TypeAlias = Callable[[int, int, float], None]
"""A function that is called with the size of a group, the number of waiting callers, and the seconds it took."""

Request = TypeVar("Request")
Answer = TypeVar("Answer")


def unobserved(_size: int, _waiting: int, _seconds: float) -> None:
    """Ignore the figures of a group."""


@dataclass(kw_only=True, eq=False)
class Coalesced(Generic[Request, Answer]):
    """A function for one request, which a function for many answers. A lone request is served at once.

    A caller that is cancelled, late or wrong never harms the others of its group. Memory is bounded: at most ``room``
    callers wait and ``parallel`` groups are under way.

    Args:
        work: answers many requests, in their order, each by an answer or an error. It does all or nothing: when it
            raises, the group is halved and tried again until the wrong request is alone, except after `Unavailable`,
            which all callers get.
        at_once: the most requests of a group.
        room: the most callers that may wait.
        deadline: seconds until a caller gets an error because there is no answer.
        unavailable: the error of a caller that finds no room, or no answer in time.
        part: what answers, for the messages of these errors.
        parallel: how many groups may be under way.
        observe: called for each group when it is done.
    """

    work: Callable[[Sequence[Request]], Awaitable[Sequence[Answer | MedcostError]]]
    at_once: int
    room: int
    deadline: float
    unavailable: type[Unavailable]
    part: str
    parallel: int = 1
    observe: Observer = unobserved
    # by future, not in a queue: a caller that gives up while it waits takes its entry away
    _waiting: dict[asyncio.Future[Answer], Request] = field(default_factory=dict, init=False)
    _groups: set[asyncio.Task[None]] = field(default_factory=set, init=False)
    _callers: TimeLimit[asyncio.Future[Answer]] = field(init=False)
    _works: Deadlines = field(init=False)

    def __post_init__(self) -> None:
        self._callers, self._works = TimeLimit(self.deadline, self._give_up), Deadlines(self.deadline)

    @property
    def waiting(self) -> int:
        """Return the number of callers that are not in a group yet."""
        return len(self._waiting)

    async def __call__(self, request: Request) -> Answer:
        """Answer one request.

        Raises:
            Unavailable: of the kind given, at once if there is no room, else within the deadline.
        """
        if len(self._waiting) >= self.room:
            message = f"{self.part} is too busy: {self.room:,} requests wait already"
            raise self.unavailable(message)
        loop = asyncio.get_running_loop()
        mine: asyncio.Future[Answer] = loop.create_future()
        self._waiting[mine] = request
        if len(self._groups) < self.parallel:
            # in an empty context: a group belongs to no single request
            self._groups.add(loop.create_task(self._serve(), context=Context()))
        self._callers.begin(mine)
        try:
            return await mine
        finally:
            self._callers.end(mine)
            self._waiting.pop(mine, None)

    def _give_up(self, late: asyncio.Future[Answer]) -> None:
        if not late.done():
            message = f"{self.part} did not answer within {self.deadline:g} s: `medcost doctor` says what is wrong"
            late.set_exception(self.unavailable(message))

    async def _serve(self) -> None:
        """Serve group after group while anybody waits."""
        group: dict[asyncio.Future[Answer], Request] = {}
        try:
            while self._waiting:
                group = dict(islice(self._waiting.items(), self.at_once))
                for future in group:
                    del self._waiting[future]
                await self._settle_in_time(group)
        finally:
            # no await between the last look at the waiting callers and this line, or a caller would wait for ever
            if task := asyncio.current_task():
                self._groups.discard(task)
            for future in group:
                future.cancel()  # does nothing to those with an answer, that is all, unless the loop is shut down

    async def _settle_in_time(self, group: dict[asyncio.Future[Answer], Request]) -> None:
        started = time.perf_counter()
        deadline = self._works.begin()
        try:
            with deadline:
                await self._settle(group)
        except TimeoutError:
            for future in group:
                self._give_up(future)
        finally:
            deadline.end()
            self.observe(len(group), len(self._waiting), time.perf_counter() - started)

    async def _settle(self, group: dict[asyncio.Future[Answer], Request]) -> None:
        try:
            outcomes = list(zip(group, await self.work(list(group.values())), strict=True))
        except Exception as error:  # noqa: BLE001  # raised again in each caller's own task
            if len(group) > 1 and not isinstance(error, Unavailable):
                requests = list(group.items())
                await self._settle(dict(requests[: len(requests) // 2]))
                await self._settle(dict(requests[len(requests) // 2 :]))
                return
            outcomes = [(future, error) for future in group]
        for future, outcome in outcomes:
            if future.done():
                continue  # cancelled or late
            if isinstance(outcome, Exception):
                future.set_exception(outcome)
            else:
                future.set_result(outcome)
