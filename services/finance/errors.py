"""What can go wrong in finance, named for what it is."""

from chassis.errors import Conflict, Invalid, NotFound


class FundUnknown(NotFound):
    type_, title = "fund-unknown", "There is no such fund"


class YearUnknown(NotFound):
    type_, title = "financial-year-unknown", "The fund has no budget lines in this financial year"


class QuarterOpen(NotFound):
    type_, title = "quarter-open", "The quarter is not closed"


class SchemeUnknown(NotFound):
    type_, title = "scheme-unknown", "There is no such savings scheme"


class SchemeExists(Conflict):
    type_, title = "scheme-exists", "A savings scheme of this code exists"


class SchemeWithdrawn(Conflict):
    type_, title = "scheme-withdrawn", "The savings scheme is withdrawn"


class SchemeNotEmpty(Conflict):
    type_, title = "scheme-holds-money", "Money that finance has validated or banked stands on the scheme"


class AttributionExceeded(Conflict):
    type_, title = "attribution-exceeded", "More than the whole of an indicator's change would be claimed"


class QuarterClosed(Conflict):
    type_, title = "quarter-closed", "The quarter is closed and never changes"


class QuarterNotEnded(Conflict):
    type_, title = "quarter-not-ended", "The quarter has not ended"


class VarianceUnallocated(Conflict):
    type_, title = "variance-unallocated", "A quarter closes when all of the variance is somebody's"


class PeriodPosted(Conflict):
    type_, title = "period-posted", "An original posting covers part of the period already"


class ReferenceUsed(Conflict):
    type_, title = "reference-used", "Another posting has this reference"


class BankedBeyondValidated(Conflict):
    type_, title = "banked-beyond-validated", "Banked money lies between nought and what finance has validated"


class BudgetLineInUse(Conflict):
    type_, title = "budget-line-in-use", "A savings scheme stands on this budget line"


class InvalidFinance(Invalid):
    type_, title = "invalid-finance", "What was sent does not fit what is known here"


class PeriodClosed(Conflict):
    type_, title = "period-closed", "The period is closed and takes no entries"


class PartnerUnknown(NotFound):
    type_, title = "partner-unknown", "There is no such partner of the fund"


class EntryUnknown(NotFound):
    type_, title = "entry-unknown", "There is no such entry in the ledger"


class EntryReversed(Conflict):
    type_, title = "entry-reversed", "The entry was reversed already"


class EntryDerived(Conflict):
    type_, title = "entry-derived", "The entry follows from something else, which is what has to change"


class VirementUnknown(NotFound):
    type_, title = "virement-unknown", "There is no such virement"


class VirementDecided(Conflict):
    type_, title = "virement-decided", "The virement was decided already"


class BudgetExceeded(Conflict):
    type_, title = "budget-exceeded", "The line has not that much budget to give"


class YearOpen(Conflict):
    type_, title = "year-open", "Quarters of the year are not closed yet"


class YearEndUnknown(NotFound):
    type_, title = "year-end-unknown", "The end of the year is not signed off"


class YearSigned(Conflict):
    type_, title = "year-signed", "The end of the year was signed off already"


class ActionPlanUnknown(NotFound):
    type_, title = "action-plan-unknown", "There is no such action plan of the fund"


class SharingNotAgreed(Conflict):
    type_, title = "sharing-not-agreed", "No agreement says who bears the variance"


class UnitCostUnknown(NotFound):
    type_, title = "unit-cost-unknown", "There is no such unit cost"


class DeflatorUnknown(NotFound):
    type_, title = "deflator-unknown", "There is no such release of an index of prices"


class DeflatorExists(Conflict):
    type_, title = "deflator-exists", "The release was recorded with other figures"


class TemplateUnknown(NotFound):
    type_, title = "return-unknown", "There is no form or revision of this return"


class ReturnIncomplete(Conflict):
    type_, title = "return-incomplete", "A return is signed off once it is complete and contradicts itself nowhere"


class RangeModelUnknown(NotFound):
    type_, title = "ranges-unknown", "There is no such table of savings ranges"
