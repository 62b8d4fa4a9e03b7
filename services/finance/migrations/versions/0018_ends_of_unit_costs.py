"""Versions of unit costs say whether the unit cost ends with them (none did), and schemes reckon with fiscal ones only.

The default stays with the column: the version before, which goes on with this schema, says nothing of it. No entry is
made here: where a version that is not fiscal was counted, a job restates the ledger once the newer version runs.
"""

from collections import defaultdict
from datetime import UTC, datetime
from typing import Final

import sqlalchemy as sa
from alembic import op

from chassis.storage.types import JsonText, UtcDateTime

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

VERSION = sa.table("unit_cost_version", sa.column("code"), sa.column("number"), sa.column("kind"))
SCHEME = sa.table("scheme", sa.column("code"), sa.column("unit_cost_code"), sa.column("shared_cost", JsonText))
JOB = sa.table(
    "job",
    sa.column("name"),
    sa.column("arguments", JsonText),
    sa.column("state"),
    sa.column("attempts"),
    sa.column("max_attempts"),
    sa.column("due_at", UtcDateTime),
    sa.column("is_cancelling", sa.Boolean),
    sa.column("actor"),
    sa.column("created_at", UtcDateTime),
)
MAX_ATTEMPTS: Final = 10


def upgrade() -> None:
    with op.batch_alter_table("unit_cost_version") as table:
        table.add_column(sa.Column("ends", sa.Boolean(), nullable=False, server_default=sa.false()))
    if _leave_out_unfiscal(op.get_bind()):
        _ask_for_restating(op.get_bind())


def _leave_out_unfiscal(connection: sa.Connection) -> int:
    """Returns of how many schemes."""
    unfiscal: dict[str, set[int]] = defaultdict(set)
    for code, number in connection.execute(
        sa.select(VERSION.c.code, VERSION.c.number).where(VERSION.c.kind != "fiscal")
    ):
        unfiscal[code].add(number)
    sharing = sa.select(SCHEME).where(SCHEME.c.unit_cost_code.in_(sorted(unfiscal)), SCHEME.c.shared_cost.is_not(None))
    schemes = connection.execute(sharing).all()
    for row in schemes:
        versions = [one for one in row.shared_cost["versions"] if one["version"] not in unfiscal[row.unit_cost_code]]
        changed = {"shared_cost": row.shared_cost | {"versions": versions}}
        connection.execute(sa.update(SCHEME).where(SCHEME.c.code == row.code).values(**changed))
    return len(schemes)


def _ask_for_restating(connection: sa.Connection) -> None:
    now = datetime.now(UTC)
    job = {
        "name": "restate_differing",
        "arguments": {},
        "state": "waiting",
        "attempts": 0,
        "max_attempts": MAX_ATTEMPTS,
        "due_at": now,
        "is_cancelling": False,
        "actor": "system",
        "created_at": now,
    }
    connection.execute(sa.insert(JOB).values(job))


def downgrade() -> None:
    with op.batch_alter_table("unit_cost_version") as table:
        table.drop_column("ends")
