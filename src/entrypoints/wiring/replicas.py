"""The replicas of the model server, asked one by one: which model does each answer by?"""

from __future__ import annotations

import asyncio
import socket
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import httpx

from domain.errors import Unavailable

if TYPE_CHECKING:
    from domain.prediction import ModelReference
    from entrypoints.wiring.settings import Settings

WITHIN: Final = 30.0
"""Seconds in which a promotion or a rollback reaches every replica."""
_LOOK_AGAIN: Final = 0.25


@dataclass(frozen=True, slots=True)
class Replica:
    """One of them. ``version`` is None while it answers by no model; ``trouble`` says why it is behind, if it is."""

    address: str
    version: int | None
    digest: str
    trouble: str

    def serves(self, model: ModelReference) -> bool:
        """Tell whether it answers by this model."""
        return (self.version, self.digest) == (model.version, model.digest)


async def replicas(settings: Settings) -> list[Replica]:
    """Ask every address behind the names in ``model_servers``; where nobody listens there is no replica.

    Raises:
        Unavailable: if a name is unknown.
    """
    addresses = [address for name in settings.model_servers for address in await _addresses(name)]
    async with httpx.AsyncClient(timeout=5, trust_env=False) as client:
        return [one for one in await asyncio.gather(*(_ask(client, address) for address in addresses)) if one]


async def until_served(settings: Settings, model: ModelReference) -> list[Replica]:
    """Wait until every replica answers by this model.

    Raises:
        Unavailable: if they do not within `WITHIN` seconds, naming those that are behind, and why.
    """
    deadline = time.monotonic() + WITHIN
    while True:
        found = await replicas(settings)
        if found and all(one.serves(model) for one in found):
            return found
        if time.monotonic() > deadline:
            raise Unavailable(_behind(found, model))
        await asyncio.sleep(_LOOK_AGAIN)


async def _addresses(name: str) -> list[str]:
    asked = urlsplit(name)
    port = asked.port or 80
    try:
        found = await asyncio.get_running_loop().getaddrinfo(asked.hostname, port, type=socket.SOCK_STREAM)
    except OSError as error:
        message = f"there are no model servers at {name}: {error.strerror}"
        raise Unavailable(message) from error
    hosts = sorted({str(address[0]) for *_, address in found})
    return [f"http://{f'[{host}]' if ':' in host else host}:{port}" for host in hosts]


async def _ask(client: httpx.AsyncClient, address: str) -> Replica | None:
    try:
        answer = await client.get(f"{address}/v1/model")
        told: dict[str, Any] = answer.json()
    except httpx.ConnectError:
        return None
    except (httpx.HTTPError, ValueError) as error:
        return Replica(address, None, "", f"does not answer ({type(error).__name__})")
    if not answer.is_success:
        return Replica(address, None, "", str(told.get("detail", answer.status_code)))
    return Replica(address, told["version"], told["digest"], told["refused"])


def _behind(found: list[Replica], model: ModelReference) -> str:
    late = [
        f"{one.address} answers by {f'version {one.version}' if one.version else 'no model'}"
        + (f" ({one.trouble})" if one.trouble else "")
        for one in found
        if not one.serves(model)
    ]
    return (
        f"version {model.version} is champion, but not everywhere within {WITHIN:g} s: "
        + ("; ".join(late) or "no model server answers")
        + ". They go on trying; `medcost models rollback` goes back"
    )
