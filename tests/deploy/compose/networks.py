"""The networks of compose.yaml: a bridge each, in a namespace that stands for the machine; a namespace a service."""

from __future__ import annotations

import contextlib
import ipaddress
import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Networks:
    """Who is where, and whom it can reach."""

    services: dict[str, Any]
    told: dict[str, Any]
    name: str = field(default_factory=lambda: f"mc{os.getpid()}")
    subnets: dict[str, ipaddress.IPv4Network] = field(default_factory=dict)

    def plug_in(self) -> None:
        ip("netns", "add", self.name)
        ip("-n", self.name, "link", "set", "lo", "up")
        for number, (network, told) in enumerate(self.told.items()):
            subnet = (told.get("ipam") or {"config": [{"subnet": f"10.92.{number}.0/24"}]})["config"][0]["subnet"]
            self.subnets[network] = ipaddress.IPv4Network(subnet)
            ip("-n", self.name, "link", "add", network, "type", "bridge")
            ip("-n", self.name, "addr", "add", f"{self.subnets[network][1]}/24", "dev", network)
            ip("-n", self.name, "link", "set", network, "up")
        for service, told in self.services.items():
            inside = self.namespace(service)
            ip("netns", "add", inside)
            ip("-n", inside, "link", "set", "lo", "up")
            for number, network in enumerate(told.get("networks", ())):
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
        for other, told in self.services.items():
            shared = [network for network in told.get("networks", ()) if network in mine]
            lines += [f"{self.address(other, shared[0])} {other}"] if shared else []
        return "\n".join(lines) + "\n"

    def ask(self, url: str, *, source: str, **request: Any) -> tuple[int, Any]:
        """Ask from the machine itself, or from within a service; gives status and JSON (or text)."""
        script = (
            "import json,sys,httpx\n"
            "told = json.load(sys.stdin)\n"
            "answer = httpx.Client(verify=False, timeout=60, trust_env=False).request(**told)\n"
            "print(json.dumps([answer.status_code, answer.text]))\n"
        )
        told = {"method": "GET", "url": url, **request}
        done = subprocess.run(
            ["ip", "netns", "exec", source, sys.executable, "-c", script],
            input=json.dumps(told), capture_output=True, text=True, check=True,
        )  # fmt: skip
        status, text = json.loads(done.stdout)
        with contextlib.suppress(ValueError):
            text = json.loads(text)
        return status, text

    def can_reach(self, service: str, other: str, port: int) -> bool:
        """Whether a name can be looked up there, and something listens."""
        addresses = [line.split()[0] for line in self.hosts(service).splitlines() if line.split()[1] == other]
        return bool(addresses) and self._connects(service, addresses[0], port)

    def can_reach_anyhow(self, service: str, other: str, port: int) -> bool:
        """Whether it can be reached by any of its addresses, names aside."""
        theirs = [self.address(other, network) for network in self.services[other]["networks"]]
        return any(self._connects(service, address, port) for address in theirs)

    def _connects(self, service: str, address: str, port: int) -> bool:
        knock = f"import socket; socket.create_connection(({address!r}, {port}), timeout=2)"
        command = ["ip", "netns", "exec", self.namespace(service), sys.executable, "-c", knock]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0


def ip(*arguments: str) -> None:
    done = subprocess.run(["ip", *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
