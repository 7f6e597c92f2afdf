"""A swarm of one node by docker/deploy.sh: new versions, broken ones and new secrets come in while people ask."""

from __future__ import annotations

import json
import os
import subprocess
import time

import pytest

DOMAIN = "medcost.localhost"
SERVICES = {"api", "dashboard-1", "dashboard-2", "model"}


@pytest.fixture(scope="module")
def swarm(docker):
    docker("swarm", "init", "--advertise-addr", "127.0.0.1")
    try:
        docker("node", "update", "--label-add", "medcost=home", docker("info", "--format", "{{.Swarm.NodeID}}"))
        yield
    finally:
        docker("swarm", "leave", "--force")
        left = docker("volume", "ls", "--quiet", "--filter", "label=com.docker.stack.namespace=medcost").split()
        docker("volume", "rm", *left)


@pytest.fixture(scope="module")
def deploy(swarm, images, files):
    """`deploy(tag)` brings images of that tag into the stack; gives exit status and words."""
    secrets, authority, logs = files / "secrets", files / "ca", files / "logs"
    logs.mkdir()
    subprocess.run([files / "docker/secrets.sh", "--ca", authority, "--out", secrets, "--domain", DOMAIN], check=True)

    def run(tag: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [
                *(files / "docker/deploy.sh", "--image", "medcost", "--tag", tag),
                *("--secrets", secrets, "--domain", DOMAIN),
            ],
            env={
                **os.environ,
                "MEDCOST_ACME": "files",
                "MEDCOST_CA": str(authority / "ca.crt"),
                "MEDCOST_LOG_FOLDER": str(logs),
            },
            capture_output=True,
            text=True,
            check=False,
        )

    return run


@pytest.fixture(scope="module")
def caller(docker, deploy, images, outside):
    """Somebody outside, once the stack is deployed."""
    began = time.monotonic()
    done = deploy(images["api"].split(":")[1])
    print(f"from nothing to converged: {time.monotonic() - began:.0f} s")
    assert done.returncode == 0, done.stdout + done.stderr
    docker("service", "scale", "medcost_desk=1")
    container = docker("ps", "--quiet", "--filter", "name=medcost_desk")
    made = docker("exec", container, "medcost", "keys", "create", "a test", "--json")
    docker("service", "scale", "medcost_desk=0")
    return outside(443, json.loads(made)["secret"])


@pytest.fixture
def version(docker, images):
    """`version(tag, line)` makes images of another tag, which differ in a line of the Dockerfile."""

    def make(tag: str, line: str) -> None:
        for name, image in images.items():
            docker("build", "--tag", f"medcost-{name}:{tag}", "-", input_text=f"FROM {image}\n{line}\n")

    return make


def running(docker) -> set[str]:
    """The images of the services that people reach."""
    specs = [docker("service", "inspect", "--format", "{{json .Spec}}", f"medcost_{name}") for name in SERVICES]
    return {json.loads(spec)["TaskTemplate"]["ContainerSpec"]["Image"].split("@")[0] for spec in specs}


def secrets_in_use(docker) -> set[str]:
    spec = json.loads(docker("service", "inspect", "--format", "{{json .Spec}}", "medcost_api"))
    return {secret["SecretName"] for secret in spec["TaskTemplate"]["ContainerSpec"]["Secrets"]}


def test_the_stack_deploys_and_answers_from_outside(caller):
    answer = caller.predict()
    assert answer.status_code == 201, answer.text


def test_everything_that_runs_is_healthy_and_can_do_nothing_else(docker, caller, assert_confined):
    containers = docker("ps", "--quiet").split()
    assert len(containers) == 11
    for container in containers:
        assert_confined(container)


def test_a_database_can_be_saved(docker, caller):
    server = docker("ps", "--quiet", "--filter", "name=medcost_postgres-app")
    file = "/var/lib/postgresql/backup/medcost.dump"
    printed = docker("exec", "-u", "postgres", server, "/etc/medcost/backup.sh", "save", "medcost", file)
    assert printed.startswith(f"{file}: ")


def test_a_new_version_comes_in_without_a_failed_request(docker, caller, deploy, version):
    version("next", "LABEL version=next")
    with caller.asking() as answers:
        done = deploy("next")
    assert done.returncode == 0, done.stdout + done.stderr
    assert running(docker) == {"medcost-api:next", "medcost-dashboard:next", "medcost-model:next"}
    assert set(answers) == {201}, answers


def test_a_broken_version_is_rolled_back_without_a_failed_request(docker, caller, deploy, version):
    before = running(docker)
    version("broken", 'HEALTHCHECK --interval=2s --retries=2 --start-period=2s CMD ["false"]')
    with caller.asking() as answers:
        done = deploy("broken")
    assert done.returncode == 1, done.stdout + done.stderr  # failed, and went back
    assert running(docker) == before
    assert set(answers) == {201}, answers


def test_secrets_rotate_without_a_failed_request(docker, caller, deploy, files):
    before, tag = secrets_in_use(docker), next(iter(running(docker))).split(":")[1]
    pki = files / "docker/pki/pki.sh"
    subprocess.run([pki, "renew", "--ca", files / "ca", "--out", files / "secrets/api", "--within", "365"], check=True)
    with caller.asking() as answers:
        done = deploy(tag)
    assert done.returncode == 0, done.stdout + done.stderr
    after = secrets_in_use(docker)
    assert len(after) == len(before)
    assert not after & before
    assert set(answers) == {201}, answers
