"""Tables of finance. Periods are kind, first and last day; money and values exact decimals."""

from services.finance.models.action_plans import ActionPlanRow
from services.finance.models.fund_returns import ReturnRevisionRow
from services.finance.models.funds import (
    BudgetLineRow,
    ClosedLineRow,
    ClosedQuarterRow,
    FundAgreementRow,
    FundPartnerRow,
    FundRow,
    FundVersionRow,
    PrintedTotalRow,
    PublishedFundRow,
    VirementRow,
    YearEndRow,
)
from services.finance.models.ledger import (
    EntryRow,
    EntryTotalRow,
    LedgerBalanceRow,
    LedgerHeadRow,
    LineBalanceRow,
    TransferRow,
)
from services.finance.models.metadata import Base
from services.finance.models.range_models import RangeModelRow
from services.finance.models.schemes import ObservationRow, SchemeBaselineRow, SchemePlanRow, SchemeRow, SeriesRow
from services.finance.models.unit_costs import DeflatorRow, UnitCostRow, UnitCostVersionRow

__all__ = [
    "ActionPlanRow",
    "Base",
    "BudgetLineRow",
    "ClosedLineRow",
    "ClosedQuarterRow",
    "DeflatorRow",
    "EntryRow",
    "EntryTotalRow",
    "FundAgreementRow",
    "FundPartnerRow",
    "FundRow",
    "FundVersionRow",
    "LedgerBalanceRow",
    "LedgerHeadRow",
    "LineBalanceRow",
    "ObservationRow",
    "PrintedTotalRow",
    "PublishedFundRow",
    "RangeModelRow",
    "ReturnRevisionRow",
    "SchemeBaselineRow",
    "SchemePlanRow",
    "SchemeRow",
    "SeriesRow",
    "TransferRow",
    "UnitCostRow",
    "UnitCostVersionRow",
    "VirementRow",
    "YearEndRow",
]
