"""A library of unit costs that schemes share, and indices of prices."""

import sqlalchemy as sa
from alembic import op

from chassis.storage.types import ExactDecimal, JsonText, UtcDateTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "unit_cost",
        sa.Column("code", sa.String(60), nullable=False),
        sa.Column("event_version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_unit_cost")),
    )
    op.create_table(
        "unit_cost_version",
        sa.Column("code", sa.String(60), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("description", sa.String(300), nullable=False),
        sa.Column("unit", sa.String(100), nullable=False),
        sa.Column("amount", ExactDecimal(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("price_year", sa.String(7), nullable=False),
        sa.Column("source", sa.String(150), nullable=False),
        sa.Column("source_url", sa.String(500)),
        sa.Column("agency", sa.String(100)),
        sa.Column("cashable_share", ExactDecimal()),
        sa.Column("effective_from", sa.Date()),
        sa.Column("effective_to", sa.Date()),
        sa.Column("illustrative", sa.Boolean(), nullable=False),
        sa.Column("recorded_by", sa.String(100), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.ForeignKeyConstraint(["code"], ["unit_cost.code"], name=op.f("fk_unit_cost_version_code")),
        sa.PrimaryKeyConstraint("code", "number", name=op.f("pk_unit_cost_version")),
    )
    op.create_table(
        "deflator",
        sa.Column("release", sa.String(60), nullable=False),
        sa.Column("base_year", sa.String(7), nullable=False),
        sa.Column("source", sa.String(300), nullable=False),
        sa.Column("series", JsonText, nullable=False),
        sa.Column("recorded_by", sa.String(100), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("release", name=op.f("pk_deflator")),
    )
    op.add_column("scheme", sa.Column("unit_cost_code", sa.String(60)))
    op.add_column("scheme", sa.Column("shared_cost", JsonText))
    op.create_index(op.f("ix_scheme_unit_cost_code"), "scheme", ["unit_cost_code"])


def downgrade() -> None:
    op.drop_index(op.f("ix_scheme_unit_cost_code"), "scheme")
    op.drop_column("scheme", "shared_cost")
    op.drop_column("scheme", "unit_cost_code")
    for table in ("deflator", "unit_cost_version", "unit_cost"):
        op.drop_table(table)
