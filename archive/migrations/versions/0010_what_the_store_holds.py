"""What the store holds is recorded, so that an empty folder in its place is not taken for a new store."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_BACKFILL = """
INSERT INTO preserved (testimony_id, number)
SELECT testimony.id, 0 FROM testimony
WHERE NOT EXISTS (
    SELECT 1 FROM outbox WHERE outbox.testimony_id = testimony.id AND outbox.destination = 'store'
) OR EXISTS (
    SELECT 1 FROM recording JOIN file ON file.recording_id = recording.id
    WHERE recording.testimony_id = testimony.id AND file.stored_path IS NOT NULL
)
"""
"""Those with an original in the store, and those for which nothing waits to be carried there. With which
change they were last carried there is not known."""


def upgrade() -> None:
    """The table, and a row for every testimony that has an object."""
    op.create_table(
        "preserved",
        sa.Column("testimony_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["testimony_id"], ["testimony.id"], name="fk_preserved_testimony_id_testimony"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_preserved"),
        sa.UniqueConstraint("testimony_id", name="uq_preserved_testimony_id"),
    )
    op.execute(_BACKFILL)


def downgrade() -> None:
    """Without it, whoever finds an empty folder makes a new store there."""
    op.drop_table("preserved")
