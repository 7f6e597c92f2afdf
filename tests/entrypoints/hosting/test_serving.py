"""How a real process meets slow clients, and leaves."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import httpx
import pytest
import uvicorn

from adapters.bentoml.publisher import BentoPublisher
from adapters.local.home import Home
from adapters.memory.loader import write_flat_model
from adapters.postgres import migrations
from adapters.postgres.embedded import EmbeddedPostgres
from domain.costs.prediction import ModelReference
from entrypoints.hosting.serving import Server
from tests.support.waiting import until
from tests.support.web_process import WebProcess, WebProcesses

ANN = {"age": 40, "sex": "female", "bmi": 27.5, "children": 1, "smoker": False, "region": "northeast"}
BODY = json.dumps(ANN).encode()
HEAD = (
    b"POST /api/v1/predictions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    b"Content-Length: %d\r\nConnection: close\r\n\r\n" % len(BODY)
)

Started = tuple[WebProcess, tuple[str, int]]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Started]]:
    """`serve(MEDCOST_…=…)` serves the API of the memory profile in a process of its own; its log goes to a file."""
    processes = WebProcesses()

    def start(**settings: str) -> Started:
        process = processes.start(tmp_path, "--serve", "api", settings=settings, log=tmp_path / "log")
        return process, process.address

    yield start
    processes.kill()


def url(address: tuple[str, int], path: str) -> str:
    return f"http://{address[0]}:{address[1]}/api/v1{path}"


def wait_until_ready(address: tuple[str, int]) -> None:
    assert httpx.get(url(address, "/health/ready"), timeout=60).status_code == 200


def connects(address: tuple[str, int]) -> bool:
    try:
        socket.create_connection(address, timeout=10).close()
    except ConnectionRefusedError:
        return False
    return True


def everything_from(connection: socket.socket) -> bytes:
    return b"".join(iter(lambda: connection.recv(65536), b""))


def test_while_leaving_it_asks_its_callers_to_connect_anew(serve):
    process, address = serve(MEDCOST_DRAIN_NOTICE="600")
    wait_until_ready(address)
    with httpx.Client(timeout=60) as client:
        staying = client.post(url(address, "/predictions"), json=ANN)
        assert (staying.status_code, "connection" in staying.headers) == (201, False)
        process.send_signal(signal.SIGTERM)
        until(lambda: client.get(url(address, "/health/serving")).status_code != 200)
        leaving = client.post(url(address, "/predictions"), json=ANN)
        assert (leaving.status_code, leaving.headers["connection"]) == (201, "close")


def test_on_sigterm_it_is_not_ready_then_finishes_requests_and_ends_with_status_0(serve):
    process, address = serve(MEDCOST_DRAIN_NOTICE="1.5")
    wait_until_ready(address)
    with socket.create_connection(address, timeout=30) as slow:
        slow.sendall(HEAD + BODY[:20])
        process.send_signal(signal.SIGTERM)
        answer = httpx.get(url(address, "/health/ready"), timeout=10)
        while answer.status_code == 200:  # the signal is on its way
            answer = httpx.get(url(address, "/health/ready"), timeout=10)
        assert (answer.status_code, answer.json()["detail"]) == (503, "this process is about to end")
        assert httpx.get(url(address, "/health/serving"), timeout=10).json() == answer.json() | {
            "instance": "/api/v1/health/serving"
        }
        assert httpx.get(url(address, "/health/live"), timeout=10).status_code == 200
        assert httpx.post(url(address, "/predictions"), json=ANN, timeout=10).status_code == 201
        until(lambda: not connects(address))
        slow.sendall(BODY[20:])
        assert everything_from(slow).startswith(b"HTTP/1.1 201")
    assert process.wait(timeout=20) == 0


def test_a_request_that_never_ends_holds_nothing_up_beyond_the_deadline(serve):
    process, address = serve(MEDCOST_DRAIN_WITHIN="1")
    wait_until_ready(address)
    with socket.create_connection(address, timeout=30) as slow:
        slow.sendall(HEAD + BODY[:20])
        assert httpx.get(url(address, "/health/live"), timeout=10).status_code == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0


def test_signals_may_arrive_while_others_are_handled():
    server = Server(uvicorn.Config("any:app", log_config=None), notice=0)

    def interrupt(_frame: FrameType, _event: str, _argument: object) -> Callable[..., Any]:
        server.handle_exit(signal.SIGTERM, None)
        return interrupt

    before = sys.gettrace()
    sys.settrace(interrupt)  # at each line of the handler and of all that it calls
    try:
        server.handle_exit(signal.SIGTERM, None)
    finally:
        sys.settrace(before)
    assert server.is_leaving


@pytest.mark.parametrize("sent", [b"", HEAD[:50]], ids=["nothing", "half a head"])
def test_who_never_ends_the_head_of_a_request_is_hung_up_on(serve, sent):
    _, address = serve(MEDCOST_HEAD_WITHIN="0.5")
    wait_until_ready(address)
    with socket.create_connection(address, timeout=30) as slow:
        slow.sendall(sent)
        assert everything_from(slow) == b""


def test_a_head_without_end_is_hung_up_on(serve):
    _, address = serve()
    wait_until_ready(address)
    with socket.create_connection(address, timeout=30) as greedy, pytest.raises(OSError, match=r"reset|[Bb]roken"):
        greedy.sendall(HEAD[:50] + b"\r\nX-More: x" * 10_000_000)


def test_a_body_that_comes_too_slowly_is_answered_so(serve):
    _, address = serve(MEDCOST_BODY_WITHIN="0.5")
    wait_until_ready(address)
    with socket.create_connection(address, timeout=30) as slow:
        slow.sendall(HEAD.replace(b"Connection: close\r\n", b"") + BODY[:20])
        head, _, body = everything_from(slow).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 408")
    assert json.loads(body)["type"] == "urn:medcost:problem:too-slow"


def test_where_an_answer_was_forwarded_from_is_believed_of_named_proxies_only(serve):
    settings = {"MEDCOST_REQUIRE_KEYS": "true", "MEDCOST_ADDRESS_REQUESTS_PER_MINUTE": "3"}
    for trusted, statuses in (("", [200, 200, 429]), ("127.0.0.1", [200, 200, 200])):
        _, address = serve(**settings, MEDCOST_TRUSTED_PROXIES=trusted)
        wait_until_ready(address)
        answers = [
            httpx.get(url(address, "/health/live"), headers={"X-Forwarded-For": f"192.0.2.{n}"}, timeout=10)
            for n in range(3)
        ]
        assert [answer.status_code for answer in answers] == statuses


@pytest.mark.parametrize("keys", ["true", "false"])
def test_no_facts_and_no_keys_are_in_the_log_not_even_at_debug_level(serve, tmp_path, keys):
    _, address = serve(MEDCOST_LOG_LEVEL="debug", MEDCOST_REQUIRE_KEYS=keys)
    wait_until_ready(address)
    facts = {**ANN, "bmi": 27.4321987, "age": 77, "region": "southwest"}
    for body in (json.dumps(facts), json.dumps({**facts, "sex": "elsewhere-4321987"}), json.dumps(facts)[:-9]):
        for path in ("/predictions", "/predictions/batch", "/explanations", "/nowhere"):
            headers = {"X-API-Key": "secret-4321987", "Content-Type": "application/json", "X-Request-ID": "mine-1"}
            httpx.post(url(address, path), content=body, headers=headers, timeout=10)
    lines = [json.loads(line) for line in (tmp_path / "log").read_text().splitlines()]
    assert {line["path"] for line in lines if line.get("request_id") == "mine-1"} >= {"/api/v1/predictions"}
    assert "4321987" not in (tmp_path / "log").read_text()


def test_parts_that_are_away_are_waited_for_and_named_when_they_come(serve, start_model_server, tmp_path):
    database, later = EmbeddedPostgres(tmp_path / "postgres"), tmp_path / "later"
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]
    _, address = serve(
        MEDCOST_PROFILE="embedded",
        MEDCOST_DATABASE_URL=database.url("medcost"),
        MEDCOST_MODEL_SERVER_URL=f"http://127.0.0.1:{port}",
    )
    assert httpx.get(url(address, "/health/live"), timeout=60).status_code == 200
    assert httpx.get(url(address, "/health/serving"), timeout=60).status_code == 200
    missing = httpx.get(url(address, "/health/ready"), timeout=30)
    assert missing.status_code == 503
    assert missing.headers["retry-after"]
    for part in ("the database", "the model server"):
        assert part in missing.json()["detail"]
    await_lines(tmp_path / "log", "waiting_for_part", {"database", "model"})
    with database.lease():
        asyncio.run(migrations.upgrade(database.url("medcost")))
        await_lines(tmp_path / "log", "part_answers", {"database"})
        asyncio.run(publish(Home(later)))
        start_model_server(later, port=port)
        await_lines(tmp_path / "log", "part_answers", {"database", "model"})
        wait_until_ready(address)


def await_lines(log, event, parts):
    def has_lines():
        lines = [json.loads(line) for line in log.read_text().splitlines(keepends=True) if line.endswith("\n")]
        return {line["part"] for line in lines if line["event"] == event} == parts

    until(has_lines, describe=log.read_text)


async def publish(home):
    model = ModelReference(1, write_flat_model(home.path / "made", usd=100.0))
    publisher = BentoPublisher(home.bentoml, home.pointer)
    await publisher.publish(model, home.path / "made")
    await publisher.point_to(model)


def test_a_body_that_nobody_reads_holds_no_connection(serve):
    process, address = serve()
    wait_until_ready(address)
    head = HEAD.replace(b"POST /api/v1/predictions", b"GET /api/v1/health/live").replace(b"Connection: close\r\n", b"")
    with socket.create_connection(address, timeout=30) as idle:
        idle.sendall(head + b"{")
        assert everything_from(idle).startswith(b"HTTP/1.1 200")
    limits = Path(f"/proc/{process.pid}/limits")
    if limits.exists():
        soft, hard = next(line.split()[3:5] for line in limits.read_text().splitlines() if "open files" in line)
        assert soft == hard


def test_of_one_address_only_so_many_heads_are_waited_for(serve):
    _, address = serve(MEDCOST_HEAD_WITHIN="600")
    wait_until_ready(address)
    stalled = [socket.create_connection(address, timeout=30) for _ in range(257)]
    try:
        wait_until_ready(address)
        assert stalled[0].recv(1) == b""
    finally:
        for connection in stalled:
            connection.close()
