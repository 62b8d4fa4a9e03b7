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
        "fund",
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("host", sa.String(length=60), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_fund")),
    )
    op.create_table(
        "indicator_area",
        sa.Column("indicator", sa.String(length=100), nullable=False),
        sa.Column("area", sa.String(length=40), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("polarity", sa.String(length=20), nullable=True),
        sa.Column("polarity_since", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("indicator", "area", name=op.f("pk_indicator_area")),
    )
    op.create_table(
        "indicator_fact",
        sa.Column("indicator", sa.String(length=100), nullable=False),
        sa.Column("area", sa.String(length=40), nullable=False),
        sa.Column("period_kind", sa.String(length=20), nullable=False),
        sa.Column("period_start", sa.Date(), nullable=False),
        sa.Column("period_end", sa.Date(), nullable=False),
        sa.Column("value", ExactDecimal(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("event_id", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint(
            "indicator", "area", "period_kind", "period_start", "period_end", name=op.f("pk_indicator_fact")
        ),
    )
    op.create_table(
        "budget_line",
        sa.Column("fund", sa.String(length=60), nullable=False),
        sa.Column("financial_year", sa.String(length=7), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("directorate", sa.String(length=200), nullable=False),
        sa.Column("department", sa.String(length=200), nullable=False),
        sa.Column("division", sa.String(length=200), nullable=False),
        sa.Column("opening", ExactDecimal(), nullable=False),
        sa.Column("cost_increases", ExactDecimal(), nullable=False),
        sa.Column("savings", ExactDecimal(), nullable=False),
        sa.Column("other_savings", ExactDecimal(), nullable=False),
        sa.Column("printed_net", ExactDecimal(), nullable=True),
        sa.ForeignKeyConstraint(["fund"], ["fund.code"], name=op.f("fk_budget_line_fund")),
        sa.PrimaryKeyConstraint("fund", "financial_year", "code", name=op.f("pk_budget_line")),
    )
    op.create_table(
        "closed_quarter",
        sa.Column("fund", sa.String(length=60), nullable=False),
        sa.Column("quarter_start", sa.Date(), nullable=False),
        sa.Column("closed_at", UtcDateTime(), nullable=False),
        sa.Column("closed_by", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(["fund"], ["fund.code"], name=op.f("fk_closed_quarter_fund")),
        sa.PrimaryKeyConstraint("fund", "quarter_start", name=op.f("pk_closed_quarter")),
    )
    op.create_table(
        "fund_agreement",
        sa.Column("fund", sa.String(length=60), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column(
            "terms", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False
        ),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("recorded_by", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(["fund"], ["fund.code"], name=op.f("fk_fund_agreement_fund")),
        sa.PrimaryKeyConstraint("fund", "version", name=op.f("pk_fund_agreement")),
    )
    op.create_table(
        "fund_partner",
        sa.Column("fund", sa.String(length=60), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["fund"], ["fund.code"], name=op.f("fk_fund_partner_fund")),
        sa.PrimaryKeyConstraint("fund", "code", name=op.f("pk_fund_partner")),
    )
    op.create_table(
        "printed_total",
        sa.Column("fund", sa.String(length=60), nullable=False),
        sa.Column("financial_year", sa.String(length=7), nullable=False),
        sa.Column("column", sa.String(length=20), nullable=False),
        sa.Column("amount", ExactDecimal(), nullable=False),
        sa.ForeignKeyConstraint(["fund"], ["fund.code"], name=op.f("fk_printed_total_fund")),
        sa.PrimaryKeyConstraint("fund", "financial_year", "column", name=op.f("pk_printed_total")),
    )
    op.create_table(
        "scheme",
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("workstream", sa.String(length=40), nullable=False),
        sa.Column("fund", sa.String(length=60), nullable=False),
        sa.Column("budget_line", sa.String(length=60), nullable=False),
        sa.Column("partner", sa.String(length=60), nullable=False),
        sa.Column("financial_year", sa.String(length=7), nullable=False),
        sa.Column("year_start", sa.Date(), nullable=False),
        sa.Column("year_end", sa.Date(), nullable=False),
        sa.Column("cashable_share", ExactDecimal(), nullable=False),
        sa.Column("recurrent", sa.Boolean(), nullable=False),
        sa.Column("delivered_by", sa.String(length=20), nullable=False),
        sa.Column("optimism_bias", ExactDecimal(), nullable=False),
        sa.Column("confidence", ExactDecimal(), nullable=False),
        sa.Column("illustrative", sa.Boolean(), nullable=False),
        sa.Column("indicator", sa.String(length=100), nullable=True),
        sa.Column("area", sa.String(length=40), nullable=True),
        sa.Column("baseline_value", ExactDecimal(), nullable=True),
        sa.Column("baseline_every", sa.String(length=20), nullable=True),
        sa.Column("volume", ExactDecimal(), nullable=True),
        sa.Column("unit_cost", ExactDecimal(), nullable=True),
        sa.Column("unit_cost_source", sa.String(length=300), nullable=True),
        sa.Column("unit_cost_price_year", sa.String(length=7), nullable=True),
        sa.Column("unit_cost_from", sa.Date(), nullable=True),
        sa.Column("unit_cost_to", sa.Date(), nullable=True),
        sa.Column("marginal_rate", ExactDecimal(), nullable=True),
        sa.Column("attribution", ExactDecimal(), nullable=True),
        sa.Column("reprovision", ExactDecimal(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("published", sa.String(length=64), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(
            ["fund", "financial_year", "budget_line"],
            ["budget_line.fund", "budget_line.financial_year", "budget_line.code"],
            name=op.f("fk_scheme_fund_financial_year_budget_line"),
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_scheme")),
    )
    with op.batch_alter_table("scheme", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_scheme_fund_scheme_financial_year"), ["fund", "financial_year"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_scheme_indicator_scheme_area"), ["indicator", "area"], unique=False)

    op.create_table(
        "entry",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("scheme", sa.String(length=60), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("period_kind", sa.String(length=20), nullable=False),
        sa.Column("period_start", sa.Date(), nullable=False),
        sa.Column("period_end", sa.Date(), nullable=False),
        sa.Column("posted_quarter", sa.Date(), nullable=False),
        sa.Column("corrects", sa.Boolean(), nullable=False),
        sa.Column("cash", ExactDecimal(), nullable=False),
        sa.Column("non_cash", ExactDecimal(), nullable=False),
        sa.Column("indicator", sa.String(length=100), nullable=True),
        sa.Column("area", sa.String(length=40), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=True),
        sa.Column("rule_version", sa.String(length=40), nullable=True),
        sa.Column("event_id", sa.String(length=64), nullable=True),
        sa.Column("reference", sa.String(length=100), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["scheme"], ["scheme.code"], name=op.f("fk_entry_scheme")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry")),
        sa.UniqueConstraint(
            "scheme",
            "indicator",
            "area",
            "period_kind",
            "period_start",
            "period_end",
            "revision",
            "rule_version",
            name="uq_entry_indicated",
        ),
        sa.UniqueConstraint("scheme", "reference", name=op.f("uq_entry_scheme_reference")),
    )
    op.create_table(
        "scheme_baseline",
        sa.Column("scheme", sa.String(length=60), nullable=False),
        sa.Column("period_kind", sa.String(length=20), nullable=False),
        sa.Column("period_start", sa.Date(), nullable=False),
        sa.Column("period_end", sa.Date(), nullable=False),
        sa.Column("value", ExactDecimal(), nullable=False),
        sa.ForeignKeyConstraint(["scheme"], ["scheme.code"], name=op.f("fk_scheme_baseline_scheme")),
        sa.PrimaryKeyConstraint("scheme", "period_kind", "period_start", "period_end", name=op.f("pk_scheme_baseline")),
    )
    op.create_table(
        "scheme_plan",
        sa.Column("scheme", sa.String(length=60), nullable=False),
        sa.Column("period_kind", sa.String(length=20), nullable=False),
        sa.Column("period_start", sa.Date(), nullable=False),
        sa.Column("period_end", sa.Date(), nullable=False),
        sa.Column("low", ExactDecimal(), nullable=False),
        sa.Column("high", ExactDecimal(), nullable=False),
        sa.ForeignKeyConstraint(["scheme"], ["scheme.code"], name=op.f("fk_scheme_plan_scheme")),
        sa.PrimaryKeyConstraint("scheme", "period_kind", "period_start", "period_end", name=op.f("pk_scheme_plan")),
    )


def downgrade() -> None:
    op.drop_table("scheme_plan")
    op.drop_table("scheme_baseline")
    op.drop_table("entry")
    with op.batch_alter_table("scheme", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_scheme_indicator_scheme_area"))
        batch_op.drop_index(batch_op.f("ix_scheme_fund_scheme_financial_year"))

    op.drop_table("scheme")
    op.drop_table("printed_total")
    op.drop_table("fund_partner")
    op.drop_table("fund_agreement")
    op.drop_table("closed_quarter")
    op.drop_table("budget_line")
    op.drop_table("indicator_fact")
    op.drop_table("indicator_area")
    op.drop_table("fund")
    drop_chassis_tables()
