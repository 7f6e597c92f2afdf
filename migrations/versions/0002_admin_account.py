"""The admin's account: password, sessions, wrong passwords."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "admin_password",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("admin_password_id_check")),
        sa.PrimaryKeyConstraint("id", name=op.f("admin_password_pkey")),
    )
    op.create_table(
        "admin_sessions",
        sa.Column("token_sha256", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("token_sha256", name=op.f("admin_sessions_pkey")),
    )
    op.create_table(
        "sign_in_failures",
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("place", name=op.f("sign_in_failures_pkey")),
    )


def downgrade() -> None:
    op.drop_table("sign_in_failures")
    op.drop_table("admin_sessions")
    op.drop_table("admin_password")
