"""What only the repository in PostgreSQL can show: one commit for many, slowness, cut connections, plans."""

import asyncio
import traceback
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.dialects import postgresql

from adapters.postgres.engine import connect, driver_of
from adapters.postgres.history import page_statement
from adapters.postgres.predictions import PostgresPredictions
from adapters.postgres.recorded_facts import RecordedFacts
from domain.costs.batches import NewBatch, PublishedBatch
from domain.costs.distribution import Interval
from domain.costs.prediction import Caution, Idempotency, ModelReference, Outcome, Published
from domain.costs.prediction_query import PredictionQuery
from domain.errors import RepositoryUnavailable
from domain.people.people import People
from tests.support.default_schema import DEFAULT
from tests.support.recorded import ANN, NEW, NOON

BAD = replace(NEW, interval=Interval(0.9, 7000.0, 8000.0))  # PostgreSQL refuses a typical year outside of the range
WORSE = replace(NEW, model=ModelReference(2**40, "d" * 64))  # the driver refuses what is no integer


def cut_all_others(admin):
    admin.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid() "
        "AND backend_type = 'client backend'"  # PostgreSQL's own are ended by superusers only
    )


async def test_records_that_come_together_share_commits(engine):
    predictions = PostgresPredictions(engine, DEFAULT)
    made = await asyncio.gather(*(predictions.add(NEW) for _ in range(100)))
    async with engine.connect() as connection:
        counted = await connection.execute(text("SELECT count(*), count(DISTINCT xmin::text) FROM predictions"))
        assert tuple(counted.one()) == (100, 1)
    assert len({prediction.id for prediction in made}) == 100


@pytest.mark.parametrize("owner", [None, "key:1"])
async def test_a_record_is_the_same_alone_among_several_and_in_a_batch(engine, owner):
    cautions = (Caution("few_alike", "", "Hardly anybody is alike: “few”."),)
    published = Published(8210.37, 6520.01, NEW.interval, 0.25, cautions, NEW.model)
    new = NewBatch(NOON, People.of([ANN]), PublishedBatch.of([published]), owner)
    predictions = PostgresPredictions(engine, DEFAULT)
    await predictions.add(new[0])
    await predictions.add(new[0], idempotency=Idempotency("key", "body"))
    await predictions.add_all(list(new))
    await predictions.add_all(new)
    async with engine.connect() as connection:
        records = (await connection.execute(text("SELECT to_jsonb(p) - 'id' FROM predictions p"))).scalars().all()
    assert len(records) == 4
    assert all(record == records[0] for record in records)


@pytest.mark.parametrize("bad", [BAD, WORSE])
async def test_a_bad_record_never_takes_its_neighbours_down(engine, bad):
    predictions = PostgresPredictions(engine, DEFAULT)
    outcomes = await asyncio.gather(
        *(predictions.add(bad if number == 5 else NEW) for number in range(12)), return_exceptions=True
    )
    failed = [number for number, outcome in enumerate(outcomes) if isinstance(outcome, Exception)]
    assert failed == [5]
    assert not isinstance(outcomes[5], RepositoryUnavailable)
    assert len(await predictions.page(PredictionQuery())) == 11


@pytest.mark.parametrize(
    "refuse",
    [
        lambda predictions, _: predictions.add(BAD),
        lambda predictions, _: predictions.add(BAD, idempotency=Idempotency("key", "body")),
        lambda predictions, _: predictions.add(WORSE),
        lambda predictions, _: predictions.add(WORSE, idempotency=Idempotency("key", "body")),
        lambda predictions, _: predictions.add_all([NEW, BAD]),
        lambda predictions, _: predictions.add_all([NEW, WORSE]),
        lambda predictions, made: predictions.record_outcome(made.id, Outcome(-1.0, NOON)),
        lambda predictions, made: predictions.record_outcome(made.id, Outcome("8210.37 USD", NOON)),  # type: ignore[arg-type]  # what it must refuse
    ],
)
async def test_what_the_database_refuses_shows_no_facts_in_any_log(engine, refuse):
    predictions = PostgresPredictions(engine, DEFAULT)
    made = await predictions.add(NEW)
    with pytest.raises(Exception) as refused:  # noqa: PT011  # its words are what counts, whichever library raises
        await refuse(predictions, made)
    message = "".join(traceback.format_exception_only(refused.value))
    cause = refused.value.__cause__
    while cause:
        message += "".join(traceback.format_exception_only(cause))
        cause = cause.__cause__
    for shown in (ANN["bmi"], NEW.expected, BAD.interval.low, WORSE.model.version):
        assert str(shown) not in message


