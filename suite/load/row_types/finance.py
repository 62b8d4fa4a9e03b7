"""Rows of the fund, its ranges, plans and schemes."""

from decimal import Decimal
from typing import Literal

from contracts.period import Period
from suite.load.csv_files import FileRow
from suite.load.row_types.shared import Basis


class PartnerRow(FileRow):
    code: str
    name: str
    role: str


class BudgetRow(FileRow):
    """Millions of pounds, three decimals, as printed. The row TOTAL is the printed total."""

    code: str
    directorate: str
    department: str = ""
    division: str
    net_budget_2017_18: Decimal
    cost_increases: Decimal
    savings: Decimal
    other_savings: Decimal
    net_budget_2018_19: Decimal


class RangeRow(FileRow):
    """Thousands of pounds. TOTAL rows print sums; their rate is empty."""

    strand: str
    partner: str
    base_gbp_thousand: Decimal
    year: Period
    bound: Literal["lower", "higher"]
    rate_percent: Decimal | None = None
    printed_saving_gbp_thousand: Decimal


class SavingsPlanRow(FileRow):
    code: str
    line: str
    y2014_15: Decimal
    y2015_16: Decimal | None = None
    y2016_17: Decimal | None = None
    total: Decimal | None = None


class UnitCostRow(FileRow):
    code: str
    description: str
    amount: Decimal
    unit: str
    kind: Literal["fiscal", "economic", "social"]
    cashable_share: Decimal | None = None
    source: str
    price_year: str
    basis: Basis


class SchemeRow(FileRow):
    code: str
    title: str
    workstream: str
    budget_line: str
    partner: str
    delivery: Literal["plan", "mitigation"]
    recurrence: Literal["recurrent", "one_off"]
    indicator: str | None = None
    area: str | None = None
    financial_year: Period
    baseline_kind: str | None = None
    baseline: Decimal | None = None
    volume: Decimal | None = None
    volume_note: str = ""
    unit_cost: str | None = None
    marginal_rate: Decimal | None = None
    attribution: Decimal | None = None
    cashable_share: Decimal | None = None
    reprovision: Decimal | None = None
    optimism_bias: Decimal
    confidence: Decimal
    plan_period: Period
    plan_low: Decimal
    plan_high: Decimal
    basis: Basis
