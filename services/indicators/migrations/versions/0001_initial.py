"""initial"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from chassis.storage.revisions import create_chassis_tables, drop_chassis_tables
from chassis.storage.types import ExactDecimal, UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_chassis_tables()
    op.create_table(
        "area",
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("type", sa.String(length=60), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_area")),
    )
    op.create_table(
        "framework",
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("benchmark_method", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_framework")),
    )
    op.create_table(
        "objective",
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("indicators", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_objective")),
    )
    op.create_table(
        "outcome",
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("indicators", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_outcome")),
    )
    op.create_table(
        "service_standard",
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("service", sa.String(length=300), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("limits", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("source", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_service_standard")),
    )
    op.create_table(
        "indicator",
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("decimals", sa.Integer(), nullable=False),
        sa.Column("polarity", sa.String(length=20), nullable=False),
        sa.Column("frequency", sa.String(length=40), nullable=False),
        sa.Column("framework", sa.String(length=40), nullable=True),
        sa.Column("owner", sa.String(length=300), nullable=True),
        sa.Column("definition", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["framework"], ["framework.code"], name=op.f("fk_indicator_framework")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_indicator")),
    )
    op.create_table(
        "scorecard",
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("area", sa.String(length=20), nullable=True),
        sa.Column("comparator", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(["area"], ["area.code"], name=op.f("fk_scorecard_area")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_scorecard")),
    )
    op.create_table(
        "indicator_revision",
        sa.Column("indicator", sa.String(length=80), nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["indicator"], ["indicator.code"], name=op.f("fk_indicator_revision_indicator")),
        sa.PrimaryKeyConstraint("indicator", "revision", name=op.f("pk_indicator_revision")),
    )
    op.create_table(
        "scorecard_section",
        sa.Column("scorecard", sa.String(length=80), nullable=False),
        sa.Column("section", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(["scorecard"], ["scorecard.code"], name=op.f("fk_scorecard_section_scorecard")),
        sa.PrimaryKeyConstraint("scorecard", "section", name=op.f("pk_scorecard_section")),
    )
    op.create_table(
        "series",
        sa.Column("indicator", sa.String(length=80), nullable=False),
        sa.Column("area", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["area"], ["area.code"], name=op.f("fk_series_area")),
        sa.ForeignKeyConstraint(["indicator"], ["indicator.code"], name=op.f("fk_series_indicator")),
        sa.PrimaryKeyConstraint("indicator", "area", name=op.f("pk_series")),
    )
    op.create_table(
        "observation",
        sa.Column("indicator", sa.String(length=80), nullable=False),
        sa.Column("area", sa.String(length=20), nullable=False),
        sa.Column("period_end", sa.Date(), nullable=False),
        sa.Column("period_start", sa.Date(), nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("period_kind", sa.String(length=30), nullable=False),
        sa.Column("value", ExactDecimal(), nullable=True),
        sa.Column("count", ExactDecimal(), nullable=True),
        sa.Column("denominator", ExactDecimal(), nullable=True),
        sa.Column("lower", ExactDecimal(), nullable=True),
        sa.Column("upper", ExactDecimal(), nullable=True),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("basis", sa.String(length=300), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["indicator", "area"], ["series.indicator", "series.area"], name=op.f("fk_observation_indicator_area")
        ),
        sa.PrimaryKeyConstraint(
            "indicator", "area", "period_end", "period_start", "revision", name=op.f("pk_observation")
        ),
    )
    with op.batch_alter_table("observation", schema=None) as batch_op:
        batch_op.create_index("ix_observation_recorded", ["indicator", "recorded_at"], unique=False)

    op.create_table(
        "scorecard_aim",
        sa.Column("scorecard", sa.String(length=80), nullable=False),
        sa.Column("section", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("aim", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(
            ["scorecard", "section"],
            ["scorecard_section.scorecard", "scorecard_section.section"],
            name=op.f("fk_scorecard_aim_scorecard_section"),
        ),
        sa.PrimaryKeyConstraint("scorecard", "section", "aim", name=op.f("pk_scorecard_aim")),
    )
    op.create_table(
        "target",
        sa.Column("indicator", sa.String(length=80), nullable=False),
        sa.Column("area", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["indicator", "area"], ["series.indicator", "series.area"], name=op.f("fk_target_indicator_area")
        ),
        sa.PrimaryKeyConstraint("indicator", "area", "version", name=op.f("pk_target")),
    )
    op.create_table(
        "scorecard_line",
        sa.Column("scorecard", sa.String(length=80), nullable=False),
        sa.Column("section", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("aim", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("indicator", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["indicator"], ["indicator.code"], name=op.f("fk_scorecard_line_indicator")),
        sa.ForeignKeyConstraint(
            ["scorecard", "section", "aim"],
            ["scorecard_aim.scorecard", "scorecard_aim.section", "scorecard_aim.aim"],
            name=op.f("fk_scorecard_line_scorecard_section_aim"),
        ),
        sa.PrimaryKeyConstraint("scorecard", "section", "aim", "line", name=op.f("pk_scorecard_line")),
    )
    with op.batch_alter_table("scorecard_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_scorecard_line_indicator"), ["indicator"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("scorecard_line", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_scorecard_line_indicator"))

    op.drop_table("scorecard_line")
    op.drop_table("target")
    op.drop_table("scorecard_aim")
    with op.batch_alter_table("observation", schema=None) as batch_op:
        batch_op.drop_index("ix_observation_recorded")

    op.drop_table("observation")
    op.drop_table("series")
    op.drop_table("scorecard_section")
    op.drop_table("indicator_revision")
    op.drop_table("scorecard")
    op.drop_table("indicator")
    op.drop_table("service_standard")
    op.drop_table("outcome")
    op.drop_table("objective")
    op.drop_table("framework")
    op.drop_table("area")
    drop_chassis_tables()
