"""One index for every filter of the history; proofs of erasure."""

from __future__ import annotations

import sqlalchemy as sa

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

indexed_facts = ("smoker", "sex", "region")
"""The first facts by which the history is filtered, in the order of their index."""


def upgrade() -> None:
    from alembic import op  # noqa: PLC0415  # the columns above serve without it

    op.create_table(
        "erasures",
        sa.Column("prediction_id", sa.Uuid(), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint("reason IN ('request', 'age')", name=op.f("erasures_reason_check")),
        sa.PrimaryKeyConstraint("prediction_id", name=op.f("erasures_pkey")),
    )
    op.create_index(op.f("predictions_smoker_sex_region_id_idx"), "predictions", [*indexed_facts, "id"], unique=False)
    op.drop_index(op.f("predictions_smoker_id_idx"), table_name="predictions")
    op.drop_index(op.f("predictions_region_id_idx"), table_name="predictions")
    op.drop_index(op.f("predictions_created_at_idx"), table_name="predictions")
    op.create_index(
        op.f("predictions_created_at_idx"), "predictions", ["created_at"], unique=False, postgresql_using="brin"
    )


def downgrade() -> None:
    from alembic import op  # noqa: PLC0415  # the columns above serve without it

    op.drop_index(op.f("predictions_created_at_idx"), table_name="predictions", postgresql_using="brin")
    op.create_index(op.f("predictions_created_at_idx"), "predictions", ["created_at"], unique=False)
    op.create_index(op.f("predictions_region_id_idx"), "predictions", ["region", "id"], unique=False)
    op.create_index(op.f("predictions_smoker_id_idx"), "predictions", ["smoker", "id"], unique=False)
    op.drop_index(op.f("predictions_smoker_sex_region_id_idx"), table_name="predictions")
    op.drop_table("erasures")
