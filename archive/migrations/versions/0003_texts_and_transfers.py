"""texts over several recordings or none; better transfers

Revision ID: 0003
Revises: 0002
"""

import hashlib

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_text = sa.table(
    "deposited_text",
    *(
        sa.column(name)
        for name in ("id", "testimony_id", "format", "kind", "language", "author", "original_name")
    ),
    sa.column("runs_over", sa.JSON()),
    *(sa.column(name) for name in ("content", "sha256", "public_id")),
    sa.column("created_at", sa.DateTime()),
    sa.column("published_at", sa.DateTime()),
)
_captions = sa.table(
    "captions",
    *(
        sa.column(name)
        for name in ("id", "recording_id", "language", "author", "text", "sha256", "public_id")
    ),
    sa.column("created_at", sa.DateTime()),
    sa.column("published_at", sa.DateTime()),
)
_recording = sa.table("recording", *(sa.column(name) for name in ("id", "testimony_id", "number")))


def upgrade() -> None:
    op.create_table(
        "deposited_text",
        sa.Column("testimony_id", sa.Integer(), nullable=False),
        sa.Column("format", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("original_name", sa.String(), nullable=True),
        sa.Column("runs_over", sa.JSON(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("published_at", sa.DateTime(), nullable=True),
        sa.Column("public_id", sa.String(length=10), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("format IN ('vtt', 'txt')", name=op.f("ck_deposited_text_format")),
        sa.CheckConstraint("kind IN ('original', 'translation')", name=op.f("ck_deposited_text_kind")),
        sa.CheckConstraint(
            "kind = 'original' OR language IS NOT NULL", name=op.f("ck_deposited_text_translation_language")
        ),
        sa.ForeignKeyConstraint(
            ["testimony_id"], ["testimony.id"], name=op.f("fk_deposited_text_testimony_id_testimony")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deposited_text")),
        sa.UniqueConstraint("public_id", name=op.f("uq_deposited_text_public_id")),
    )
    op.create_index(op.f("ix_deposited_text_testimony_id"), "deposited_text", ["testimony_id"], unique=False)
    _carry_captions_over(op.get_bind())
    op.drop_index(op.f("ix_captions_recording_id"), table_name="captions")
    op.drop_table("captions")
    # In plain SQL: a table that others refer to cannot be made anew within a transaction of SQLite's.
    op.execute(
        "ALTER TABLE segment ADD COLUMN deposited_text_id INTEGER "
        "CONSTRAINT fk_segment_deposited_text_id_deposited_text REFERENCES deposited_text (id)"
    )
    op.create_index(op.f("ix_segment_deposited_text_id"), "segment", ["deposited_text_id"], unique=False)
    op.add_column("file", sa.Column("current_since", sa.DateTime(), nullable=True))
    op.execute("UPDATE file SET current_since = created_at")


def _carry_captions_over(connection: sa.Connection) -> None:
    """Captions become texts that run over one recording, from its beginning."""
    rows = connection.execute(
        sa.select(_captions, _recording.c.testimony_id, _recording.c.number)
        .join(_recording, _recording.c.id == _captions.c.recording_id)
        .order_by(_captions.c.id)
    ).mappings()
    for row in rows.all():
        content = row["text"].encode()
        connection.execute(
            _text.insert().values(
                id=row["id"],
                testimony_id=row["testimony_id"],
                format="vtt",
                kind="original" if row["language"] is None else "translation",
                language=row["language"],
                author=row["author"],
                original_name=None,
                runs_over=[[row["number"], 0]],
                content=content,
                sha256=hashlib.sha256(content).hexdigest(),
                public_id=row["public_id"],
                created_at=row["created_at"],
                published_at=row["published_at"],
            )
        )


def downgrade() -> None:
    raise NotImplementedError("a text over several recordings cannot be told as captions of one")
