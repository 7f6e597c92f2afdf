"""HTTP protocol and server of the web process: timeouts for slow clients, and an orderly shutdown."""

from __future__ import annotations

import asyncio
import resource
import signal
import time
from ipaddress import ip_network
from typing import TYPE_CHECKING, Any, Final

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from domain.access.addresses import read, subscriber
from entrypoints.hosting.bodies import WHOLE
from entrypoints.hosting.one_write import OneWrite
from entrypoints.hosting.shares import Shares

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import FrameType

_LARGEST_HEAD: Final = 64 * 1024
_HEADS_EACH: Final = 256
"""Most request heads of one subscriber in transit."""
_HEADS: Final = 4096
"""Most request heads of all subscribers in transit."""
_LINGER: Final = 2.0
_READ_WITHIN: Final = 60.0
"""Seconds in which a client must read some of its response."""


class Protocol(HttpToolsProtocol):
    """Closes connections that do not complete a request's head or do not read a response, for which uvicorn would wait.

    If a subscriber has too many heads in transit, the oldest is closed. Bodies are limited by `Arrivals`.

    Args:
        uvicorn_arguments: arguments of uvicorn's protocol.
        head_within: seconds in which a head must arrive, from the connection or its first byte on.
        proxies: addresses and networks of proxies, whose connections carry many clients and are not limited.
    """

    heads = Shares(each=_HEADS_EACH, total=_HEADS)

    def __init__(self, *uvicorn_arguments: Any, head_within: float, proxies: Sequence[str] = (), **more: Any) -> None:
        super().__init__(*uvicorn_arguments, **more)
        self._within = head_within
        self._proxies = [ip_network(proxy) for proxy in proxies]
        self._late: asyncio.TimerHandle | None = None
        self._stuck: asyncio.TimerHandle | None = None
        self._whole = True
        self._in_head = True
        self._head = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's
        """Start the timeout of the first head."""
        super().connection_made(transport)
        self._wait_for_head()

    def on_message_begin(self) -> None:
        """Start the timeout of a head."""
        super().on_message_begin()
        self._in_head, self._head, self._whole = True, 0, False

    def on_headers_complete(self) -> None:
        """Stop the timeout of a head, and let head and body of the response go together."""
        self._in_head = False
        self._have_head()
        cycle_before = self.cycle
        super().on_headers_complete()
        # uvicorn writes no body to HEAD, and a line of its own to a client that asks whether it may send one
        if self.cycle is not cycle_before and self.scope["method"] != "HEAD" and not self.expect_100_continue:
            self.cycle.transport = OneWrite(self.transport)

    def on_message_complete(self) -> None:
        """Note that the request has arrived completely: most have before the application is called."""
        self._whole = True
        self.scope[WHOLE] = True  # type: ignore[typeddict-unknown-key]  # a key of our own
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """End a response; close the connection soon if the request has not arrived completely, as nobody reads it."""
        super().on_response_complete()
        if not self._whole and not self._stuck:
            self._stuck = self.loop.call_later(_LINGER, self.transport.close)

    def pause_writing(self) -> None:
        """Start the timeout of a client that does not read its response."""
        super().pause_writing()
        self._stuck = self._stuck or self.loop.call_later(_READ_WITHIN, self.transport.abort)

    def resume_writing(self) -> None:
        """Stop the timeout of a client that reads again."""
        super().resume_writing()
        if self._stuck and self._whole:
            self._stuck.cancel()
            self._stuck = None

    def data_received(self, data: bytes) -> None:
        """Parse received bytes."""
        idle = self.cycle is None or self.cycle.response_complete
        super().data_received(data)
        if not self._in_head or self.transport.is_closing():
            return
        self._head += len(data)
        if self._head > _LARGEST_HEAD:
            self.transport.close()
        elif idle and not self._late:
            self._wait_for_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop all timeouts of the connection."""
        self._have_head()
        if self._stuck:
            self._stuck.cancel()
        super().connection_lost(exc)

    def _wait_for_head(self) -> None:
        self._late = self.loop.call_later(self._within, self.transport.close)
        peer = read(self.client[0]) if self.client else None
        if not (peer and any(peer in network for network in self._proxies)):
            self.heads.enter(self, subscriber(str(peer)), self.transport.close)

    def _have_head(self) -> None:
        if self._late:
            self._late.cancel()
            self._late = None
        self.heads.leave(self)


def raise_file_limit() -> None:
    """Raise the limit of open files and connections to the hard limit; the usual 1,024 are too few for a server."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


class Server(uvicorn.Server):
    """Announces its shutdown for a while, then refuses connections, finishes requests and ends with status 0.

    Args:
        config: uvicorn's configuration.
        notice: seconds between that signal and the end of new connections; 0 after Ctrl-C or a second signal.
    """

    def __init__(self, config: uvicorn.Config, *, notice: float) -> None:
        super().__init__(config)
        self._notice = notice
        self._leaving_at: float | None = None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002  # as uvicorn's
        """Handle SIGTERM or SIGINT, which, unlike in uvicorn, is not raised again at the end.

        A signal may arrive while the one before it is handled, so nothing here takes a lock.
        """
        again = self._leaving_at is not None
        self.force_exit = again and sig == signal.SIGINT
        self._leaving_at = time.monotonic() + (0 if again or sig == signal.SIGINT else self._notice)

    @property
    def is_leaving(self) -> bool:
        """Return whether a signal to end has arrived."""
        return self._leaving_at is not None

    async def on_tick(self, counter: int) -> bool:
        """Check ten times a second whether the notice has passed."""
        if self._leaving_at is not None and time.monotonic() >= self._leaving_at:
            self.should_exit = True
        return await super().on_tick(counter)
