"""compose.yaml as it stands, each service in a namespace of its own: what `docker compose up --wait` comes to."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.deploy.compose.machine import TREE
from tests.support.waiting import until

ANN = {"age": 40, "sex": "female", "bmi": 27.5, "children": 1, "smoker": False, "region": "northeast"}
TRAINING = ("cv=quick", "tuning.n_trials=1", "dataset.rows=400", "model=[linear]")
PORTS = {
    "postgres-app": 5432, "postgres-mlflow": 5432, "mlflow": 5000, "model": 3000, "api": 8000, "dashboard": 8000,
}  # fmt: skip
NEEDED = {
    "traefik": {"api", "dashboard", "mlflow"},
    "api": {"postgres-app", "model", "mlflow"},
    "dashboard": {"postgres-app", "model", "mlflow"},
    "model": {"postgres-app", "mlflow"},
    "trainer": {"postgres-app", "mlflow"},
    "migrate": {"postgres-app"},
    "mlflow": {"postgres-mlflow"},
    "postgres-app": set(),
    "postgres-mlflow": set(),
}
"""Whom each service must reach. What it reaches besides, because they share a network, is below."""
BESIDES = {
    "api": {"dashboard"},
    "dashboard": {"api"},
    "mlflow": {"api", "dashboard", "model"},
    "model": {"api", "dashboard"},
    "trainer": {"api", "dashboard", "model"},
    "migrate": {"api", "dashboard", "model"},
    "postgres-app": {"api", "dashboard", "model"},
    "postgres-mlflow": {"mlflow"},
}

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def key(up):
    """An admin's."""
    made = up.run("migrate", "keys", "create", "ann", "--role", "admin", "--json")
    assert made.returncode == 0, made.stderr
    return json.loads(made.stdout)["secret"]


def through_traefik(machine, path, **request):
    """As a browser on this machine asks."""
    networks = machine.networks
    headers = {"Host": "medcost.localhost", **request.pop("headers", {})}
    named = {"extensions": {"sni_hostname": request.pop("host", "medcost.localhost")}}
    url = f"https://{networks.address('traefik', 'outside')}{path}"
    return networks.ask(url, source=networks.name, headers=headers, **named, **request)


def test_a_prediction_goes_through_traefik_into_the_database(up, key):
    status, made = through_traefik(up, "/api/v1/predictions", method="POST", json=ANN, headers={"X-API-Key": key})
    assert status == 201, made
    query = f"SELECT expected FROM predictions WHERE id = '{made['id']}'"
    stored = up.execute("postgres-app", "psql", "-At", "-d", "medcost", "-c", query)
    assert stored.stdout.strip() == f"{made['expected']:g}"


@pytest.mark.parametrize(("server", "database"), [("postgres-app", "medcost"), ("postgres-mlflow", "mlflow")])
def test_a_database_is_saved_and_brought_back_where_the_documentation_says(up, key, server, database):
    text = (TREE / "docs" / "deploy.md").read_text(encoding="utf-8")
    (folder,) = set(re.findall(r"backup\.sh (?:save|restore) \w+ (\S+)/", text))
    file = f"{folder}/{database}.dump"
    for command in ("save", "restore"):
        done = up.execute(server, "/etc/medcost/backup.sh", command, database, file)
        assert done.returncode == 0, done.stderr
    assert up.execute(server, "stat", "-c", "%U %a", file).stdout == "postgres 600\n"
    assert up.execute(server, "dropdb", f"{database}_replaced").returncode == 0
    until(lambda: through_traefik(up, "/api/v1/health/ready")[0] == 200, pause=0.1)


def test_the_dashboard_and_mlflow_answer_by_their_names(up):
    assert through_traefik(up, "/")[0] == 200
    host = "mlflow.medcost.localhost"
    path = "/api/2.0/mlflow/registered-models/get?name=medcost"
    status, answer = through_traefik(up, path, headers={"Host": host}, host=host)
    assert (status, answer["registered_model"]["name"]) == (200, "medcost")


def test_every_service_is_healthy_by_its_own_check(up):
    assert {service: up.healthy(service) for service in up.running} == dict.fromkeys(up.running, True)


def test_each_service_runs_as_its_user_without_capabilities_on_a_read_only_root(up):
    for service in up.running:
        status = up.execute(service, "cat", f"/proc/{_within(up, service)}/status").stdout
        fields = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
        assert (fields["CapEff"], fields["CapBnd"], fields["NoNewPrivs"]) == ("0" * 16, "0" * 16, "1"), service
        assert fields["Uid"].split()[0] == (up.services[service].get("user") or "10001:").split(":")[0]
        assert up.execute(service, "touch", "/var/anything").returncode != 0, service


def test_networks_let_each_service_reach_what_it_needs_and_nothing_else(up):
    for service, needed in NEEDED.items():
        assert up.networks.reached(service, PORTS) == needed | BESIDES.get(service, set()), service


def test_no_secret_is_in_an_environment_or_a_command_line(up, key):
    passwords = [(up.folder / ".secrets/out/dashboard/admin_password").read_text().strip(), key]
    for service, process in up.running.items():
        for file in ("environ", "cmdline"):
            content = Path(f"/proc/{process.pid}/{file}").read_text(encoding="utf-8")
            assert not any(secret in content for secret in (*passwords, "PRIVATE KEY")), service
        assert not any(password in process.errors.read_text(errors="replace") for password in passwords), service


def test_an_admin_promotes_another_model_through_the_api(up, key):
    """Which needs the registry, by MLflow's server, and the model store that the model server reads."""
    trained = up.run("trainer", "train", "stage=optuna", "tuning.study=second", *TRAINING)
    assert trained.returncode == 0, trained.stderr
    status, answer = through_traefik(
        up, "/api/v1/models/2/promotion", method="POST", json={"reason": "a test"}, headers={"X-API-Key": key}
    )
    assert status == 202, answer
    model = f"http://{up.networks.address('model', 'model')}:3000/v1/model"
    until(lambda: up.networks.ask(model, source=up.networks.namespace("api"))[1]["version"] == 2, pause=0.1)


def test_a_model_card_names_the_commit_that_the_image_was_built_from(up, key):
    status, answer = through_traefik(up, "/api/v1/models", headers={"X-API-Key": key})
    assert status == 200, answer
    assert {model["card"]["provenance"]["git_revision"] for model in answer["models"]} == {"tested"}


def test_training_the_first_model_again_does_nothing(up):
    done = up.run("trainer")
    assert (done.returncode, "nothing is trained" in done.stdout) == (0, True), done.stderr


def test_healthy_services_stay_healthy_without_the_database_but_do_not_start_so(up):
    up.running["postgres-app"].stop()
    assert up.healthy("api")
    assert through_traefik(up, "/api/v1/health/ready")[0] == 503
    up.running["api"].stop()
    up.start("api")
    until(lambda: through_traefik(up, "/api/v1/health/live")[0] == 200, pause=0.1)
    assert not up.healthy("api")
    up.start("postgres-app")
    up.await_healthy("postgres-app", "api")


def test_processes_end_in_order_and_in_time(up):
    """Last, because none is started again."""
    for service in ("dashboard", "model", "mlflow"):
        assert up.running[service].stop() in (0, 143), service
        assert service not in up.networks.reached("api", PORTS)


def _within(machine, service):
    """The service's process as it is seen from inside: the namespace of processes is shared."""
    return machine.running[service].pid
