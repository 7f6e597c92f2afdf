"""Requests to the model server over persistent connections."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager, nullcontext
from functools import partial
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from adapters.bentoml import wire
from adapters.bentoml.channel import BrokenAnswer, Channel
from domain.errors import ConfigurationError, PredictorUnavailable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping
    from contextlib import AbstractContextManager

    from adapters.bentoml.channel import Answer

_UNIX: Final = "unix:"
_OK, _UNAVAILABLE = 200, 503
_WHAT_TO_DO: Final = "`medcost doctor` says what is wrong"


class BadAnswer(PredictorUnavailable):
    """The model server answered with an error; ``detail`` is its reason."""

    def __init__(self, status: int, detail: str, *, retry_after: float) -> None:
        super().__init__(f"the model server answered {status}: {detail}", retry_after=retry_after)
        self.status, self.detail = status, detail


def untraced(_question: str) -> AbstractContextManager[Mapping[str, str]]:
    """Trace no request."""
    return nullcontext({})


class ModelServer:
    """The model server, also after it has moved to another address.

    Args:
        address: ``http://host:port`` or ``unix:/path/of/socket``; or a function that finds it, asked again whenever
            the server does not answer, because a supervised server may come back on another port. It may raise
            `PredictorUnavailable`.
        deadline: seconds that one request may take.
        connections: most connections at a time.
        request_name: returns the name of the API's request that is under way, in visible ASCII, empty if it has none;
            the server's log repeats it.
        traced: is entered around each request, with its method and path; returns headers to send along.

    Raises:
        ConfigurationError: if the address is none.
    """

    def __init__(
        self,
        address: str | Callable[[], str],
        *,
        deadline: float = 3.0,
        connections: int = 32,
        request_name: Callable[[], str] = str,
        traced: Callable[[str], AbstractContextManager[Mapping[str, str]]] = untraced,
    ) -> None:
        if isinstance(address, str):
            _check(address)
        self.request_name = request_name
        self._address = address
        self._deadline = deadline
        self._traced = traced
        self._free = asyncio.Semaphore(connections)
        self._idle: list[Channel] = []
        self._reached = ""

    @property
    def seconds(self) -> float:
        """Return the deadline of a request, in seconds."""
        return self._deadline

    @asynccontextmanager
    async def deadline(self) -> AsyncIterator[None]:
        """Bound the time of the block by the deadline.

        Raises:
            PredictorUnavailable: when the deadline has passed.
        """
        try:
            async with asyncio.timeout(self._deadline):
                yield
        except TimeoutError as error:
            message = f"the model server did not answer within {self._deadline:g} s: {_WHAT_TO_DO}"
            raise PredictorUnavailable(message) from error

    async def ask(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        content_type: str = "application/json",
        requests: str | None = None,
    ) -> bytes:
        """Send a request and return the body of its answer. Call it inside `deadline`.

        ``requests`` names the API's requests that this one serves, where that is not the one under way.

        Requests change nothing at the server: one whose connection was lost is sent once more, on a new one.

        Raises:
            PredictorUnavailable: for anything but a good answer; `BadAnswer` if it came from the server.
        """
        headers = {"content-type": content_type, "x-request-id": self.request_name() if requests is None else requests}
        try:
            with self._traced(f"{method} {path}") as more:
                async with self._free:
                    return await self._ask(method, path, {**headers, **more}, body)
        except (BrokenAnswer, OSError) as error:
            message = f"the model server is away ({error}): it is started by `medcost up`; {_WHAT_TO_DO}"
            raise PredictorUnavailable(message) from error

    async def close(self) -> None:
        """Close all connections; the next request opens new ones."""
        idle, self._idle = self._idle, []
        for channel in idle:
            channel.close()

    async def _ask(self, *question: Any) -> bytes:
        try:
            answer = await self._send(self._idle_channel() or await self._connect(), question)
        except ConnectionError:
            # at the same address the connections of others are left alone
            if self._find() != self._reached:
                await self.close()
            answer = await self._send(await self._connect(), question)
        if answer.status == _OK:
            return answer.body
        retry_after = answer.headers.get(b"retry-after", b"1")
        wait = float(retry_after) if answer.status == _UNAVAILABLE and retry_after.isdigit() else 1.0
        raise BadAnswer(answer.status, _detail(answer.body), retry_after=wait)

    async def _send(self, channel: Channel, question: tuple[Any, ...]) -> Answer:
        idle = self._idle  # another list by the time of the answer: the server is elsewhere, or we are closed
        answer = await channel.ask(*question)
        if channel.open and idle is self._idle:
            idle.append(channel)
        else:
            channel.close()
        return answer

    def _idle_channel(self) -> Channel | None:
        while self._idle:
            if (channel := self._idle.pop()).open:
                return channel
        return None

    async def _connect(self) -> Channel:
        self._reached = self._find()
        loop = asyncio.get_running_loop()
        where = urlsplit(self._reached)
        made = partial(Channel, where.netloc or "model-server", at_most=wire.MAX_ANSWER)
        if self._reached.startswith(_UNIX):
            _, channel = await loop.create_unix_connection(made, self._reached.removeprefix(_UNIX))
        else:
            tls = where.scheme == "https"
            _, channel = await loop.create_connection(
                made, str(where.hostname), where.port or (443 if tls else 80), ssl=tls or None
            )
        return channel

    def _find(self) -> str:
        return self._address() if callable(self._address) else self._address


def _check(address: str) -> None:
    try:
        where = urlsplit(address)
        is_valid = address.startswith(_UNIX) or (
            where.scheme in ("http", "https") and where.hostname and where.port != 0
        )
    except ValueError:  # a port that is none
        is_valid = False
    if not is_valid:
        message = f"{address!r} is no address of a model server: it is http://host:port, or unix:/path/of/socket"
        raise ConfigurationError(message)


def _detail(content: bytes) -> str:
    try:
        return str(json.loads(content)["detail"])
    except (ValueError, KeyError, TypeError):
        return "without a reason"
