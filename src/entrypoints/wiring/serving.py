"""How the web process speaks TCP: patient to a point with clients, and leaving in order."""

from __future__ import annotations

import asyncio
import signal
import time
from typing import TYPE_CHECKING, Any, Final

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

_LARGEST_HEAD: Final = 64 * 1024


class Protocol(HttpToolsProtocol):
    """Hangs up on whoever never ends the head of a request: uvicorn would wait, and remember, for ever.

    ``head_within`` are seconds, from the connection or the first byte on; bodies are timed by the API itself.
    """

    def __init__(self, *told: Any, head_within: float, **more: Any) -> None:
        super().__init__(*told, **more)
        self._within = head_within
        self._late: asyncio.TimerHandle | None = None
        self._in_head = True
        self._head = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's
        """Begin to wait for the first head."""
        super().connection_made(transport)
        self._late = self.loop.call_later(self._within, transport.close)

    def on_message_begin(self) -> None:
        """Begin to read a head."""
        super().on_message_begin()
        self._in_head, self._head = True, 0

    def on_headers_complete(self) -> None:
        """End a head."""
        self._in_head = False
        if self._late:
            self._late.cancel()
            self._late = None
        super().on_headers_complete()

    def data_received(self, data: bytes) -> None:
        """Read on."""
        idle = self.cycle is None or self.cycle.response_complete
        super().data_received(data)
        if not self._in_head or self.transport.is_closing():
            return
        self._head += len(data)
        if self._head > _LARGEST_HEAD:
            self.transport.close()
        elif idle and not self._late:
            self._late = self.loop.call_later(self._within, self.transport.close)

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        if self._late:
            self._late.cancel()
        super().connection_lost(exc)


class Server(uvicorn.Server):
    """Says that it is leaving for a while before it takes no more connections, finishes, and ends with status 0.

    Args:
        config: uvicorn's.
        leave: called when the process is told to end.
        notice: seconds between that and the end of new connections; none after Ctrl-C, or a second signal.
    """

    def __init__(self, config: uvicorn.Config, *, leave: Callable[[], None], notice: float) -> None:
        super().__init__(config)
        self._leave = leave
        self._notice = notice
        self._leaving_at: float | None = None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002  # as uvicorn's
        """Hear SIGTERM or SIGINT; unlike uvicorn's own, it is not raised again at the end."""
        self._leave()
        again = self._leaving_at is not None
        self.force_exit = again and sig == signal.SIGINT
        self._leaving_at = time.monotonic() + (0 if again or sig == signal.SIGINT else self._notice)

    async def on_tick(self, counter: int) -> bool:
        """Look, ten times a second, whether it is time."""
        if self._leaving_at is not None and time.monotonic() >= self._leaving_at:
            self.should_exit = True
        return await super().on_tick(counter)
