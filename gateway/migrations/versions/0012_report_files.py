"""A report's files as published, whatever their format: the page of each is the first of them."""

import hashlib

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_REPORT = sa.table("report", sa.column("quarter", sa.String()), sa.column("html", sa.Text()))
_FILE = sa.table(
    "report_file",
    sa.column("quarter", sa.String()),
    sa.column("ending", sa.String()),
    sa.column("size", sa.Integer()),
    sa.column("digest", sa.String()),
    sa.column("content", sa.LargeBinary()),
)


def upgrade() -> None:
    op.create_table(
        "report_file",
        sa.Column("quarter", sa.String(length=20), nullable=False),
        sa.Column("ending", sa.String(length=10), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["quarter"], ["report.quarter"], name=op.f("fk_report_file_quarter_report")),
        sa.PrimaryKeyConstraint("quarter", "ending", name=op.f("pk_report_file")),
    )
    connection = op.get_bind()
    for quarter, html in connection.execute(sa.select(_REPORT).where(_REPORT.c.html.is_not(None))).all():
        content = html.encode()
        digest = hashlib.sha256(content).hexdigest()
        kept = {"quarter": quarter, "ending": "html", "size": len(content), "digest": digest, "content": content}
        connection.execute(_FILE.insert().values(kept))
    op.drop_column("report", "html")


def downgrade() -> None:
    op.add_column("report", sa.Column("html", sa.Text(), nullable=True))
    connection = op.get_bind()
    pages = sa.select(_FILE.c.quarter, _FILE.c.content).where(_FILE.c.ending == "html")
    for quarter, content in connection.execute(pages).all():
        connection.execute(_REPORT.update().where(_REPORT.c.quarter == quarter).values(html=content.decode()))
    op.drop_table("report_file")
