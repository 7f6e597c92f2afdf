"""`medcost webhooks` over a real database."""

from __future__ import annotations

import getpass
from functools import partial

import pytest

from tests.support.command import call

URL = "https://hooks.example.org/medcost"


@pytest.fixture
def medcost(home, postgres_url):
    """`medcost("webhooks", "list")` runs a command on a database of its own to its end."""
    return partial(call, home=home, MEDCOST_DATABASE_URL=postgres_url)


def test_a_webhook_is_added_tried_replayed_and_removed(medcost):
    made = medcost("webhooks", "add", URL, "--event", "model.promoted", "--event", "alarm.raised", "--json").document
    secret = made.pop("secret")
    assert (made["url"], made["events"], made["owner"]) == (URL, ["alarm.raised", "model.promoted"], "local")
    listed = medcost("webhooks", "list", "--json")
    assert listed.document == {"webhooks": [made]}
    assert secret not in listed.output
    assert made["id"] in medcost("webhooks", "list").output

    ping = medcost("webhooks", "ping", made["id"], "--json").document
    assert (ping["event"], ping["state"], ping["attempts"]) == ("ping", "waiting", [])
    assert medcost("webhooks", "replay", made["id"], ping["id"], "--json").document["event_id"] == ping["event_id"]
    assert [delivery["id"] for delivery in medcost("webhooks", "log", made["id"], "--json").document["deliveries"]] == [
        ping["id"]
    ]
    assert "waiting" in medcost("webhooks", "log", made["id"]).output

    assert medcost("webhooks", "remove", made["id"]).status == 0
    assert medcost("webhooks", "list", "--json").document == {"webhooks": []}
    again = medcost("webhooks", "remove", made["id"])
    assert (again.status, len(again.errors.splitlines())) == (1, 1)
    entries = medcost("audit", "--json").document["entries"]
    actions = ["webhook.deleted", "delivery.replayed", "webhook.pinged", "webhook.created"]
    assert [entry["action"] for entry in entries] == actions
    assert {entry["by"] for entry in entries} == {f"{getpass.getuser()} (local)"}


@pytest.mark.parametrize(
    ("arguments", "status", "fault"),
    [
        ((URL, "--event", "ping"), 2, "expected one of job.done"),
        (("http://127.0.0.1/", "--event", "job.done"), 1, "url"),
        ((URL,), 2, "--event"),
    ],
)
def test_what_is_wrong_is_named_in_a_line(medcost, arguments, status, fault):
    ended = medcost("webhooks", "add", *arguments)
    assert (ended.status, ended.output, len(ended.errors.splitlines())) == (status, "", 1)
    assert fault in ended.errors
