"""First tables: predictions, idempotency keys, model versions, ledger, API keys."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def fact_columns(*, nullable: bool) -> list[sa.Column]:
    """Return the columns of the first facts: a later release writes them beside its own, see revision 0008."""
    return [
        sa.Column("age", sa.SmallInteger(), nullable=nullable),
        sa.Column("sex", sa.Text(), nullable=nullable),
        sa.Column("bmi", sa.Double(), nullable=nullable),
        sa.Column("children", sa.SmallInteger(), nullable=nullable),
        sa.Column("smoker", sa.Boolean(), nullable=nullable),
        sa.Column("region", sa.Text(), nullable=nullable),
    ]


def upgrade() -> None:
    from alembic import op  # noqa: PLC0415  # the columns above serve without it

    op.create_table(
        "api_keys",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("secret_sha256", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("role IN ('client', 'admin')", name=op.f("api_keys_role_check")),
        sa.PrimaryKeyConstraint("id", name=op.f("api_keys_pkey")),
        sa.UniqueConstraint("secret_sha256", name=op.f("api_keys_secret_sha256_key")),
    )
    op.create_table(
        "model_versions",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("card", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("verdict", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("model_versions_pkey")),
    )
    op.create_table(
        "predictions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        *fact_columns(nullable=False),
        sa.Column("expected", sa.Double(), nullable=False),
        sa.Column("typical", sa.Double(), nullable=False),
        sa.Column("level", sa.Double(), nullable=False),
        sa.Column("low", sa.Double(), nullable=False),
        sa.Column("high", sa.Double(), nullable=False),
        sa.Column("cautions", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("model_version", sa.Integer(), nullable=False),
        sa.Column("model_digest", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Double(), nullable=True),
        sa.Column("outcome_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(outcome IS NULL) = (outcome_at IS NULL)", name=op.f("predictions_outcome_at_check")),
        sa.CheckConstraint("low >= 0 AND low <= typical AND typical <= high", name=op.f("predictions_interval_check")),
        sa.CheckConstraint("outcome >= 0", name=op.f("predictions_outcome_check")),
        sa.PrimaryKeyConstraint("id", name=op.f("predictions_pkey")),
    )
    op.create_index(op.f("predictions_created_at_idx"), "predictions", ["created_at"], unique=False)
    op.create_index(op.f("predictions_region_id_idx"), "predictions", ["region", "id"], unique=False)
    op.create_index(op.f("predictions_smoker_id_idx"), "predictions", ["smoker", "id"], unique=False)
    op.create_table(
        "idempotency_keys",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("prediction_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["prediction_id"],
            ["predictions.id"],
            name=op.f("idempotency_keys_prediction_id_fkey"),
            ondelete="CASCADE",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("idempotency_keys_pkey")),
    )
    op.create_index(op.f("idempotency_keys_created_at_idx"), "idempotency_keys", ["created_at"], unique=False)
    op.create_index(op.f("idempotency_keys_prediction_id_idx"), "idempotency_keys", ["prediction_id"], unique=False)
    op.create_table(
        "model_ledger",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("change", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("replaces", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("overridden", sa.Boolean(), nullable=False),
        sa.Column("previous_seal", sa.Text(), nullable=False),
        sa.Column("seal", sa.Text(), nullable=False),
        sa.CheckConstraint("change IN ('promotion', 'rollback')", name=op.f("model_ledger_change_check")),
        sa.ForeignKeyConstraint(["version"], ["model_versions.number"], name=op.f("model_ledger_version_fkey")),
        sa.PrimaryKeyConstraint("number", name=op.f("model_ledger_pkey")),
    )
    op.execute(
        """
        CREATE FUNCTION model_ledger_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'the ledger is append-only';
        END $$
        """
    )
    op.execute(
        """
        CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON model_ledger
        FOR EACH STATEMENT EXECUTE FUNCTION model_ledger_is_append_only()
        """
    )


def downgrade() -> None:
    from alembic import op  # noqa: PLC0415  # the columns above serve without it

    op.drop_table("model_ledger")
    op.execute("DROP FUNCTION model_ledger_is_append_only()")
    op.drop_index(op.f("idempotency_keys_prediction_id_idx"), table_name="idempotency_keys")
    op.drop_index(op.f("idempotency_keys_created_at_idx"), table_name="idempotency_keys")
    op.drop_table("idempotency_keys")
    op.drop_index(op.f("predictions_smoker_id_idx"), table_name="predictions")
    op.drop_index(op.f("predictions_region_id_idx"), table_name="predictions")
    op.drop_index(op.f("predictions_created_at_idx"), table_name="predictions")
    op.drop_table("predictions")
    op.drop_table("model_versions")
    op.drop_table("api_keys")
