"""Which pages a person sees, by their role, and whose estimates they find there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from nicegui.testing.user import User as Visitor

from application.costs.predict_cost import PredictCost
from domain.access.keys import Role
from domain.access.users import ADMIN, User
from domain.costs.prediction_query import PredictionQuery
from domain.ports.accounts import Accounts
from entrypoints.dashboard.app import register_pages
from entrypoints.dashboard.layout.shell import Navigation
from entrypoints.dashboard.locale.speech import Words
from entrypoints.dashboard.options import DashboardOptions
from tests.support.dashboard_pages import FOR_ADMINS, FOR_EVERYBODY, VERSIONS
from tests.support.people import ANN
from tests.support.simulation import person_at_pages

OPEN = DashboardOptions(login=True, provider="Example")
CLOSED = DashboardOptions(login=True, provider="Example", everyone=True)
ADA, RITA, CARL = User("a", "ada", Role.ADMIN), User("r", "rita", Role.REVIEWER), User("c", "carl", Role.CLIENT)
SENT, FORBIDDEN = 303, 403

PAGES = [*FOR_EVERYBODY, *FOR_ADMINS, *VERSIONS]
EVERYBODY, ADMINS = [200] * len(FOR_EVERYBODY), len(FOR_ADMINS) + len(VERSIONS)
TABLE = [
    (OPEN, None, [*EVERYBODY, *[SENT] * ADMINS]),
    (CLOSED, None, [SENT] * len(PAGES)),
    (OPEN, CARL, [*EVERYBODY, *[FORBIDDEN] * ADMINS]),
    (CLOSED, CARL, [*EVERYBODY, *[FORBIDDEN] * ADMINS]),
    (OPEN, RITA, [*EVERYBODY, *[FORBIDDEN] * ADMINS]),
    (OPEN, ADA, [200] * len(PAGES)),
    (CLOSED, ADMIN, [200] * len(PAGES)),
]


@asynccontextmanager
async def signed_in(parts, user: User | None, options: DashboardOptions = OPEN) -> AsyncIterator[Visitor]:
    async with person_at_pages() as visitor:
        register_pages(parts.container, options)
        if user:
            accounts = await parts.container.get(Accounts)
            visitor.http_client.cookies.set("medcost_session", await accounts.open(at=datetime.now(UTC), user=user))
        yield visitor


@pytest.mark.parametrize(("options", "user", "statuses"), TABLE)
async def test_each_role_sees_its_pages(
    parts, options: DashboardOptions, user: User | None, statuses: list[int]
) -> None:
    async with signed_in(parts, user, options) as visitor:
        answers = [await visitor.http_client.get(page, follow_redirects=False) for page in PAGES]
        assert [answer.status_code for answer in answers] == statuses
        assert {answer.headers["location"].partition("?")[0] for answer in answers if answer.is_redirect} <= {
            "/sign-in"
        }


async def test_the_table_names_every_page(parts) -> None:
    async with person_at_pages():
        menu = register_pages(parts.container, OPEN)
        assert {page.path for page in menu if page.guarded} == {*PAGES}, "see tests/support/dashboard_pages.py"
        described = (Path(__file__).parents[3] / "docs" / "pages.md").read_text(encoding="utf-8")
        missing = [page.path for page in menu if page.in_menu and f"| `{page.path}` " not in described]
        assert not missing, "add a row to the table of docs/pages.md"


@pytest.mark.parametrize(("user", "shown"), [(None, True), (CARL, False), (RITA, False), (ADA, True), (ADMIN, True)])
async def test_the_menu_has_no_pages_that_the_role_may_not_open(parts, user: User | None, *, shown: bool) -> None:
    async with signed_in(parts, user) as visitor:
        await visitor.open("/history")
        (navigation,) = visitor.find(Navigation).elements
        addresses = {address for address, *_ in navigation.props["links"]}
        assert {"/", "/history"} < addresses
        assert {"/models", "/operations"} & addresses == ({"/models", "/operations"} if shown else set())


async def test_a_page_of_another_role_says_so_kindly(parts, words: Words) -> None:
    async with signed_in(parts, RITA) as visitor:
        answer = await visitor.http_client.get("/models")
        assert words("forbidden.title") in answer.text
        assert "/operations" not in answer.text


@pytest.mark.parametrize(("user", "seen"), [(CARL, 1), (RITA, 3), (ADA, 3)])
async def test_history_holds_what_the_role_may_see(parts, words: Words, user: User, seen: int) -> None:
    predict = await parts.container.get(PredictCost)
    for owner in (user.owner, "key:other", "page:other"):
        await predict(ANN, owner=owner)
    async with signed_in(parts, user) as visitor:
        await visitor.open("/history")
        await visitor.should_see(words("sign_in.as", name=user.name))
        rows = "1" if seen == 1 else words("history.rows.between", first=1, last=seen)
        await visitor.should_see(words("history.rows", count=seen, rows=rows, total=seen), retries=100)


async def test_what_a_person_saves_is_theirs_in_any_browser(parts, words: Words) -> None:
    async with signed_in(parts, CARL) as visitor:
        await visitor.open("/")
        visitor.find(words("save")).click()
        await visitor.should_see(words("saved"), retries=100)
    (saved,) = await parts.predictions.page(PredictionQuery())
    assert saved.owner == CARL.owner
