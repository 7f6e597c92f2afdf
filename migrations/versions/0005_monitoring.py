"""Reports of monitoring; outcomes by the time at which they came in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "monitoring_reports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("model_version", sa.Integer(), nullable=False),
        sa.Column("alarms", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("report", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("monitoring_reports_pkey")),
    )
    op.create_index(op.f("monitoring_reports_at_idx"), "monitoring_reports", ["at"], unique=False)
    op.create_index(
        op.f("predictions_outcome_at_idx"),
        "predictions",
        ["outcome_at"],
        unique=False,
        postgresql_where=sa.text("outcome_at IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index(op.f("predictions_outcome_at_idx"), table_name="predictions")
    op.drop_table("monitoring_reports")
