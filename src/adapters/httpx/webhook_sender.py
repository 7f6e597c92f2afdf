"""Receivers of webhooks called over HTTP."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final, TypeAlias

import httpx
from standardwebhooks import Webhook as Signer

from adapters.common.http_client import http_client
from domain.operations.webhook_urls import broken_rule, may_be_called
from domain.operations.webhooks import Attempt
from domain.ports.webhook_sender import WebhookSender

if TYPE_CHECKING:
    from datetime import datetime

    from domain.operations.webhook_urls import Address
    from domain.operations.webhooks import Delivery, Webhook

_WITHIN: Final = 10.0
"""Seconds that a receiver has to answer, with all that happens before."""


Resolve: TypeAlias = Callable[[str, int], Awaitable[list["Address"]]]


class _NotAllowed(Exception):
    """The receiver must not be called."""


class HttpxWebhookSender(WebhookSender):
    """Calls the very address that was checked: a name that stands for another one a moment later changes nothing.

    Args:
        private: whether receivers in private networks and on this machine may be called.
        within: seconds that a call may take.
        resolve: returns the addresses that a host's name stands for; by default the system does.
    """

    def __init__(self, *, private: bool, within: float = _WITHIN, resolve: Resolve | None = None) -> None:
        self._private, self._within, self._resolve = private, within, resolve or _resolved

    async def send(self, delivery: Delivery, webhook: Webhook, *, at: datetime) -> Attempt:
        """Post the event, and read only the status of the answer."""
        headers = {
            "content-type": "application/json",
            "user-agent": "medcost-webhooks",
            "webhook-id": str(delivery.event_id),
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": Signer(webhook.secret).sign(str(delivery.event_id), at, delivery.body),
        }
        try:
            async with asyncio.timeout(self._within):
                return Attempt(at, await self._post(httpx.URL(webhook.url), delivery.body.encode(), headers))
        except TimeoutError:
            return Attempt(at, None, f"the receiver did not answer within {self._within:g} s")
        except (httpx.HTTPError, httpx.InvalidURL, OSError, _NotAllowed) as error:
            return Attempt(at, None, str(error)[:500] or type(error).__name__)

    async def _post(self, url: httpx.URL, body: bytes, headers: dict[str, str]) -> int:
        if rule := broken_rule(str(url), private=self._private):
            message = f"the address of the receiver {rule}"
            raise _NotAllowed(message)
        address = await self._address(url)
        pinned, named = url.copy_with(host=str(address)), {**headers, "host": url.netloc.decode("ascii")}
        async with (
            http_client(timeout=self._within) as client,
            client.stream(
                "POST", pinned, content=body, headers=named, extensions={"sni_hostname": url.host}
            ) as response,
        ):
            return response.status_code

    async def _address(self, url: httpx.URL) -> Address:
        port = url.port or (443 if url.scheme == "https" else 80)
        addresses = await self._resolve(url.host, port)
        refused = [str(address) for address in addresses if not may_be_called(address, private=self._private)]
        if refused:
            message = (
                f"{url.host} is {refused[0]}, which is not on the public Internet; "
                "MEDCOST_WEBHOOKS_PRIVATE=true lets private networks be called"
            )
            raise _NotAllowed(message)
        return addresses[0]


async def _resolved(host: str, port: int) -> list[Address]:
    entries = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [ipaddress.ip_address(each[4][0]) for each in entries]
