"""dates that have come

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("testimony", schema=None) as batch_op:
        batch_op.add_column(sa.Column("reached_at", sa.DateTime(), nullable=True))
    with op.batch_alter_table("access_statement", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_access_statement_begins_at"), ["begins_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_access_statement_ends_at"), ["ends_at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("access_statement", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_access_statement_ends_at"))
        batch_op.drop_index(batch_op.f("ix_access_statement_begins_at"))
    with op.batch_alter_table("testimony", schema=None) as batch_op:
        batch_op.drop_column("reached_at")
