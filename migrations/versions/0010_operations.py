"""Operations over time: hours of traffic and outcomes, events, acknowledged alarms, last uses of keys.

Tables of their own, which releases before do not know and need not.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None
serves_from = "0005"

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "traffic_hours",
        sa.Column("hour", _TIME, nullable=False),
        sa.Column("teller", sa.Uuid(), nullable=False),
        sa.Column("traffic", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("hour", "teller", name=op.f("traffic_hours_pkey")),
    )
    op.create_table(
        "outcome_hours",
        sa.Column("hour", _TIME, nullable=False),
        sa.Column("outcomes", sa.Integer(), nullable=False),
        sa.Column("inside", sa.Integer(), nullable=False),
        sa.Column("expected", sa.Double(), nullable=False),
        sa.Column("observed", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("hour", name=op.f("outcome_hours_pkey")),
    )
    op.create_table(
        "service_events",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("service_events_pkey")),
    )
    op.create_index(op.f("service_events_at_idx"), "service_events", ["at"], unique=False)
    op.create_table(
        "acknowledgements",
        sa.Column("alarm", sa.Text(), nullable=False),
        sa.Column("since", _TIME, nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("alarm", "since", name=op.f("acknowledgements_pkey")),
    )
    op.create_table(
        "key_uses",
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("used_at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(["key_id"], ["api_keys.id"], name=op.f("key_uses_key_id_fkey"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("key_id", name=op.f("key_uses_pkey")),
    )


def downgrade() -> None:
    for table in ("key_uses", "acknowledgements", "service_events", "outcome_hours", "traffic_hours"):
        op.drop_table(table)
