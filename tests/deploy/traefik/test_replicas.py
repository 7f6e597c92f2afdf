"""Several processes behind one name: pages stay where they were built, and what is dead is passed over."""

from __future__ import annotations

import asyncio
import json
import socket
from concurrent.futures import ThreadPoolExecutor

import pytest
from playwright.sync_api import expect, sync_playwright
from websockets.asyncio.client import connect
from websockets.typing import Origin

from tests.support.browser import CHROMIUM

ANN = {"age": 40, "sex": "female", "bmi": 27.5, "children": 1, "smoker": False, "region": "northeast"}


def test_a_visitor_is_led_to_the_same_process_again(edge):
    places = set()
    while len(places) < 2:  # a process that was busy for long is passed over for some seconds
        with edge.client() as visitor:
            first = visitor.get("/favicon.ico")
            places.add(first.cookies["medcost_at"])
            cookie = first.headers["set-cookie"]
            assert all(word in cookie for word in ("HttpOnly", "Secure", "SameSite=Lax"))
            assert "set-cookie" not in visitor.get("/favicon.ico").headers


async def test_a_websocket_goes_through(edge):
    plain = socket.create_connection(("127.0.0.1", edge.https), timeout=20)
    async with asyncio.timeout(60):
        async with connect(
            "wss://medcost.test/_nicegui_ws/socket.io/?EIO=4&transport=websocket",
            sock=plain, ssl=edge.trusted, server_hostname="medcost.test", origin=Origin("https://medcost.test"),
        ) as channel:  # fmt: skip
            assert json.loads(str(await channel.recv())[1:])["sid"]
            await channel.send("2probe")


async def test_a_page_of_another_site_gets_no_websocket(edge):
    plain = socket.create_connection(("127.0.0.1", edge.https), timeout=20)
    with pytest.raises(Exception, match="HTTP 403"):
        async with connect(
            "wss://medcost.test/_nicegui_ws/socket.io/?EIO=4&transport=websocket",
            sock=plain, ssl=edge.trusted, server_hostname="medcost.test", origin=Origin("https://example.org"),
        ):  # fmt: skip
            pass


def test_people_in_a_browser_get_their_answers_whichever_process_they_met(edge, part):
    part("chromium", None if CHROMIUM else "it is not installed")
    flags = ["--no-sandbox", "--disable-gpu", f"--host-resolver-rules=MAP medcost.test 127.0.0.1:{edge.https}"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        places = set()
        while len(places) < 2:
            context = browser.new_context(ignore_https_errors=True)
            page = context.new_page()
            page.goto("https://medcost.test/")
            number = page.locator(".answer-number")
            expect(number).to_be_visible(timeout=30_000)
            page.wait_for_function("window.socket?.connected")
            before = number.inner_text()
            page.get_by_role("textbox", name="Age").fill("61")
            expect(number).not_to_have_text(before, timeout=30_000)
            places |= {cookie.get("value") for cookie in context.cookies() if cookie.get("name") == "medcost_at"}
            context.close()
        browser.close()


def test_a_dead_process_is_passed_over_at_once(edge):
    def ask(_):
        with edge.client() as client:
            read = client.get("/api/v1/health/live").status_code
            return read, client.post("/api/v1/predictions", json=ANN).status_code

    edge.processes["api"][0].kill()
    edge.processes["api"][0].wait(timeout=20)
    with ThreadPoolExecutor(4) as pool:
        answers = set(pool.map(ask, range(40)))
    assert answers == {(200, 201)}


def test_visitors_of_a_dead_process_are_led_to_another(edge):
    visitors = [edge.client() for _ in range(10)]
    before = [visitor.get("/favicon.ico").cookies["medcost_at"] for visitor in visitors]
    assert len(set(before)) == 2
    edge.processes["dashboard"][0].kill()
    edge.processes["dashboard"][0].wait(timeout=20)
    answers = [visitor.get("/favicon.ico") for visitor in visitors]
    assert {answer.status_code for answer in answers} == {200}
    after = {visitor.cookies["medcost_at"] for visitor in visitors}
    while len(after) > 1:  # until Traefik has looked after its health
        for visitor in visitors:
            visitor.get("/favicon.ico")
        after = {visitor.cookies["medcost_at"] for visitor in visitors}
    for visitor in visitors:
        visitor.close()
