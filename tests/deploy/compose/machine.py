"""A machine that runs the services of compose.yaml without an engine: each with a read-only root of its own."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from tests.deploy.compose.networks import Networks
from tests.support import isolation
from tests.support.waiting import until

TREE = Path(__file__).resolve().parents[3]
BIN = Path(sys.executable).parent
POSTGRES = Path("/usr/lib/postgresql/15/bin")
PASSWD = "root:x:0:0::/tmp:/bin/sh\npostgres:x:999:999::/tmp:/bin/sh\nmedcost:x:10001:10001::/tmp:/bin/sh\n"
STOCK = {"traefik": ["traefik"]}
"""What an image that is not ours runs when nothing is said."""
OWNED = {"/var/lib/postgresql": (999, 0o1777)}
"""Folders of stock images that are not root's: owner and mode."""


@dataclass
class Process:
    """A running service. Its own process is the child of bubblewrap."""

    outer: subprocess.Popen[bytes]
    errors: Path
    ends_by: signal.Signals

    @property
    def pid(self) -> int:
        def children() -> list[psutil.Process]:
            assert self.outer.poll() is None, self.errors.read_text(errors="replace")
            return psutil.Process(self.outer.pid).children()

        return until(children, within=60)[0].pid

    def stop(self) -> int:
        """As an engine does: the image's signal, and SIGKILL for what is left. What has ended stays so."""
        if (status := self.outer.poll()) is not None:
            return status
        with contextlib.suppress(psutil.NoSuchProcess):
            inner = psutil.Process(self.pid)
            family = [inner, *inner.children(recursive=True)]
            inner.send_signal(self.ends_by)
            _, left = psutil.wait_procs(family, timeout=30)
            for survivor in left:
                survivor.kill()
        return self.outer.wait(timeout=30)


