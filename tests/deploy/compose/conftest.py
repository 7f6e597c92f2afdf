"""The services of compose.yaml without an engine: each in a network namespace and a read-only root of its own.

What is taken from the files: networks and who is in which, users, commands, settings, mounts, tmpfs, health checks.
What stands in for an image is this machine's own root, with its Python environment, its PostgreSQL and its Traefik; or
the images themselves, where MEDCOST_IMAGE_ROOTS names a folder that holds the root of each under its name.
"""

from __future__ import annotations

import contextlib
import ipaddress
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import pytest
import yaml

TREE = Path(__file__).resolve().parents[3]
COMPOSE = TREE / "docker" / "compose.yaml"
BIN = Path(sys.executable).parent
POSTGRES = Path("/usr/lib/postgresql/15/bin")
PASSWD = "root:x:0:0::/tmp:/bin/sh\npostgres:x:999:999::/tmp:/bin/sh\nmedcost:x:10001:10001::/tmp:/bin/sh\n"
STOCK = {"traefik": ["traefik"]}
"""What an image that is not ours runs when nothing is said."""


@dataclass
class Process:
    """A running service. Its own process is the child of bubblewrap."""

    outer: subprocess.Popen[bytes]
    said: Path
    ends_by: signal.Signals

    @property
    def pid(self) -> int:
        while not (children := psutil.Process(self.outer.pid).children()):
            assert self.outer.poll() is None, self.said.read_text(errors="replace")
            time.sleep(0.02)
        return children[0].pid

    def stop(self) -> int:
        """As an engine does: the image's signal, and SIGKILL for what is left."""
        with contextlib.suppress(psutil.NoSuchProcess):
            inner = psutil.Process(self.pid)
            family = [inner, *inner.children(recursive=True)]
            inner.send_signal(self.ends_by)
            _, left = psutil.wait_procs(family, timeout=30)
            for one in left:
                one.kill()
        return self.outer.wait(timeout=30)


