"""Files for production, looked at by the tools of their trade."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from adapters.postgres.prediction_table import METADATA

TREE = Path(__file__).resolve().parents[2]
DOCKER = TREE / "docker"
TOOLS = Path(sys.executable).parent


def shell_scripts() -> list[Path]:
    """By their first line: not each is called `.sh`."""
    folders = (DOCKER, TREE / ".ci", TREE / "tests")
    # other workers compile tests meanwhile: files in __pycache__ come and go
    files = [file for folder in folders for file in folder.rglob("*") if file.parent.name != "__pycache__"]
    files = [file for file in files if file.is_file()]
    return [file for file in files if re.match(rb"#!.*\b(ba|da|)sh\b", file.read_bytes()[:80])]


@dataclass(frozen=True)
class Linter:
    """A tool, what it looks at, and a fault that it must find, lest its silence mean nothing."""

    tool: str
    options: list[str]
    files: list[Path]
    fault: str
    finding: str
    name: str = "fault.yaml"
    command: tuple[str, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)

    def says_of(self, *files: Path) -> tuple[int, str]:
        arguments = [*self.options, *map(str, files), *self.command]
        if Path(self.tool).name == "check-jsonschema":  # two seconds of imports, milliseconds of work
            from check_jsonschema import main

            ended = CliRunner().invoke(main, arguments)
            return ended.exit_code, ended.output
        environment = {**os.environ, **self.environment}
        done = subprocess.run(
            [self.tool, *arguments], capture_output=True, text=True, check=False, cwd=TREE, env=environment
        )
        return done.returncode, done.stdout + done.stderr


def asked_for(file: Path) -> dict[str, str]:
    """A value for each variable without which the file is refused, whichever they are."""
    return dict.fromkeys(re.findall(r"\$\{(\w+):?\?", file.read_text(encoding="utf-8")), "1") if file.exists() else {}


WORKFLOWS = sorted((TREE / ".github" / "workflows").glob("*.yml"))
ISSUES = TREE / ".github" / "ISSUE_TEMPLATE"
STACK, COMPOSE = DOCKER / "stack.yaml", DOCKER / "compose.yaml"
JOB = "on: push\npermissions: {{}}\njobs: {{test: {{runs-on: ubuntu-24.04, steps: [{}]}}}}\n"
LINTERS = [
    Linter(
        str(TOOLS / "shellcheck"),
        ["--severity=style"],
        shell_scripts(),
        fault="#!/bin/sh\nrm -r $1\n",
        finding="SC2086",
    ),
    Linter(
        str(TOOLS / "yamllint"),
        ["--strict", "--config-file", ".yamllint.yaml"],
        [DOCKER, TREE / ".github", TREE / ".yamllint.yaml", TREE / "compose.yaml"],
        fault="a: 1\na: 2\n",
        finding="key-duplicates",
    ),
    Linter(
        str(TOOLS / "hadolint"),
        ["--failure-threshold", "style"],
        sorted(DOCKER.rglob("Dockerfile")),
        fault="FROM docker.io/library/debian:latest\n",
        finding="DL3007",
    ),
    Linter(
        str(TOOLS / "actionlint"),
        ["-config-file", ".github/actionlint.yaml", "-shellcheck", str(TOOLS / "shellcheck"), "-pyflakes", ""],
        WORKFLOWS,
        fault=JOB.format("{run: 'rm -r $GONE'}"),
        finding="SC2086",
    ),
    Linter(
        str(TOOLS / "zizmor"),
        ["--offline", "--no-progress", "--quiet", "--persona", "pedantic"],
        WORKFLOWS,
        fault=JOB.format("{run: 'echo ${{ github.event.head_commit.message }}'}"),
        finding="template-injection",
    ),
    Linter(
        str(TOOLS / "check-jsonschema"),
        ["--builtin-schema", "vendor.renovate"],
        [TREE / "renovate.json"],
        fault='{"extends": 1}',
        finding="extends",
        name="renovate.json",
    ),
    Linter(
        str(TOOLS / "check-jsonschema"),
        ["--builtin-schema", "vendor.github-issue-forms"],
        [ISSUES / "bug.yml", ISSUES / "idea.yml"],
        fault="name: a form without a body\ndescription: nothing\n",
        finding="body",
        name="form.yml",
    ),
    Linter(
        str(TOOLS / "check-jsonschema"),
        ["--builtin-schema", "vendor.github-issue-config"],
        [ISSUES / "config.yml"],
        fault="blank_issues_enabled: perhaps\n",
        finding="blank_issues_enabled",
        name="config.yml",
    ),
    Linter(
        "docker",
        ["stack", "config", "--compose-file"],
        [STACK],
        fault="services: {one: {image: one, replicas: 2}}\n",
        finding="replicas",
        environment=asked_for(STACK),
    ),
    Linter(
        "docker",
        ["compose", "--file"],
        [COMPOSE],
        command=("config", "--quiet"),
        fault="services: {one: {image: one, depends_on: [two]}}\n",
        finding="two",
        environment=asked_for(COMPOSE),
    ),
]


@pytest.fixture(params=LINTERS, ids=lambda linter: " ".join([Path(linter.tool).name, *linter.options[:1]]))
def linter(request, part) -> Linter:
    tool = Path(request.param.tool).name
    part(tool, None if shutil.which(request.param.tool) else "not installed")
    return request.param


def test_nothing_is_found(linter):
    assert linter.files
    assert all(file.exists() for file in linter.files)
    status, output = linter.says_of(*linter.files)
    assert status == 0, output


def test_a_fault_is_found(linter, tmp_path):
    file = tmp_path / linter.name
    file.write_text(linter.fault, encoding="utf-8")
    status, output = linter.says_of(file)
    assert status != 0
    assert linter.finding in output


def test_scripts_may_be_run_and_stop_at_the_first_error():
    for script in shell_scripts():
        assert script.stat().st_mode & 0o111, script
        assert "\nset -euo pipefail\n" in script.read_text(encoding="utf-8"), script


def test_rights_are_decided_for_each_table_by_name():
    grants = (DOCKER / "postgres" / "app" / "grants.sql").read_text(encoding="utf-8")
    assert {table for table in METADATA.tables if not re.search(rf"GRANT [^;]*\b{table}\b", grants)} == set()


@pytest.mark.parametrize("kind", ["app", "mlflow"])
def test_nobody_is_let_in_from_a_network_without_a_certificate(kind):
    lines = (DOCKER / "postgres" / kind / "pg_hba.conf").read_text(encoding="utf-8").splitlines()
    rules = [line.split() for line in lines if line and not line.startswith("#")]
    assert {rule[0] for rule in rules} == {"local", "hostssl", "host"}
    assert {rule[-1] for rule in rules if rule[0] == "local"} == {"peer"}
    assert {rule[-1] for rule in rules if rule[0] == "hostssl"} == {"cert"}
    assert {rule[-1] for rule in rules if rule[0] == "host"} == {"reject"}
    assert all(rule[2] != "all" for rule in rules if rule[0] == "hostssl")


def test_traefik_leads_nowhere_without_a_limit_or_the_vpn():
    routes = yaml.safe_load((DOCKER / "traefik" / "dynamic" / "routes.yaml").read_text(encoding="utf-8"))
    for name, router in routes["http"]["routers"].items():
        assert {"vpn", "pages-limit", "api-limit"} & set(router["middlewares"]), name


def test_traefik_holds_no_docker_socket_and_calls_nobody():
    static = yaml.safe_load((DOCKER / "traefik" / "traefik.yaml").read_text(encoding="utf-8"))
    assert set(static["providers"]) == {"file"}
    assert static["global"] == {"checkNewVersion": False, "sendAnonymousUsage": False}
    assert "api" not in static


def test_every_image_and_npm_package_has_a_version_that_renovate_follows():
    renovate = json.loads((TREE / "renovate.json").read_text(encoding="utf-8"))
    followed = [re.compile(rule["matchStrings"][0].replace("(?<", "(?P<")) for rule in renovate["customManagers"]]
    for file in [*DOCKER.rglob("Dockerfile"), STACK, COMPOSE]:
        for line in file.read_text(encoding="utf-8").splitlines():
            if "docker.io/" in line and not line.startswith("#"):
                assert followed[0].search(line), (file, line)
    assert "npm" in renovate["enabledManagers"]
    declared = json.loads((TREE / "package.json").read_text(encoding="utf-8"))["devDependencies"]
    packages = json.loads((TREE / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    assert {name: packages[f"node_modules/{name}"]["version"] for name in declared} == declared
    assert all(package.keys() & {"integrity", "inBundle"} for place, package in packages.items() if place)
    assert not [place for place, package in packages.items() if "resolved" in package]  # no registry is named


def test_no_secret_is_told_to_a_workflow():
    for workflow in WORKFLOWS:
        assert "secrets." not in workflow.read_text(encoding="utf-8"), workflow


def test_a_deployment_that_waits_for_approval_holds_up_no_other_commit():
    ci, deploy = (yaml.safe_load((TREE / ".github/workflows" / name).read_text()) for name in ("ci.yml", "deploy.yml"))
    assert "github.event_name == 'push' && github.sha" in ci["concurrency"]["group"]
    assert ci["concurrency"]["cancel-in-progress"] == "${{ github.event_name == 'pull_request' }}"
    assert deploy["concurrency"] == {"group": "production", "cancel-in-progress": False}


def test_the_engine_that_tests_images_is_told_what_a_servers_is():
    jobs = yaml.safe_load((TREE / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8"))["jobs"]
    steps = [step.get("run", "") for step in jobs["images"]["steps"]]
    (configuring,) = [number for number, run in enumerate(steps) if "docker/host/docker/daemon.json" in run]
    assert "systemctl restart docker" in steps[configuring]
    assert configuring < steps.index("make test-docker")


def test_only_what_the_tests_of_the_same_commit_passed_is_published():
    jobs = yaml.safe_load((TREE / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8"))["jobs"]
    assert set(jobs["publish"]["needs"]) == {"test", "later-python", "images"}
    assert "refs/heads/main" in jobs["publish"]["if"]
    may_write = {name for name, job in jobs.items() if "write" in job["permissions"].values()}
    assert may_write == {"publish"}
    assert not any("actions/checkout" in step.get("uses", "") for step in jobs["publish"]["steps"])


def test_postgresql_is_a_release_whose_code_execution_is_repaired():
    for file in (STACK, COMPOSE):
        pinned = re.findall(r"docker\.io/library/postgres:(\d+)\.(\d+)", file.read_text(encoding="utf-8"))
        assert pinned
        assert all((int(major), int(minor)) >= (18, 2) for major, minor in pinned), file


def test_what_installs_and_checks_is_taken_by_its_hash_and_not_before_a_week():
    makefile = (TREE / "Makefile").read_text(encoding="utf-8")
    assert "--require-hashes --requirement requirements-uv.lock" in makefile
    assert makefile.count("pip compile") == makefile.count('--exclude-newer "$(COOL_DOWN)"')
    assert "npm ci --ignore-scripts" in (TREE / "Makefile").read_text(encoding="utf-8")
    assert json.loads((TREE / "renovate.json").read_text(encoding="utf-8"))["minimumReleaseAge"] == "7 days"


def test_stock_images_are_scanned_as_ours_are():
    jobs = yaml.safe_load((TREE / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8"))["jobs"]
    (scan,) = [step["run"] for step in jobs["images"]["steps"] if "GRYPE" in step.get("env", {})]
    pattern = re.search(r"grep -rhoE '([^']+)'", scan)
    assert pattern
    stock = set(re.findall(r"docker\.io/[\w./-]+:[\w.-]+", STACK.read_text(encoding="utf-8")))
    assert {image for image in stock if re.fullmatch(pattern[1], image)} == stock
    assert scan.count("--only-fixed --fail-on high") == 2