@dataclass
class Machine:
    """One machine that runs compose.yaml."""

    folder: Path
    services: dict[str, Any]
    networks: Networks
    image: Callable[[str], Any]
    roots: Path | None
    running: dict[str, Process] = field(default_factory=dict)

    def stop(self) -> None:
        for process in reversed(self.running.values()):
            process.stop()

    def environment(self, service: str) -> dict[str, Any]:
        definition = self.services[service]
        variables = dict(self._image(service).get("ENV", {}))
        if not self.root(service):
            variables = {name: value for name, value in variables.items() if "PATH" not in name}
            variables |= {"PATH": f"{BIN}:{POSTGRES}:/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
        for file in definition.get("env_file", ()):
            lines = (TREE / "docker" / file).read_text(encoding="utf-8").splitlines()
            variables |= dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
        # YAML reads what is empty as None
        return variables | {
            name: "" if value is None else value for name, value in definition.get("environment", {}).items()
        }

    def root(self, service: str) -> Path | None:
        """The image's own, if there are images."""
        target = self.services[service].get("build", {}).get("target")
        return self.roots / target if self.roots and target else None

    def command(self, service: str, *instead: str, more: tuple[str, ...] = ()) -> list[str]:
        """Entrypoint and command, as in the image unless compose.yaml says another."""
        definition, image = self.services[service], self._image(service)
        entrypoint = definition.get("entrypoint") or image.get("ENTRYPOINT", [])
        return [*entrypoint, *(instead or (*(definition.get("command") or image.get("CMD") or STOCK[service]), *more))]

    def boxed(self, service: str, command: list[str], *, settings: dict[str, str] | None = None) -> list[str]:
        """A command line that runs something where and as which user the service runs."""
        definition = self.services[service]
        own = Path(tempfile.mkdtemp(dir=self.folder))
        for name in ("upper", "work", "root", "srv"):
            (own / name).mkdir()
        self._copy_into_image(service, own / "srv")
        (own / "hosts").write_text(self.networks.hosts(service), encoding="utf-8")
        (own / "passwd").write_text(PASSWD, encoding="utf-8")
        user, group = (definition.get("user") or self._image(service).get("USER", "0:0")).split(":")
        box = ["bwrap", "--bind", f"{own}/root", "/", "--dev", "/dev", "--proc", "/proc", "--tmpfs", "/run"]
        box += ["--perms", "1777", "--tmpfs", "/dev/shm"]
        box += ["--ro-bind", f"{own}/hosts", "/etc/hosts", "--ro-bind", f"{own}/passwd", "/etc/passwd"]
        image = self.root(service)
        if not image:
            box += ["--ro-bind", f"{own}/srv", "/srv"]
        for place in definition.get("tmpfs", ()):
            box += ["--perms", "1777", "--tmpfs", place.split(":")[0]]
        if not image:  # bwrap makes folders on the way for root alone
            box += [part for way in list(TREE.parents)[-2::-1] for part in ("--perms", "0755", "--dir", str(way))]
            box += ["--ro-bind", str(TREE), str(TREE)]
        for volume in definition.get("volumes", ()):
            source, target, *mode = volume.split(":")
            box += ["--perms", "0755", "--dir", str(Path(target).parent)]
            box += ["--ro-bind" if mode == ["ro"] else "--bind", str(self.volume(source, target, service)), target]
        box += ["--remount-ro", "/"] if definition.get("read_only") else []
        box += ["--chdir", "/tmp", "--die-with-parent", "--clearenv"]
        # by the run's folder, what is left of a service is ended with the run: it outlives bwrap, being another user's
        own_run = {isolation.RUN: os.environ[isolation.RUN]}
        for name, value in (self.environment(service) | (settings or {}) | own_run).items():
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
        return ["ip", "netns", "exec", self.networks.namespace(service), "unshare", "--mount", *inside]

    def run(self, service: str, *command: str, more: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
        """`docker compose run --rm SERVICE [COMMAND]`."""
        box = self.boxed(service, self.command(service, *command, more=more))
        return subprocess.run(box, capture_output=True, text=True, check=False)

    def start(self, service: str, **settings: str) -> Process:
        errors = self.folder / f"{service}.said"
        with errors.open("ab") as output:
            box = self.boxed(service, self.command(service), settings=settings)
            process = subprocess.Popen(box, stdout=output, stderr=output)
        by = signal.SIGINT if service.startswith("postgres") else signal.SIGTERM  # as the images say
        self.running[service] = Process(process, errors, by)
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
        check = self.services[service].get("healthcheck")
        command = check["test"] if check else self._image(service)["HEALTHCHECK"]
        assert command[0] == "CMD"
        return self.execute(service, *command[1:]).returncode == 0

    def await_healthy(self, *services: str) -> None:
        for service in services:
            process = self.running[service]

            def healthy(service: str = service, process: Process = process) -> bool:
                assert process.outer.poll() is None, process.errors.read_text()
                return self.healthy(service)

            # each question is a process in the service's namespaces, beside a service that needs the core to start
            until(healthy, within=280, describe=process.errors.read_text, pause=0.7)

    def volume(self, source: str, target: str, service: str) -> Path:
        """A folder of the tree, or a volume. A new one gets owner and mode of the image's folder, else root's, 0755."""
        if source.startswith("../.secrets"):
            return self.folder / source[3:]
        if source.startswith("."):
            path = (TREE / "docker" / source).resolve()
            return path if path.exists() else self.folder
        made = self.folder / "volumes" / source
        if not made.exists():
            made.mkdir(parents=True)
            owner, mode = self._owned(service).get(target, (0, 0o755))
            os.chown(made, owner, owner)
            made.chmod(mode)
        return made

    def _owned(self, service: str) -> dict[str, tuple[int, int]]:
        made = re.findall(r"install --directory --owner=(\d+) .*--mode=(\d+) (.*)", self._image(service).get("RUN", ""))
        return OWNED | {place: (int(owner), int(mode, 8)) for owner, mode, all_ in made for place in all_.split()}

    def _image(self, service: str) -> dict[str, Any]:
        definition = self.services[service]
        if "build" not in definition:
            return {}
        return self.image(definition["build"].get("target", service))

    @staticmethod
    def _copy_into_image(service: str, srv: Path) -> None:
        """What Dockerfiles copy from elsewhere than src/."""
        for place in ("medcost", "bento", "mlflow"):
            (srv / place).mkdir()
            shutil.copy(TREE / "docker" / "images" / "health.py", srv / place)
        shutil.copy(TREE / "docker" / "postgres" / "app" / "grants.sql", srv / "medcost")
