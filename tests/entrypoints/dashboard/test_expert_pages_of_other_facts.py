"""The pages about two versions where the facts are not the default ones, and some are not given."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from dishka import AsyncContainer, Provider, Scope
from nicegui.testing.user import User

from adapters.memory.sample import small_sample
from adapters.memory.version_models import MemoryVersionModels
from domain.monitoring.drift import Sample
from domain.people.schema import Schema
from domain.ports.ledger import ModelLedger
from domain.ports.loader import LoadedModel
from domain.ports.version_models import VersionModels
from entrypoints.dashboard.app import register_pages
from entrypoints.dashboard.options import DashboardOptions
from tests.support.monitored import crown
from tests.support.other_schema import CLINIC, RuleModel
from tests.support.rule_predictor import RulePredictor
from tests.support.simulation import person_at_pages
from tests.support.web_parts import MEMORY, container_of


class Clinic(Provider):
    scope = Scope.APP

    def __init__(self) -> None:
        super().__init__()
        self.provide(lambda: CLINIC, provides=Schema, override=True)
        self.provide(lambda: RuleModel(CLINIC), provides=LoadedModel, override=True)


@pytest.fixture
async def container() -> AsyncIterator[AsyncContainer]:
    made = container_of(MEMORY, Clinic)
    yield made
    await made.close()


@pytest.fixture
async def user(container: AsyncContainer) -> AsyncIterator[User]:
    async with person_at_pages() as someone:
        register_pages(container, DashboardOptions(operations_every=0.05))
        yield someone


@pytest.fixture
async def two(container: AsyncContainer, version) -> None:
    claims = small_sample(CLINIC)
    models, ledger = await container.get(VersionModels), await container.get(ModelLedger)
    assert isinstance(models, MemoryVersionModels)
    rows = Sample(CLINIC, claims.facts, {"spent": claims.charges, "expected": claims.charges})
    for number in (1, 2):
        made = version(number)
        reference = type(made.reference)(number, str(number) * 64)
        models.add(reference, RulePredictor(reference, lambda who: 10 + 100 * who.as_numbers()[0]), rows)
        await crown(ledger, reference)


async def test_people_are_looked_at_along_a_number_that_some_did_not_give(user: User, two):
    await user.open("/models/rows?version=2&against=1&fact=pressure&from=120&who=ward%3Db")
    await user.should_see(
        "Version 2 is about right for these people (Ward: Heart, Systolic blood pressure 120 or more)"
    )
    await user.should_see("Predicted over observed cost, by: Systolic blood pressure")


async def test_people_are_looked_at_along_a_choice(user: User, two):
    await user.open("/models/rows?version=2&against=1&fact=ward")
    await user.should_see("Everybody: 400 rows of 400.")
    await user.should_see("Kidneys")


async def test_two_facts_of_any_kind_are_drawn_together(user: User, two):
    await user.open("/models/facts?version=2&against=1&fact=pressure&other=insulin")
    await user.should_see("Two facts together: Systolic blood pressure and Takes insulin", retries=60)
    await user.open("/models/facts?version=2&against=1&fact=shift&other=ward")
    await user.should_see("Cost along a fact: Shift", retries=60)
