"""What images are made of, and their health checks, without a builder."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import yaml

TREE = Path(__file__).resolve().parents[2]
IMAGES = TREE / "docker" / "images"
FILES = sorted(IMAGES.rglob("Dockerfile"))
TARGETS = ("api", "dashboard", "model", "trainer", "mlflow")


@pytest.fixture
def process():
    """Something that answers, well or not."""

    well = {"/ready": False, "/live": True}

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200 if well[self.path] else 503)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_request(self, code="-", size="-"):
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield well, f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def health(address, folder):
    command = [sys.executable, IMAGES / "health.py", f"{address}/ready", f"{address}/live"]
    return subprocess.run(command, env={"TMPDIR": str(folder)}, capture_output=True, check=False).returncode


def test_a_process_is_well_once_it_was_ready_and_as_long_as_it_lives(process, tmp_path):
    well, address = process
    assert health(address, tmp_path) == 1
    well["/ready"] = True
    assert health(address, tmp_path) == 0
    well["/ready"] = False  # the database is away: no reason to be killed
    assert health(address, tmp_path) == 0
    well["/live"] = False
    assert health(address, tmp_path) == 1


def test_where_nothing_listens_nothing_is_well(tmp_path):
    assert health("http://127.0.0.1:9", tmp_path) == 1


def test_dockerfiles_keep_to_the_syntax_that_every_builder_knows():
    for file in FILES:
        text = file.read_text(encoding="utf-8")
        assert not re.search(r"^#\s*syntax=|<<[A-Z-]|--link|--mount", text, flags=re.MULTILINE), file


def test_base_images_are_arguments_with_a_version(image):
    for file in FILES:
        text = file.read_text(encoding="utf-8")
        named = dict(re.findall(r"^ARG (\w+_IMAGE)=(\S+)$", text, flags=re.MULTILINE))
        stages = set(re.findall(r" AS (\w+)$", text, flags=re.MULTILINE))
        bases = set(re.findall(r"^FROM (\S+)", text, flags=re.MULTILINE)) - stages
        assert bases == {f"${{{name}}}" for name in named}, file
        assert all(re.search(r":\d[\w.-]*$", base) for base in named.values()), file


def test_the_same_versions_stand_wherever_a_base_is_named():
    """compose.yaml and the stack name stock images too: one version each, and Traefik's is the one tested here."""
    images = {}
    for file in (TREE / "docker" / "compose.yaml", TREE / "docker" / "stack.yaml", *FILES):
        for name, reference in re.findall(
            r"(\w+_IMAGE)(?:=|:-)([\w./-]+:v?\d[\w.-]*)", file.read_text(encoding="utf-8")
        ):
            images.setdefault(name, set()).add(reference)
    assert {name: len(references) for name, references in images.items()} == dict.fromkeys(images, 1)
    tested = subprocess.run(
        [Path(sys.executable).with_name("traefik"), "version"], capture_output=True, text=True, check=True
    )
    assert images["TRAEFIK_IMAGE"].pop().split(":v")[1] in tested.stdout.split()


@pytest.mark.parametrize("target", TARGETS)
def test_images_run_as_nobody_in_particular_by_exec_form(image, target):
    config = image(target)
    assert config["USER"] == "10001:10001"
    assert config["ENTRYPOINT"]
    assert config["CMD"]


@pytest.mark.parametrize("target", [*TARGETS, "pgadmin"])
def test_every_image_tells_the_commit_that_it_is_made_of(image, target):
    services = yaml.safe_load((TREE / "docker" / "compose.yaml").read_text(encoding="utf-8"))["services"].values()
    builds = [service["build"] for service in services if "build" in service and f"-{target}:" in service["image"]]
    assert builds
    assert {build["args"]["REVISION"] for build in builds} == {"${MEDCOST_TAG:-}"}  # by which ci.yml tags a commit
    assert 'org.opencontainers.image.revision="${REVISION}"' in image(target)["LABEL"]
    assert target == "pgadmin" or image(target)["ENV"]["MEDCOST_REVISION"] == "tested"


def test_every_library_comes_by_its_hash():
    text = (IMAGES / "Dockerfile").read_text(encoding="utf-8")
    installs = re.findall(r"install [^&]*", re.sub(r"\\\n", " ", text))
    assert [
        command
        for command in installs
        if "--require-hashes" not in command and "--no-deps" not in command and "pip" in command
    ] == []
    assert "--no-build-isolation" in text  # else pip fetches what builds by no hash at all


def test_what_builders_get_to_see_is_named(tmp_path):
    """Rules that let something in name just what Dockerfiles copy from the tree."""
    rules = (TREE / ".dockerignore").read_text(encoding="utf-8").split("\n")
    assert next(rule for rule in rules if rule and not rule.startswith("#")) == "*"
    allowed = {rule[1:] for rule in rules if rule.startswith("!")}
    copied = set()
    for file in FILES:
        for line in re.findall(r"^COPY (?!--from)(.*)$", file.read_text(encoding="utf-8"), flags=re.MULTILINE):
            copied |= set(line.split()[:-1])
    assert {
        path for path in copied if not any(path == rule or path.startswith(f"{rule}/") for rule in allowed)
    } == set()
    assert {
        rule for rule in allowed if not any(path == rule or path.startswith(f"{rule}/") for path in copied)
    } == set()
    assert all((TREE / path).exists() for path in copied)


def test_pgadmin_knows_two_servers_and_no_password():
    import json

    servers = json.loads((IMAGES / "pgadmin" / "servers.json").read_text(encoding="utf-8"))["Servers"]
    assert {server["Host"] for server in servers.values()} == {"postgres-app", "postgres-mlflow"}
    for server in servers.values():
        assert server["ConnectionParameters"]["sslmode"] == "verify-full"
        assert not [key for key in server if "assw" in key or "assf" in key]
