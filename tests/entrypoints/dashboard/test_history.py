"""The page of past estimates while the database is away: without a browser."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nicegui.testing.user import User
from nicegui.testing.user_interaction import UserInteraction

from application.costs.predict_cost import PredictCost
from domain.costs.prediction_query import PredictionQuery
from domain.errors import RepositoryUnavailable
from domain.models.ledger import Change, NewEntry
from entrypoints.dashboard.locale.speech import Words
from entrypoints.dashboard.widgets.amount import readings
from entrypoints.dashboard.widgets.fields import Field, InputField
from entrypoints.dashboard.widgets.table import SortedTable
from tests.support.people import ANN


async def test_while_the_database_is_away_the_page_says_so_and_then_recovers(user: User, parts):
    async with parts.container() as request:
        await (await request.get(PredictCost))(ANN)
    parts.predictions.failure = RepositoryUnavailable("away", retry_after=0.1)
    await user.open("/history")
    await user.should_see("We cannot read the estimates right now.")
    parts.predictions.failure = None
    await user.should_see("Estimate 1 of 1", retries=40)
    await user.should_not_see("We cannot read the estimates right now.")


async def opened(user: User, parts, words: Words) -> InputField:
    async with parts.container() as request:
        await (await request.get(PredictCost))(ANN)
    await user.open("/history")
    await user.should_see("Estimate 1 of 1", retries=40)
    (table,) = user.find(SortedTable).elements
    user.find(SortedTable).trigger("open", table.props["rows"][0]["id"])
    return next(element for element in user.find(InputField).elements if element.name == "outcome")


def submit(user: User) -> None:
    """Press Enter in the form of the real cost."""
    assert user.client
    forms = {
        element for element in user.client.elements.values() if "outcome" in element.classes and element.tag == "form"
    }
    UserInteraction(user, forms, target=None).trigger("submit.prevent")


@pytest.mark.parametrize(
    ("typed", "charges"), [("12.300,50", 12_300.5), ("$12,300.50", 12_300.5), ("12300", 12_300.0), ("12 300", 12_300.0)]
)
async def test_a_real_cost_is_stored_as_it_was_meant(user: User, parts, words: Words, typed: str, charges: float):
    field = await opened(user, parts, words)
    with user:
        field.value = typed
    submit(user)
    await user.should_see(words("history.outcome.saved", amount=words.cents(charges)), retries=40)
    (recorded,) = await parts.predictions.page(PredictionQuery())
    assert recorded.outcome.charges == charges


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("1e9", "type"),
        ("-5", "type"),
        ("nan", "type"),
        ("", "type"),
        ("0x10", "type"),
        ("12.300", "unclear"),
        ("2,000,000,000", "range"),
    ],
)
async def test_what_is_no_clear_amount_is_not_stored(user: User, parts, words: Words, typed: str, key: str):
    field = await opened(user, parts, words)
    with user:
        field.value = typed
    submit(user)
    for _ in range(100):  # turns of the event loop, in which the handler is called
        if field.error:
            break
        await asyncio.sleep(0)
    assert field.error == words(f"history.outcome.{key}", one="$12,300.00", other="$12.30", most="$1,000,000,000")
    (recorded,) = await parts.predictions.page(PredictionQuery())
    assert recorded.outcome is None


@given(st.integers(0, 10**9), st.integers(0, 99))
def test_an_amount_means_the_same_however_it_is_written(dollars: int, cents: int):
    grouped = f"{dollars:,}"
    elsewhere = grouped.replace(",", ".")
    meant = (float(f"{dollars}.{cents:02}"),)
    for text in (f"{grouped}.{cents:02}", f"{elsewhere},{cents:02}", f"{grouped.replace(',', ' ')}.{cents:02}"):
        assert readings(text, "USD") == readings(f" ${text} ", "USD") == meant


async def test_the_filters_of_an_address_are_set_and_narrow_the_list(user: User, parts, words: Words):
    async with parts.container() as request:
        predict = await request.get(PredictCost)
        for smoker, age in ((False, 30), (True, 50)):
            await predict(ANN.changed(smoker=smoker, age=age))
    await user.open("/history?smoker=yes&since=2020-01-01&by=age&order=rising")
    await user.should_see("Estimate 1 of 1", retries=40)
    await user.should_see(words("history.file", count=1), retries=40)
    values = {field.name: field.value for field in user.find(Field).elements if isinstance(field, Field)}
    assert (values["smoker"], values["since"], values["region"]) == ("yes", "2020-01-01", "")
    await user.open("/history?smoker=moon&order=sideways")
    await user.should_see("Estimates 1 to 2 of 2", retries=40)


async def test_estimates_of_an_earlier_model_of_invented_people_are_told(user: User, parts, words: Words, version):
    async with parts.container() as request:
        await (await request.get(PredictCost))(ANN)  # by the stand-in, version 0
    real = version(1)
    await parts.ledger.admit(real)
    await parts.ledger.append(
        NewEntry(
            change=Change.PROMOTION, version=1, digest=real.digest, replaces=None, at=real.registered_at, by="ann",
            reason="",
        )
    )  # fmt: skip
    await user.open("/history")
    await user.should_see(words("history.synthetic"), retries=40)
    await user.should_not_see(words("synthetic.trained"))
