"""The chance of no cost beside each prediction; what was recorded before, or by earlier releases, has none."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None
serves_from = "0005"


def upgrade() -> None:
    op.add_column("predictions", sa.Column("chance_zero", sa.Double(), nullable=True))


def downgrade() -> None:
    op.drop_column("predictions", "chance_zero")
