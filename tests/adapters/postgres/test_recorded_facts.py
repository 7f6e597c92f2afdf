"""By which indexes people of any schema are found, and what a process says to a database of another schema."""

import pytest
from sqlalchemy import text
from sqlalchemy.dialects import postgresql

from adapters.postgres import migrations
from adapters.postgres.history import page_statement
from adapters.postgres.predictions import PostgresPredictions
from adapters.postgres.recorded_facts import RecordedFacts
from adapters.postgres.schemas import PostgresSchemas
from adapters.yaml.schema_file import schema_of
from domain.costs.prediction_query import PredictionQuery
from domain.errors import RepositoryUnavailable
from domain.people.schema import Schema
from medcost_testing.people import CLINIC, HOSPITAL
from tests.support.default_schema import DEFAULT
from tests.support.recorded import NOON

PEOPLE = """
INSERT INTO predictions (id, created_at, facts, expected, typical, level, low, high, cautions, model_version,
                         model_digest, owner)
SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '70008' || lpad(to_hex(n), 15, '0'))::uuid,
       at,
       jsonb_build_object('plan', (ARRAY['bronze', 'silver', 'gold', NULL])[1 + n % 4], 'stay', n % 9, 'income', n,
                          'active', n % 5 = 0, 'chronic', (ARRAY[true, false, NULL])[1 + n % 3],
                          'ward', 'w' || n % 40),
       8000, 6500, 0.9, 5000, 18000, '[]', 1, 'd', 'key:' || NULLIF(n % 7, 0)
FROM (SELECT n, timestamptz '2020-01-01' + n * interval '1 minute' AS at FROM generate_series(1, 30000) n) given
"""


def rows_read(admin, statement):
    """How many rows each scan of a page looks at, by the plan that PostgreSQL chooses; all use an index."""
    compiled = statement.compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True})
    ((plans,),) = admin.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {compiled}").fetchall()
    left, read = [plans[0]["Plan"]], []
    while left:
        node = left.pop()
        left += node.get("Plans", [])
        if "Scan" in node["Node Type"] and node["Node Type"] != "Subquery Scan":
            assert "Index" in node["Node Type"] or "Bitmap" in node["Node Type"]
            read.append(node["Actual Rows"] + node.get("Rows Removed by Filter", 0))
    return read


@pytest.mark.parametrize(
    ("schema", "narrowed"),
    [
        (CLINIC, {"where": {"plan": "gold"}}),
        (CLINIC, {"where": {"plan": None, "active": True}}),
        (CLINIC, {"where": {"chronic": True, "active": False, "plan": "bronze"}}),
        (CLINIC, {"owner": "key:1"}),
        (CLINIC, {"owner": "key:1", "where": {"chronic": None}}),
        (HOSPITAL, {"where": {"ward": "w17"}}),
        (HOSPITAL, {"where": {"chronic": None}}),
        (HOSPITAL, {"owner": "key:1"}),
    ],
    ids=lambda value: value.name if isinstance(value, Schema) else str(value),
)
async def test_a_page_reads_little_more_than_itself(engine, admin, schema, narrowed):
    await PostgresSchemas(engine, schema_of).adopt(schema, "its text", at=NOON)
    admin.execute(PEOPLE)
    admin.execute("ANALYZE predictions")
    query = PredictionQuery(limit=50, **narrowed)
    assert len(await PostgresPredictions(engine, schema).page(query)) == 50
    assert max(rows_read(admin, page_statement(query, RecordedFacts.of(schema)))) <= 50


def test_first_facts_keep_their_columns_and_their_index():
    facts = RecordedFacts.of(DEFAULT)
    assert (facts.columns, facts.together, facts.alone, facts.indexes()) == (
        DEFAULT.names,
        ("smoker", "sex", "region"),
        (),
        {},
    )


async def test_a_process_of_another_schema_does_not_serve_and_says_why(engine):
    await PostgresSchemas(engine, schema_of).adopt(CLINIC, "its text", at=NOON)
    await PostgresPredictions(engine, CLINIC).check()
    with pytest.raises(RepositoryUnavailable, match=r"has the schema hospital .* are of clinic .* db upgrade"):
        await PostgresPredictions(engine, HOSPITAL).check()


async def test_a_newer_database_is_served_where_it_says_so(engine):
    async def check(revision, serves_from):
        async with engine.begin() as connection:
            for table, value in (("schema_revision", revision), ("alembic_version", serves_from)):
                await connection.execute(text(f"UPDATE {table} SET version_num = :value"), {"value": value})
        await PostgresPredictions(engine, DEFAULT).check()

    await check("9999", "0005")
    await check("9999", migrations.head())
    with pytest.raises(RepositoryUnavailable, match=r"upgraded to schema 9999 by a newer Medcost"):
        await check("9999", "9998")
    with pytest.raises(RepositoryUnavailable, match="medcost db upgrade"):
        await check("0007", "0005")


async def test_an_upgrade_leaves_a_newer_database_alone(engine, postgres_url):
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE schema_revision SET version_num = '9999'"))
    await migrations.bring_up_to_date(postgres_url)
    assert await migrations.current(postgres_url) == "9999"
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9998'"))
    with pytest.raises(RepositoryUnavailable, match="newer Medcost"):
        await migrations.bring_up_to_date(postgres_url)
