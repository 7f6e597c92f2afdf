"""The login, in a browser as a person does it and over HTTP as an attacker does."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import httpx
import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

WORD = "correct horse battery"


@pytest.fixture
def client(locked: str) -> Iterator[httpx.Client]:
    """A browser without its eyes; each test comes from an address of its own, as through a proxy on this machine."""
    with httpx.Client(base_url=locked, headers={"x-forwarded-for": "203.0.113.1"}) as http_client:
        yield http_client


def enter(client: httpx.Client, password: str, *, then: str = "/history", **headers: str) -> httpx.Response:
    """Fetch the form and post it."""
    client.get("/sign-in")
    fields = {"token": client.cookies.get("medcost_form", ""), "password": password, "next": then}
    return client.post("/sign-in", data=fields, headers={"origin": str(client.base_url).rstrip("/"), **headers})


def sign_in(page: Page) -> None:
    page.get_by_label("Password").fill(WORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Past estimates")).to_be_visible()
    page.wait_for_function("window.socket?.connected")


def test_the_first_page_of_a_process_knows_that_there_is_a_password(serve: Callable[..., str]):
    url = serve(MEDCOST_REQUIRE_LOGIN="true", MEDCOST_ADMIN_PASSWORD=WORD)
    assert "medcost_form" in httpx.get(f"{url}/sign-in").cookies  # only a form gives it


@pytest.mark.parametrize("path", ["/models", "/operations"])
def test_without_a_session_one_is_sent_to_the_sign_in_page(client: httpx.Client, path: str):
    sent = client.get(path)
    assert (sent.status_code, sent.headers["location"]) == (303, "/sign-in?next=" + path.replace("/", "%2F"))
    assert "estimates" not in sent.text


def test_a_made_up_session_admits_nobody(client: httpx.Client):
    for path in ("/models", "/history", "/history/export"):
        sent = client.get(path, headers={"cookie": f"medcost_session={'x' * 43}"})
        assert sent.headers["location"].endswith("said=ended")


def test_the_estimate_needs_no_login(client: httpx.Client):
    assert client.get("/").status_code == 200


def test_visitors_find_their_own_estimates_again_and_nobody_elses(locked: str, look, save):
    save(locked, age=63)
    page: Page = look(locked, "/")
    page.get_by_role("button", name="Save this estimate").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    (cookie,) = [dict(cookie) for cookie in page.context.cookies() if cookie.get("name") == "medcost_visitor"]
    assert (cookie["httpOnly"], cookie["sameSite"], cookie["path"]) == (True, "Strict", "/")
    page.goto(f"{locked}/history")
    expect(page.get_by_text("Estimate 1 of 1")).to_be_visible()
    assert "63, female" not in page.content()
    mine = httpx.get(f"{locked}/history/export", cookies={"medcost_visitor": str(cookie["value"])})
    nobodys = httpx.get(f"{locked}/history/export")
    assert len(mine.text.splitlines()) == len(nobodys.text.splitlines()) + 1
    page.get_by_role("button", name=re.compile("open")).first.click()
    page.get_by_role("button", name="Erase …").click()
    page.get_by_role("button", name="Erase it").click()
    expect(page.get_by_text("No estimate is saved yet.")).to_be_visible()


def test_a_person_signs_in_after_a_wrong_password_and_out_again(locked: str, look):
    page: Page = look(locked, "/sign-in?next=%2Fhistory")
    page.get_by_label("Password").fill("not the password")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert").filter(has_text="The password is wrong")).to_be_visible()
    sign_in(page)
    (cookie,) = [dict(cookie) for cookie in page.context.cookies() if cookie.get("name") == "medcost_session"]
    assert (cookie["httpOnly"], cookie["sameSite"], cookie["path"]) == (True, "Strict", "/")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(f"{locked}/")
    assert not [cookie for cookie in page.context.cookies() if cookie.get("name") == "medcost_session"]
    replayed = httpx.get(f"{locked}/history", cookies={"medcost_session": str(cookie["value"])})
    assert replayed.headers["location"].endswith("said=ended")


def test_after_five_wrong_passwords_even_the_right_one_waits(client: httpx.Client):
    client.headers["x-forwarded-for"] = "203.0.113.5"
    for _ in range(5):
        assert enter(client, "wrong password").headers["location"].endswith("said=wrong")
    refused = enter(client, WORD)
    assert re.search(r"said=locked&wait=(30|29|28|27|26|25)$", refused.headers["location"])
    assert "medcost_session" not in client.cookies
    assert re.search(r"Too many wrong passwords.*seconds", client.get(refused.headers["location"]).text)


@pytest.mark.parametrize("broken", ["no origin", "foreign origin", "no token", "other token", "no cookie"])
def test_a_form_of_another_site_is_refused(client: httpx.Client, broken: str):
    client.get("/sign-in")
    fields = {"token": client.cookies["medcost_form"], "password": WORD}
    headers = {"origin": str(client.base_url).rstrip("/")}
    if broken == "no origin":
        headers = {}
    elif broken == "foreign origin":
        headers["origin"] = "http://evil.example"
    elif broken == "no cookie":
        client.cookies.clear()
    else:
        fields["token"] = "" if broken == "no token" else "x" * 43
    refused = client.post("/sign-in", data=fields, headers=headers)
    assert refused.status_code == 403
    assert "set-cookie" not in refused.headers


def test_an_endless_form_is_refused(client: httpx.Client):
    assert enter(client, "x" * 10_000).status_code == 413


@pytest.mark.parametrize("then", ["//evil.example", "https://evil.example", "/\\evil.example", "history"])
def test_signing_in_leads_to_nobody_else(client: httpx.Client, then: str):
    assert enter(client, WORD, then=then).headers["location"] == "/"


def test_by_https_the_cookies_travel_by_https_only(client: httpx.Client):
    client.headers["x-forwarded-proto"] = "https"
    page = client.get("/sign-in")
    token = page.headers["set-cookie"].partition("=")[2].partition(";")[0]
    assert "; Secure" in page.headers["set-cookie"]
    entered = client.post(
        "/sign-in",
        data={"token": token, "password": WORD},
        headers={"origin": str(client.base_url), "cookie": f"medcost_form={token}"},
    )
    assert "; Secure" in entered.headers["set-cookie"]


def test_what_a_page_was_opened_for_is_refused_once_the_session_has_ended(locked: str, look, save):
    made = save(locked, age=41)
    page: Page = look(locked, "/sign-in?next=%2Fhistory")
    sign_in(page)
    page.get_by_role("button", name=re.compile("open")).first.click()
    page.get_by_role("button", name="Erase …").click()
    elsewhere = page.context.new_page()
    elsewhere.goto(f"{locked}/history")
    elsewhere.get_by_role("button", name="Sign out").click()
    elsewhere.wait_for_url(f"{locked}/")
    page.get_by_role("button", name="Erase it").click()
    expect(page.get_by_text("You were signed out.")).to_be_visible()
    assert httpx.get(f"{locked}/api/v1/predictions/{made}").status_code == 200


def test_the_first_password_is_set_here_and_once(serve: Callable[..., str], look):
    address = serve(MEDCOST_REQUIRE_LOGIN="true")
    far = httpx.get(f"{address}/sign-in", headers={"x-forwarded-for": "203.0.113.9"})
    assert "medcost admin password" in far.text
    page: Page = look(address, "/sign-in?next=%2Fhistory")
    for again, message in (("something else", "The two passwords are not the same."), (WORD, "")):
        page.get_by_label("Password", exact=True).fill(WORD)
        page.get_by_label("The same password again").fill(again)
        page.get_by_role("button", name="Set the password").click()
        if message:
            expect(page.get_by_text(message)).to_be_visible()
    expect(page.get_by_role("heading", name="Past estimates")).to_be_visible()
    with httpx.Client(base_url=address) as client:
        client.get("/sign-in")
        fields = {"token": client.cookies["medcost_form"], "password": "another password", "again": "another password"}
        late = client.post("/sign-in/first", data=fields, headers={"origin": address})
    assert late.headers["location"].endswith("said=late")


@pytest.mark.parametrize("path", ["/sign-in", "/sign-in?said=wrong", "/sign-in?said=locked&wait=90"])
def test_axe_finds_nothing_on_the_sign_in_page(locked: str, look, violations, path: str):
    page: Page = look(locked, path, width=390)
    expect(page.get_by_label("Password")).to_be_visible()
    assert violations(page) == []
    page.set_viewport_size({"width": 320, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") == 320
