"""What can go wrong in the register, each with its status."""

from chassis.errors import Conflict, Invalid, NotFound


class RiskUnknown(NotFound):
    type_, title = "risk-unknown", "There is no such risk"


class ProposalUnknown(NotFound):
    type_, title = "proposal-unknown", "There is no such proposal"


class AcceptanceUnknown(NotFound):
    type_, title = "acceptance-unknown", "There is no such acceptance"


class StatementUnknown(NotFound):
    type_, title = "appetite-statement-unknown", "There is no such statement of appetite"


class RecordUnknown(NotFound):
    type_, title = "treatment-unknown", "There is no such control, assurance or action"


class NotOverridden(NotFound):
    type_, title = "risk-not-overridden", "This risk stands without an override"


class RefTaken(Conflict):
    type_, title = "risk-ref-taken", "Another risk has this reference"


class RecordRefTaken(Conflict):
    type_, title = "treatment-ref-taken", "Another record of its kind has this reference"


class MatrixTaken(Conflict):
    type_, title = "matrix-immutable", "This version of the matrix exists and says otherwise"


class RiskClosed(Conflict):
    type_, title = "risk-closed", "This risk is closed and takes no part until it is reopened"


class RiskNotClosed(Conflict):
    type_, title = "risk-not-closed", "This risk is not closed"


class RiskDraft(Conflict):
    type_, title = "risk-not-in-force", "Only a risk that is in force can be accepted"


class RiskAccepted(Conflict):
    type_, title = "risk-accepted", "This risk is accepted until that is withdrawn"


class AcceptanceOpen(Conflict):
    type_, title = "acceptance-open", "A request waits for an approver already"


class AcceptanceDecided(Conflict):
    type_, title = "acceptance-decided", "This acceptance can no longer be decided on"


class AcceptanceOutdated(Conflict):
    type_, title = "acceptance-outdated", "The risk is rated worse by now than what was asked for"


class ProposalDecided(Conflict):
    type_, title = "proposal-decided", "This proposal is no longer open"


class SameMatrix(Conflict):
    type_, title = "risk-on-this-matrix", "The risk is on this matrix"


class NotAssessed(Conflict):
    type_, title = "risk-not-assessed", "This risk has no rating yet"


class NoOverride(Conflict):
    type_, title = "no-override", "This risk has no override in force"


class AlreadyRated(Conflict):
    type_, title = "risk-already-rated", "A rating can be carried over only with the first assessment"


class MatrixUnknown(Invalid):
    type_, title = "matrix-unknown", "There is no such matrix"


class OffMatrix(Invalid):
    type_, title = "rating-off-matrix", "The rating is not on the risk's matrix"


class LinkRepeated(Invalid):
    type_, title = "link-repeated", "An indicator in an area stands in one group of a risk, each of its signals once"


class SimulationTooLarge(Invalid):
    type_, title = "simulation-too-large", "Too many risks hang on these indicators"


class NotLinked(Invalid):
    type_, title = "indicator-not-linked", "The indicator is not linked to this risk"


class AcceptanceExpiry(Invalid):
    type_, title = "acceptance-expiry", "The last day is not one an acceptance may have"


class LimitsWrong(Invalid):
    type_, title = "appetite-off-matrix", "The matrix has no such score"


class ExpiryTooLate(Invalid):
    type_, title = "override-expiry", "The expiry is not one an override may have"


class RisksUnknown(Invalid):
    type_, title = "risks-unknown", "Some of the risks are none"


class LossesOffMatrix(Invalid):
    type_, title = "losses-off-matrix", "The matrix has no such likelihood"


class OpportunityWithoutLosses(Invalid):
    type_, title = "opportunity-without-losses", "Only a threat costs something"


class ExposureTooLarge(Invalid):
    type_, title = "exposure-too-large", "That is more than is simulated in one go"


class TestedTooEarly(Invalid):
    type_, title = "test-in-future", "A test is recorded once it was made"


class GivenTooEarly(Invalid):
    type_, title = "assurance-in-future", "An assurance is recorded once it was given"


class RowsWrong(Invalid):
    type_, title = "rows-wrong", "Some rows of the file are not right"


class AreaNeeded(Invalid):
    type_, title = "area-needed", "It is not known which area to look into"
