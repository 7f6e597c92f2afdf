"""Promotions, rollbacks, refusals and alarms reach a receiver, though the web process is killed before they do."""

from __future__ import annotations

import json
import os
import signal
from contextlib import suppress
from pathlib import Path

import httpx
from standardwebhooks import Webhook

from adapters.arrow.synthetic import SyntheticClaims
from domain.people.beneficiary import Beneficiary
from tests.support.command import document
from tests.support.default_schema import DEFAULT
from tests.support.receiver import receiving
from tests.support.waiting import until

MODEL_EVENTS = {"model.refused", "model.promoted", "model.rolled_back"}
SETTINGS = {
    "MEDCOST_WEBHOOKS_PRIVATE": "true",
    "MEDCOST_WEBHOOKS_EVERY": "0.25",
    "MEDCOST_WEBHOOKS_BACKOFF": "0.2",
    "MEDCOST_OPERATIONS_EVERY": "1",
}


def change(api: httpx.Client, path: str, **sent: object) -> dict:
    """Ask for a change of the champion, and return its job when that has ended."""
    answer = api.post(path, json=sent)
    assert answer.status_code == 202, answer.text
    jobs = [answer.json()]

    def ended() -> bool:
        jobs.append(api.get(f"/jobs/{jobs[0]['id']}").json())
        return jobs[-1]["ended_at"] is not None

    until(ended, within=60, pause=0.2)
    return jobs[-1]


def raise_alarm(api: httpx.Client, home: Path) -> list[str]:
    """Let older people ask than those of the data, and return the alarms of the report about them."""
    claims = SyntheticClaims(DEFAULT, rows=150, seed=5).read()
    people = [Beneficiary.of_numbers(DEFAULT, [min(row[0] + 20, 100), *row[1:]]) for row in map(list, claims.facts)]
    assert api.post("/predictions/batch", json=[person.as_facts() for person in people]).status_code == 200
    return document("monitor", "run", home=home)["alarms"]


def test_no_event_is_lost_when_the_web_process_is_killed_before_its_delivery(trained_up, tmp_path: Path) -> None:
    with receiving(503) as receiver, trained_up(tmp_path, **SETTINGS) as (home, url):
        with httpx.Client(base_url=f"{url}/api/v1", timeout=60) as api:
            events = [*sorted(MODEL_EVENTS), "alarm.raised"]
            webhook = api.post("/webhooks", json={"url": receiver.url, "events": events}).json()
            assert change(api, "/models/2/promotion", reason="a test")["state"] == "done"
            until(lambda: receiver.calls and refused(api, webhook), within=60, pause=0.2)
        parts = {part["name"]: part["pid"] for part in document("status", home=home)["parts"]}
        os.kill(parts["web"], signal.SIGKILL)
        document("models", "rollback", "--reason", "a test", home=home)  # committed by another process

        with httpx.Client(base_url=f"{url}/api/v1", timeout=60) as api:
            until(lambda: answers(api), within=120, pause=0.1)
            again = change(api, "/models/2/promotion")  # the gate lets nothing back that was rolled back
            assert again["problem"]["status"] == 409, again
            alarms = raise_alarm(api, home)
            assert alarms
            receiver.statuses = [204]

            def deliveries() -> list[dict]:
                with suppress(httpx.TransportError):
                    return api.get(f"/webhooks/{webhook['id']}/deliveries?limit=100").json()["deliveries"]
                return []

            def all_delivered() -> bool:
                delivered = [delivery for delivery in deliveries() if delivery["state"] == "delivered"]
                return len(delivered) == 3 + len(alarms)

            until(all_delivered, within=150, pause=0.2)
            log = deliveries()
    verified = [Webhook(webhook["secret"]).verify(body, headers) for headers, body in receiver.calls]
    assert {event["type"] for event in verified} == {*MODEL_EVENTS, "alarm.raised"}
    assert {event["data"]["name"] for event in verified if event["type"] == "alarm.raised"} == {*alarms}
    assert {headers["webhook-id"] for headers, _ in receiver.calls} == {delivery["event_id"] for delivery in log}
    promoted = next(event for event in verified if event["type"] == "model.promoted")
    back = next(event for event in verified if event["type"] == "model.rolled_back")
    assert (promoted["data"]["version"], promoted["data"]["replaces"], back["data"]["version"]) == (2, 1, 1)
    assert len(log) == len({json.dumps([entry["event"], entry["body"]]) for entry in log})  # none is told twice


def refused(api: httpx.Client, webhook: dict) -> int:
    """Return how many deliveries were tried and not taken."""
    log = api.get(f"/webhooks/{webhook['id']}/deliveries").json()["deliveries"]
    return sum(bool(delivery["attempts"]) and delivery["state"] == "waiting" for delivery in log)


def answers(api: httpx.Client) -> bool:
    """Return whether the web process is back."""
    with suppress(httpx.TransportError):
        return api.get("/health/live").status_code == 200
    return False
