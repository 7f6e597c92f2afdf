"""What callers of the API hear when parts are away that all its processes share, and when a process leaves."""

from __future__ import annotations

import re
import signal

import httpx

from tests.support.waiting import until

ANN = {"age": 40, "sex": "female", "bmi": 27.5, "children": 1, "smoker": False, "region": "northeast"}


def is_up(edge):
    """What Traefik found when it looked after the API's health, None before that."""
    try:
        metrics = httpx.get(f"http://127.0.0.1:{edge.inside}/metrics").text
    except httpx.TransportError:  # not listening yet
        return None
    match = re.search(r'^traefik_service_server_up\{service="api@file",.*\} (\d)$', metrics, re.MULTILINE)
    return match[1] == "1" if match else None


def await_a_look_at_health(edge):
    until(lambda: is_up(edge) is not None)


def test_without_model_and_database_the_api_itself_says_so_and_when_to_come_back(edge_of_an_outage):
    await_a_look_at_health(edge_of_an_outage)
    with edge_of_an_outage.client() as client:
        answers = [
            client.post("/api/v1/predictions", json=ANN),
            client.post("/api/v1/explanations", json=ANN),
            client.get("/api/v1/predictions"),
        ]
        assert client.get("/api/v1/health/live").status_code == 200
    for answer in answers:
        assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
        assert int(answer.headers["retry-after"]) > 0
        assert re.search("the (model server|database)", answer.json()["detail"])


def test_a_process_that_is_leaving_is_passed_over_while_it_still_answers(edge_of_an_outage):
    """Last, because the process is leaving then."""
    (process,) = edge_of_an_outage.processes["api"]
    await_a_look_at_health(edge_of_an_outage)
    process.send_signal(signal.SIGTERM)
    until(lambda: not is_up(edge_of_an_outage))
    assert process.poll() is None
    with edge_of_an_outage.client() as client:
        answer = client.get("/api/v1/health/live")
    assert (answer.status_code, answer.text.strip()) == (503, "no available server")
