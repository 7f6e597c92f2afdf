"""What people would pay under plans, and what a group costs, on stand-ins."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from typing import IO

import pytest

from adapters.arrow.people_files import ArrowPeopleFiles
from adapters.memory.ledger import MemoryLedger
from adapters.memory.predictor import NeighbourPredictor
from adapters.memory.sample import small_sample
from adapters.memory.simulator import MemorySimulator
from application.costs.compare_plans import ComparePlans
from application.costs.quote_group import QuoteGroup
from application.costs.quote_table import QuoteTable
from application.costs.score_people import OpenPeople
from domain.costs.group import GroupTerms
from domain.costs.own_cost import own_cost
from domain.costs.plan import Plan
from domain.errors import InvalidInput, PredictorUnavailable
from domain.models.model import ModelVersion
from domain.people.beneficiary import Beneficiary
from tests.support.default_schema import DEFAULT
from tests.support.monitored import CARD

GOLD = Plan(deductible=1_500, coinsurance=0.2, out_of_pocket_maximum=5_000)
BARE = Plan(deductible=0, coinsurance=1, out_of_pocket_maximum=1e9)


@pytest.fixture
def predictor() -> NeighbourPredictor:
    return NeighbourPredictor(small_sample(DEFAULT))


@pytest.fixture
def compare(predictor: NeighbourPredictor) -> ComparePlans:
    return ComparePlans(predictor=predictor, simulator=MemorySimulator())


async def test_one_person_is_answered_exactly(
    compare: ComparePlans, predictor: NeighbourPredictor, ann: Beneficiary
) -> None:
    compared = await compare([ann], [GOLD, BARE])
    (estimate,) = await predictor.predict([ann])
    assert compared.own_costs == (own_cost(GOLD, estimate.cost), own_cost(BARE, estimate.cost))
    assert compared.own_costs[0].standard_error is None


async def test_a_household_is_simulated(compare: ComparePlans, ann: Beneficiary) -> None:
    compared = await compare([ann, ann], [GOLD])
    (own,) = compared.own_costs
    assert own.standard_error
    assert own.expected <= 2 * own_cost(GOLD, compared.estimates[0].cost).expected + own.standard_error


async def test_a_model_that_does_not_answer_is_no_comparison(
    compare: ComparePlans, predictor: NeighbourPredictor, ann: Beneficiary
) -> None:
    predictor.failure = PredictorUnavailable("away")
    with pytest.raises(PredictorUnavailable):
        await compare([ann], [GOLD])


async def test_what_the_model_learned_from_widens_the_range(predictor: NeighbourPredictor, ann: Beneficiary) -> None:
    ledger = MemoryLedger()
    quote = QuoteGroup(predictor=predictor, simulator=MemorySimulator(), ledger=ledger)
    group, terms = [ann.changed(age=20 + place) for place in range(40)], GroupTerms()
    unknown = await quote(group, terms)
    assert unknown.quote.level_error is None
    model = await predictor.model()
    for people, card in ((None, CARD), (100, replace(CARD, people=100))):
        ledger = MemoryLedger()
        await ledger.admit(ModelVersion(model.version, model.digest, datetime(2026, 11, 30, tzinfo=UTC), card))
        quoted_group = await QuoteGroup(predictor=predictor, simulator=MemorySimulator(), ledger=ledger)(group, terms)
        assert quoted_group.model == model
        assert quoted_group.quote.expected == unknown.quote.expected
        estimates = await predictor.predict(group)
        costs = [estimate.cost for estimate in estimates]
        assert quoted_group.quote.level_error == MemorySimulator().level_error(costs, people or CARD.rows)
        assert quoted_group.quote.interval.high - quoted_group.quote.interval.low > (
            unknown.quote.interval.high - unknown.quote.interval.low
        )


async def test_a_version_of_another_digest_tells_nothing(predictor: NeighbourPredictor, ann: Beneficiary) -> None:
    ledger, model = MemoryLedger(), await predictor.model()
    await ledger.admit(ModelVersion(model.version, "d" * 64, datetime(2026, 11, 30, tzinfo=UTC), CARD))
    quote = QuoteGroup(predictor=predictor, simulator=MemorySimulator(), ledger=ledger)
    assert (await quote([ann], GroupTerms())).quote.level_error is None


def a_table(rows: str) -> IO[bytes]:
    file = tempfile.TemporaryFile()  # noqa: SIM115  # the table closes it
    file.write(f"age,sex,bmi,children,smoker,region\n{rows}".encode())
    file.flush()
    return file


async def test_the_good_rows_of_a_table_are_a_group_named_by_their_lines(
    predictor: NeighbourPredictor, ann: Beneficiary
) -> None:
    quote = QuoteGroup(predictor=predictor, simulator=MemorySimulator(), ledger=MemoryLedger())
    rows = "7,f,27.5,1,no,NE\n40,f,27.5,1,no,NE\n60,f,27.5,1,yes,NE\n"
    given = await OpenPeople(files=ArrowPeopleFiles(), schema=DEFAULT)(a_table(rows))
    quoted = await QuoteTable(quote=quote)(given.table, given.reading(given.suggested), GroupTerms())
    plain = await quote([ann, ann.changed(age=60, smoker=True)], GroupTerms())
    assert quoted.quote.expected == plain.quote.expected
    assert [contributor.row for contributor in plain.quote.contributors] == [2, 1]
    assert [contributor.row for contributor in quoted.quote.contributors] == [4, 3]


@pytest.mark.parametrize("rows", ["7,f,27.5,1,no,NE\n", "40,f,27.5,1,no,NE\n" * 10_001])
async def test_a_table_of_nobody_and_of_too_many_is_no_group(predictor: NeighbourPredictor, rows: str) -> None:
    quote = QuoteGroup(predictor=predictor, simulator=MemorySimulator(), ledger=MemoryLedger())
    given = await OpenPeople(files=ArrowPeopleFiles(), schema=DEFAULT)(a_table(rows))
    with pytest.raises(InvalidInput, match="1 to 10,000 rows"):
        await QuoteTable(quote=quote)(given.table, given.reading(given.suggested), GroupTerms())
