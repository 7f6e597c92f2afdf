"""The tables, except predictions. `migrations/` makes them in a database; a test compares the two."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    String,
    Table,
    Text,
    Uuid,
    text,
)  # fmt: skip
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

METADATA: Final = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "fk": "%(table_name)s_%(column_0_name)s_fkey",
        "uq": "%(table_name)s_%(column_0_name)s_key",
        "ix": "%(table_name)s_%(column_0_N_name)s_idx",
        "ck": "%(table_name)s_%(constraint_name)s_check",
    }
)
TIME: Final = DateTime(timezone=True)

SCHEMA_REVISION: Final = Table(
    "schema_revision",
    METADATA,
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="schema_revision_pkc"),
)
"""The migration that the database is at, as Alembic keeps it.

`alembic_version`, where release 0.1 looks for that, says which releases may serve: those whose newest migration is the
one named there or a later one. 0.1 serves where it finds its own, so a rollback to it needs no other schema.
"""

SCHEMAS: Final = Table(
    "schemas",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("digest", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("document", Text, nullable=False),  # the text of its file
    Column("adopted_at", TIME, nullable=False),
)
"""The schemas that this home has had, the last of which is its own."""

OUTCOME_CHANGES: Final = Table(
    "outcome_changes",
    METADATA,
    Column("id", Uuid, primary_key=True),  # UUIDv7
    Column("prediction_id", Uuid, ForeignKey("predictions.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("at", TIME, nullable=False),
    Column("by", Text, nullable=False),
    Column("charges", Double, nullable=False),
    Column("before", Double),
)
"""Changes of outcomes with the user and the former value: append-only, erased with the prediction."""

ERASURES: Final = Table(
    "erasures",
    METADATA,
    Column("prediction_id", Uuid, primary_key=True),
    Column("erased_at", TIME, nullable=False),
    Column("reason", Text, nullable=False),
    CheckConstraint("reason IN ('request', 'age')", name="reason"),
)
"""Proofs of erasures with time and reason, without any fact of a person."""

IDEMPOTENCY_KEYS: Final = Table(
    "idempotency_keys",
    METADATA,
    Column("key", Text, primary_key=True),  # with its owner in front, see `Idempotency.scoped`
    Column("fingerprint", Text, nullable=False),
    Column(
        "prediction_id",
        Uuid,
        # deferred: the key is written first, so that of two requests with one key one waits for the other
        ForeignKey("predictions.id", ondelete="CASCADE", deferrable=True, initially="DEFERRED"),
        nullable=False,
        index=True,
    ),
    Column("created_at", TIME, nullable=False, index=True),
    Column("prediction_ids", ARRAY(Uuid)),  # all of a batch, `prediction_id` being the first
)

MODEL_VERSIONS: Final = Table(
    "model_versions",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("digest", Text, nullable=False),
    Column("registered_at", TIME, nullable=False),
    Column("card", JSONB, nullable=False),
    Column("verdict", JSONB),
)

MODEL_LEDGER: Final = Table(
    "model_ledger",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("change", Text, nullable=False),
    Column("version", Integer, ForeignKey("model_versions.number"), nullable=False),
    Column("digest", Text, nullable=False),
    Column("replaces", Integer),
    Column("at", TIME, nullable=False),
    Column("by", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("overridden", Boolean, nullable=False),
    Column("previous_seal", Text, nullable=False),
    Column("seal", Text, nullable=False),
    CheckConstraint("change IN ('promotion', 'rollback')", name="change"),
)

MONITORING_REPORTS: Final = Table(
    "monitoring_reports",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("at", TIME, nullable=False, index=True),
    Column("model_version", Integer, nullable=False),
    Column("alarms", ARRAY(Text), nullable=False),  # empty where all is well
    Column("report", JSONB, nullable=False),
)

ACKNOWLEDGEMENTS: Final = Table(
    "acknowledgements",
    METADATA,
    Column("alarm", Text, nullable=False),
    Column("since", TIME, nullable=False),  # of the alarm: one that ended and began anew is another
    Column("at", TIME, nullable=False),
    Column("by", Text, nullable=False),
    PrimaryKeyConstraint("alarm", "since"),
)
"""Acknowledgements of alarms with user and time."""

TRAFFIC_HOURS: Final = Table(
    "traffic_hours",
    METADATA,
    Column("hour", TIME, nullable=False),
    Column("teller", Uuid, nullable=False),  # a process, see `HourKeeper`
    Column("traffic", JSONB, nullable=False),
    PrimaryKeyConstraint("hour", "teller"),
)
"""The traffic of each process by hour, kept for ``MEDCOST_OPERATIONS_DAYS``."""

OUTCOME_HOURS: Final = Table(
    "outcome_hours",
    METADATA,
    Column("hour", TIME, primary_key=True),
    Column("outcomes", Integer, nullable=False),
    Column("inside", Integer, nullable=False),
    Column("expected", Double, nullable=False),
    Column("observed", Double, nullable=False),
)
"""Sums over the outcomes that were recorded in an hour: no person, so they stay when a prediction is erased."""

SERVICE_EVENTS: Final = Table(
    "service_events",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("at", TIME, nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("detail", Text, nullable=False),
)
"""Events of the service: starts, restarts, and parts that went away and came back."""

AUDIT_TRAIL: Final = Table(
    "audit_trail",
    METADATA,
    Column("id", Uuid, primary_key=True),  # of time and content, see `AuditEntry.id`
    Column("at", TIME, nullable=False, index=True),
    Column("by", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("problem", Text, nullable=False),
)
"""Who changed what, as far as no other table says it: append-only, see the trigger in its migration."""

_UNDER_WAY: Final = text("state IN ('waiting', 'running')")

JOBS: Final = Table(
    "jobs",
    METADATA,
    Column("id", Uuid, primary_key=True),  # UUIDv7: jobs are taken in the order of their identifiers
    Column("kind", Text, nullable=False),
    Column("task", JSONB, nullable=False),
    Column("owner", Text, nullable=False),
    Column("created_at", TIME, nullable=False),
    Column("slot", Text),
    Column("state", Text, nullable=False),
    Column("progress", Double),
    Column("rows", BigInteger, nullable=False, server_default="0"),
    Column("bad", BigInteger, nullable=False, server_default="0"),
    Column("result", JSONB(none_as_null=True)),
    Column("problem", JSONB(none_as_null=True)),
    Column("started_at", TIME),
    Column("ended_at", TIME),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("worker", Uuid),
    Column("beat_at", TIME),
    Column("place", Text),
    Column("erased_at", TIME),
    CheckConstraint("state IN ('waiting', 'running', 'done', 'failed', 'cancelled')", name="state"),
    Index(None, "id", postgresql_where=_UNDER_WAY),  # few among many
    Index(None, "owner", "id"),
    Index(None, "place", "id", postgresql_where=text("place IS NOT NULL AND erased_at IS NULL")),
    Index(None, "slot", unique=True, postgresql_where=_UNDER_WAY),  # one at a time
    Index(None, "ended_at"),  # for webhooks
)

REQUEST_KEYS: Final = Table(
    "request_keys",
    METADATA,
    Column("key", Text, primary_key=True),  # with its owner in front, see `Idempotency.scoped`
    Column("fingerprint", Text, nullable=False),
    Column("created_id", Uuid, nullable=False),
    Column("created_at", TIME, nullable=False),
)
"""Idempotency keys of requests that create other things than predictions, with the identifiers of these."""

WEBHOOKS: Final = Table(
    "webhooks",
    METADATA,
    Column("id", Uuid, primary_key=True),  # UUIDv7
    Column("owner", Text, nullable=False, index=True),
    Column("sees_all", Boolean, nullable=False),
    Column("url", Text, nullable=False),
    Column("events", ARRAY(Text), nullable=False),
    Column("secret", Text, nullable=False),  # calls are signed with it, so a hash would not do
    Column("created_at", TIME, nullable=False),
    Column("failing_since", TIME),
    Column("disabled_at", TIME),
)
"""The receivers of events."""

WEBHOOK_DELIVERIES: Final = Table(
    "webhook_deliveries",
    METADATA,
    Column("id", Uuid, primary_key=True),  # UUIDv7
    Column("webhook_id", Uuid, ForeignKey("webhooks.id", ondelete="CASCADE"), nullable=False),
    Column("event_id", Uuid, nullable=False),
    Column("event", Text, nullable=False),
    Column("body", Text, nullable=False),  # the very text that is signed
    Column("created_at", TIME, nullable=False, index=True),
    Column("state", Text, nullable=False),
    Column("due_at", TIME, nullable=False),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("attempts", JSONB, nullable=False),
    Column("claimed_until", TIME),
    CheckConstraint("state IN ('waiting', 'delivered', 'failed')", name="state"),
    Index(None, "webhook_id", "event_id", unique=True),  # an event is delivered once
    Index(None, "webhook_id", "id"),
    Index(None, "due_at", postgresql_where=text("state = 'waiting'")),
)
"""The outbox of deliveries to receivers, and its log."""

API_KEYS: Final = Table(
    "api_keys",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("secret_sha256", Text, nullable=False, unique=True),
    Column("created_at", TIME, nullable=False),
    Column("revoked_at", TIME),
    Column("expires_at", TIME),
    CheckConstraint("role IN ('client', 'reviewer', 'admin')", name="role"),
)

KEY_USES: Final = Table(
    "key_uses",
    METADATA,
    Column("key_id", Uuid, ForeignKey("api_keys.id", ondelete="CASCADE"), primary_key=True),
    Column("used_at", TIME, nullable=False),
)
"""When each key was last used, to within a minute."""

ADMIN_PASSWORD: Final = Table(
    "admin_password",
    METADATA,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    Column("hash", Text, nullable=False),
    CheckConstraint("id = 1", name="id"),  # one account
)

ADMIN_SESSIONS: Final = Table(
    "admin_sessions",
    METADATA,
    Column("token_sha256", Text, primary_key=True),
    Column("opened_at", TIME, nullable=False),
    Column("used_at", TIME, nullable=False),
)

USER_SESSIONS: Final = Table(
    "user_sessions",
    METADATA,
    Column("token_sha256", Text, primary_key=True),
    Column("subject", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("opened_at", TIME, nullable=False),
    Column("used_at", TIME, nullable=False),
)

SIGN_IN_FAILURES: Final = Table(
    "sign_in_failures",
    METADATA,
    Column("place", Text, primary_key=True),  # an account or an address
    Column("count", Integer, nullable=False),
    Column("last_at", TIME, nullable=False),
)
