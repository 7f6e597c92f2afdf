"""Machines made of namespaces, and cables between them.

Each has a network, processes and mounts of its own, and is gone with all of it when its first process ends, whatever
becomes of the tests. The host sees this machine's files with a layer of its own above them.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.waiting import until

TREE = Path(__file__).resolve().parents[3]
FILES = TREE / "docker" / "host"
PROBE, LISTEN = (Path(__file__).with_name(name) for name in ("probe.py", "listen.py"))


@dataclass(frozen=True)
class Machine:
    """A network, mounts and processes of its own."""

    pid: int

    def command(self, *words: str | Path) -> list[str]:
        return ["nsenter", f"--target={self.pid}", "--net", "--mount", "--pid", *map(str, words)]

    def try_(self, *words: str | Path, said: str = "", **told: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*words), capture_output=True, text=True, check=False, input=said, timeout=120, **told
        )

    def run(self, *words: str | Path, said: str = "", **told: Any) -> str:
        done = self.try_(*words, said=said, **told)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def start(self, *words: str | Path, **told: Any) -> subprocess.Popen[Any]:
        """What runs ends when the process is killed that this gives."""
        return subprocess.Popen(self.command("setpriv", "--pdeathsig", "KILL", *words), **told)

    def write(self, file: str, text: str) -> None:
        self.run("sh", "-c", 'mkdir -p "$(dirname "$0")" && cat >"$0"', file, said=text)

    def assert_open(self, *doors: str, among: Iterable[str] = (), source: str = "") -> None:
        """Assert that these doors answer to this machine, such as "tcp 192.0.2.1 443", and no other ``among`` those."""
        asked = {"source": source, "doors": [*{*doors, *among}], "expected": doors}
        assert set(json.loads(self.run(sys.executable, PROBE, said=json.dumps(asked)))) == set(doors)

    def listen(self, *doors: str) -> subprocess.Popen[str]:
        process = self.start(sys.executable, LISTEN, *doors, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        assert process.stdout.readline() == "listening\n"
        return process

    def until(self, *words: str | Path) -> str:
        """Asks until it succeeds."""
        done = subprocess.CompletedProcess[str]([], 1, "", "")

        def succeeds() -> bool:
            nonlocal done
            done = self.try_(*words)
            return done.returncode == 0

        until(succeeds, within=120, describe=lambda: done.stdout + done.stderr, pause=0.1)
        return done.stdout


def lacking() -> str | None:
    if os.geteuid() != 0:
        return "only root may make networks"
    tools = (
        "unshare",
        "nsenter",
        "ip",
        "nft",
        "iptables",
        "wg-quick",
        "fail2ban-server",
        "sshd",
        "ssh",
        "curl",
        "ping",
    )
    if missing := [tool for tool in tools if not shutil.which(tool, path="/usr/sbin:/usr/bin:/sbin:/bin")]:
        return f"{', '.join(missing)} not installed"
    tried = subprocess.run(
        ["unshare", "--net", "--mount", "--pid", "--fork", "nft", "add", "table", "inet", "tried"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return None if tried.returncode == 0 else f"this kernel makes none: {tried.stderr.strip()}"


def wire(one: Machine, at: str, addresses: list[str], other: Machine, theirs: list[str]) -> None:
    """A cable from an interface of one machine to eth0 of another."""
    subprocess.run(
        ["ip", "link", "add", at, "netns", str(one.pid), "type", "veth", "peer", "eth0", "netns", str(other.pid)],
        check=True,
    )
    for machine, name, its in ((one, at, addresses), (other, "eth0", theirs)):
        for address in its:
            nodad = ["nodad"] if ":" in address else []
            machine.run("ip", "address", "add", address, "dev", name, *nodad)
        machine.run("ip", "link", "set", name, "up")


def layer(machine: Machine, folder: Path) -> None:
    """Lets a machine write without this one noticing."""
    folder.mkdir()
    machine.run("mount", "-t", "tmpfs", "layer", folder)
    for name in ("etc", "home", "root", "usr/local", "var"):
        upper, work = folder / "upper" / name, folder / "work" / name
        machine.run("mkdir", "-p", upper, work)
        machine.run(
            "mount", "-t", "overlay", "layer", "-o", f"lowerdir=/{name},upperdir={upper},workdir={work}", f"/{name}"
        )


@dataclass(frozen=True)
class Bare:
    """A Debian that nobody has set up yet."""

    machine: Machine
    layer: Path
    key: Path

    def bootstrap(self, *told: str, **how: Any) -> subprocess.CompletedProcess[str]:
        return self.machine.try_(FILES / "bootstrap.sh", *told, **how)

    def written(self) -> set[str]:
        """Every file that is not as this machine has it."""
        upper = self.layer / "upper"
        return set(self.machine.run("find", upper, "-not", "-type", "d", "-printf", "/%P\n").splitlines())
