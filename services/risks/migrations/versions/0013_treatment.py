"""Controls, assurances and actions as records of their own, each for several risks."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from chassis.storage.types import BigId, UtcDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_KINDS = ("control", "assurance", "action")


def upgrade() -> None:
    _create(
        "control",
        sa.Column("title", sa.String(400), nullable=False),
        sa.Column("owner", sa.String(200)),
        sa.Column("design", sa.Text()),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("test_every", sa.SmallInteger(), nullable=False),
    )
    _create(
        "assurance",
        sa.Column("source", sa.String(400), nullable=False),
        sa.Column("line", sa.SmallInteger(), nullable=False),
        sa.Column("opinion", sa.String(400), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=False),
    )
    _create(
        "action",
        sa.Column("title", sa.String(400), nullable=False),
        sa.Column("owner", sa.String(200)),
        sa.Column("due", sa.Date()),
        sa.Column("effect", sa.Text()),
        sa.Column("impact_steps", sa.SmallInteger(), nullable=False),
        sa.Column("likelihood_steps", sa.SmallInteger(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("closed_on", sa.Date()),
    )
    _create_tests()


def _create(name: str, *columns: sa.Column[Any]) -> None:
    """A table of records, and which risks they are for."""
    op.create_table(
        name,
        *columns,
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("ref", sa.String(40), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("changed_by", sa.String(100), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("changed_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk_{name}"),
        sa.UniqueConstraint("ref", name=f"uq_{name}_ref"),
    )
    on_risk = f"{name}_on_risk"
    op.create_table(
        on_risk,
        sa.Column("record_id", BigId, nullable=False),
        sa.Column("risk_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["record_id"], [f"{name}.id"], name=f"fk_{on_risk}_record_id"),
        sa.ForeignKeyConstraint(["risk_id"], ["risk.id"], name=f"fk_{on_risk}_risk_id"),
        sa.PrimaryKeyConstraint("record_id", "risk_id", name=f"pk_{on_risk}"),
    )
    op.create_index(f"ix_{on_risk}_risk_id", on_risk, ["risk_id"])


def _create_tests() -> None:
    op.create_table(
        "control_test",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("control_id", BigId, nullable=False),
        sa.Column("aspect", sa.String(20), nullable=False),
        sa.Column("result", sa.String(20), nullable=False),
        sa.Column("tested_on", sa.Date(), nullable=False),
        sa.Column("tested_by", sa.String(200), nullable=False),
        sa.Column("finding", sa.Text()),
        sa.Column("by", sa.String(100), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["control_id"], ["control.id"], name="fk_control_test_control_id"),
        sa.PrimaryKeyConstraint("id", name="pk_control_test"),
    )
    op.create_index("ix_control_test_control", "control_test", ["control_id", "aspect"])


def downgrade() -> None:
    op.drop_table("control_test")
    for name in _KINDS:
        op.drop_table(f"{name}_on_risk")
        op.drop_table(name)
