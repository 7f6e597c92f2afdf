"""Training, API and dashboard as in production: each by its own user's certificate, on one deployment."""

from __future__ import annotations

import json
import os
import socket
from contextlib import contextmanager

import httpx
import pytest

from tests.support import command, homes, warm
from tests.support.waiting import until

ANN = {"age": 40, "sex": "female", "bmi": 27.5, "children": 1, "smoker": False, "region": "northeast"}
TRAINING = ["cv=quick", "tuning.n_trials=1", "dataset=synthetic", "dataset.rows=400", "model=[linear]"]


class Deployment:
    """A server and a home; processes are started as a user of the database."""

    def __init__(self, server, home):
        self.server, self.home = server, home

    def settings_of(self, user):
        return {
            "MEDCOST_PROFILE": "production",
            "MEDCOST_DATABASE_URL": self.server.url(user),
            "MEDCOST_PREDICTOR": "in_process",
            "MEDCOST_FOLLOW": "home",
            "MEDCOST_DRAIN_NOTICE": "0",
        }

    def medcost(self, *arguments, user, **more):
        done = command.run(*arguments, home=self.home, **self.settings_of(user), **more)
        assert done.status == 0, done.errors
        return done.output

    @contextmanager
    def serving(self, what, **more):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            environment = {**os.environ, "MEDCOST_HOME": str(self.home), **self.settings_of(what), **more}
            process = warm.serve(
                "entrypoints.hosting.asgi", f"--serve={what}", listener=listener, environment=environment
            )
            url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        try:
            with httpx.Client(base_url=url, timeout=120) as client:
                yield client
        finally:
            process.terminate()
            process.wait(timeout=60)


@pytest.fixture(scope="module")
def deployment(new_server, tmp_path_factory):
    """Where nothing was trained yet. MLflow has its tables, which take it two seconds of a core to make."""
    return Deployment(new_server("app"), homes.empty(tmp_path_factory.mktemp("deployment") / "home"))


@pytest.fixture(scope="module")
def trained(deployment):
    """Families compared, the best one tuned by two users' certificates, and registered; nothing is champion yet."""
    studies = deployment.server.url("optuna", "optuna", driver="psycopg")
    for stage in ("training", "optuna"):
        deployment.medcost("train", f"stage={stage}", *TRAINING, user="trainer", MEDCOST_TUNING_URL=studies)
    return deployment


def test_the_trainer_compares_tunes_and_registers(trained):
    (version,) = json.loads(trained.medcost("models", "list", "--json", user="trainer"))["models"]
    assert (version["version"], version["champion"]) == (1, False)
    assert trained.server.psql("-c", "SELECT count(*) FROM trials", database="optuna") == "1"


def test_an_admin_promotes_through_the_api_and_people_are_answered(trained):
    made = json.loads(trained.medcost("keys", "create", "ann", "--role", "admin", "--json", user="migrator"))
    with trained.serving("api") as api:
        api.headers["X-API-Key"] = made["secret"]
        api.base_url = api.base_url.join("/api/v1/")
        promoted = api.post("models/1/promotion", json={"reason": "a test"})
        assert promoted.status_code == 202, promoted.text
        job = str(api.base_url.copy_with(path=promoted.headers["location"]))
        until(lambda: api.get(job).json()["state"] == "done", within=150)
        until(lambda: api.get("health/ready").status_code == 200)
        prediction = api.post("predictions", json=ANN, headers={"Idempotency-Key": "once"})
        assert prediction.status_code == 201, prediction.text
        assert api.post("predictions", json=ANN, headers={"Idempotency-Key": "once"}).json() == prediction.json()
        assert len(api.post("predictions/batch", json=[ANN, ANN]).json()["predictions"]) == 2
        assert len(api.get("predictions").json()["predictions"]) == 3
        address = f"predictions/{prediction.json()['id']}"
        assert api.put(f"{address}/outcome", json={"charges": 9000.5}).status_code == 200
        assert api.delete(address).status_code == 204
        assert api.get("models/champion").json()["version"] == 1
        assert api.post("explanations", json=ANN).status_code == 200
        assert api.get("metrics").status_code == 200


def test_the_dashboard_takes_the_admins_password_from_a_secret_and_shows_its_pages(deployment, tmp_path):
    secret = tmp_path / "admin_password"
    secret.write_text("a long password of nobody's", encoding="utf-8")
    nowhere = {"MEDCOST_PREDICTOR": "bentoml", "MEDCOST_MODEL_SERVER_URL": "http://127.0.0.1:9"}
    with deployment.serving("dashboard", MEDCOST_ADMIN_PASSWORD_FILE=str(secret), **nowhere) as dashboard:
        assert dashboard.get("/").status_code == 200
        query = ("-c", "SELECT count(*) FROM admin_password")
        until(lambda: deployment.server.psql(*query, database="medcost") == "1", pause=0.1)
        assert dashboard.get("/sign-in").status_code == 200
        assert dashboard.get("/history").status_code == 200  # shows a visitor their own estimates
        assert "sign-in" in dashboard.get("/operations").headers.get("location", "")
