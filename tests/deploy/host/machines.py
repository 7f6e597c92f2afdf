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

    def try_(self, *words: str | Path, input_text: str = "", **options: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*words), capture_output=True, text=True, check=False, input=input_text, timeout=120, **options
        )

    def run(self, *words: str | Path, input_text: str = "", **options: Any) -> str:
        done = self.try_(*words, input_text=input_text, **options)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def start(self, *words: str | Path, **options: Any) -> subprocess.Popen[Any]:
        """What runs ends when the process is killed that this gives."""
        return subprocess.Popen(self.command("setpriv", "--pdeathsig", "KILL", *words), **options)

    def write(self, file: str, text: str) -> None:
        self.run("sh", "-c", 'mkdir -p "$(dirname "$0")" && cat >"$0"', file, input_text=text)

    def assert_open(self, *endpoints: str, among: Iterable[str] = (), source: str = "") -> None:
        """Assert that endpoints, such as "tcp 192.0.2.1 443", answer this machine, and no other ``among`` those."""
        question = {"source": source, "endpoints": [*{*endpoints, *among}], "expected": endpoints}
        assert set(json.loads(self.run(sys.executable, PROBE, input_text=json.dumps(question)))) == set(endpoints)

    def listen(self, *endpoints: str) -> subprocess.Popen[str]:
        process = self.start(sys.executable, LISTEN, *endpoints, stdout=subprocess.PIPE, text=True)
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


def wire(first: Machine, at: str, addresses: list[str], second: Machine, second_addresses: list[str]) -> None:
    """A cable from an interface of one machine to eth0 of another."""
    subprocess.run(
        ["ip", "link", "add", at, "netns", str(first.pid), "type", "veth", "peer", "eth0", "netns", str(second.pid)],
        check=True,
    )
    for machine, name, its in ((first, at, addresses), (second, "eth0", second_addresses)):
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

    def bootstrap(self, *arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
        return self.machine.try_(FILES / "bootstrap.sh", *arguments, **options)

    def written(self) -> set[str]:
        """Every file that is not as this machine has it."""
        upper = self.layer / "upper"
        return set(self.machine.run("find", upper, "-not", "-type", "d", "-printf", "/%P\n").splitlines())
