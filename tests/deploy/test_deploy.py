"""docker/deploy.sh against a Swarm that keeps its word: what it does, and in which order, when things go wrong.

The engine is a small program of this file. It keeps services, secrets and configs as the real one does: a service that
is deployed gets a new version, and what a service uses cannot be removed. The client's `stack config` is the real one.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from ssl import PROTOCOL_TLS_SERVER, SSLContext
from threading import Thread

import pytest

DOCKER = Path(__file__).resolve().parents[2] / "docker"
DOMAIN = "medcost.test"

ENGINE = """
import json, os, subprocess, sys
from pathlib import Path
import yaml

KEPT = Path(os.environ["SWARM"])
swarm = json.loads(KEPT.read_text())
words = sys.argv[1:]
if swarm.get("deaf", 0) and words[:2] in (["stack", "services"], ["service", "inspect"]):
    swarm["deaf"] -= 1
    KEPT.write_text(json.dumps(swarm))
    sys.exit("no manager answers")
swarm["said"].append(" ".join(words[:2]) + (" " + words[-1] if words[1] in ("rm", "rollback") else ""))

def rendered():
    files = [word for i, word in enumerate(words) if words[i - 1] == "--compose-file"]
    command = [os.environ["REAL_DOCKER"], "stack", "config", *(x for f in files for x in ("--compose-file", f))]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout

def deploy():
    told = yaml.safe_load(rendered())
    for kind in ("secrets", "configs"):
        swarm[kind] = sorted({*swarm[kind], *(one["name"] for one in told[kind].values())})
    for name, one in told["services"].items():
        kept = swarm["services"].setdefault(f"medcost_{name}", {"version": 0, "before": None, "now": None, "state": ""})
        uses = [told[kind][x["source"]]["name"] for kind in ("secrets", "configs") for x in one.get(kind, ())]
        new = {"image": one["image"], "uses": uses}
        if new != kept["now"]:
            state = "completed" if kept["now"] else ""
            kept.update(before=kept["now"], now=new, version=kept["version"] + 1, state=state)
            if name == os.environ.get("BREAKS"):
                kept.update(now=kept["before"], state="rollback_completed")

match words:
    case ["node", "ls", *_]:
        print("n1")
    case ["stack", "config", *_]:
        print(rendered(), end="")
    case ["stack", "services", *_]:
        more = " 1/1" if "Replicas" in words[words.index("--format") + 1] else ""
        print("\\n".join(name + more for name in swarm["services"]))
    case ["stack", "deploy", *_]:
        if os.environ.get("REFUSES"):
            sys.exit("refused")
        deploy()
        swarm["deaf"] = int(os.environ.get("DEAF", "0"))
    case ["service", "inspect", "--format", form, name]:
        one = swarm["services"][name]
        job = "job" if name in ("medcost_migrate", "medcost_trainer") else ""
        print(one["version"] if "Version" in form else job if "Job" in form else one["state"])
    case ["service", "rollback", *_, name]:
        one = swarm["services"][name]
        one.update(now=one["before"], version=one["version"] + 1, state="rollback_completed")
    case ["secret" | "config" as kind, "ls", *_]:
        print("\\n".join(swarm[kind + "s"]))
    case ["secret" | "config" as kind, "rm", name]:
        if any(name in (one["now"] or {"uses": []})["uses"] for one in swarm["services"].values()):
            sys.exit("in use")
        swarm[kind + "s"].remove(name)
    case _:
        sys.exit(f"what is {words}?")