async def test_a_key_is_not_taken_by_a_record_that_failed(engine):
    predictions, key = PostgresPredictions(engine, DEFAULT), Idempotency("key", "body")
    outcomes = await asyncio.gather(
        predictions.add(BAD, idempotency=key), predictions.add(NEW, idempotency=key), return_exceptions=True
    )
    assert isinstance(outcomes[0], Exception)
    assert await predictions.replay(key, at=NOON) == outcomes[1]


async def test_twins_in_two_processes_are_one_prediction(engine, postgres_url):
    another = connect(postgres_url, deadline=60)
    here, there = PostgresPredictions(engine, DEFAULT), PostgresPredictions(another, DEFAULT)
    keys = [Idempotency(f"key {number}", "body") for number in range(30)]
    made, twins = await asyncio.gather(
        asyncio.gather(*(here.add(NEW, idempotency=key) for key in keys)),
        asyncio.gather(*(there.add(NEW, idempotency=key) for key in reversed(keys))),
    )
    assert made == list(reversed(twins))
    assert len(await here.page(PredictionQuery(limit=500))) == 30
    await another.dispose()


async def test_a_database_that_is_too_slow_is_unavailable_within_the_deadline_and_forgiven(postgres_url, admin):
    engine = connect(postgres_url, deadline=1)
    predictions = PostgresPredictions(engine, DEFAULT, deadline=0.5)
    with admin.transaction():
        admin.execute("LOCK TABLE predictions")
        waiting = [asyncio.create_task(predictions.add(NEW)) for _ in range(2000)]
        outcomes = await asyncio.wait_for(asyncio.gather(*waiting, return_exceptions=True), 30)
        assert {type(outcome) for outcome in outcomes} == {RepositoryUnavailable}
        assert any("busy" in str(outcome) for outcome in outcomes)
    for _ in range(20):
        with suppress(RepositoryUnavailable):
            assert await predictions.add(NEW)
            break
    else:
        pytest.fail("never forgiven")
    await engine.dispose()


async def test_a_caller_that_goes_away_hurts_nobody(engine, admin):
    predictions = PostgresPredictions(engine, DEFAULT)
    with admin.transaction():
        admin.execute("LOCK TABLE predictions")
        callers = [asyncio.create_task(predictions.add(NEW)) for _ in range(10)]
        await asyncio.sleep(0.1)
        callers[0].cancel()
        callers[7].cancel()
        await asyncio.sleep(0)
    stayed = [prediction for number, prediction in enumerate(callers) if number not in (0, 7)]
    assert len({prediction.id for prediction in await asyncio.gather(*stayed)}) == 8


async def test_cut_connections_are_replaced(engine, admin):
    predictions = PostgresPredictions(engine, DEFAULT)
    made = await predictions.add(NEW)
    await asyncio.gather(*(predictions.get(made.id) for _ in range(5)))
    cut_all_others(admin)
    await asyncio.sleep(0.2)
    assert await predictions.add(NEW)
    assert await predictions.add_all([NEW])
    assert await predictions.page(PredictionQuery())


async def test_every_answer_is_recorded_once_however_often_connections_are_cut(engine, admin):
    predictions = PostgresPredictions(engine, DEFAULT)
    answered = []

    async def client():
        for _ in range(40):
            with suppress(RepositoryUnavailable):
                answered.append((await predictions.add(NEW)).id)
            await asyncio.sleep(0.001)

    async def saboteur():
        for _ in range(8):
            await asyncio.sleep(0.03)
            await asyncio.to_thread(cut_all_others, admin)

    await asyncio.gather(saboteur(), *(client() for _ in range(16)))
    stored = {row[0] for row in admin.execute("SELECT id FROM predictions")}
    assert answered
    assert set(answered) <= stored
    assert len(set(answered)) == len(answered)


FILTERS = [
    {},
    {"where": {"smoker": True}},
    {"where": {"sex": "male"}},
    {"where": {"region": "southwest"}},
    {"where": {"smoker": False, "sex": "female"}},
    {"where": {"smoker": True, "sex": "male", "region": "northeast"}},
    {"owner": "key:1"},
    {"owner": "key:1", "where": {"smoker": True}},
    {"owner": "key:1", "where": {"smoker": False, "sex": "male", "region": "southeast"}},
]


