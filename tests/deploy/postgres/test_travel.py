"""The champion travels: registered on one host, served on two others, which share no folder.

Two PostgreSQL servers by client certificates, MLflow on one of them, two model servers, and a trainer
(`register_three.py`) that registers three versions.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from adapters.bentoml import wire
from domain.people.beneficiary import Beneficiary
from tests.support import command, warm
from tests.support.default_schema import DEFAULT
from tests.support.gate import Gate
from tests.support.waiting import until

pytestmark = pytest.mark.timeout(600)  # much is started for the first test
ANN = wire.encode_request([Beneficiary(DEFAULT, (40, "female", 27.5, 1, False, "northeast"))])


class ModelServer:
    """A model server on a host of its own: a folder and an address that nobody else has."""

    def __init__(self, world, home, port):
        self._world, self.home, self._port = world, home, port
        self.url = f"http://127.0.0.1:{port}"
        self.log = home / "log"
        home.mkdir()
        self.start()

    def start(self):
        with socket.create_server(("127.0.0.1", self._port)) as listener, self.log.open("ab") as log:
            environment = self._world.environment("model", self.home)
            self.process = warm.serve(
                "entrypoints.model_server.main", listener=listener, environment=environment, stdout=log, stderr=log
            )

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=30)

    def status(self):
        return httpx.get(f"{self.url}/v1/model", timeout=60).json()

    def predicted_by(self):
        """The version that answers a question."""
        answer = httpx.post(
            f"{self.url}/v1/predict", content=ANN, headers={"content-type": wire.CONTENT_TYPE}, timeout=60
        )
        return wire.decode_answer(answer.content, 1)[0].model.version


class World:
    def __init__(self, app, tracking, folder, serve_mlflow):
        self.app, self.folder = app, folder
        self._up, self.servers = ExitStack(), []
        self.mlflow_port, *self.model_ports = free_ports(3)
        self.mlflow = self._up.enter_context(serve_mlflow(tracking.url("mlflow", "mlflow"), folder / "mlflow"))
        self._gate = Gate(self.mlflow_port)
        self._up.callback(self._gate.shut)
        self.reach_mlflow()

    def reach_mlflow(self):
        self._gate.open(to=int(self.mlflow.address.rpartition(":")[2]))

    def lose_mlflow(self):
        """As where it has ended: connections are refused. To start it again takes MLflow eight seconds of a core."""
        self._gate.shut()

    def environment(self, user, home):
        return {**os.environ, "MEDCOST_HOME": str(home), **self.settings_of(user)}

    def settings_of(self, user):
        return {
            "MEDCOST_PROFILE": "production",
            "MEDCOST_DATABASE_URL": self.app.url(user),
            "MEDCOST_TUNING_URL": self.app.url("optuna", "optuna", driver="psycopg"),
            "MEDCOST_TRACKING_URI": f"http://127.0.0.1:{self.mlflow_port}",
            "MEDCOST_MODEL_SERVERS": ",".join(f"http://localhost:{port}" for port in self.model_ports),
        }

    def run(self, *arguments, user="trainer", home="trainer"):
        return command.run(*arguments, home=self.folder / home, **self.settings_of(user))

    def medcost(self, *arguments, **where):
        done = self.run(*arguments, **where)
        assert done.status == 0, done.errors
        return done

    def promote(self, version, **where):
        return self.medcost("models", "promote", str(version), "--reason", "a test", **where)

    def champion(self):
        return int(self.ask("SELECT version FROM model_ledger ORDER BY number DESC LIMIT 1"))

    def ask(self, query):
        return self.app.psql("-c", query, database="medcost")

    def close(self):
        for server in self.servers:
            server.stop()
        self._up.close()


def free_ports(count):
    listeners = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [listener.getsockname()[1] for listener in listeners]
    for listener in listeners:
        listener.close()
    return ports


@pytest.fixture(scope="module")
def world(new_server, serve_mlflow, tmp_path_factory):
    """Three versions, of which none is champion yet; two model servers that wait for one."""
    app = new_server("app")
    tracking = new_server("mlflow", authority=app.authority)
    app.authority.client("mlflow")
    world = World(app, tracking, tmp_path_factory.mktemp("hosts"), serve_mlflow)
    try:
        for port in world.model_ports:
            world.servers.append(ModelServer(world, world.folder / f"host-{port}", port))
        environment = world.environment("trainer", world.folder / "trainer")
        program = Path(__file__).with_name("register_three.py")
        assert warm.Process([str(world.folder)], environment, program=program).wait(timeout=280) == 0
        yield world
    finally:
        world.close()


def change_a_byte(folders):
    """Or change it back. A run's model and the version made of it are two copies."""
    for folder in folders:
        content = (folder / "distribution.npz").read_bytes()
        (folder / "distribution.npz").write_bytes(content[:-1] + bytes([content[-1] ^ 1]))


def test_until_there_is_a_champion_model_servers_wait_and_say_for_what(world):
    for server in world.servers:
        assert "no model is published yet" in server.status()["detail"]
        assert httpx.get(f"{server.url}/readyz", timeout=60).status_code == 503


