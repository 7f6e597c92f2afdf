"""What nobody foresaw: a person is told kindly, and nothing of the error itself."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from nicegui import ui
from nicegui.testing.user import User

from domain.errors import RepositoryUnavailable
from domain.ports.accounts import Accounts
from entrypoints.dashboard.app import register_pages
from entrypoints.dashboard.locale.speech import Words
from entrypoints.dashboard.options import DashboardOptions
from tests.entrypoints.dashboard.simulated_user import PATIENT
from tests.support.simulation import person_at_pages


@pytest.mark.parametrize(
    ("path", "part"), [("/", "model"), ("/what-if", "model"), ("/history", "predictions"), ("/models", "ledger")]
)
async def test_a_mistake_of_ours_is_told_without_its_details(user: User, parts, words: Words, path: str, part: str):
    getattr(parts, part).failure = RuntimeError("secret detail")
    await user.open(path)
    await user.should_see(words("unexpected"), retries=PATIENT)
    await user.should_not_see("secret detail")


async def test_a_mistake_while_the_state_of_parts_is_read_is_told(user: User, parts, words: Words):
    await user.open("/operations")
    parts.predictions.failure = parts.ledger.failure = RuntimeError("secret detail")
    await user.should_see(words("unexpected"), retries=PATIENT)
    await user.should_not_see("secret detail")


@pytest.mark.parametrize("path", ["/models", "/operations", "/history"])
async def test_while_the_records_do_not_answer_nobody_is_signed_out(parts, words: Words, path: str):
    accounts = await parts.container.get(Accounts)
    token = await accounts.open(at=datetime.now(UTC))
    async with person_at_pages() as admin:
        register_pages(parts.container, DashboardOptions(login=True))
        admin.http_client.cookies.set("medcost_session", token)
        accounts.failure = RepositoryUnavailable("10.0.0.7 does not answer", retry_after=2)
        answer = await admin.http_client.get(path)
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
        assert words("away") in answer.text
        assert "10.0.0.7" not in answer.text
        accounts.failure = None
        await admin.open(path)
        await admin.should_see(words("sign_in.out"))


async def test_a_page_that_cannot_be_built_is_told_without_details(user: User, words: Words):
    @ui.page("/broken")
    def page() -> None:
        message = "secret detail"
        raise RuntimeError(message)

    answer = await user.http_client.get("/broken")
    assert answer.status_code == 500
    assert words("broken.title") in answer.text
    assert "secret detail" not in answer.text
