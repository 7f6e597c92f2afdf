"""What everything that calls receivers promises."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from standardwebhooks import Webhook as Verifier

from adapters.httpx.webhook_sender import HttpxWebhookSender
from adapters.memory.webhook_sender import MemoryWebhookSender
from domain.operations.webhooks import Delivery, Webhook, WebhookEvent
from domain.ports.webhook_sender import WebhookSender
from tests.support.receiver import receiving

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
NOW = datetime.now(UTC)


def webhook_at(url: str) -> Webhook:
    return Webhook(
        id=uuid4(),
        url=url,
        events=frozenset({WebhookEvent.PING}),
        owner="local",
        sees_all=True,
        secret=SECRET,
        created_at=NOW,
    )


def delivery() -> Delivery:
    return Delivery(
        id=uuid4(),
        webhook_id=uuid4(),
        event_id=uuid4(),
        event=WebhookEvent.PING,
        body='{"type": "ping", "data": {"sí": 1}}',
        created_at=NOW,
        due_at=NOW,
    )


SenderAt = Callable[[int], tuple[WebhookSender, str]]


@pytest.fixture(params=["memory", "httpx"])
def sender_at(request: pytest.FixtureRequest) -> Iterator[SenderAt]:
    """`sender, url = sender_at(204)`: a sender, and where a receiver answers that; of 0, where nobody is."""
    with ExitStack() as stack:

        def start(status: int) -> tuple[WebhookSender, str]:
            if request.param == "memory":
                url = "http://127.0.0.1/hook"
                return MemoryWebhookSender({url: [status]} if status else {}), url
            if status:
                return HttpxWebhookSender(private=True), stack.enter_context(receiving(status)).url
            with socket.create_server(("127.0.0.1", 0)) as gone:
                port = gone.getsockname()[1]
            return HttpxWebhookSender(private=True), f"http://127.0.0.1:{port}/"

        yield start


@pytest.mark.parametrize(("status", "taken"), [(200, True), (204, True), (302, False), (400, False), (500, False)])
async def test_the_answer_of_a_receiver_is_noted(sender_at: SenderAt, status: int, taken: bool) -> None:
    sender, url = sender_at(status)
    attempt = await sender.send(delivery(), webhook_at(url), at=NOW)
    assert (attempt.at, attempt.status, attempt.error, attempt.is_taken) == (NOW, status, "", taken)


async def test_that_nobody_answers_is_noted(sender_at: SenderAt) -> None:
    sender, url = sender_at(0)
    attempt = await sender.send(delivery(), webhook_at(url), at=NOW)
    assert (attempt.status, attempt.is_taken) == (None, False)
    assert attempt.error


async def test_a_call_is_signed_after_standard_webhooks():
    with receiving(204) as receiver:
        sent = delivery()
        await HttpxWebhookSender(private=True).send(sent, webhook_at(receiver.url), at=datetime.now(UTC))
    ((headers, body),) = receiver.calls
    assert Verifier(SECRET).verify(body, headers) == {"type": "ping", "data": {"sí": 1}}
    assert headers["webhook-id"] == str(sent.event_id)
    assert headers["host"] == receiver.url.split("/")[2]


@pytest.mark.parametrize("url", ["http://127.0.0.1:{port}/", "https://localhost:{port}/", "https://[::1]:{port}/"])
async def test_this_machine_is_not_called_unless_that_is_allowed(url):
    with receiving(204) as receiver:
        there = url.format(port=receiver.url.rsplit(":", 1)[1].split("/")[0])
        attempt = await HttpxWebhookSender(private=False).send(delivery(), webhook_at(there), at=NOW)
        assert receiver.calls == []
    assert attempt.status is None
    assert "https://" in attempt.error


async def test_a_receiver_that_does_not_answer_is_given_up_in_time():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        there = webhook_at(f"http://127.0.0.1:{silent.getsockname()[1]}/")
        attempt = await HttpxWebhookSender(private=True, within=0.05).send(delivery(), there, at=NOW)
    assert (attempt.status, attempt.error) == (None, "the receiver did not answer within 0.05 s")


@pytest.mark.parametrize("inside", [["127.0.0.1"], ["10.0.0.7"], ["8.8.8.8", "169.254.169.254"], ["::1"], ["fd00::1"]])
async def test_a_name_that_stands_for_an_address_inside_is_not_called(inside):
    async def resolve(host: str, port: int) -> list[ipaddress.IPv4Address | ipaddress.IPv6Address]:
        assert (host, port) == ("hooks.example.org", 443)
        return [ipaddress.ip_address(each) for each in inside]

    sender = HttpxWebhookSender(private=False, resolve=resolve)
    attempt = await sender.send(delivery(), webhook_at("https://hooks.example.org/"), at=NOW)
    assert attempt.status is None
    assert attempt.error.startswith(f"hooks.example.org is {inside[-1]}, which is not on the public Internet")


async def test_the_address_that_was_checked_is_the_one_that_is_called():
    async def resolve(host: str, port: int) -> list[ipaddress.IPv4Address | ipaddress.IPv6Address]:
        return [ipaddress.ip_address("127.0.0.1")]

    with receiving(204) as receiver:
        port = receiver.url.rsplit(":", 1)[1].split("/")[0]
        # nobody but the resolver above knows this name
        sender = HttpxWebhookSender(private=True, resolve=resolve)
        attempt = await sender.send(delivery(), webhook_at(f"https://hooks.invalid:{port}/"), at=NOW)
    assert attempt.status is None
    assert "ssl" in attempt.error.lower()  # it was reached, and speaks no TLS
