"""The API as in production: PostgreSQL by client certificates, keys asked for, the model behind BentoML."""

from __future__ import annotations

import os
import socket
import subprocess
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from cryptography import x509

from adapters.bentoml import pointer
from adapters.bentoml.publisher import BentoPublisher
from adapters.local.home import Home
from adapters.memory.loader import write_flat_model
from domain.costs.prediction import ModelReference
from tests.support import warm
from tests.support.command import document

ANN = {"age": 40, "sex": "female", "bmi": 27.5, "children": 1, "smoker": False, "region": "northeast"}


@pytest.fixture(scope="module")
def model_server(tmp_path_factory, start_model_server):
    home = Home(tmp_path_factory.mktemp("model"))
    folder = home.path / "made"
    model = ModelReference(1, write_flat_model(folder, usd=100.0))
    BentoPublisher(home.bentoml, home.pointer)._publish(model, folder)  # this fixture has no event loop
    pointer.write(home.pointer, model)
    return start_model_server(home.path)[0]


@pytest.fixture(scope="module")
def key(app_server, tmp_path_factory):
    """As an operator makes it: by migrator, who owns the table of keys."""
    settings = {"MEDCOST_PROFILE": "production", "MEDCOST_DATABASE_URL": app_server.url("migrator")}
    return document("keys", "create", "a test", home=tmp_path_factory.mktemp("operator"), **settings)["secret"]


@pytest.fixture(scope="module")
def api(app_server, model_server, key, tmp_path_factory):
    """A client of `medcost serve api`, told where its database is by a secret file."""
    home = tmp_path_factory.mktemp("api")
    address = home / "database_url"
    address.write_text(app_server.url("api"), encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        process = warm.serve(
            "entrypoints.hosting.asgi",
            "--serve=api",
            listener=listener,
            environment={
                **os.environ,
                "MEDCOST_PROFILE": "production",
                "MEDCOST_HOME": str(home),
                "MEDCOST_DATABASE_URL_FILE": str(address),
                "MEDCOST_MODEL_SERVER_URL": model_server,
                "MEDCOST_KEY_REQUESTS_PER_MINUTE": "0",
                "MEDCOST_ADDRESS_REQUESTS_PER_MINUTE": "0",
                "MEDCOST_DRAIN_NOTICE": "0",
                "MEDCOST_DATABASE_RECYCLE": "1",
            },
        )
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/api/v1"
    with httpx.Client(base_url=url, headers={"X-API-Key": key}, timeout=60) as client:
        yield client
    process.terminate()
    assert process.wait(timeout=30) in (0, -15)


def serial_of(file):
    return x509.load_pem_x509_certificate(file.read_bytes()).serial_number


def connections_of(server, user):
    """The certificates by which a user is connected, by serial number."""
    serials = server.psql(
        "-c", "SELECT client_serial FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) "
        f"WHERE usename = '{user}' AND client_serial IS NOT NULL",
    )  # fmt: skip
    return {int(serial) for serial in serials.split()}


def shown_by(server):
    """The certificate that the server shows to whoever connects now."""
    shown = subprocess.run(
        ["openssl", "s_client", "-starttls", "postgres", "-connect", f"127.0.0.1:{server.port}"],
        input="", capture_output=True, text=True, check=False,
    ).stdout  # fmt: skip
    return x509.load_pem_x509_certificate(shown[shown.index("-----BEGIN") :].encode()).serial_number


def test_a_prediction_through_the_api_is_recorded_by_the_users_certificate(api, app_server):
    made = api.post("/predictions", json=ANN)
    assert made.status_code == 201, made.text
    assert api.get("/health/ready").status_code == 200
    assert api.get(f"/predictions/{made.json()['id']}").json() == made.json()
    stored = app_server.psql(
        "-c", f"SELECT age, expected FROM predictions WHERE id = '{made.json()['id']}'", database="medcost"
    )
    assert stored == f"40|{made.json()['expected']:g}"
    assert connections_of(app_server, "api") == {serial_of(app_server.authority.folder / "api.crt")}


def test_certificates_are_renewed_under_load_without_a_failed_request(api, app_server):
    authority, answers, done = app_server.authority, Counter(), threading.Event()
    made = api.post("/predictions", json=ANN).json()["id"]

    def ask():
        while not done.is_set():
            answers[api.get(f"/predictions/{made}").status_code] += 1
            answers[api.post("/predictions", json=ANN).status_code] += 1

    def new_ones_are_used():
        client = connections_of(app_server, "api") & {serial_of(authority.folder / "api.crt")}
        return client and shown_by(app_server) == serial_of(authority.folder / "postgres.crt")

    with ThreadPoolExecutor(24) as pool:  # connections are made anew all the time: see MEDCOST_DATABASE_RECYCLE above
        asking = [pool.submit(ask) for _ in range(24)]
        try:
            for _ in range(2):
                renewed = authority.pki(
                    "renew", "--ca", authority.key_folder, "--out", authority.folder, "--within", "100"
                )
                assert renewed.returncode == 0, renewed.stderr
                app_server.take_certificate()
                app_server.reload()
                while not new_ones_are_used():
                    assert not any(request.done() for request in asking)
        finally:
            done.set()
    assert set(answers) == {200, 201}, answers


def test_without_a_certificate_the_api_is_not_ready_and_reveals_no_details(app_server, model_server, key, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        process = warm.serve(
            "entrypoints.hosting.asgi",
            "--serve=api",
            listener=listener,
            environment={
                **os.environ,
                "MEDCOST_PROFILE": "production",
                "MEDCOST_HOME": str(tmp_path),
                "MEDCOST_DATABASE_URL": app_server.url("api", sslcert=None, sslkey=None),
                "MEDCOST_MODEL_SERVER_URL": model_server,
                "MEDCOST_DRAIN_NOTICE": "0",
            },
        )
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/api/v1"
    try:
        assert httpx.get(f"{url}/health/ready", timeout=60).status_code == 503
        answer = httpx.post(f"{url}/predictions", json=ANN, headers={"X-API-Key": key}, timeout=60)
        assert (answer.status_code, "does not let us in" in answer.json()["detail"]) == (503, True)
        assert str(app_server.port) not in answer.text
    finally:
        process.terminate()
        process.wait(timeout=30)
