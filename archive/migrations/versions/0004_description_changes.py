"""what became of descriptions

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
    op.create_table(
        "description_import",
        sa.Column("agent", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=True),
        sa.Column("undoes_id", sa.Integer(), nullable=True),
        sa.Column("public_id", sa.String(length=10), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["undoes_id"],
            ["description_import.id"],
            name=op.f("fk_description_import_undoes_id_description_import"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_description_import")),
        sa.UniqueConstraint("public_id", name=op.f("uq_description_import_public_id")),
    )
    op.create_table(
        "description_change",
        sa.Column("testimony_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=True),
        sa.Column("after", sa.JSON(), nullable=True),
        sa.Column("agent", sa.String(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["testimony_id"], ["testimony.id"], name=op.f("fk_description_change_testimony_id_testimony")
        ),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["description_import.id"],
            name=op.f("fk_description_change_import_id_description_import"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_description_change")),
        sa.UniqueConstraint("testimony_id", "number", name=op.f("uq_description_change_testimony_id_number")),
    )
    with op.batch_alter_table("description_change", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_description_change_testimony_id"), ["testimony_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_description_change_import_id"), ["import_id"], unique=False)


def downgrade() -> None:
    op.drop_table("description_change")
    op.drop_table("description_import")
