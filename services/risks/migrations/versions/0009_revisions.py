"""What a register said of each risk, change by change, and when a risk may strike.

The first revision of a risk that is there is what is said of it now, from the day it was entered: what was said before
was not recorded but in the audit record. Opportunities get a matrix of their own; those that are there stay on theirs.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from chassis.storage.types import BigId, JsonText, UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_COPIED = (
    "title, category, department, outcome, owner, cause, event, consequence, controls, assurances, actions, notes, "
    "review_date, appetite, mode, status, inherent_impact, inherent_likelihood, target_impact, target_likelihood"
)


_MATRIX = sa.table(
    "matrix",
    sa.column("code", sa.String),
    sa.column("version", sa.Integer),
    sa.column("title", sa.String),
    *(sa.column(name, JsonText) for name in ("impacts", "likelihoods", "grid")),
)
_R, _A, _G = "red", "amber", "green"


def _items(*items: Any) -> dict[str, Any]:
    return {"format": 1, "items": list(items)}


_OPPORTUNITIES = {
    "code": "five-by-five-opportunity",
    "version": 1,
    "title": "Five by five, for opportunities",
    "impacts": _items("Insignificant", "Minor", "Moderate", "Major", "Outstanding"),
    "likelihoods": _items("Rare", "Unlikely", "Possible", "Likely", "Almost certain"),
    "grid": _items(
        [_R, _R, _R, _R, _R],
        [_R, _R, _A, _A, _A],
        [_R, _A, _A, _A, _A],
        [_R, _A, _A, _A, _G],
        [_R, _A, _A, _G, _G],
    ),
}


def upgrade() -> None:
    found = op.get_bind().execute(sa.select(_MATRIX.c.code).where(_MATRIX.c.code == _OPPORTUNITIES["code"])).first()
    if found is None:
        op.bulk_insert(_MATRIX, [_OPPORTUNITIES])
    op.add_column("risk", sa.Column("proximity", sa.String(120)))
    op.create_table(
        "risk_revision",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("risk_id", BigId, nullable=False),
        sa.Column("by", sa.String(100), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.Column("title", sa.String(400), nullable=False),
        sa.Column("category", sa.String(120)),
        sa.Column("department", sa.String(120)),
        sa.Column("outcome", sa.String(120)),
        sa.Column("owner", sa.String(200)),
        sa.Column("cause", sa.Text()),
        sa.Column("event", sa.Text()),
        sa.Column("consequence", sa.Text()),
        sa.Column("controls", JsonText, nullable=False),
        sa.Column("assurances", JsonText, nullable=False),
        sa.Column("actions", JsonText, nullable=False),
        sa.Column("notes", JsonText),
        sa.Column("proximity", sa.String(120)),
        sa.Column("review_date", sa.Date()),
        sa.Column("appetite", sa.String(200)),
        sa.Column("mode", sa.String(20), nullable=False),
        sa.Column("status", sa.String(20), nullable=False, server_default="open"),
        sa.Column("inherent_impact", sa.SmallInteger()),
        sa.Column("inherent_likelihood", sa.SmallInteger()),
        sa.Column("target_impact", sa.SmallInteger()),
        sa.Column("target_likelihood", sa.SmallInteger()),
        sa.ForeignKeyConstraint(["risk_id"], ["risk.id"], name="fk_risk_revision_risk_id"),
        sa.PrimaryKeyConstraint("id", name="pk_risk_revision"),
    )
    op.create_index("ix_risk_revision_risk_date", "risk_revision", ["risk_id", "business_date"])
    op.execute(
        f'INSERT INTO risk_revision (risk_id, "by", at, business_date, {_COPIED}) '  # noqa: S608  our own column names
        f"SELECT id, 'suite', created_at, created_on, {_COPIED} FROM risk ORDER BY id"
    )


def downgrade() -> None:
    """The matrix stays: risks may be on it."""
    op.drop_table("risk_revision")
    op.execute("ALTER TABLE risk DROP COLUMN proximity")
