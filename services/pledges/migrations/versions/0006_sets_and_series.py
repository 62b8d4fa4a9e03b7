"""Pledge sets, dated assignments, measures and notes; series by breakdown; states with their business date."""

import re

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from chassis.storage.types import BigId, UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
SET = "2018"
"""The set of every pledge until now: the suite knew one, the hundred of 2018."""

OF_PLEDGES = ("assignment", "indicator_link", "pledge_amendment")
SERIES = {
    "indicator_colour": ("indicator", "area"),
    "indicator_link": ("pledge", "indicator", "area"),
    "action_link": ("action", "indicator", "area"),
}
PROVISIONAL = ("benchmark_provisional", "trend_provisional", "target_provisional")


def upgrade() -> None:
    op.create_table(
        "pledge_set",
        sa.Column("code", sa.String(4), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("size", sa.Integer()),
        sa.Column("source", sa.String(200)),
        sa.PrimaryKeyConstraint("code", name="pk_pledge_set"),
    )
    op.create_table(
        "state_revision",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("subject", sa.String(80), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.Column("actor", sa.String(200), nullable=False),
        sa.Column("state", JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_state_revision"),
    )
    op.create_index(
        "ix_state_revision_kind_state_revision_subject_state_revision_id", "state_revision", ["kind", "subject", "id"]
    )
    _series()
    _pledges_in_sets()
    for name in ("priority", "action"):
        op.add_column(name, sa.Column("notes", JSON))
    with op.batch_alter_table("action") as action:
        action.add_column(sa.Column("part_of", sa.String(80)))
        action.create_foreign_key("fk_action_part_of", "action", ["part_of"], ["code"])
        action.create_index("ix_action_part_of", ["part_of"])


def _series() -> None:
    """A series is an indicator, an area and a breakdown; the empty one is the total."""
    for table, key in SERIES.items():
        with op.batch_alter_table(table) as batch:
            batch.add_column(sa.Column("breakdown", sa.String(98), nullable=False, server_default=""))
            batch.drop_constraint(f"pk_{table}", type_="primary")
            batch.create_primary_key(f"pk_{table}", [*key, "breakdown"])
        with op.batch_alter_table(table) as batch:
            batch.alter_column("breakdown", server_default=None)
    with op.batch_alter_table("indicator_colour") as colour:
        colour.add_column(sa.Column("generation", sa.Integer(), nullable=False, server_default="1"))
        for name in PROVISIONAL:
            colour.add_column(sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("indicator_colour") as colour:
        for name in ("generation", *PROVISIONAL):
            colour.alter_column(name, server_default=None)


def _pledges_in_sets() -> None:
    for table in OF_PLEDGES:
        with op.batch_alter_table(table) as batch:
            batch.drop_constraint(f"fk_{table}_pledge", type_="foreignkey")
            batch.alter_column("pledge", type_=sa.String(30), existing_type=sa.String(20), existing_nullable=False)
    with op.batch_alter_table("pledge") as pledge:
        pledge.alter_column(
            "number", new_column_name="id", type_=sa.String(30), existing_type=sa.String(20), existing_nullable=False
        )
    with op.batch_alter_table("pledge") as pledge:
        pledge.add_column(sa.Column("set_code", sa.String(4)))
        pledge.add_column(sa.Column("number", sa.String(20)))
        pledge.add_column(sa.Column("measure", sa.String(1000)))
        pledge.add_column(sa.Column("baseline", sa.String(1000)))
        pledge.add_column(sa.Column("measured_on", sa.Date()))
        pledge.add_column(sa.Column("unrated_because", sa.String(2000)))
        pledge.add_column(sa.Column("notes", JSON))
        pledge.add_column(sa.Column("published_schedule", sa.String(20)))
    _name_pledges()
    with op.batch_alter_table("pledge") as pledge:
        pledge.alter_column("set_code", existing_type=sa.String(4), nullable=False)
        pledge.alter_column("number", existing_type=sa.String(20), nullable=False)
        pledge.create_foreign_key("fk_pledge_set_code", "pledge_set", ["set_code"], ["code"])
        pledge.create_index("ix_pledge_set_code", ["set_code"])
    for table in OF_PLEDGES:
        with op.batch_alter_table(table) as batch:
            batch.create_foreign_key(f"fk_{table}_pledge", "pledge", ["pledge"], ["id"])
    with op.batch_alter_table("assignment") as assignment:
        assignment.add_column(sa.Column("valid_from", sa.Date()))
        assignment.add_column(sa.Column("valid_to", sa.Date()))


def _name_pledges() -> None:
    """Each pledge by its set and number, without leading zeros unless another has that number."""
    connection = op.get_bind()
    numbers = list(connection.scalars(sa.text("SELECT id FROM pledge ORDER BY id")))
    if not numbers:
        return
    row = {"code": SET, "title": f"Pledges of {SET}"}
    connection.execute(sa.text("INSERT INTO pledge_set (code, title) VALUES (:code, :title)"), row)
    for old in numbers:
        plain = re.sub(r"^0+(?=[0-9])", "", old)
        number = old if plain in numbers else plain
        names = {"old": old, "id": f"{SET}-{number}", "set": SET, "number": number}
        connection.execute(
            sa.text("UPDATE pledge SET id = :id, set_code = :set, number = :number WHERE id = :old"), names
        )
        for table in OF_PLEDGES:
            connection.execute(sa.text(f"UPDATE {table} SET pledge = :id WHERE pledge = :old"), names)  # noqa: S608  ours


def downgrade() -> None:
    """Back to one list of pledges: what only this revision can store is lost."""
    with op.batch_alter_table("assignment") as assignment:
        assignment.drop_column("valid_from")
        assignment.drop_column("valid_to")
    for table in OF_PLEDGES:
        with op.batch_alter_table(table) as batch:
            batch.drop_constraint(f"fk_{table}_pledge", type_="foreignkey")
    with op.batch_alter_table("pledge") as pledge:
        pledge.drop_index("ix_pledge_set_code")
        pledge.drop_constraint("fk_pledge_set_code", type_="foreignkey")
    older = "(SELECT id FROM pledge WHERE set_code < (SELECT max(set_code) FROM pledge))"
    for table in OF_PLEDGES:
        op.execute(f"DELETE FROM {table} WHERE pledge IN {older}")  # noqa: S608  ours
    op.execute(f"DELETE FROM pledge WHERE id IN {older}")  # noqa: S608  ours
    for table in OF_PLEDGES:
        op.execute(f"UPDATE {table} SET pledge = (SELECT number FROM pledge WHERE id = {table}.pledge)")  # noqa: S608
    op.execute("UPDATE pledge SET id = number")
    with op.batch_alter_table("pledge") as pledge:
        for name in ("set_code", "number", "measure", "baseline", "measured_on", "unrated_because", "notes"):
            pledge.drop_column(name)
        pledge.drop_column("published_schedule")
    with op.batch_alter_table("pledge") as pledge:
        pledge.alter_column(
            "id", new_column_name="number", type_=sa.String(20), existing_type=sa.String(30), existing_nullable=False
        )
    for table in OF_PLEDGES:
        with op.batch_alter_table(table) as batch:
            batch.alter_column("pledge", type_=sa.String(20), existing_type=sa.String(30), existing_nullable=False)
            batch.create_foreign_key(f"fk_{table}_pledge", "pledge", ["pledge"], ["number"])
    with op.batch_alter_table("action") as action:
        action.drop_index("ix_action_part_of")
        action.drop_constraint("fk_action_part_of", type_="foreignkey")
        action.drop_column("part_of")
        action.drop_column("notes")
    with op.batch_alter_table("priority") as priority:
        priority.drop_column("notes")
    for table, key in SERIES.items():
        op.execute(f"DELETE FROM {table} WHERE breakdown <> ''")  # noqa: S608  ours
        with op.batch_alter_table(table) as batch:
            batch.drop_constraint(f"pk_{table}", type_="primary")
            batch.drop_column("breakdown")
            batch.create_primary_key(f"pk_{table}", list(key))
    with op.batch_alter_table("indicator_colour") as colour:
        for name in ("generation", *PROVISIONAL):
            colour.drop_column(name)
    op.drop_table("state_revision")
    op.drop_table("pledge_set")
