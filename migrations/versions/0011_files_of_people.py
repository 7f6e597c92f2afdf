"""Jobs that score files of people: rows, cancellation, and where their files lie."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None
serves_from = "0005"

_STATES = "state IN ('waiting', 'running', 'done', 'failed', 'cancelled')"
_EARLIER_STATES = "state IN ('waiting', 'running', 'done', 'failed')"
_FILES = sa.text("place IS NOT NULL AND erased_at IS NULL")


def upgrade() -> None:
    op.add_column("jobs", sa.Column("rows", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("jobs", sa.Column("bad", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("jobs", sa.Column("place", sa.Text(), nullable=True))
    op.add_column("jobs", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    op.drop_constraint(op.f("jobs_state_check"), "jobs")
    op.create_check_constraint(op.f("jobs_state_check"), "jobs", _STATES)
    op.create_index(op.f("jobs_owner_id_idx"), "jobs", ["owner", "id"], unique=False)
    op.create_index(op.f("jobs_place_id_idx"), "jobs", ["place", "id"], unique=False, postgresql_where=_FILES)


def downgrade() -> None:
    op.execute("DELETE FROM jobs WHERE state = 'cancelled' OR kind = 'scoring'")
    op.drop_index(op.f("jobs_place_id_idx"), table_name="jobs", postgresql_where=_FILES)
    op.drop_index(op.f("jobs_owner_id_idx"), table_name="jobs")
    op.drop_constraint(op.f("jobs_state_check"), "jobs")
    op.create_check_constraint(op.f("jobs_state_check"), "jobs", _EARLIER_STATES)
    for column in ("erased_at", "place", "bad", "rows"):
        op.drop_column("jobs", column)