def test_a_promotion_reaches_both_hosts_and_a_rollback_too_whoever_asks_for_it(world):
    """The API in its container promotes as well, whose home knows nothing of the trainer's."""
    for change, version, user in (("promote", 1, "trainer"), ("promote", 2, "api"), ("rollback", 1, "trainer")):
        where = {"user": user, "home": user}
        done = world.promote(version, **where) if change == "promote" else world.medcost("models", change, **where)
        assert "Served by 2 model servers" in done.errors  # it would have failed after 30 seconds
        assert [server.predicted_by() for server in world.servers] == [version, version]
        assert [server.status()["refused"] for server in world.servers] == ["", ""]
    stores = [
        sorted(path.name for path in (server.home / "bentoml/models/medcost").iterdir()) for server in world.servers
    ]
    assert stores[0] == stores[1]
    # both verify the same ledger by the same witness
    assert not list(world.folder.rglob("ledger.head"))
    assert json.loads(world.medcost("models", "history", "--json", user="api", home="api").output)["verified"]


def test_a_tampered_artifact_is_refused_everywhere_and_the_old_model_serves_on(world):
    before = world.champion()
    digest = world.ask("SELECT digest FROM model_versions WHERE number = 3")
    manifest = world.folder / f"trainer/bentoml/models/medcost/v3-{digest[:12]}/medcost/manifest.json"
    artifacts = [
        file.parent
        for file in world.mlflow.artifacts.rglob("manifest.json")
        if file.read_bytes() == manifest.read_bytes()
    ]
    change_a_byte(artifacts)

    refused = world.run("models", "promote", "3", "--reason", "a test", user="api", home="api")
    assert (refused.status, len(refused.errors.splitlines())) == (1, 1)
    assert "distribution.npz changed" in refused.errors
    assert world.champion() == before

    # the trainer's host has a good copy in its own model store: there the trial succeeds, and the model servers refuse
    late = world.run("models", "promote", "3", "--reason", "a test")
    assert late.status == 1
    assert late.errors.count("distribution.npz changed") == 2
    for server in world.servers:
        status = server.status()
        assert (status["version"], "distribution.npz changed" in status["refused"]) == (before, True)
        assert server.predicted_by() == before
        assert f"the model store cannot follow the ledger, version {before} stays in service" in server.log.read_text()
    findings = json.loads(world.run("doctor", "--json").output)["findings"]
    assert [finding["state"] for finding in findings if finding["part"] == "model server"] == ["failed", "failed"]

    world.medcost("models", "rollback")
    until(lambda: not any(server.status()["refused"] for server in world.servers))
    change_a_byte(artifacts)


def test_without_mlflow_predictions_go_on_and_an_empty_host_waits_for_it(world):
    world.lose_mlflow()
    for change in (["promote", "2", "--reason", "a test"], ["rollback"]):
        refused = world.run("models", *change)
        assert (refused.status, len(refused.errors.splitlines())) == (1, 1)
        assert "does not answer" in refused.errors
    entries = world.ask("SELECT count(*) FROM model_ledger")
    assert [server.predicted_by() for server in world.servers] == [1, 1]

    again, bare = world.servers
    again.stop()
    again.start()
    until(lambda: again.status().get("version") == 1)
    assert again.predicted_by() == 1

    bare.stop()
    shutil.rmtree(bare.home)
    bare.home.mkdir()
    bare.start()
    until(lambda: "MLflow does not answer" in bare.status().get("detail", ""))
    world.reach_mlflow()
    until(lambda: bare.status().get("version") == 1)
    assert world.ask("SELECT count(*) FROM model_ledger") == entries


def test_model_servers_answer_without_the_database_even_after_a_restart(world):
    world.app.stop()
    try:
        until(lambda: all("database" in server.status()["refused"] for server in world.servers))
        again = world.servers[1]
        again.stop()
        again.start()
        until(lambda: again.status().get("version") == 1)
        assert [server.predicted_by() for server in world.servers] == [1, 1]
    finally:
        world.app.start()
    until(lambda: not any(server.status()["refused"] for server in world.servers))


def test_what_a_model_store_lost_comes_from_mlflow_again(world):
    server = world.servers[0]
    server.stop()
    shutil.rmtree(server.home / "bentoml")
    server.start()
    until(lambda: server.status().get("version") == 1)


def test_entries_that_the_owner_of_the_database_cut_off_are_missed_by_everybody(world):
    """Last, because the ledger is broken then."""
    world.promote(2)
    world.app.psql(
        "-c", "ALTER TABLE model_ledger DISABLE TRIGGER append_only",
        "-c", "DELETE FROM model_ledger WHERE number = (SELECT max(number) FROM model_ledger)",
        database="medcost",
    )  # fmt: skip
    for user in ("trainer", "api"):
        refused = world.run("models", "promote", "1", "--reason", "a test", user=user, home=user)
        assert (refused.status, "entries were cut off" in refused.errors) == (1, True), refused.errors
    findings = json.loads(world.run("doctor", "--json").output)["findings"]
    assert [finding["state"] for finding in findings if finding["part"] == "ledger"] == ["failed"]
