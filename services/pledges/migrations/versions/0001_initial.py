"""The first tables of the pledges service."""

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
        "indicator_colour",
        sa.Column("indicator", sa.String(length=80), nullable=False),
        sa.Column("area", sa.String(length=80), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.String(length=64), nullable=True),
        sa.Column("period_kind", sa.String(length=30), nullable=True),
        sa.Column("period_start", sa.Date(), nullable=True),
        sa.Column("period_end", sa.Date(), nullable=True),
        sa.Column("benchmark", sa.String(length=20), nullable=True),
        sa.Column("trend", sa.String(length=20), nullable=True),
        sa.Column("target", sa.String(length=20), nullable=True),
        sa.PrimaryKeyConstraint("indicator", "area", name=op.f("pk_indicator_colour")),
    )
    op.create_table(
        "pledge",
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("theme", sa.String(length=200), nullable=False),
        sa.Column("title", sa.String(length=1000), nullable=False),
        sa.Column("top", sa.Boolean(), nullable=True),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("delivery", sa.String(length=30), nullable=False),
        sa.Column("evidence", sa.String(length=30), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("made_as", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("told", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_pledge")),
    )
    with op.batch_alter_table("pledge", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pledge_theme"), ["theme"], unique=False)

    op.create_table(
        "priority",
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("title", sa.String(length=1000), nullable=False),
        sa.Column("gap", sa.String(length=80), nullable=True),
        sa.Column("leads", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_priority")),
    )
    op.create_table(
        "action",
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("priority", sa.String(length=80), nullable=True),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("title", sa.String(length=1000), nullable=False),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("weight", ExactDecimal(), nullable=True),
        sa.Column("delivery", sa.String(length=30), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("phase", sa.Integer(), nullable=True),
        sa.Column("step", sa.Integer(), nullable=True),
        sa.Column("confirmed", sa.Boolean(), nullable=True),
        sa.Column("source", sa.String(length=200), nullable=True),
        sa.Column("leads", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("depends_on", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(["priority"], ["priority.code"], name=op.f("fk_action_priority")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_action")),
    )
    with op.batch_alter_table("action", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_action_kind"), ["kind"], unique=False)
        batch_op.create_index(batch_op.f("ix_action_priority"), ["priority"], unique=False)

    op.create_table(
        "assignment",
        sa.Column("pledge", sa.String(length=20), nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("portfolio_holder", sa.String(length=200), nullable=False),
        sa.Column("department", sa.String(length=200), nullable=False),
        sa.Column("director", sa.String(length=200), nullable=False),
        sa.Column("lead_officers", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(["pledge"], ["pledge.number"], name=op.f("fk_assignment_pledge")),
        sa.PrimaryKeyConstraint("pledge", "place", name=op.f("pk_assignment")),
    )
    op.create_table(
        "indicator_link",
        sa.Column("pledge", sa.String(length=20), nullable=False),
        sa.Column("indicator", sa.String(length=80), nullable=False),
        sa.Column("area", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["pledge"], ["pledge.number"], name=op.f("fk_indicator_link_pledge")),
        sa.PrimaryKeyConstraint("pledge", "indicator", "area", name=op.f("pk_indicator_link")),
    )
    with op.batch_alter_table("indicator_link", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_indicator_link_indicator_indicator_link_area"), ["indicator", "area"], unique=False
        )

    op.create_table(
        "pledge_amendment",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("pledge", sa.String(length=20), nullable=False),
        sa.Column("text", sa.String(length=1000), nullable=False),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["pledge"], ["pledge.number"], name=op.f("fk_pledge_amendment_pledge")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pledge_amendment")),
    )
    with op.batch_alter_table("pledge_amendment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pledge_amendment_pledge"), ["pledge"], unique=False)

    op.create_table(
        "action_link",
        sa.Column("action", sa.String(length=80), nullable=False),
        sa.Column("indicator", sa.String(length=80), nullable=False),
        sa.Column("area", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["action"], ["action.code"], name=op.f("fk_action_link_action")),
        sa.PrimaryKeyConstraint("action", "indicator", "area", name=op.f("pk_action_link")),
    )


def downgrade() -> None:
    op.drop_table("action_link")
    with op.batch_alter_table("pledge_amendment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pledge_amendment_pledge"))

    op.drop_table("pledge_amendment")
    with op.batch_alter_table("indicator_link", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_indicator_link_indicator_indicator_link_area"))

    op.drop_table("indicator_link")
    op.drop_table("assignment")
    with op.batch_alter_table("action", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_action_priority"))
        batch_op.drop_index(batch_op.f("ix_action_kind"))

    op.drop_table("action")
    op.drop_table("priority")
    with op.batch_alter_table("pledge", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pledge_theme"))

    op.drop_table("pledge")
    op.drop_table("indicator_colour")
    drop_chassis_tables()
