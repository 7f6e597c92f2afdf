"""The replicas of the model server behind their names, asked over HTTP."""

from __future__ import annotations

import asyncio
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx

from adapters.common.http_client import http_client
from domain.errors import Unavailable
from domain.models.replica import Replica
from domain.ports.model_servers import ModelServers

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class HttpModelServers(ModelServers):
    """The model servers at every address behind some names.

    Args:
        names: URLs such as ``http://tasks.model:3000``: all addresses of the name are replicas.
    """

    names: Sequence[str]

    async def replicas(self) -> Sequence[Replica]:
        """Request the state of all addresses at the same time."""
        addresses = [address for name in self.names for address in await _addresses(name)]
        async with http_client(timeout=5) as client:
            answers = await asyncio.gather(*(_ask(client, address) for address in addresses))
        return [replica for replica in answers if replica]


async def _addresses(name: str) -> list[str]:
    url = urlsplit(name)
    port = url.port or 80
    try:
        addresses = await asyncio.get_running_loop().getaddrinfo(url.hostname, port, type=socket.SOCK_STREAM)
    except OSError as error:
        message = f"there are no model servers at {name}: {error.strerror}"
        raise Unavailable(message) from error
    hosts = sorted({str(address[0]) for *_, address in addresses})
    return [f"http://{f'[{host}]' if ':' in host else host}:{port}" for host in hosts]


async def _ask(client: httpx.AsyncClient, address: str) -> Replica | None:
    try:
        answer = await client.get(f"{address}/v1/model")
        body: dict[str, Any] = answer.json()
    except httpx.ConnectError:
        return None
    except (httpx.HTTPError, ValueError) as error:
        return Replica(address, None, "", f"does not answer ({type(error).__name__})")
    if not answer.is_success:
        return Replica(address, None, "", str(body.get("detail", answer.status_code)))
    return Replica(address, body["version"], body["digest"], body["refused"])
