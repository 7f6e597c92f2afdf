"""A certificate is asked for, proved and served, by a real authority that speaks ACME: Let's Encrypt's for tests."""

from __future__ import annotations

import json
import os
import shutil
import socket
import ssl
import subprocess
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.deploy.authority import Authority
from tests.support.waiting import until

HOSTS = ("medcost.test", "mlflow.medcost.test", "pgadmin.medcost.test")


@dataclass(frozen=True)
class Pebble:
    """Asks the challenge at port ``http`` of this machine, whatever the name; ``root`` signed what it gives."""

    directory: str
    http: int
    trusted: Path
    root: Callable[[], ssl.SSLContext]


@pytest.fixture
def pebble(part: Callable[..., None], new_authority: Callable[[], Authority], tmp_path: Path) -> Iterator[Pebble]:
    part("pebble", None if shutil.which("pebble") else "the package of this name is not installed")
    authority = new_authority()
    authority.server("acme", "localhost", "127.0.0.1")
    listeners = [socket.create_server(("127.0.0.1", 0)) for _ in range(4)]
    listens, manages, http, names = [listener.getsockname()[1] for listener in listeners]
    for listener in listeners:
        listener.close()
    settings = {
        "listenAddress": f"127.0.0.1:{listens}",
        "managementListenAddress": f"127.0.0.1:{manages}",
        "certificate": str(authority.folder / "acme.crt"),
        "privateKey": str(authority.folder / "acme.key"),
        "httpPort": http,
        "tlsPort": http,
    }
    (tmp_path / "pebble.json").write_text(json.dumps({"pebble": settings}), encoding="utf-8")
    others = ["-http01=", "-https01=", "-tlsalpn01=", "-defaultIPv6=", "-management=127.0.0.1:0"]
    commands = [
        ["pebble-challtestsrv", f"-dns01=127.0.0.1:{names}", "-defaultIPv4=127.0.0.1", *others],
        ["pebble", f"-config={tmp_path / 'pebble.json'}", f"-dnsserver=127.0.0.1:{names}"],
    ]
    quick = {**os.environ, "PEBBLE_VA_NOSLEEP": "1", "PEBBLE_WFE_NONCEREJECT": "0"}
    with (tmp_path / "said").open("wb") as output:
        started = [subprocess.Popen(command, env=quick, stdout=output, stderr=output) for command in commands]
    trusts_it = ssl.create_default_context(cafile=str(authority.folder / "ca.crt"))

    def root() -> ssl.SSLContext:
        with urllib.request.urlopen(f"https://localhost:{manages}/roots/0", context=trusts_it) as answer:
            return ssl.create_default_context(cadata=answer.read().decode())

    yield Pebble(f"https://localhost:{listens}/dir", http, authority.folder / "ca.crt", root)
    for process in started:
        process.terminate()
        process.wait(timeout=20)


def test_every_host_gets_a_certificate_by_the_challenge_on_port_80(start_traefik, pebble: Pebble):
    with socket.create_server(("127.0.0.1", 0)) as first, socket.create_server(("127.0.0.1", 0)) as second:
        https, inside = first.getsockname()[1], second.getsockname()[1]
    start_traefik(ports=[pebble.http, https, inside], acme=pebble.directory, LEGO_CA_CERTIFICATES=str(pebble.trusted))

    def served(host: str) -> bool:
        try:
            with (
                socket.create_connection(("127.0.0.1", https), timeout=5) as line,
                pebble.root().wrap_socket(line, server_hostname=host) as secured,
            ):
                return secured.version() == "TLSv1.3"
        except OSError:  # not listening, or not yet with the authority's certificate
            return False

    until(lambda: all(served(host) for host in HOSTS), pause=0.1)
