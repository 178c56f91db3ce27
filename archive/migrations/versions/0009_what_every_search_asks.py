"""What every search leaves out is found without reading whole tables."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Indexes on what each search asks of testimonies and of the outbox."""
    op.create_index("ix_testimony_reached_at", "testimony", ["reached_at"])
    op.create_index("ix_outbox_destination_closing", "outbox", ["destination", "closing"])


def downgrade() -> None:
    """Without them everything is as it was, only slower."""
    op.drop_index("ix_outbox_destination_closing", "outbox")
    op.drop_index("ix_testimony_reached_at", "testimony")
