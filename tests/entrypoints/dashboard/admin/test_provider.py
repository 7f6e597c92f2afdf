"""Signing in by a real identity provider, in a browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support import identity_provider
from tests.support.browser import PATIENCE, visit

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(serve: Callable[..., str], oidc_issuer: str) -> str:
    return serve(
        MEDCOST_OIDC_ISSUER=oidc_issuer,
        MEDCOST_OIDC_NAME="Example Inc.",
        MEDCOST_OIDC_CLIENT_ID=identity_provider.CLIENT_ID,
        MEDCOST_OIDC_CLIENT_SECRET=identity_provider.CLIENT_SECRET,
    )


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Open an empty page of a new visitor, which may go to another host."""
    context = browser.new_context(locale="en-US")
    context.set_default_timeout(PATIENCE)
    yield context.new_page()
    context.close()


def enter(page: Page, name: str) -> None:
    page.get_by_role("link", name="Sign in with Example Inc.").click()
    page.get_by_placeholder("Enter any login").fill(name)
    page.get_by_placeholder("and password").fill("any")
    page.get_by_role("button", name="Sign-in").click()
    page.get_by_role("button", name="Continue").click()


def test_an_admin_signs_in_by_the_provider_and_out_again(page: Page, address: str, violations) -> None:
    visit(page, f"{address}/models")
    expect(page.get_by_role("link", name="Sign in with Example Inc.")).to_be_visible()
    assert not violations(page)
    enter(page, "ada")
    expect(page.get_by_text("Signed in as ada example")).to_be_visible()
    expect(page.get_by_role("heading", level=1, name="Models")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(f"{address}/")
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()


def test_a_reviewer_sees_estimates_of_others_and_no_models(page: Page, address: str) -> None:
    visit(page, f"{address}/sign-in?next=/history")
    enter(page, "rita")
    expect(page.get_by_text("Signed in as rita example")).to_be_visible()
    answer = page.goto(f"{address}/models")
    assert answer
    assert answer.status == 403
    expect(page.get_by_role("heading", name="This page is for admins")).to_be_visible()
