"""The services of compose.yaml without an engine: each in a network namespace and a read-only root of its own.

What is taken from the files: networks and who is in which, users, commands, settings, mounts, tmpfs, health checks.
What stands in for an image is this machine's own root, with its Python environment, its PostgreSQL and its Traefik; or
the images themselves, where MEDCOST_IMAGE_ROOTS names a folder that holds the root of each under its name.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.deploy.compose.machine import POSTGRES, TREE, Machine
from tests.deploy.compose.networks import Networks

COMPOSE = TREE / "docker" / "compose.yaml"


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
    compose_file = yaml.safe_load(re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", COMPOSE.read_text(encoding="utf-8")))
    folder = Path(tempfile.mkdtemp(prefix="medcost-compose-", dir="/tmp"))
    folder.chmod(0o711)
    services = {name: service for name, service in compose_file["services"].items() if name not in {"pki", "pgadmin"}}
    roots = os.environ.get("MEDCOST_IMAGE_ROOTS")
    machine = Machine(
        folder, services, Networks(services, compose_file["networks"]), image, Path(roots) if roots else None
    )
    try:
        machine.networks.plug_in()
        yield machine
    finally:
        try:
            machine.stop()
        finally:
            machine.networks.unplug()
            shutil.rmtree(folder)


@pytest.fixture(scope="package")
def up(machine: Machine, secrets: Path) -> Machine:
    """`docker compose up --wait`, in the order that its depends_on give."""
    command = [str(TREE / "docker" / "secrets.sh"), "--owned", "--domain", "medcost.localhost"]
    places = ["--ca", str(machine.folder / ".secrets" / "ca"), "--out", str(machine.folder / ".secrets" / "out")]
    # what is there already stays: all but the certificate that a browser sees, which has another name here
    for place in ("ca", "out"):
        shutil.copytree(secrets.with_name(place), machine.folder / ".secrets" / place)
    shutil.rmtree(machine.folder / ".secrets" / "out" / "traefik")
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
