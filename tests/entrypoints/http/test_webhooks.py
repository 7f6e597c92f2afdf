"""Webhooks by the API: made, told of what happens until the receiver takes it, and looked at."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from standardwebhooks import Webhook

from domain.access.keys import Role
from domain.operations.jobs import JobKind, JobProblem, NewJob
from domain.ports.jobs import Jobs
from domain.ports.keys import ApiKeys
from entrypoints.composition.settings import load
from entrypoints.composition.web import web_container
from tests.entrypoints.http.conftest import MemoryModel
from tests.support.receiver import receiving
from tests.support.waiting import eventually

QUICK = {"webhooks_private": True, "webhooks_every": 0.02, "webhooks_backoff": 0.01, "jobs_every": 0.02}
ALL = ["job.done", "job.failed", "model.promoted", "model.rolled_back", "model.refused", "alarm.raised"]


@pytest.fixture
async def hooked(client_of):
    """The API of the memory profile, which may call receivers on this machine and waits little."""
    container = web_container(load({"profile": "memory", **QUICK}))
    async with client_of(container) as api:
        yield api
    await container.close()


async def subscribed(api, url, *, events=("job.failed",), **more):
    answer = await api.post("/webhooks", json={"url": url, "events": list(events)}, **more)
    assert answer.status_code == 201, answer.text
    assert answer.headers["location"] == f"/api/v1/webhooks/{answer.json()['id']}"
    return answer.json()


async def log_of(api, webhook):
    return (await api.get(f"/webhooks/{webhook['id']}/deliveries")).json()["deliveries"]


async def test_a_receiver_that_refuses_three_times_is_told_four_times(hooked):
    with receiving(500, 503, 429, 204) as receiver:
        webhook = await subscribed(hooked, receiver.url)
        job = (await hooked.post("/models/rollback")).json()  # nothing to go back to: it fails

        async def delivered():
            return [delivery["state"] for delivery in await log_of(hooked, webhook)] == ["delivered"]

        await eventually(delivered)
        (delivery,) = await log_of(hooked, webhook)
        assert len(receiver.calls) == 4
    events = [Webhook(webhook["secret"]).verify(body, headers) for headers, body in receiver.calls]
    event = events[0]
    assert events == [event] * 4
    assert (event["type"], event["data"]["id"], event["data"]["kind"]) == ("job.failed", job["id"], "rollback")
    assert {headers["webhook-id"] for headers, _ in receiver.calls} == {delivery["event_id"]}
    assert [attempt["status"] for attempt in delivery["attempts"]] == [500, 503, 429, 204]
    assert json.loads(delivery["body"]) == event


async def test_each_event_is_told_to_whom_it_was_asked_for(hooked):
    with receiving(204) as everything, receiving(204) as refusals:
        await subscribed(hooked, everything.url, events=ALL)
        await subscribed(hooked, refusals.url, events=["model.refused"])
        await hooked.post("/models/rollback")

        async def both_are_called():
            return (len(everything.calls), len(refusals.calls)) == (2, 1)

        await eventually(both_are_called)
    assert {json.loads(body)["type"] for _, body in everything.calls} == {"job.failed", "model.refused"}


async def test_a_ping_tries_a_receiver_and_a_replay_repeats_it(hooked):
    with receiving(204) as receiver:
        webhook = await subscribed(hooked, receiver.url)
        ping = await hooked.post(f"/webhooks/{webhook['id']}/ping", headers={"Idempotency-Key": "one"})
        again = await hooked.post(f"/webhooks/{webhook['id']}/ping", headers={"Idempotency-Key": "one"})
        assert (ping.status_code, ping.json()["event"]) == (202, "ping")
        assert again.json()["id"] == ping.json()["id"]

        async def calls(count):
            return len(receiver.calls) == count and (await log_of(hooked, webhook))[0]["state"] == "delivered"

        await eventually(lambda: calls(1))
        replayed = await hooked.post(f"/webhooks/{webhook['id']}/deliveries/{ping.json()['id']}/replay")
        assert (replayed.status_code, replayed.json()["state"]) == (202, "waiting")
        await eventually(lambda: calls(2))
    assert len({headers["webhook-id"] for headers, _ in receiver.calls}) == 1
    assert len({body for _, body in receiver.calls}) == 1


async def test_pages_of_deliveries_link_to_the_next(hooked):
    webhook = await subscribed(hooked, "http://127.0.0.1:9/")
    pings = [(await hooked.post(f"/webhooks/{webhook['id']}/ping")).json()["id"] for _ in range(2)]
    first = await hooked.get(f"/webhooks/{webhook['id']}/deliveries?limit=1")
    assert first.links["next"]["url"].endswith(f"/deliveries?limit=1&cursor={first.json()['next']}")
    second = await hooked.get(f"http://127.0.0.1{first.links['next']['url']}")
    assert [page.json()["deliveries"][0]["id"] for page in (first, second)] == pings[::-1]


async def test_a_receiver_that_is_gone_is_called_no_more_until_a_ping_is_taken(hooked):
    with receiving(410, 204) as receiver:
        webhook = await subscribed(hooked, receiver.url)
        await hooked.post(f"/webhooks/{webhook['id']}/ping")

        async def disabled():
            return (await hooked.get(f"/webhooks/{webhook['id']}")).json()["disabled_at"]

        await eventually(disabled)
        assert (await log_of(hooked, webhook))[0]["state"] == "failed"
        await hooked.post(f"/webhooks/{webhook['id']}/ping")

        async def enabled():
            return not await disabled()

        await eventually(enabled)
        assert len(receiver.calls) == 2


async def test_the_secret_is_shown_once_and_the_same_request_makes_one_webhook(memory_api):
    body = {"url": "https://hooks.example.org/medcost", "events": ["job.done"]}
    once = {"Idempotency-Key": "hook"}
    made, again = [(await memory_api.post("/webhooks", json=body, headers=once)).json() for _ in range(2)]
    assert made == again
    other = await memory_api.post("/webhooks", json={**body, "events": ["job.failed"]}, headers=once)
    assert (other.status_code, other.json()["type"]) == (422, "urn:medcost:problem:reused-key")
    (listed,) = (await memory_api.get("/webhooks")).json()["webhooks"]
    assert listed == {name: value for name, value in made.items() if name != "secret"}
    assert (await memory_api.get(f"/webhooks/{made['id']}")).json() == listed
    assert (await memory_api.delete(f"/webhooks/{made['id']}")).status_code == 204
    assert (await memory_api.get("/webhooks")).json() == {"webhooks": []}


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({}, ["/url", "/events"]),
        ({"url": 1, "events": [], "hat": 1}, ["/hat", "/url", "/events"]),
        ({"url": "https://hooks.example.org/", "events": ["job.done", "ping", 7]}, ["/events/1", "/events/2"]),
        ({"url": "http://hooks.example.org/", "events": ["job.done"]}, ["/url"]),
        ({"url": "https://10.0.0.1/", "events": ["job.done"]}, ["/url"]),
        ({"url": "https://localhost/", "events": ["job.done"]}, ["/url"]),
        ({"url": "https://ann:secret@hooks.example.org/", "events": ["job.done"]}, ["/url"]),
        ({"url": "https://hooks.example.org/" + "x" * 500, "events": ["job.done"]}, ["/url"]),
    ],
)
async def test_what_is_wrong_with_a_webhook_is_named(memory_api, body, pointers):
    answer = await memory_api.post("/webhooks", json=body)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == pointers


async def test_owners_see_and_change_their_own_and_alarms_need_a_reviewer(memory_container, client_of):
    keys = await memory_container.get(ApiKeys)
    ann, bob, reviewer, admin = [
        {"X-API-Key": (await keys.create(name, role))[1]}
        for name, role in (("ann", Role.CLIENT), ("bob", Role.CLIENT), ("eve", Role.REVIEWER), ("adam", Role.ADMIN))
    ]
    body = {"url": "https://hooks.example.org/", "events": ["job.done"]}
    async with client_of(memory_container, require_keys=True) as api:
        made = (await api.post("/webhooks", json=body, headers=ann)).json()
        where = f"/webhooks/{made['id']}"
        seen = [(await api.get(where, headers=who)).status_code for who in (ann, bob, reviewer, admin)]
        assert seen == [200, 404, 200, 200]
        assert (await api.get("/webhooks", headers=bob)).json() == {"webhooks": []}
        pings = [(await api.post(f"{where}/ping", headers=who)).status_code for who in (bob, reviewer)]
        assert pings == [404, 403]
        alarms = {**body, "events": ["alarm.raised"]}
        assert [(await api.post("/webhooks", json=alarms, headers=who)).status_code for who in (ann, reviewer)] == [
            403, 201
        ]  # fmt: skip
        removed = [(await api.delete(where, headers=who)).status_code for who in (bob, reviewer, admin)]
        assert removed == [404, 403, 204]


async def end_a_job(container):
    """Let a job end as a worker would, with its end committed and nothing else."""
    jobs, now, worker = await container.get(Jobs), datetime.now(UTC), uuid4()
    made = await jobs.add(NewJob(kind=JobKind.ROLLBACK, task={"after": 0}, owner="local", created_at=now))
    assert await jobs.claim([JobKind.ROLLBACK], worker=worker, at=now, lapse=timedelta(minutes=1))
    await jobs.finish(made.id, worker=worker, at=datetime.now(UTC), problem=JobProblem("", "no champion"))


@pytest.mark.server
async def test_a_restart_in_between_loses_nothing(database_template, tmp_path, client_of):
    database = database_template("webhooks_restarted")
    where = {"profile": "embedded", "predictor": "in_process", "database_url": database, "home": tmp_path}
    settings = load({**where, **QUICK, "jobs_every": 3600})
    with receiving(500, 500, 500, 204) as receiver:
        before = web_container(settings, MemoryModel())
        async with client_of(before) as api:
            webhook = await subscribed(api, receiver.url)
            await end_a_job(before)

            async def refused():
                return receiver.calls

            await eventually(refused)
        await end_a_job(before)  # nobody is there to tell of it
        await before.close()
        after = web_container(settings, MemoryModel())
        async with client_of(after) as api:

            async def delivered():
                return [delivery["state"] for delivery in await log_of(api, webhook)] == ["delivered"] * 2

            await eventually(delivered)
            deliveries = await log_of(api, webhook)
        await after.close()
    event_ids = [headers["webhook-id"] for headers, _ in receiver.calls]
    assert set(event_ids) == {delivery["event_id"] for delivery in deliveries}
    assert len(event_ids) == sum(len(delivery["attempts"]) for delivery in deliveries) == 5
