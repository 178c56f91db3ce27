"""queue and rate

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.add_column(sa.Column("turn", sa.Integer(), server_default="0", nullable=False))
        batch_op.create_index(batch_op.f("ix_job_status_turn"), ["status", "turn"], unique=False)
    with op.batch_alter_table("recognition_window", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_recognition_window_finished_at"), ["finished_at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("recognition_window", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_recognition_window_finished_at"))
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_job_status_turn"))
        batch_op.drop_column("turn")
