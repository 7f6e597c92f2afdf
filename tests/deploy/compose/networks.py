"""The networks of compose.yaml: a bridge each, in a namespace that stands for the machine; a namespace a service."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import ipaddress
import os
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeVar

import httpx

_T = TypeVar("_T")
_NEW_NETWORK: Final = 0x40000000
"""CLONE_NEWNET of Linux: the kind of namespace that setns(2) expects."""
_libc = ctypes.CDLL(None, use_errno=True)


@dataclass
class Networks:
    """Who is where, and whom it can reach."""

    services: dict[str, Any]
    declared: dict[str, Any]
    name: str = field(default_factory=lambda: f"mc{os.getpid()}")
    subnets: dict[str, ipaddress.IPv4Network] = field(default_factory=dict)

    def plug_in(self) -> None:
        ip("netns", "add", self.name)
        ip("-n", self.name, "link", "set", "lo", "up")
        for number, (network, definition) in enumerate(self.declared.items()):
            subnet = (definition.get("ipam") or {"config": [{"subnet": f"10.92.{number}.0/24"}]})["config"][0]["subnet"]
            self.subnets[network] = ipaddress.IPv4Network(subnet)
            ip("-n", self.name, "link", "add", network, "type", "bridge")
            ip("-n", self.name, "addr", "add", f"{self.subnets[network][1]}/24", "dev", network)
            ip("-n", self.name, "link", "set", network, "up")
        for service, definition in self.services.items():
            inside = self.namespace(service)
            ip("netns", "add", inside)
            ip("-n", inside, "link", "set", "lo", "up")
            for number, network in enumerate(definition.get("networks", ())):
                outer = f"{list(self.services).index(service)}-{network}"[:15]
                ip("-n", self.name, "link", "add", outer, "type", "veth", "peer", "name", f"e{number}", "netns", inside)
                ip("-n", self.name, "link", "set", outer, "master", network, "up")
                ip("-n", inside, "addr", "add", f"{self.address(service, network)}/24", "dev", f"e{number}")
                ip("-n", inside, "link", "set", f"e{number}", "up")

    def unplug(self) -> None:
        for namespace in (*map(self.namespace, self.services), self.name):
            subprocess.run(["ip", "netns", "del", namespace], check=False, capture_output=True)

    def namespace(self, service: str) -> str:
        return f"{self.name}-{service}"

    def address(self, service: str, network: str) -> str:
        return str(self.subnets[network][10 + list(self.services).index(service)])

    def hosts(self, service: str) -> str:
        """What Docker's DNS would answer: the others, by an address in a network that both are in."""
        lines = ["127.0.0.1 localhost"]
        mine = self.services[service].get("networks", ())
        for other, definition in self.services.items():
            shared = [network for network in definition.get("networks", ()) if network in mine]
            lines += [f"{self.address(other, shared[0])} {other}"] if shared else []
        return "\n".join(lines) + "\n"

    def ask(self, url: str, *, source: str, **request: Any) -> tuple[int, Any]:
        """Ask from the machine itself, or from within a service; gives status and JSON (or text)."""

        def send() -> httpx.Response:
            with httpx.Client(verify=False, timeout=60, trust_env=False) as client:  # a name for a look
                return client.request(request.pop("method", "GET"), url, **request)

        answer = self._inside(source, send)
        with contextlib.suppress(ValueError):
            return answer.status_code, answer.json()
        return answer.status_code, answer.text

    def reached(self, service: str, ports: dict[str, int]) -> set[str]:
        """Return the other services that a service can reach at these ports by any of their addresses, names aside."""

        async def knock(other: str, port: int) -> bool:
            addresses = [self.address(other, network) for network in self.services[other]["networks"]]
            for address in addresses:
                with contextlib.suppress(OSError, TimeoutError):
                    async with asyncio.timeout(2):
                        _, writer = await asyncio.open_connection(address, port)
                    writer.close()
                    return True
            return False

        async def knock_at_all() -> list[bool]:
            return await asyncio.gather(*(knock(other, port) for other, port in others.items()))

        others = {other: port for other, port in ports.items() if other != service}
        opened = self._inside(self.namespace(service), lambda: asyncio.run(knock_at_all()))
        return {other for other, is_open in zip(others, opened, strict=True) if is_open}

    @staticmethod
    def _inside(namespace: str, call: Callable[[], _T]) -> _T:
        """Call in a thread whose sockets are those of a namespace."""

        def enter() -> None:
            with Path("/run/netns", namespace).open("rb") as handle:
                if _libc.setns(handle.fileno(), _NEW_NETWORK):
                    raise OSError(ctypes.get_errno(), f"cannot enter the network {namespace}")

        with ThreadPoolExecutor(1, initializer=enter) as thread:
            return thread.submit(call).result()


def ip(*arguments: str) -> None:
    done = subprocess.run(["ip", *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
