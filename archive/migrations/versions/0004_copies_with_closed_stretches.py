"""Copies with closed stretches: what is closed in a derivative, and when copies have to be looked at.

All derivatives that are there are of whole files. No testimony was looked at yet: none gets a row.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("derivative") as batch:
        batch.add_column(sa.Column("closed", sa.String(), nullable=False, server_default=""))
        batch.drop_constraint("uq_derivative_file_id_kind", type_="unique")
        batch.create_unique_constraint("uq_derivative_file_id_kind_closed", ["file_id", "kind", "closed"])
    with op.batch_alter_table("derivative") as batch:
        batch.alter_column("closed", server_default=None)
    op.create_table(
        "copies_due",
        sa.Column("testimony_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["testimony_id"], ["testimony.id"], name=op.f("fk_copies_due_testimony_id_testimony")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_copies_due")),
        sa.UniqueConstraint("testimony_id", name=op.f("uq_copies_due_testimony_id")),
    )
    op.create_index(op.f("ix_copies_due_at"), "copies_due", ["at"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_copies_due_at"), table_name="copies_due")
    op.drop_table("copies_due")
    op.execute("DELETE FROM derivative WHERE closed <> ''")
    with op.batch_alter_table("derivative") as batch:
        batch.drop_constraint("uq_derivative_file_id_kind_closed", type_="unique")
        batch.create_unique_constraint("uq_derivative_file_id_kind", ["file_id", "kind"])
        batch.drop_column("closed")