KEPT.write_text(json.dumps(swarm))
"""


class Application(BaseHTTPRequestHandler):
    """Where Traefik and all behind it would be; ``ready`` is what it says of itself."""

    ready = True
    asked: list[str]

    def _answer(self) -> None:
        type(self).asked.append(f"{self.command} {self.path} {self.headers.get('X-API-Key', '')}".strip())
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

    def __init__(self, folder, secrets, application, port):
        self.folder, self.secrets, self.application, self.port = folder, secrets, application, port
        self.kept = folder / "swarm.json"
        self.kept.write_text(json.dumps({"services": {}, "secrets": [], "configs": [], "said": []}))

    def deploy(self, tag, *more, **variables):
        told = ["--image", "registry.test/medcost", "--tag", tag, "--domain", DOMAIN, "--secrets", self.secrets]
        return subprocess.run(
            [DOCKER / "deploy.sh", *told, "--address", f"127.0.0.1:{self.port}", *more],
            env={
                **os.environ, "PATH": f"{self.folder}:{os.environ['PATH']}", "SWARM": str(self.kept),
                "REAL_DOCKER": shutil.which("docker") or "", "MEDCOST_CA": str(self.secrets / "traefik" / "ca.crt"),
                "MEDCOST_ACME": "files", **variables,
            },
            capture_output=True, text=True, check=False,
        )  # fmt: skip

    @property
    def now(self):
        return json.loads(self.kept.read_text())

    def image(self, service):
        return self.now["services"][f"medcost_{service}"]["now"]["image"]


@pytest.fixture
def swarm(part, tmp_path):
    part("docker client", None if shutil.which("docker") else "there is no docker command here")
    secrets = tmp_path / "secrets"
    command = [DOCKER / "secrets.sh", "--ca", tmp_path / "ca", "--out", secrets, "--domain", DOMAIN]
    subprocess.run(command, check=True, capture_output=True)
    program = tmp_path / "docker"
    program.write_text(f"#!{sys.executable}\n{ENGINE}", encoding="utf-8")
    program.chmod(0o755)
    application = type("Application", (Application,), {"asked": []})
    with ThreadingHTTPServer(("127.0.0.1", 0), application) as server:
        context = SSLContext(PROTOCOL_TLS_SERVER)
        context.load_cert_chain(secrets / "traefik" / "tls.crt", secrets / "traefik" / "tls.key")
        server.socket = context.wrap_socket(server.socket, server_side=True)
        Thread(target=server.serve_forever, daemon=True).start()
        yield Swarm(tmp_path, secrets, application, server.server_port)
        server.shutdown()


def test_a_good_version_is_deployed_and_asked(swarm):
    key = swarm.folder / "key"
    key.write_text("the-key", encoding="utf-8")
    done = swarm.deploy("one", "--api-key", key)
    assert done.returncode == 0, done.stderr
    assert swarm.image("api") == "registry.test/medcost-api:one"
    assert swarm.application.asked == [
        "GET /api/v1/health/ready",
        "GET /",
        "POST /api/v1/predictions the-key",
        "DELETE /api/v1/predictions/0190d0a0-0000-7000-8000-000000000001 the-key",
    ]
    assert "the-key" not in done.stdout + done.stderr


def test_a_version_whose_service_went_back_by_itself_takes_the_others_back_with_it(swarm):
    assert swarm.deploy("one").returncode == 0
    done = swarm.deploy("two", BREAKS="model")
    assert done.returncode == 1
    assert {swarm.image(name).split(":")[1] for name in ("api", "model", "dashboard-1", "mlflow")} == {"one"}
    assert "service rollback medcost_model" not in swarm.now["said"]
    assert not [said for said in swarm.now["said"] if said.startswith("service rollback medcost_migrate")]


def test_a_manager_that_does_not_answer_for_a_while_is_asked_again(swarm):
    done = swarm.deploy("one", DEAF="3")
    assert (done.returncode, done.stderr.count("no manager answers")) == (0, 3), done.stderr


def test_where_no_manager_answers_any_more_nothing_is_said_to_have_gone_back(swarm):
    assert swarm.deploy("one").returncode == 0
    done = swarm.deploy("two", "--within", "2", DEAF="1000")
    assert done.returncode == 3, done.stderr
    assert done.stderr.endswith("could not go back: look at `docker stack ps medcost`\n")
    assert swarm.image("api").endswith(":two")


def test_what_runs_is_known_before_anything_is_changed(swarm):
    assert swarm.deploy("one").returncode == 0
    swarm.kept.write_text(json.dumps(swarm.now | {"deaf": 1000}), encoding="utf-8")
    done = swarm.deploy("two")
    assert (done.returncode, "nothing was changed" in done.stderr) == (1, True)
    assert swarm.image("api").endswith(":one")


def test_where_nothing_ran_and_nothing_came_to_run_nothing_has_to_go_back(swarm):
    done = swarm.deploy("one", REFUSES="yes")
    assert done.returncode == 1, done.stderr
    assert "could not go back" not in done.stderr


def test_a_version_that_does_not_answer_goes_back(swarm):
    assert swarm.deploy("one").returncode == 0
    swarm.application.ready = False
    done = swarm.deploy("two", "--smoke-for", "1")
    assert (done.returncode, "going back" in done.stderr) == (1, True)
    assert swarm.image("api").endswith(":one")


def test_old_secrets_stay_until_the_new_ones_serve_and_go_then(swarm):
    assert swarm.deploy("one").returncode == 0
    old = [name for name in swarm.now["secrets"] if name.startswith("medcost_api_key")]
    (swarm.secrets / "api" / "api.key").write_text("renewed", encoding="utf-8")
    swarm.application.ready = False
    assert swarm.deploy("one", "--smoke-for", "1").returncode == 1
    assert set(old) < set(swarm.now["secrets"])
    swarm.application.ready = True
    assert swarm.deploy("one").returncode == 0
    (new,) = [name for name in swarm.now["secrets"] if name.startswith("medcost_api_key")]
    assert new not in old


def test_what_expires_soon_is_told_and_stops_nothing(swarm):
    shutil.rmtree(swarm.secrets / "model")
    pki = [DOCKER / "pki" / "pki.sh", "client", "model", "--ca", swarm.folder / "ca", "--out", swarm.secrets / "model"]
    subprocess.run([*pki, "--days", "20"], check=True, capture_output=True)
    done = swarm.deploy("one")
    assert done.returncode == 0, done.stderr
    assert f"less than 30 days are left of {swarm.secrets}/model/model.crt\n" in done.stderr


def test_wrong_usage_changes_nothing(swarm):
    for wrong in (["--nonsense"], ["--within", "soon"], ["--tag", "a b"], ["--secrets", "/nowhere"]):
        assert swarm.deploy("one", *wrong).returncode == 2, wrong
    assert swarm.now["said"] == []


def test_a_dry_run_changes_nothing(swarm):
    assert swarm.deploy("one", "--dry-run").returncode == 0
    assert swarm.now["said"] == ["stack config"]
