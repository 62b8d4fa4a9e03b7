"""What can be wrong with a request about pledges, priorities and actions."""

from chassis.errors import Conflict, Invalid, NotFound


class SetUnknown(NotFound):
    type_ = "pledge-set-unknown"
    title = "Unknown pledge set"


class PledgeUnknown(NotFound):
    type_ = "pledge-unknown"
    title = "Unknown pledge"


class PriorityUnknown(NotFound):
    type_ = "priority-unknown"
    title = "Unknown priority"


class ActionUnknown(NotFound):
    type_ = "action-unknown"
    title = "Unknown action"


class RecordUnknown(NotFound):
    type_ = "governance-record-unknown"
    title = "Unknown board, responsibility, meeting, report or decision"


class ConditionUnknown(NotFound):
    type_ = "condition-unknown"
    title = "Unknown condition of a decision"


class RecordsRefused(Invalid):
    type_ = "records-refused"
    title = "Some of the records cannot be put"


class RowsWrong(Invalid):
    type_ = "rows-wrong"
    title = "Some rows of the file are not right"


class DecisionSettled(Conflict):
    type_ = "decision-settled"
    title = "The decision was taken already"


class DecisionNotAgreed(Conflict):
    type_ = "decision-not-agreed"
    title = "Only what was agreed hangs on conditions"


class DecisionWaits(Conflict):
    type_ = "decision-waits"
    title = "The decision depends on one that is not agreed"


class TakingWrong(Invalid):
    type_ = "taking-wrong"
    title = "The day or the meeting of the decision does not fit"


class SeriesTaken(Conflict):
    type_ = "series-taken"
    title = "Another feed tells of this indicator in this area"


class QuarterAhead(Invalid):
    type_ = "quarter-ahead"
    title = "The quarter has not begun"


class DependencyUnknown(NotFound):
    type_ = "dependency-unknown"
    title = "Unknown dependency"


class ReturnUnknown(NotFound):
    type_ = "return-unknown"
    title = "Unknown quarterly return"


class ReturnLocked(Conflict):
    type_ = "return-locked"
    title = "The return is not open to this"


class ReturnIncomplete(Invalid):
    type_ = "return-incomplete"
    title = "The return does not say enough to be submitted"


class DelegationUnknown(NotFound):
    type_ = "delegation-unknown"
    title = "Unknown delegation"


class DelegationMissing(Conflict):
    type_ = "delegation-missing"
    title = "Nobody delegated this step to the caller"


class PledgeClosed(Conflict):
    type_ = "pledge-closed"
    title = "The pledge is signed off; it is reopened first"


class PledgeOpen(Conflict):
    type_ = "pledge-open"
    title = "The pledge is open already"


class SignOffNeeded(Conflict):
    type_ = "sign-off-needed"
    title = "A pledge is closed by signing it off, and opened again by reopening it"


class SignOffIncomplete(Invalid):
    type_ = "sign-off-incomplete"
    title = "What is signed is not borne out"


class PledgeExists(Conflict):
    type_ = "pledge-exists"
    title = "A pledge of this number was made with other content"


class RecordExists(Conflict):
    type_ = "record-exists"
    title = "A record of this code was made with other content"


class OriginalWordingFixed(Invalid):
    type_ = "original-wording-fixed"
    title = "The original wording of a pledge never changes"


class ClosingDayWrong(Invalid):
    type_ = "closing-day-wrong"
    title = "The closing day does not fit"


class ReferenceUnknown(Invalid):
    type_ = "reference-unknown"
    title = "A set, priority or action that is named does not exist"


class PartNotPossible(Invalid):
    type_ = "part-not-possible"
    title = "An action cannot be a part of that one"


class DependencyCircular(Invalid):
    type_ = "dependency-circular"
    title = "Nothing must wait for itself, or report to itself, in a circle"
