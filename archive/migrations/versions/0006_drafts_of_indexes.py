"""drafts of indexes

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "drafted",
        sa.Column("draft", sa.String(), nullable=False),
        sa.Column("index_name", sa.String(), nullable=False),
        sa.Column("testimony_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("document_ids", sa.JSON(), nullable=False),
        sa.Column("stale_at", sa.DateTime(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["testimony_id"], ["testimony.id"], name=op.f("fk_drafted_testimony_id_testimony")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drafted")),
        sa.UniqueConstraint("draft", "testimony_id", name=op.f("uq_drafted_draft_testimony_id")),
    )
    with op.batch_alter_table("drafted", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_drafted_testimony_id"), ["testimony_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("drafted", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_drafted_testimony_id"))
    op.drop_table("drafted")
