"""access that came back from the store waits for somebody's word

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

from archive.clock import now

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("testimony", sa.Column("unconfirmed_since", sa.DateTime(), nullable=True))
    # Descriptors say more from now on (who made what when, clips, derivatives): every object gets a new one.
    announce = sa.text(
        "INSERT INTO outbox (testimony_id, destination, number, closing, created_at) "
        "SELECT id, 'store', change_number, :closing, :now FROM testimony"
    ).bindparams(
        sa.bindparam("closing", value=False, type_=sa.Boolean()),
        sa.bindparam("now", value=now().replace(tzinfo=None), type_=sa.DateTime()),
    )
    op.get_bind().execute(announce)


def downgrade() -> None:
    with op.batch_alter_table("testimony", schema=None) as batch_op:
        batch_op.drop_column("unconfirmed_since")
