"""docker/deploy.sh against a Swarm that keeps its word: what it does, and in which order, when things go wrong.

The engine is tests/deploy/swarm/docker. It keeps services, secrets and configs as the real one does: a service that is
deployed gets a new version, and what a service uses cannot be removed. The client's `stack config` is the real one.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from ssl import PROTOCOL_TLS_SERVER, SSLContext
from threading import Thread

import pytest

DOCKER = Path(__file__).resolve().parents[2] / "docker"
DOMAIN = "medcost.test"
ENGINE = Path(__file__).with_name("swarm")


class Application(BaseHTTPRequestHandler):
    """Where Traefik and all behind it would be; ``ready`` is what it says of itself."""

    ready = True
    requests: list[str]

    def _answer(self) -> None:
        type(self).requests.append(f"{self.command} {self.path} {self.headers.get('X-API-Key', '')}".strip())
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        status = 200 if self.ready or "ready" not in self.path else 503
        body = b'{"id": "0190d0a0-0000-7000-8000-000000000001"}'
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def do_DELETE(self) -> None:
        self._answer()

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Nothing."""


class Swarm:
    """A place to deploy to."""

    def __init__(self, folder, authority, secrets, application, port):
        self.folder, self.authority, self.secrets = folder, authority, secrets
        self.application, self.port = application, port

    def deploy(self, tag, *more, **variables):
        arguments = ["--image", "registry.test/medcost", "--tag", tag, "--domain", DOMAIN, "--secrets", self.secrets]
        return subprocess.run(
            [DOCKER / "deploy.sh", *arguments, "--address", f"127.0.0.1:{self.port}", "--pause", "0.01", *more],
            env={
                **os.environ, "PATH": f"{ENGINE}:{os.environ['PATH']}", "SWARM": str(self.folder),
                "PYTHON": sys.executable, "REAL_DOCKER": shutil.which("docker") or "",
                "MEDCOST_CA": str(self.secrets / "traefik" / "ca.crt"), "MEDCOST_ACME": "files", **variables,
            },
            capture_output=True, text=True, check=False,
        )  # fmt: skip

    def prepare(self):
        """Nothing is deployed yet, and a manager answers."""
        for name in ("services", "secrets", "configs"):
            (self.folder / name).mkdir(parents=True)
        (self.folder / "said").touch()
        self.is_deaf_to(0)

    def is_deaf_to(self, questions):
        (self.folder / "deaf").write_text(f"{questions}\n", encoding="utf-8")

    @property
    def commands(self):
        return (self.folder / "said").read_text(encoding="utf-8").splitlines()

    @property
    def secret_names(self):
        return {file.name for file in (self.folder / "secrets").iterdir()}

    def image(self, service):
        return (self.folder / "services" / f"medcost_{service}" / "now").read_text(encoding="utf-8").split()[0]


@pytest.fixture(scope="module")
def place(part, secrets):
    """`with place(folder) as swarm:` is a Swarm that keeps what it runs in a folder, and an application behind it."""
    part("docker client", None if shutil.which("docker") else "there is no docker command here")

    @contextmanager
    def opened(folder):
        ours = shutil.copytree(secrets, folder.with_name("secrets"))
        application = type("Application", (Application,), {"requests": []})
        with ThreadingHTTPServer(("127.0.0.1", 0), application) as server:
            context = SSLContext(PROTOCOL_TLS_SERVER)
            context.load_cert_chain(ours / "traefik" / "tls.crt", ours / "traefik" / "tls.key")
            server.socket = context.wrap_socket(server.socket, server_side=True)
            Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
            yield Swarm(folder, secrets.with_name("ca"), ours, application, server.server_port)
            server.shutdown()

    return opened


@pytest.fixture(scope="module")
def first(place, tmp_path_factory):
    """The first version, deployed: what the Swarm runs, what was asked of it, and how deploy.sh ended."""
    folder = tmp_path_factory.mktemp("first")
    (folder / "key").write_text("the-key", encoding="utf-8")
    with place(folder / "swarm") as swarm:
        swarm.prepare()
        return swarm, swarm.deploy("one", "--api-key", folder / "key")


@pytest.fixture
def swarm(place, tmp_path):
    """Nothing is deployed yet."""
    with place(tmp_path / "swarm") as swarm:
        swarm.prepare()
        yield swarm


