"""What nobody foresaw: a person is told kindly, and nothing of the error itself."""

from __future__ import annotations

import pytest
from nicegui import ui
from nicegui.testing.user import User

from entrypoints.dashboard.words.speech import Words

PATIENT = 100  # tries, a tenth of a second each


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


async def test_a_page_that_cannot_be_built_is_told_without_details(user: User, words: Words):
    @ui.page("/broken")
    def page() -> None:
        message = "secret detail"
        raise RuntimeError(message)

    answer = await user.http_client.get("/broken")
    assert answer.status_code == 500
    assert words("broken.title") in answer.text
    assert "secret detail" not in answer.text
