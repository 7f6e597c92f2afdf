"""The whole system on one machine by compose.yaml: from nothing to a prediction that somebody outside asked for."""

from __future__ import annotations

import json
import os

import pytest

PORT = 18443


@pytest.fixture(scope="module")
def compose(docker, images, files):
    """`compose("ps")`, in a project of the test's own."""
    os.environ.update(MEDCOST_HTTP_PORT="18080", MEDCOST_HTTPS_PORT=str(PORT))

    def run(*arguments: str) -> str:
        return docker("compose", "--file", files / "compose.yaml", "--project-name", "medcost-test", *arguments)

    try:
        run("up", "--no-build", "--wait", "--wait-timeout", "900")
        yield run
    finally:
        print(run("logs", "--tail", "20", "--no-color"))
        run("down", "--volumes", "--timeout", "30")


def test_a_prediction_goes_from_outside_through_traefik_to_postgresql_and_back(compose, outside):
    made = compose("run", "--rm", "-T", "--no-deps", "migrate", "keys", "create", "a test", "--json")
    answer = outside(PORT, json.loads(made)["secret"]).predict()
    assert answer.status_code == 201, answer.text
    query = f"SELECT count(*) FROM predictions WHERE id = '{answer.json()['id']}'"
    assert compose("exec", "-T", "postgres-app", "psql", "-U", "postgres", "-At", "medcost", "-c", query) == "1"


def test_both_databases_can_be_saved(compose):
    for server, database in (("postgres-app", "medcost"), ("postgres-mlflow", "mlflow")):
        file = f"/var/lib/postgresql/backup/{database}.dump"
        printed = compose("exec", "-T", "-u", "postgres", server, "/etc/medcost/backup.sh", "save", database, file)
        assert printed.startswith(f"{file}: ")


def test_everything_that_runs_is_healthy_and_can_do_nothing_else(compose, assert_confined):
    containers = compose("ps", "--quiet").split()
    assert len(containers) == 8
    for container in containers:
        assert_confined(container)
