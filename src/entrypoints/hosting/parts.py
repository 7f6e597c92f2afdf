"""The parts that `medcost up` supervises: their commands, their addresses, and how their state is found out."""

from __future__ import annotations

import socket
import ssl
from contextlib import contextmanager
from typing import TYPE_CHECKING

import httpx

from domain.errors import HomeInUse, Unavailable
from entrypoints.composition.settings import environment_of
from entrypoints.hosting.launch import command_of
from entrypoints.hosting.liveness import Liveness
from entrypoints.hosting.supervisor import Part

if TYPE_CHECKING:
    from collections.abc import Iterator

    from entrypoints.composition.settings import Settings

_ONE_THREAD = {"OMP_NUM_THREADS": "1"}
"""Threads of numerical libraries: for predictions of a few rows, more threads would wait for each other."""


def model_server(settings: Settings, listener: socket.socket) -> Part:
    """Return the model server, which answers on a socket that is bound already."""
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    return Part(
        name="model",
        command=command_of("entrypoints.model_server.main", "--fd", str(listener.fileno())),
        environment={**environment_of(settings), **_ONE_THREAD},
        address=address,
        answers=lambda: _get(f"{address}/v1/model"),
        lives=lambda: _reach(f"{address}/v1/model"),
        inherits=[listener.fileno()],
    )


def web(settings: Settings, listener: socket.socket, url: str) -> Part:
    """Return the web process, which serves API and dashboard on a socket that is bound already."""
    return Part(
        name="web",
        command=command_of("entrypoints.hosting.asgi", "--fd", str(listener.fileno())),
        environment={**environment_of(settings), **_ONE_THREAD},
        address=url,
        answers=lambda: _get(f"{url}/api/v1/health/ready"),
        lives=lambda: _reach(f"{url}/api/v1/health/live"),
        inherits=[listener.fileno()],
    )


async def _reach(url: str) -> httpx.Response:
    """Send a request over a new connection and return the response, whatever its status."""
    try:
        # the parts use no TLS: loading certificates would take most of the time, so no authority is trusted
        nobody = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        async with httpx.AsyncClient(timeout=10, trust_env=False, verify=nobody) as client:
            return await client.get(url)
    except httpx.HTTPError as error:
        message = f"{url}: {type(error).__name__}"
        raise Unavailable(message) from error


async def _get(url: str) -> None:
    response = await _reach(url)
    if not response.is_success:
        message = f"{url} answers {response.status_code}: {response.text[:300]}"
        raise Unavailable(message)


def liveness_of(settings: Settings) -> Liveness:
    """Return the settings of the parts' liveness checks."""
    return Liveness(
        period=settings.liveness_period,
        timeout=settings.liveness_timeout,
        failures=settings.liveness_failures,
        grace=settings.liveness_grace,
    )


@contextmanager
def listening(host: str, port: int) -> Iterator[socket.socket]:
    """Bind an address in the supervisor, so that connections wait instead of failing while a part is restarted."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
        except OSError as error:
            message = f"cannot listen on {host}:{port} ({error.strerror}): choose another PORT"
            raise HomeInUse(message) from error
        listener.listen(1024)
        yield listener


def in_url(host: str) -> str:
    """Return a host as it is written in a URL."""
    return f"[{host}]" if ":" in host else host
