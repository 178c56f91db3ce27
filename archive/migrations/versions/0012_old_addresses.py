"""Addresses that testimonies had elsewhere before, from which readers are led on."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The table; nothing has an old address yet."""
    op.create_table(
        "old_address",
        sa.Column("testimony_id", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("recording_number", sa.Integer(), nullable=True),
        sa.Column("start_ms", sa.Integer(), nullable=True),
        sa.Column("end_ms", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["testimony_id"], ["testimony.id"], name="fk_old_address_testimony_id_testimony"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_old_address"),
        sa.UniqueConstraint("address", name="uq_old_address_address"),
    )
    op.create_index("ix_old_address_testimony_id", "old_address", ["testimony_id"])


def downgrade() -> None:
    """Old addresses lead nowhere again."""
    op.drop_table("old_address")
