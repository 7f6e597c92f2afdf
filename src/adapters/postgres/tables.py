"""The tables. `migrations/` brings a database to them; a test holds the two together."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    SmallInteger,
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
_TIME: Final = DateTime(timezone=True)

PREDICTIONS: Final = Table(
    "predictions",
    METADATA,
    Column("id", Uuid, primary_key=True),  # UUIDv7: its order is the order of time, so it is the keyset cursor too
    Column("created_at", _TIME, nullable=False),
    Column("age", SmallInteger, nullable=False),
    Column("sex", Text, nullable=False),
    Column("bmi", Double, nullable=False),
    Column("children", SmallInteger, nullable=False),
    Column("smoker", Boolean, nullable=False),
    Column("region", Text, nullable=False),
    Column("expected", Double, nullable=False),
    Column("typical", Double, nullable=False),
    Column("level", Double, nullable=False),
    Column("low", Double, nullable=False),
    Column("high", Double, nullable=False),
    Column("cautions", JSONB, nullable=False),
    Column("model_version", Integer, nullable=False),
    Column("model_digest", Text, nullable=False),
    Column("outcome", Double),
    Column("outcome_at", _TIME),
    CheckConstraint("low >= 0 AND low <= typical AND typical <= high", name="interval"),
    CheckConstraint("outcome >= 0", name="outcome"),
    CheckConstraint("(outcome IS NULL) = (outcome_at IS NULL)", name="outcome_at"),
    Index(None, "created_at", postgresql_using="brin"),  # for the policy of age: small, and hardly felt by inserts
    Index(None, "outcome_at", postgresql_where=text("outcome_at IS NOT NULL")),  # what came in lately: few among many
    Index(None, "smoker", "sex", "region", "id"),  # any filter, newest first: see `history`
)

ERASURES: Final = Table(
    "erasures",
    METADATA,
    Column("prediction_id", Uuid, primary_key=True),
    Column("erased_at", _TIME, nullable=False),
    Column("reason", Text, nullable=False),
    CheckConstraint("reason IN ('request', 'age')", name="reason"),
)
"""What was erased, when and why: the proof, without a fact of anybody."""

IDEMPOTENCY_KEYS: Final = Table(
    "idempotency_keys",
    METADATA,
    Column("key", Text, primary_key=True),
    Column("fingerprint", Text, nullable=False),
    Column(
        "prediction_id",
        Uuid,
        # deferred: the key is written first, so that of two twins one waits for the other
        ForeignKey("predictions.id", ondelete="CASCADE", deferrable=True, initially="DEFERRED"),
        nullable=False,
        index=True,
    ),
    Column("created_at", _TIME, nullable=False, index=True),
)

MODEL_VERSIONS: Final = Table(
    "model_versions",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("digest", Text, nullable=False),
    Column("registered_at", _TIME, nullable=False),
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
    Column("at", _TIME, nullable=False),
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
    Column("at", _TIME, nullable=False, index=True),
    Column("model_version", Integer, nullable=False),
    Column("alarms", ARRAY(Text), nullable=False),  # empty where all is well
    Column("report", JSONB, nullable=False),
)

API_KEYS: Final = Table(
    "api_keys",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("secret_sha256", Text, nullable=False, unique=True),
    Column("created_at", _TIME, nullable=False),
    Column("revoked_at", _TIME),
    Column("expires_at", _TIME),
    CheckConstraint("role IN ('client', 'admin')", name="role"),
)

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
    Column("opened_at", _TIME, nullable=False),
    Column("used_at", _TIME, nullable=False),
)

SIGN_IN_FAILURES: Final = Table(
    "sign_in_failures",
    METADATA,
    Column("place", Text, primary_key=True),  # an account or an address
    Column("count", Integer, nullable=False),
    Column("last_at", _TIME, nullable=False),
)
