"""The promises about recorded predictions: they are returned, ordered, erased and corrected."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from domain.costs.batches import NewBatch, PublishedBatch
from domain.costs.distribution import Interval
from domain.costs.prediction import (
    Caution,
    Erasure,
    Idempotency,
    NewPrediction,
    Outcome,
    OutcomeChange,
    Published,
)
from domain.costs.prediction_query import BY_TIME, PredictionQuery, sort_keys, sort_value
from domain.errors import PredictionNotFound
from domain.monitoring.hours import Outcomes
from domain.people.people import People
from domain.ports.predictions import PredictionRepository
from medcost_testing.people import CLINIC, PLAN
from medcost_testing.predictions.examples import ANN, NEW, NOON

EDGES = [
    {"before": UUID(int=0)},
    {"before": UUID(int=2**128 - 1), "rising": True},
    {"since": datetime.max.replace(tzinfo=UTC)},
    {"since": datetime.max.replace(tzinfo=UTC), "before": UUID(int=1)},
]


class Records:
    """Predictions are recorded, returned, ordered, erased and corrected."""

    async def test_what_was_added_is_found_again_to_the_last_digit(self, predictions: PredictionRepository) -> None:
        made = await predictions.add(NEW)
        assert await predictions.get(made.id) == made
        assert made.beneficiary == ANN
        assert (made.expected, made.interval, made.cautions, made.created_at) == (
            8210.37,
            NEW.interval,
            NEW.cautions,
            NOON,
        )

    async def test_the_chance_of_no_cost_is_kept_and_may_be_unknown(self, predictions: PredictionRepository) -> None:
        old, *several = await predictions.add_all([replace(NEW, chance=None), *[NEW] * 3])
        chances = [(await predictions.get(prediction.id)).chance for prediction in (old, several[0])]
        assert chances == [None, NEW.chance]

    async def test_identifiers_are_time_ordered(self, predictions: PredictionRepository) -> None:
        made = [await predictions.add(NEW) for _ in range(5)]
        assert [prediction.id for prediction in made] == sorted(prediction.id for prediction in made)
        assert {prediction.id.version for prediction in made} == {7}

    async def test_all_are_added_in_the_order_given(self, predictions: PredictionRepository) -> None:
        new = [replace(NEW, beneficiary=ANN.changed(stay=days)) for days in range(50)]
        made = await predictions.add_all(new)
        assert [prediction.beneficiary["stay"] for prediction in made] == list(range(50))
        newest_first = await predictions.page(PredictionQuery(limit=500))
        assert list(newest_first) == list(reversed(made))
        assert await predictions.add_all([]) == []

    async def test_a_batch_is_recorded_as_each_of_its_predictions(self, predictions: PredictionRepository) -> None:
        people = People.of([ANN.changed(stay=row % 300, plan=PLAN.choices[row % 2]) for row in range(600)])
        caution = Caution("few_alike", "", "Hardly anybody is alike.")
        figures = [
            Published(10.5 + row, 9.25, Interval(0.9, row / 100, 20.0 + row), 0.125, (caution,) * (row % 3), NEW.model)
            for row in range(600)
        ]
        new = NewBatch(NOON, people, PublishedBatch.of(figures), "key:1")
        made = await predictions.add_all(new)
        assert [prediction.beneficiary for prediction in made] == list(people)
        newest = await predictions.page(PredictionQuery(limit=500))
        rest = await predictions.page(PredictionQuery(limit=500, before=newest[-1].id))
        assert [*newest, *rest] == list(reversed([*made]))
        alone = await predictions.add(new[7])
        assert replace(alone, id=made[7].id) == made[7]

    async def test_a_page_is_newest_first_and_never_longer_than_asked(self, predictions: PredictionRepository) -> None:
        made = list(reversed(await predictions.add_all([NEW] * 7)))
        first = await predictions.page(PredictionQuery(limit=3))
        second = await predictions.page(PredictionQuery(limit=3, before=first[-1].id))
        third = await predictions.page(PredictionQuery(limit=3, before=second[-1].id))
        assert [*first, *second, *third] == made
        assert [len(first), len(second), len(third)] == [3, 3, 1]

    async def test_all_that_match_are_counted_whatever_the_page(self, predictions: PredictionRepository) -> None:
        active = [replace(NEW, beneficiary=ANN.changed(active=True, plan=plan)) for plan in PLAN.choices]
        made = await predictions.add_all([NEW] * 3 + active)
        assert await predictions.count(PredictionQuery(limit=1)) == 6
        assert await predictions.count(PredictionQuery(limit=2, before=made[-1].id, by="income", past=20.0)) == 6
        assert await predictions.count(PredictionQuery(where={"active": True})) == 3
        assert await predictions.count(PredictionQuery(where={"active": True, "plan": "silver", "chronic": None})) == 1
        assert await predictions.count(PredictionQuery(since=NOON + timedelta(days=1))) == 0
        await predictions.add(replace(NEW, owner="page:ann"))
        assert await predictions.count(PredictionQuery(owner="page:ann")) == 1

    @pytest.mark.parametrize("rising", [True, False])
    @pytest.mark.parametrize("by", sort_keys(CLINIC))
    async def test_pages_in_any_order_join_without_gap_or_repeat(
        self, predictions: PredictionRepository, by: str, *, rising: bool
    ) -> None:
        new = [
            replace(
                NEW,
                expected=8000.0 + n % 3,
                typical=6000.0 - n % 2,
                beneficiary=ANN.changed(stay=40 + n % 3, income=27.1 + n),
            )
            for n in range(7)
        ]
        made = await predictions.add_all(new)
        query = PredictionQuery(limit=3, by=by, rising=rising)
        pages = [await predictions.page(query)]
        while pages[-1]:
            query = query.following(pages[-1][-1])
            # the cursor may be erased meanwhile
            await predictions.erase(pages[-1][-1].id, at=NOON)
            pages.append(await predictions.page(query))
        expected = sorted(
            made,
            key=lambda prediction: (0 if by == BY_TIME else sort_value(by, prediction), prediction.id),
            reverse=not rising,
        )
        assert [prediction.id for page in pages for prediction in page] == [prediction.id for prediction in expected]
        assert [len(page) for page in pages] == [3, 3, 1, 0]

    async def test_a_query_narrows(self, predictions: PredictionRepository) -> None:
        new = [
            replace(
                NEW, created_at=NOON + timedelta(hours=hour), beneficiary=ANN.changed(active=hour % 2 == 0, plan=plan)
            )
            for hour, plan in enumerate((*PLAN.choices, None))
        ]
        made = await predictions.add_all(new)

        async def numbers(**query: object) -> list[int]:
            page = await predictions.page(PredictionQuery(**query))  # type: ignore[arg-type]  # keywords of a test
            return sorted(made.index(prediction) for prediction in page)

        assert await numbers(where={"active": True}) == [0, 2]
        assert await numbers(where={"active": False, "plan": None}) == [3]
        assert await numbers(since=NOON + timedelta(hours=2)) == [2, 3]
        assert await numbers(where={"chronic": True}) == []
        assert await numbers(where={"chronic": None, "active": True}, since=NOON + timedelta(minutes=1)) == [2]

    async def test_an_erased_prediction_is_gone_with_its_key(self, predictions: PredictionRepository) -> None:
        key = Idempotency("key", "body")
        made = await predictions.add(NEW, idempotency=key)
        await predictions.erase(made.id, at=NOON)
        for gone in (
            predictions.get(made.id),
            predictions.erase(made.id, at=NOON),
            predictions.record_outcome(made.id, Outcome(1, NOON)),
        ):
            with pytest.raises(PredictionNotFound):
                await gone
        assert await predictions.replay(key, at=NOON) is None
        assert (await predictions.add(NEW, idempotency=key)).id != made.id

    async def test_an_erasure_leaves_a_proof(self, predictions: PredictionRepository) -> None:
        made = await predictions.add(NEW)
        assert await predictions.erasure(made.id) is None
        proof = Erasure(made.id, NOON, "request")
        assert await predictions.erase(made.id, at=NOON) == proof
        assert await predictions.erasure(made.id) == proof

    async def test_the_oldest_are_erased_first_and_each_leaves_a_proof(self, predictions: PredictionRepository) -> None:
        key = Idempotency("key", "body")
        old = [await predictions.add(NEW, idempotency=key), await predictions.add(NEW), await predictions.add(NEW)]
        young = await predictions.add(replace(NEW, created_at=NOON + timedelta(days=2)))
        limit, now = NOON + timedelta(days=1), NOON + timedelta(days=3)
        assert await predictions.count_older(limit) == 3
        assert await predictions.erase_older(limit, at=now, limit=2) == 2
        assert list(await predictions.page(PredictionQuery())) == [young, old[2]]
        assert await predictions.replay(key, at=NOON) is None
        assert await predictions.erase_older(limit, at=now, limit=2) == 1
        assert await predictions.erase_older(limit, at=now, limit=2) == 0
        assert list(await predictions.page(PredictionQuery())) == [young]
        assert [await predictions.erasure(prediction.id) for prediction in old] == [
            Erasure(prediction.id, now, "age") for prediction in old
        ]

    async def test_what_was_never_there_is_not_found(self, predictions: PredictionRepository) -> None:
        with pytest.raises(PredictionNotFound):
            await predictions.get(uuid4())

    async def test_a_later_outcome_replaces_an_earlier_one(self, predictions: PredictionRepository) -> None:
        made = await predictions.add(NEW)
        await predictions.record_outcome(made.id, Outcome(1.5, NOON))
        changed = await predictions.record_outcome(made.id, Outcome(2.25, NOON + timedelta(days=1)))
        assert changed == replace(made, outcome=Outcome(2.25, NOON + timedelta(days=1)))
        assert await predictions.get(made.id) == changed

    async def test_a_store_in_order_passes_its_check(self, predictions: PredictionRepository) -> None:
        await predictions.check()

    async def test_an_owner_is_recorded_and_narrows_every_query(self, predictions: PredictionRepository) -> None:
        def new(n: int, owner: str | None) -> NewPrediction:
            plan = PLAN.choices[n % len(PLAN.choices)]
            return replace(NEW, owner=owner, beneficiary=ANN.changed(stay=30 + n, active=n % 2 == 0, plan=plan))

        made = await predictions.add_all([new(n, f"key:{n % 3}" if n % 4 else None) for n in range(24)])
        lone = await predictions.add(replace(NEW, owner="key:1"), idempotency=Idempotency("k", "body", "key:1"))
        assert (await predictions.get(lone.id)).owner == "key:1"
        mine = [lone, *(prediction for prediction in reversed(made) if prediction.owner == "key:1")]
        assert list(await predictions.page(PredictionQuery(owner="key:1"))) == mine
        assert len(await predictions.page(PredictionQuery())) == 25
        for by in (BY_TIME, "stay"):
            query = PredictionQuery(owner="key:1", limit=2, by=by, where={"active": False})
            pages = [await predictions.page(query)]
            while pages[-1]:
                query = query.following(pages[-1][-1])
                pages.append(await predictions.page(query))
            assert sorted(prediction.id for page in pages for prediction in page) == sorted(
                prediction.id for prediction in mine if not prediction.beneficiary["active"]
            )
        assert await predictions.page(PredictionQuery(owner="key:9")) == []

    async def test_changes_of_an_outcome_stay_until_it_is_erased(self, predictions: PredictionRepository) -> None:
        made, other = await predictions.add(NEW), await predictions.add(NEW)
        later = NOON + timedelta(days=1)
        await predictions.record_outcome(made.id, Outcome(1.5, NOON), by="key:1")
        await predictions.record_outcome(made.id, Outcome(2.25, later), by="key:2")
        await predictions.record_outcome(other.id, Outcome(9, NOON), by="key:1")
        changes = [OutcomeChange(NOON, "key:1", 1.5, None), OutcomeChange(later, "key:2", 2.25, 1.5)]
        assert list(await predictions.outcome_changes(made.id)) == changes
        await predictions.erase(made.id, at=NOON)
        assert await predictions.outcome_changes(made.id) == []
        assert len(await predictions.outcome_changes(other.id)) == 1

    @pytest.mark.parametrize("active", [None, False])
    @pytest.mark.parametrize("edge", EDGES)
    async def test_nothing_lies_beyond_the_ends_of_time_and_identifiers(
        self, predictions: PredictionRepository, edge: dict[str, object], *, active: bool | None
    ) -> None:
        made = await predictions.add(NEW)
        where = {} if active is None else {"active": active}
        assert await predictions.page(PredictionQuery(where=where, **edge)) == []  # type: ignore[arg-type]  # keywords of a test
        everything = {"since": datetime.min.replace(tzinfo=UTC), "before": UUID(int=2**128 - 1)}
        assert await predictions.page(PredictionQuery(where=where, **everything)) == [made]  # type: ignore[arg-type]  # keywords of a test

    async def test_outcomes_are_summed_up_by_the_hour_in_utc(self, predictions: PredictionRepository) -> None:
        noon = NOON.replace(minute=0, second=0, microsecond=0)
        hour = timedelta(hours=1)
        costs = ((6000.0, noon - hour), (6000.0, noon), (90_000.0, noon + 0.9 * hour), (7000.0, noon + 3 * hour))
        for cost, at in costs:
            recorded = await predictions.add(NEW)
            await predictions.record_outcome(recorded.id, Outcome.of(cost, at=at))
        await predictions.add(NEW)
        assert await predictions.outcomes_by_hour(noon) == {
            noon: Outcomes(outcomes=2, inside=1, expected=2 * NEW.expected, observed=96_000.0),
            noon + 3 * hour: Outcomes(outcomes=1, inside=1, expected=NEW.expected, observed=7000.0),
        }
