"""A home takes over a schema, or nothing changes."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from adapters.memory.audit import MemoryAuditTrail
from adapters.memory.clock import FixedClock
from adapters.memory.schemas import MemorySchemas
from application.operations.audit_changes import AuditChanges
from application.people.adopt_schema import AdoptSchema
from domain.errors import RepositoryUnavailable
from domain.people.fact import Fact, Kind
from domain.people.schema import CostColumn, Schema
from domain.people.schema_change import SchemaChangeRefused

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
STAY = Fact(name="stay", kind=Kind.WHOLE, low=0, high=30)
CLINIC = Schema(name="clinic", cost=CostColumn("paid"), facts=(STAY,))
WIDER = replace(CLINIC, facts=(replace(STAY, high=60),))
OTHER = Schema(name="other", cost=CostColumn("paid"), facts=(Fact(name="age", kind=Kind.WHOLE),))


async def adopt(schemas, schema, stored, *, first=CLINIC, trail=None):
    clock = FixedClock(NOON)
    audit = AuditChanges(trail=trail or MemoryAuditTrail(), clock=clock)
    adopting = AdoptSchema(schemas=schemas, clock=clock, audit=audit)
    return await adopting(schema, f"text of {schema.digest}", by="ann", first=lambda: first, keep=stored.append)


async def test_a_new_home_takes_any_schema():
    schemas, stored = MemorySchemas(), []
    assert await adopt(schemas, OTHER, stored) == ()
    assert schemas.adopted == [(OTHER, f"text of {OTHER.digest}", NOON)]
    assert stored == [f"text of {OTHER.digest}"]


async def test_a_compatible_change_is_taken_over_and_named():
    schemas, stored = MemorySchemas(), []
    await adopt(schemas, CLINIC, stored)
    assert await adopt(schemas, WIDER, stored) == ("stay has the wider limit high: 60",)
    assert await schemas.current() == WIDER


async def test_the_audit_trail_names_who_took_over_what_and_nothing_where_nothing_changes():
    schemas, trail = MemorySchemas(), MemoryAuditTrail()
    for schema in (CLINIC, CLINIC, WIDER):
        await adopt(schemas, schema, [], trail=trail)
    entries = [(entry.by, entry.subject, entry.detail) for entry in await trail.newest(9)]
    assert sorted(entries) == [
        ("ann", "clinic", "stay has the wider limit high: 60"), ("ann", "clinic", "the first schema")
    ]  # fmt: skip


async def test_the_same_schema_again_changes_nothing():
    schemas, stored = MemorySchemas(), []
    await adopt(schemas, CLINIC, stored)
    assert await adopt(schemas, CLINIC, stored) == ()
    assert len(schemas.adopted) == 1


async def test_any_other_change_is_refused_and_nothing_is_changed():
    schemas, stored = MemorySchemas(), []
    await adopt(schemas, WIDER, stored)
    for refused in (CLINIC, OTHER):
        with pytest.raises(SchemaChangeRefused):
            await adopt(schemas, refused, stored)
    assert await schemas.current() == WIDER
    assert len(stored) == 1


async def test_a_home_from_before_schemas_has_the_first_one():
    schemas = MemorySchemas(people=True)
    with pytest.raises(SchemaChangeRefused):
        await adopt(schemas, OTHER, [])
    assert await adopt(schemas, WIDER, []) == ("stay has the wider limit high: 60",)


async def test_what_was_kept_before_a_failure_is_taken_over_by_the_next_start():
    schemas, stored = MemorySchemas(), []
    await adopt(schemas, CLINIC, stored)
    schemas.failure = RepositoryUnavailable("away")
    with pytest.raises(RepositoryUnavailable):
        await adopt(schemas, WIDER, stored)
    schemas.failure = None
    assert await adopt(schemas, WIDER, stored) == ("stay has the wider limit high: 60",)
