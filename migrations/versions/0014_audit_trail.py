"""Who changed what: keys, passwords, webhooks, cancelled jobs, schemas and backups.

A table of its own, which releases before do not know and need not. A trigger refuses to change an entry.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None
serves_from = "0005"


def upgrade() -> None:
    op.create_table(
        "audit_trail",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("audit_trail_pkey")),
    )
    op.create_index(op.f("audit_trail_at_idx"), "audit_trail", ["at"], unique=False)
    op.execute(
        """
        CREATE FUNCTION audit_trail_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'the audit trail is append-only';
        END $$
        """
    )
    op.execute(
        """
        CREATE TRIGGER append_only BEFORE UPDATE OR TRUNCATE ON audit_trail
        FOR EACH STATEMENT EXECUTE FUNCTION audit_trail_is_append_only()
        """
    )


def downgrade() -> None:
    op.drop_table("audit_trail")
    op.execute("DROP FUNCTION audit_trail_is_append_only()")
