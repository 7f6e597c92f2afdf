"""Answers that are updated while a person types."""

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
"""Seconds after which the page shows that an answer is pending."""
_LEAST_PATIENT = 0.1
"""Seconds between two attempts, the first ones and the later ones."""
_MOST_PATIENT = 10.0
_FIRST: Final = 0.5
"""Seconds for which a page waits for its first answer before it is sent without it."""


class View(Protocol[Question_contra, Answer_contra]):
    """The part of a page that shows the answers to questions."""

    def busy(self) -> None:
        """Show that the answer is pending."""

    def show(self, question: Question_contra, answer: Answer_contra) -> None:
        """Show the answer."""

    def fail(self) -> None:
        """Show that there is no answer for now; the question is repeated automatically."""


class Live(Generic[Question, Answer]):
    """Asks only the newest question, and repeats it while the application is unavailable."""

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
        self._answered = asyncio.Event()
        self._asked_at = 0.0
        client.on_delete(self.cancel)

    def __call__(self, question: Question, *, quiet: float | None = None) -> asyncio.Task[None]:
        """Ask a question after ``quiet`` seconds without a newer question; cancel earlier questions."""
        self.cancel()
        self._asked_at = asyncio.get_running_loop().time()
        wait = self._quiet if quiet is None else quiet
        self._task = background_tasks.create(self._run(question, wait), name="live", context=self._client)
        return self._task

    async def first_answer(self) -> None:
        """Wait until the view shows an answer or a failure, at most half a second after the question."""
        left = self._asked_at + _FIRST - asyncio.get_running_loop().time()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._answered.wait(), left)

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
                self._answered.set()
                patience = min(max(2 * patience, away.retry_after, _LEAST_PATIENT), _MOST_PATIENT)
                await asyncio.sleep(patience)
            else:
                slow.cancel()
                self._view.show(question, answer)
                return
            finally:
                slow.cancel()
                self._answered.set()

    def _say_busy(self) -> None:
        with self._client:
            self._view.busy()
