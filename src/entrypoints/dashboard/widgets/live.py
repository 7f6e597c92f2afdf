"""Answers that follow a person's typing."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Final, Generic, Protocol, TypeVar

from nicegui import background_tasks

from domain.errors import NotSignedIn, Unavailable

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from nicegui import Client

Question = TypeVar("Question")
Question_contra = TypeVar("Question_contra", contravariant=True)
Answer = TypeVar("Answer")
Answer_contra = TypeVar("Answer_contra", contravariant=True)

_SLOW = 0.25
"""Seconds after which a person is told that an answer is on its way."""
_LEAST_PATIENT = 0.1
"""Seconds between two attempts, the first ones and the later ones."""
_MOST_PATIENT = 10.0
_FIRST: Final = 0.5
"""Seconds that a page waits for its first answer, before it is sent without it."""


class View(Protocol[Question_contra, Answer_contra]):
    """What is on the screen while a question is asked."""

    def busy(self) -> None:
        """Say that the answer is on its way."""

    def show(self, question: Question_contra, answer: Answer_contra) -> None:
        """Show the answer."""

    def fail(self) -> None:
        """Say that it could not be had; it is asked again by itself."""


class Live(Generic[Question, Answer]):
    """Asks the newest question only, and goes on asking while the other side is away."""

    def __init__(
        self,
        ask: Callable[[Question], Awaitable[Answer]],
        view: View[Question, Answer],
        *,
        client: Client,
        quiet: float,
    ) -> None:
        self._ask, self._view, self._client, self._quiet = ask, view, client, quiet
        self._task: asyncio.Task[None] | None = None
        self._told = asyncio.Event()
        self._asked = 0.0
        client.on_delete(self.cancel)

    def __call__(self, question: Question, *, quiet: float | None = None) -> asyncio.Task[None]:
        """Ask once nothing newer came for ``quiet`` seconds; whatever was asked before no longer matters."""
        self.cancel()
        self._asked = asyncio.get_running_loop().time()
        wait = self._quiet if quiet is None else quiet
        self._task = background_tasks.create(self._run(question, wait), name="live", context=self._client)
        return self._task

    async def first_answer(self) -> None:
        """Wait until the view shows an answer, or that there is none for now; half a second after asking at most."""
        left = self._asked + _FIRST - asyncio.get_running_loop().time()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._told.wait(), left)

    def cancel(self) -> None:
        """Stop asking."""
        if self._task:
            self._task.cancel()

    async def _run(self, question: Question, quiet: float) -> None:
        await asyncio.sleep(quiet)
        patience = 0.0
        while True:
            slow = asyncio.get_running_loop().call_later(_SLOW, self._say_busy)
            try:
                answer = await self._ask(question)
            except NotSignedIn:
                return  # the guard has sent the browser to the sign-in page
            except Unavailable as away:
                slow.cancel()
                self._view.fail()
                self._told.set()
                patience = min(max(2 * patience, away.retry_after, _LEAST_PATIENT), _MOST_PATIENT)
                await asyncio.sleep(patience)
            else:
                slow.cancel()
                self._view.show(question, answer)
                return
            finally:
                slow.cancel()
                self._told.set()

    def _say_busy(self) -> None:
        with self._client:
            self._view.busy()
