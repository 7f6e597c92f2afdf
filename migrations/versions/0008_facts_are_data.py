"""Facts of any schema in one column; which schema a home has.

The columns of the first facts stay until 1.1, and may be empty now. Release 0.1 writes them and no `facts`, so rows
without `facts` have theirs in the columns; this release writes both where its schema has these facts.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None
serves_from = "0005"

_FIRST_FACTS = ("age", "sex", "bmi", "children", "smoker", "region")


def upgrade() -> None:
    op.add_column("predictions", sa.Column("facts", postgresql.JSONB(), nullable=True))
    for name in _FIRST_FACTS:
        op.alter_column("predictions", name, nullable=True)
    op.create_check_constraint(
        op.f("predictions_facts_check"),
        "predictions",
        f"facts IS NOT NULL OR num_nulls({', '.join(_FIRST_FACTS)}) = 0",
    )
    op.create_table(
        "schemas",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("adopted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("schemas_pkey")),
    )


def downgrade() -> None:
    op.drop_table("schemas")
    op.drop_constraint(op.f("predictions_facts_check"), "predictions", type_="check")
    # people of other schemas have no place in the columns
    op.execute(sa.delete(sa.table("predictions")).where(sa.func.num_nulls(*map(sa.column, _FIRST_FACTS)) > 0))
    for name in _FIRST_FACTS:
        op.alter_column("predictions", name, nullable=False)
    op.drop_column("predictions", "facts")
