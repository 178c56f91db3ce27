"""A collection can name the sites that may frame its testimonies."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """No site is named: all may, as before."""
    with op.batch_alter_table("collection") as table:
        table.add_column(sa.Column("framed_by", sa.String(), nullable=True))


def downgrade() -> None:
    """All may again."""
    with op.batch_alter_table("collection") as table:
        table.drop_column("framed_by")