@pytest.fixture
def deployed(place, first, tmp_path):
    """The first version runs."""
    with place(shutil.copytree(first[0].folder, tmp_path / "swarm")) as swarm:
        yield swarm


def test_a_good_version_is_deployed_and_asked(first):
    swarm, done = first
    assert done.returncode == 0, done.stderr
    assert swarm.image("api") == "registry.test/medcost-api:one"
    assert swarm.application.requests == [
        "GET /api/v1/health/ready",
        "GET /",
        "POST /api/v1/predictions the-key",
        "DELETE /api/v1/predictions/0190d0a0-0000-7000-8000-000000000001 the-key",
    ]
    assert "the-key" not in done.stdout + done.stderr


def test_a_version_whose_service_went_back_by_itself_takes_the_others_back_with_it(deployed):
    done = deployed.deploy("two", BREAKS="model")
    assert done.returncode == 1
    assert {deployed.image(name).split(":")[1] for name in ("api", "model", "dashboard-1", "mlflow")} == {"one"}
    assert not {"service rollback medcost_model", "service rollback medcost_migrate"} & {*deployed.commands}
    assert "service rollback medcost_api" in deployed.commands


def test_a_manager_that_does_not_answer_for_a_while_is_asked_again(swarm):
    done = swarm.deploy("one", DEAF="3")
    assert (done.returncode, done.stderr.count("no manager answers")) == (0, 3), done.stderr


def test_where_no_manager_answers_any_more_nothing_is_said_to_have_gone_back(deployed):
    done = deployed.deploy("two", "--within", "1", DEAF="1000")
    assert done.returncode == 3, done.stderr
    assert done.stderr.endswith("could not go back: look at `docker stack ps medcost`\n")
    assert deployed.image("api").endswith(":two")


def test_what_runs_is_known_before_anything_is_changed(deployed):
    deployed.is_deaf_to(1000)
    done = deployed.deploy("two")
    assert (done.returncode, "nothing was changed" in done.stderr) == (1, True)
    assert deployed.image("api").endswith(":one")


def test_where_nothing_ran_and_nothing_came_to_run_nothing_has_to_go_back(swarm):
    done = swarm.deploy("one", REFUSES="yes")
    assert done.returncode == 1, done.stderr
    assert "could not go back" not in done.stderr


def test_a_version_that_does_not_answer_goes_back(deployed):
    deployed.application.ready = False
    done = deployed.deploy("two", "--smoke-for", "1")
    assert (done.returncode, "going back" in done.stderr) == (1, True)
    assert deployed.image("api").endswith(":one")


def test_old_secrets_stay_until_the_new_ones_serve_and_go_then(deployed):
    old = {name for name in deployed.secret_names if name.startswith("medcost_api_key")}
    (deployed.secrets / "api" / "api.key").write_text("renewed", encoding="utf-8")
    deployed.application.ready = False
    assert deployed.deploy("one", "--smoke-for", "1").returncode == 1
    assert old < deployed.secret_names
    deployed.application.ready = True
    assert deployed.deploy("one").returncode == 0
    (new,) = {name for name in deployed.secret_names if name.startswith("medcost_api_key")}
    assert new not in old


def test_what_expires_soon_is_told_and_stops_nothing(swarm):
    shutil.rmtree(swarm.secrets / "model")
    pki = [DOCKER / "pki" / "pki.sh", "client", "model", "--ca", swarm.authority, "--out", swarm.secrets / "model"]
    subprocess.run([*pki, "--days", "20"], check=True, capture_output=True)
    done = swarm.deploy("one")
    assert done.returncode == 0, done.stderr
    assert f"less than 30 days are left of {swarm.secrets}/model/model.crt\n" in done.stderr


def test_wrong_usage_changes_nothing(swarm):
    for wrong in (
        ["--nonsense"],
        ["--within", "soon"],
        ["--pause", "soon"],
        ["--tag", "a b"],
        ["--secrets", "/nowhere"],
    ):
        assert swarm.deploy("one", *wrong).returncode == 2, wrong
    assert swarm.commands == []


def test_a_dry_run_changes_nothing(swarm):
    assert swarm.deploy("one", "--dry-run").returncode == 0
    assert swarm.commands == ["stack config"]
