"""Groups of areas; the printed order of outcomes and objectives and what they serve; gaps of the system, priorities."""

import sqlalchemy as sa
from alembic import op

from chassis.storage.types import JsonText

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "area_group",
        sa.Column("code", sa.String(80), nullable=False),
        sa.Column("name", sa.String(300), nullable=False),
        sa.Column("kind", sa.String(30), nullable=False),
        sa.Column("areas", JsonText, nullable=False),
        sa.Column("source", sa.Text()),
        sa.PrimaryKeyConstraint("code", name="pk_area_group"),
    )
    for name in ("outcome", "objective"):
        op.add_column(name, sa.Column("position", sa.Integer()))
        op.add_column(name, sa.Column("part_of", sa.String(80)))
    for name in ("system_gap", "priority"):
        op.create_table(
            name,
            sa.Column("code", sa.String(80), nullable=False),
            sa.Column("title", sa.String(300), nullable=False),
            sa.Column("indicators", JsonText, nullable=False),
            sa.Column("position", sa.Integer()),
            sa.Column("part_of", sa.String(80)),
            sa.PrimaryKeyConstraint("code", name=f"pk_{name}"),
        )


def downgrade() -> None:
    for name in ("priority", "system_gap"):
        op.drop_table(name)
    for name in ("objective", "outcome"):
        for column in ("part_of", "position"):
            op.execute(f"ALTER TABLE {name} DROP COLUMN {column}")
    op.drop_table("area_group")