@dataclass
class Machine:
    """One machine that runs compose.yaml."""

    folder: Path
    services: dict[str, Any]
    networks: dict[str, Any]
    image: Callable[[str], Any]
    roots: Path | None
    running: dict[str, Process] = field(default_factory=dict)
    name: str = field(default_factory=lambda: f"mc{os.getpid()}")

    # networks: a bridge each, in a namespace that stands for the machine

    def plug_in(self) -> None:
        ip("netns", "add", self.name)
        ip("-n", self.name, "link", "set", "lo", "up")
        for number, (network, told) in enumerate(self.networks.items()):
            subnet = (told.get("ipam") or {"config": [{"subnet": f"10.92.{number}.0/24"}]})["config"][0]["subnet"]
            self.networks[network] = ipaddress.ip_network(subnet)
            ip("-n", self.name, "link", "add", network, "type", "bridge")
            ip("-n", self.name, "addr", "add", f"{self.networks[network][1]}/24", "dev", network)
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
        for process in reversed(self.running.values()):
            process.stop()
        for namespace in (*map(self.namespace, self.services), self.name):
            subprocess.run(["ip", "netns", "del", namespace], check=False, capture_output=True)

    def namespace(self, service: str) -> str:
        return f"{self.name}-{service}"

    def address(self, service: str, network: str) -> str:
        return str(self.networks[network][10 + list(self.services).index(service)])

    def hosts(self, service: str) -> str:
        """What Docker's DNS would answer: the others, by an address in a network that both are in."""
        lines = ["127.0.0.1 localhost"]
        mine = self.services[service].get("networks", ())
        for other, told in self.services.items():
            shared = [network for network in told.get("networks", ()) if network in mine]
            lines += [f"{self.address(other, shared[0])} {other}"] if shared else []
        return "\n".join(lines) + "\n"

    # processes

    def environment(self, service: str) -> dict[str, str]:
        told = self.services[service]
        found = dict(self._image(service).get("ENV", {}))
        if not self.root(service):
            found = {name: value for name, value in found.items() if "PATH" not in name}
            found |= {"PATH": f"{BIN}:{POSTGRES}:/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
        for file in told.get("env_file", ()):
            lines = (TREE / "docker" / file).read_text(encoding="utf-8").splitlines()
            found |= dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
        return found | (told.get("environment") or {})

    def root(self, service: str) -> Path | None:
        """The image's own, if there are images."""
        target = self.services[service].get("build", {}).get("target")
        return self.roots / target if self.roots and target else None

    def command(self, service: str, *instead: str, more: tuple[str, ...] = ()) -> list[str]:
        """Entrypoint and command, as in the image unless compose.yaml says another."""
        told, image = self.services[service], self._image(service)
        entrypoint = told.get("entrypoint") or image.get("ENTRYPOINT", [])
        return [*entrypoint, *(instead or (*(told.get("command") or image.get("CMD") or STOCK[service]), *more))]

    def boxed(self, service: str, command: list[str], *, settings: dict[str, str] | None = None) -> list[str]:
        """A command line that runs something where and as which user the service runs."""
        told = self.services[service]
        own = Path(tempfile.mkdtemp(dir=self.folder))
        for name in ("upper", "work", "root", "srv"):
            (own / name).mkdir()
        self._copy_into_image(service, own / "srv")
        (own / "hosts").write_text(self.hosts(service), encoding="utf-8")
        (own / "passwd").write_text(PASSWD, encoding="utf-8")
        user, group = (told.get("user") or self._image(service).get("USER", "0:0")).split(":")
        box = ["bwrap", "--bind", f"{own}/root", "/", "--dev", "/dev", "--proc", "/proc", "--tmpfs", "/run"]
        box += ["--perms", "1777", "--tmpfs", "/dev/shm"]
        box += ["--ro-bind", f"{own}/hosts", "/etc/hosts", "--ro-bind", f"{own}/passwd", "/etc/passwd"]
        image = self.root(service)
        if not image:
            box += ["--ro-bind", f"{own}/srv", "/srv"]
        for place in told.get("tmpfs", ()):
            box += ["--perms", "1777", "--tmpfs", place.split(":")[0]]
        if not image:  # bwrap makes folders on the way for root alone
            box += [part for way in list(TREE.parents)[-2::-1] for part in ("--perms", "0755", "--dir", str(way))]
            box += ["--ro-bind", str(TREE), str(TREE)]
        for volume in told.get("volumes", ()):
            source, target, *mode = volume.split(":")
            box += ["--perms", "0755", "--dir", str(Path(target).parent)]
            box += ["--ro-bind" if mode == ["ro"] else "--bind", str(self.volume(source, int(user))), target]
        box += ["--remount-ro", "/"] if told.get("read_only") else []
        box += ["--chdir", "/tmp", "--die-with-parent", "--clearenv"]
        for name, value in (self.environment(service) | (settings or {})).items():
            box += ["--setenv", name, str(value)]
        box += ["setpriv", f"--reuid={user}", f"--regid={group}", "--clear-groups", "--no-new-privs"]
        box += ["--bounding-set=-all", "--inh-caps=-all", *command]
        mount = (
            f"mount -t overlay overlay -o lowerdir={image or '/'},upperdir={own}/upper,workdir={own}/work {own}/root"
        )
        # a checkout, or Python itself, below root's own folder: open in this root alone
        places = () if image else (TREE, Path(sys.base_prefix))
        ways = " ".join([f"{own}/root", *(f"{own}/root{way}" for place in places for way in place.parents)])
        ports = "sysctl -qw net.ipv4.ip_unprivileged_port_start=0"
        inside = ["sh", "-c", f'{ports} && {mount} && chmod a+x {ways} && exec "$@"', "sh", *box]
        return ["ip", "netns", "exec", self.namespace(service), "unshare", "--mount", *inside]

    def run(self, service: str, *command: str, more: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
        """`docker compose run --rm SERVICE [COMMAND]`."""
        box = self.boxed(service, self.command(service, *command, more=more))
        return subprocess.run(box, capture_output=True, text=True, check=False)

    def start(self, service: str, **settings: str) -> Process:
        said = self.folder / f"{service}.said"
        with said.open("ab") as output:
            box = self.boxed(service, self.command(service), settings=settings)
            process = subprocess.Popen(box, stdout=output, stderr=output)
        by = signal.SIGINT if service.startswith("postgres") else signal.SIGTERM  # as the images say
        self.running[service] = Process(process, said, by)
        return self.running[service]

    def execute(self, service: str, *command: str) -> subprocess.CompletedProcess[str]:
        """`docker compose exec SERVICE COMMAND`."""
        user, group = (self.services[service].get("user") or self._image(service)["USER"]).split(":")
        return subprocess.run(
            ["nsenter", f"--target={self.running[service].pid}", "--mount", "--net", "--",
             "setpriv", f"--reuid={user}", f"--regid={group}", "--clear-groups", *command],
            env={**self.environment(service)}, capture_output=True, text=True, check=False,
        )  # fmt: skip

    def healthy(self, service: str) -> bool:
        """What the engine would find out, by the check of compose.yaml or of the image."""
        told = self.services[service].get("healthcheck")
        command = told["test"] if told else self._image(service)["HEALTHCHECK"]
        assert command[0] == "CMD"
        return self.execute(service, *command[1:]).returncode == 0

    def await_healthy(self, *services: str) -> None:
        for service in services:
            deadline = time.monotonic() + 120
            while not self.healthy(service):
                process = self.running[service]
                assert process.outer.poll() is None, process.said.read_text()
                assert time.monotonic() < deadline, process.said.read_text()
                time.sleep(0.2)

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

    def volume(self, source: str, user: int) -> Path:
        """A folder of the tree, or a volume, which is made for whom it is mounted first."""
        if source.startswith("../.secrets"):
            return self.folder / source[3:]
        if source.startswith("."):
            found = (TREE / "docker" / source).resolve()
            return found if found.exists() else self.folder
        made = self.folder / "volumes" / source
        if not made.exists():
            made.mkdir(parents=True)
            os.chown(made, user, user)
            made.chmod(0o700)
        return made

    def _image(self, service: str) -> dict[str, Any]:
        told = self.services[service]
        if "build" not in told:
            return {}
        return self.image(told["build"].get("target", service))

    @staticmethod
    def _copy_into_image(service: str, srv: Path) -> None:
        """What Dockerfiles copy from elsewhere than src/."""
        for place in ("medcost", "bento", "mlflow"):
            (srv / place).mkdir()
            shutil.copy(TREE / "docker" / "images" / "health.py", srv / place)
        shutil.copy(TREE / "docker" / "postgres" / "app" / "grants.sql", srv / "medcost")


def ip(*arguments: str) -> None:
    done = subprocess.run(["ip", *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def _missing() -> str | None:
    if os.geteuid() != 0:
        return "namespaces are made by root"
    if absent := [name for name in ("bwrap", "ip", "nsenter", "setpriv") if not shutil.which(name)]:
        return f"{', '.join(absent)} is not installed"
    tried = subprocess.run(["ip", "netns", "add", "medcost-try"], capture_output=True, text=True, check=False)
    subprocess.run(["ip", "netns", "del", "medcost-try"], capture_output=True, check=False)
    return tried.stderr.strip() or None


@pytest.fixture(scope="package")
def machine(part: Callable[..., None], image: Callable[[str], Any]) -> Iterator[Machine]:
    part("namespaces", _missing())
    part("postgresql", None if (POSTGRES / "postgres").exists() else "PostgreSQL 15 of Debian is not installed")
    told = yaml.safe_load(re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", COMPOSE.read_text(encoding="utf-8")))
    folder = Path(tempfile.mkdtemp(prefix="medcost-compose-", dir="/tmp"))
    folder.chmod(0o711)
    services = {name: one for name, one in told["services"].items() if name not in {"pki", "pgadmin"}}
    roots = os.environ.get("MEDCOST_IMAGE_ROOTS")
    machine = Machine(folder, services, told["networks"], image, Path(roots) if roots else None)
    try:
        machine.plug_in()
        yield machine
    finally:
        machine.unplug()
        shutil.rmtree(folder)


@pytest.fixture(scope="package")
def up(machine: Machine) -> Machine:
    """`docker compose up --wait`, in the order that its depends_on give."""
    command = [str(TREE / "docker" / "secrets.sh"), "--owned", "--domain", "medcost.localhost"]
    places = ["--ca", str(machine.folder / ".secrets" / "ca"), "--out", str(machine.folder / ".secrets" / "out")]
    subprocess.run([*command, *places], check=True, capture_output=True)
    (machine.folder / ".secrets").chmod(0o711)
    (machine.folder / ".secrets" / "out").chmod(0o711)
    for server in ("postgres-app", "postgres-mlflow"):
        _make_server(machine, server)
    for service, *more in (
        ("migrate",),
        ("mlflow",),
        ("trainer", "cv=quick", "tuning.n_trials=1", "dataset.rows=400", "model=[linear]"),
        ("model",),
        ("api",),
        ("dashboard",),
        ("traefik",),
    ):
        if machine.services[service].get("restart") == "no":
            done = machine.run(service, more=tuple(more))
            assert done.returncode == 0, done.stderr
        else:
            machine.start(service)
            machine.await_healthy(service)
    return machine


def _make_server(machine: Machine, service: str) -> None:
    """As the image's own entrypoint does: make the data folder, run what lies in its folder, start."""
    arguments = machine.environment(service)["POSTGRES_INITDB_ARGS"].split()
    data = machine.environment(service)["PGDATA"]
    made = subprocess.run(
        machine.boxed(service, ["initdb", "--no-sync", f"--pgdata={data}", *arguments]),
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    machine.start(service)
    machine.await_healthy(service)
    done = machine.execute(service, "psql", "-d", "postgres", "-f", "/docker-entrypoint-initdb.d/roles.sql")
    assert done.returncode == 0, done.stderr
