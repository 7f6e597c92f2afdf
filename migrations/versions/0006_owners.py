"""Owners of predictions; who changed an outcome; idempotency keys of owners and of batches; reviewers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None
serves_from = "0005"


def upgrade() -> None:
    # nullable, so that processes of the release before can still record
    op.add_column("predictions", sa.Column("owner", sa.Text(), nullable=True))
    op.create_index(
        op.f("predictions_owner_smoker_sex_region_id_idx"),
        "predictions",
        ["owner", "smoker", "sex", "region", "id"],
        unique=False,
        postgresql_where=sa.text("owner IS NOT NULL"),
    )
    op.create_table(
        "outcome_changes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("prediction_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("charges", sa.Double(), nullable=False),
        sa.Column("before", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(
            ["prediction_id"],
            ["predictions.id"],
            name=op.f("outcome_changes_prediction_id_fkey"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("outcome_changes_pkey")),
    )
    op.create_index(op.f("outcome_changes_prediction_id_idx"), "outcome_changes", ["prediction_id"], unique=False)
    # a change goes with its prediction, which is gone already when the deletion cascades, and in no other way
    op.execute(
        """
        CREATE FUNCTION outcome_changes_are_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'DELETE' AND NOT EXISTS (SELECT FROM predictions WHERE id = OLD.prediction_id) THEN
                RETURN OLD;
            END IF;
            RAISE EXCEPTION 'changes of outcomes are append-only';
        END $$
        """
    )
    op.execute(
        """
        CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON outcome_changes
        FOR EACH ROW EXECUTE FUNCTION outcome_changes_are_append_only()
        """
    )
    op.add_column("idempotency_keys", sa.Column("prediction_ids", postgresql.ARRAY(sa.Uuid()), nullable=True))
    # repeated under a key of yesterday, a request must not count as new
    op.execute(
        """
        UPDATE idempotency_keys SET key = CASE
            WHEN key ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}:'
                THEN 'key:' || left(key, 36) || ' ' || substr(key, 38)
            ELSE 'local ' || key
        END
        """
    )
    op.drop_constraint(op.f("api_keys_role_check"), "api_keys", type_="check")
    op.create_check_constraint(op.f("api_keys_role_check"), "api_keys", "role IN ('client', 'reviewer', 'admin')")


def downgrade() -> None:
    op.execute("UPDATE api_keys SET role = 'client' WHERE role = 'reviewer'")
    op.drop_constraint(op.f("api_keys_role_check"), "api_keys", type_="check")
    op.create_check_constraint(op.f("api_keys_role_check"), "api_keys", "role IN ('client', 'admin')")
    op.execute("DELETE FROM idempotency_keys WHERE key LIKE 'page:%'")
    op.execute(
        """
        UPDATE idempotency_keys SET key = CASE
            WHEN key LIKE 'key:%' THEN substr(key, 5, 36) || ':' || substr(key, 42)
            ELSE substr(key, 7)
        END
        """
    )
    op.drop_column("idempotency_keys", "prediction_ids")
    op.drop_table("outcome_changes")
    op.execute("DROP FUNCTION outcome_changes_are_append_only()")
    op.drop_index(op.f("predictions_owner_smoker_sex_region_id_idx"), table_name="predictions")
    op.drop_column("predictions", "owner")
