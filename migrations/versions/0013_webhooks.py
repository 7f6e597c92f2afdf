"""Webhooks with their deliveries, and idempotency keys of requests that create no prediction.

Tables of their own, which releases before do not know and need not.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None
serves_from = "0005"

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "request_keys",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("created_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("request_keys_pkey")),
    )
    op.create_table(
        "webhooks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("sees_all", sa.Boolean(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("events", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("failing_since", _TIME, nullable=True),
        sa.Column("disabled_at", _TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("webhooks_pkey")),
    )
    op.create_index(op.f("webhooks_owner_idx"), "webhooks", ["owner"], unique=False)
    op.create_table(
        "webhook_deliveries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("webhook_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("due_at", _TIME, nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("attempts", postgresql.JSONB(), nullable=False),
        sa.Column("claimed_until", _TIME, nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'delivered', 'failed')", name=op.f("webhook_deliveries_state_check")),
        sa.ForeignKeyConstraint(
            ["webhook_id"], ["webhooks.id"], name=op.f("webhook_deliveries_webhook_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("webhook_deliveries_pkey")),
    )
    table = "webhook_deliveries"
    op.create_index(op.f("webhook_deliveries_created_at_idx"), table, ["created_at"], unique=False)
    op.create_index(op.f("webhook_deliveries_webhook_id_event_id_idx"), table, ["webhook_id", "event_id"], unique=True)
    op.create_index(op.f("webhook_deliveries_webhook_id_id_idx"), table, ["webhook_id", "id"], unique=False)
    op.create_index(
        op.f("webhook_deliveries_due_at_idx"), table, ["due_at"], unique=False,
        postgresql_where=sa.text("state = 'waiting'"),
    )  # fmt: skip
    op.create_index(op.f("jobs_ended_at_idx"), "jobs", ["ended_at"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("jobs_ended_at_idx"), table_name="jobs")
    for table in ("webhook_deliveries", "webhooks", "request_keys"):
        op.drop_table(table)
