"""What can go wrong with reports."""

from chassis.errors import Conflict, Invalid, NotFound, PreconditionFailed, Unavailable


class ReportUnknown(NotFound):
    type_, title = "report-unknown", "There is no report of that quarter"


class ReportPublished(Conflict):
    type_, title = "report-published", "The report is published, and stays as it is"


class ReportNotPublished(Conflict):
    type_, title = "report-not-published", "The report is a draft: edit it instead"


class ReportChanged(PreconditionFailed):
    type_, title = "report-changed", "The report does not say any more what you have read"


class NothingDiffers(Conflict):
    type_, title = "nothing-differs", "Every figure of the report is as it was published"


class ScorecardGone(Conflict):
    type_, title = "scorecard-gone", "The scorecard that the report is made of is not there"


class TableUnknown(NotFound):
    type_, title = "table-unknown", "The report has no such table"


class QuarterInvalid(Invalid):
    type_, title = "quarter-invalid", "That is no financial quarter that has ended"


class MomentAhead(Invalid):
    type_, title = "moment-ahead", "Nobody knows yet what will be known then"


class PartUnavailable(Unavailable):
    type_, title = "part-unavailable", "A part of the report cannot be had now"


class NotSet(Unavailable):
    type_, title = "report-not-set", "The file of the report could not be made"
