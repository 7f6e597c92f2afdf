"""The table of predictions: facts of any schema in one column, and the columns of the first facts until 1.1."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import CheckConstraint, Column, Double, Index, Integer, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB

from adapters.postgres.migrations import migration
from adapters.postgres.tables import METADATA, TIME

if TYPE_CHECKING:
    from collections.abc import Sequence

FIRST_FACTS: Final[Sequence[Column[object]]] = migration("0001").fact_columns(nullable=True)
"""The columns in which release 0.1 keeps facts. They are filled beside `facts` where a schema has all of these."""
INDEXED_FACTS: Final[Sequence[str]] = migration("0003").indexed_facts
"""The first facts that have an index together."""

PREDICTIONS: Final = Table(
    "predictions",
    METADATA,
    Column("id", Uuid, primary_key=True),  # UUIDv7: its order is the order of time, so it is the keyset cursor too
    Column("created_at", TIME, nullable=False),
    *FIRST_FACTS,
    Column("expected", Double, nullable=False),
    Column("typical", Double, nullable=False),
    Column("level", Double, nullable=False),
    Column("low", Double, nullable=False),
    Column("high", Double, nullable=False),
    Column("cautions", JSONB, nullable=False),
    Column("model_version", Integer, nullable=False),
    Column("model_digest", Text, nullable=False),
    Column("owner", Text),  # see `Caller`; null for what was recorded before there were owners
    Column("facts", JSONB),  # null in what release 0.1 recorded: the columns hold them there
    Column("chance_zero", Double),  # null in what was recorded before it was known, and by earlier releases
    Column("outcome", Double),
    Column("outcome_at", TIME),
    CheckConstraint(
        f"facts IS NOT NULL OR num_nulls({', '.join(column.name for column in FIRST_FACTS)}) = 0", name="facts"
    ),
    CheckConstraint("low >= 0 AND low <= typical AND typical <= high", name="interval"),
    CheckConstraint("outcome >= 0", name="outcome"),
    CheckConstraint("(outcome IS NULL) = (outcome_at IS NULL)", name="outcome_at"),
    Index(None, "created_at", postgresql_using="brin"),  # for the policy of age: small, and hardly felt by inserts
    Index(None, "outcome_at", postgresql_where=text("outcome_at IS NOT NULL")),  # what came in lately: few among many
    Index(None, *INDEXED_FACTS, "id"),  # any filter, newest first: see `history`
    # the same of one owner
    Index(None, "owner", *INDEXED_FACTS, "id", postgresql_where=text("owner IS NOT NULL")),
)
