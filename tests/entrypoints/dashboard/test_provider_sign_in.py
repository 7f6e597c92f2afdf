"""Signing in by an identity provider, as a browser does it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
from dishka import Provider, Scope
from fastapi import FastAPI

from adapters.memory.accounts import MemoryAccounts
from adapters.memory.identity_provider import MemoryIdentityProvider
from domain.access.keys import Role
from domain.errors import IdentityProviderUnavailable
from domain.ports.accounts import Accounts
from domain.ports.identity_provider import IdentityProvider
from entrypoints.composition.settings import load
from entrypoints.composition.web import web_container
from entrypoints.dashboard.inject import injecting
from entrypoints.dashboard.options import DashboardOptions
from entrypoints.dashboard.pages.sign_in.provider import ProviderSignIn

OPTIONS = DashboardOptions(login=True, provider="Example")


@pytest.fixture
def provider() -> MemoryIdentityProvider:
    return MemoryIdentityProvider(person={"sub": "7", "name": "Rita", "roles": ["reviewer"]})


@pytest.fixture
async def accounts() -> MemoryAccounts:
    return MemoryAccounts()


@pytest.fixture
async def visitor(provider: MemoryIdentityProvider, accounts: MemoryAccounts) -> AsyncIterator[httpx.AsyncClient]:
    parts = Provider(scope=Scope.APP)
    parts.provide(lambda: provider, provides=IdentityProvider, override=True)
    parts.provide(lambda: accounts, provides=Accounts, override=True)
    container = web_container(load({"profile": "memory"}, environment={}), parts)
    host = FastAPI()
    ProviderSignIn(injecting(container), OPTIONS).add_to(host)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(host), base_url="http://127.0.0.1:8000") as client:
        yield client
    await container.close()


async def test_a_person_is_sent_away_and_comes_back_signed_in(visitor: httpx.AsyncClient, accounts: MemoryAccounts):
    sent = await visitor.get("/sign-in/provider?next=/history")
    assert sent.status_code == 303
    back = await visitor.get(sent.headers["location"])
    assert back.status_code == 200
    assert 'content="0;url=/history"' in back.text
    assert back.headers["cache-control"] == "no-store"
    session = await accounts.session(visitor.cookies["medcost_session"])
    assert (session.user.name, session.user.role) == ("Rita", Role.REVIEWER)
    assert "medcost_sign_in" not in visitor.cookies


async def test_cookies_on_the_way_are_those_of_one_browser(visitor: httpx.AsyncClient):
    sent = await visitor.get("/sign-in/provider")
    attributes = sent.headers["set-cookie"].lower()
    assert all(part in attributes for part in ("httponly", "samesite=lax", "path=/sign-in", "max-age=600"))
    back = await visitor.get(sent.headers["location"])
    session = next(value for value in back.headers.get_list("set-cookie") if value.startswith("medcost_session="))
    assert "samesite=strict" in session.lower()


async def test_an_answer_that_another_browser_asked_for_signs_nobody_in(visitor: httpx.AsyncClient):
    sent = await visitor.get("/sign-in/provider")
    visitor.cookies.clear()
    for _ in range(2):
        back = await visitor.get(sent.headers["location"])
        assert back.headers["location"] == "/sign-in?next=%2F&said=refused"
        await visitor.get("/sign-in/provider")  # now it has begun a sign-in of its own
    assert "medcost_session" not in visitor.cookies


@pytest.mark.parametrize("path", ["//evil.example", "https://evil.example", "/\\evil.example"])
async def test_signing_in_leads_to_nobody_else(visitor: httpx.AsyncClient, path: str):
    sent = await visitor.get("/sign-in/provider", params={"next": path})
    assert 'content="0;url=/"' in (await visitor.get(sent.headers["location"])).text


@pytest.mark.parametrize("cookie", ["", "a.b", "....", "a.b.c.d.e", "%"])
async def test_a_cookie_that_was_changed_signs_nobody_in(visitor: httpx.AsyncClient, cookie: str):
    back = await visitor.get("/sign-in/callback?code=x&state=a", headers={"cookie": f"medcost_sign_in={cookie}"})
    assert back.headers["location"] == "/sign-in?next=%2F&said=refused"


async def test_who_says_no_is_told_so(visitor: httpx.AsyncClient, provider: MemoryIdentityProvider):
    provider.person = None
    sent = await visitor.get("/sign-in/provider?next=/history")
    back = await visitor.get(sent.headers["location"])
    assert back.headers["location"] == "/sign-in?next=%2Fhistory&said=refused"


async def test_while_the_provider_is_away_the_page_says_so(
    visitor: httpx.AsyncClient, provider: MemoryIdentityProvider
):
    sent = await visitor.get("/sign-in/provider")
    provider.failure = IdentityProviderUnavailable("it does not answer")
    for path in ("/sign-in/provider", sent.headers["location"]):
        assert (await visitor.get(path)).headers["location"] == "/sign-in?next=%2F&said=provider_away"


async def test_signing_in_again_ends_the_session_before(visitor: httpx.AsyncClient, accounts: MemoryAccounts):
    for _ in range(2):
        sent = await visitor.get("/sign-in/provider")
        await visitor.get(sent.headers["location"])
    assert len(accounts._sessions) == 1