@pytest.fixture
def many_records(admin):
    """Thirty thousand of six owners and of nobody, a minute apart; no smoker lives in the southwest."""
    admin.execute(
        """
        CREATE FUNCTION uuidv7_of(at timestamptz, n bigint) RETURNS uuid LANGUAGE sql RETURN
        (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '70008' || lpad(to_hex(n), 15, '0'))::uuid
        """
    )
    admin.execute(
        """
        INSERT INTO predictions (id, created_at, age, sex, bmi, children, smoker, region, expected, typical, level, low,
                                 high, cautions, model_version, model_digest, owner)
        SELECT uuidv7_of(at, n), at, 40, (ARRAY['female', 'male'])[1 + n % 2], 27.5, 1, n % 5 = 0 AND n % 4 > 0,
               (ARRAY['southwest', 'southeast', 'northwest', 'northeast'])[1 + n % 4],
               8000, 6500, 0.9, 5000, 18000, '[]', 1, 'd', 'key:' || NULLIF(n % 7, 0)
        FROM (SELECT n, timestamptz '2020-01-01' + n * interval '1 minute' AS at FROM generate_series(1, 30000) n) given
        """
    )
    admin.execute("ANALYZE predictions")


def rows_read(admin, query):
    """How many rows each scan of a page looks at, by the plan that PostgreSQL chooses; all use an index."""
    statement = page_statement(query, RecordedFacts.of(DEFAULT)).compile(
        dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True}
    )
    ((plans,),) = admin.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}").fetchall()
    left, read = [plans[0]["Plan"]], []
    while left:
        node = left.pop()
        left += node.get("Plans", [])
        if "Scan" in node["Node Type"] and node["Node Type"] != "Subquery Scan":
            assert "Index" in node["Node Type"] or "Bitmap" in node["Node Type"]
            read.append(node["Actual Rows"] + node.get("Rows Removed by Filter", 0))
    return read


@pytest.mark.parametrize("narrowed", FILTERS, ids=str)
@pytest.mark.parametrize("since", [None, datetime(2020, 1, 3, tzinfo=UTC)], ids=["ever", "since"])
async def test_a_page_reads_little_more_than_itself(many_records, admin, engine, narrowed, since):
    query = PredictionQuery(limit=50, since=since, **narrowed)
    assert len(await PostgresPredictions(engine, DEFAULT).page(query)) == 50
    assert max(rows_read(admin, query)) <= 50


async def test_a_page_of_people_that_are_nowhere_reads_next_to_nothing(many_records, admin, engine):
    nowhere = PredictionQuery(where={"smoker": True, "region": "southwest"})
    assert await PostgresPredictions(engine, DEFAULT).page(nowhere) == []
    assert sum(rows_read(admin, nowhere)) == 0
    nobodys = PredictionQuery(owner="key:9")
    assert await PostgresPredictions(engine, DEFAULT).page(nobodys) == []
    assert sum(rows_read(admin, nobodys)) == 0
    future = PredictionQuery(where={"smoker": False}, since=datetime(2021, 1, 1, tzinfo=UTC))
    assert sum(rows_read(admin, future)) == 0


async def test_however_many_ask_at_once_connections_are_bounded_and_none_is_left_behind(engine, admin):
    everybody = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    predictions = PostgresPredictions(engine, DEFAULT)

    async def borrow():
        async with driver_of(engine) as driver:
            await driver.fetchval("SELECT pg_sleep(0.02)")

    made = await predictions.add(NEW)
    await asyncio.gather(*(borrow() for _ in range(60)), *(predictions.get(made.id) for _ in range(60)))
    assert admin.execute(everybody).fetchone() <= (20,)
    await engine.dispose()
    for _ in range(100):  # a backend needs a moment to end
        if admin.execute(everybody).fetchone() == (0,):
            return
        await asyncio.sleep(0.05)
    pytest.fail("connections were left behind")


async def test_a_batch_that_ends_after_its_lock_was_cut_ends_well(engine, admin):
    repository = PostgresPredictions(engine, DEFAULT)
    once = Idempotency("key", "f" * 64, owner="local")
    async with repository.alone(once):
        cut_all_others(admin)
    async with repository.alone(once):
        pass
