"""Rows of boards, meetings, reports and decisions."""

from datetime import date

from suite.load.csv_files import FileRow, Several


class BoardRow(FileRow):
    code: str
    title: str
    also_known_as: Several = ()
    era: str
    responsibility: str
    meets: str | None = None
    reports_to: str | None = None
    source: str


class BoardMemberRow(FileRow):
    board: str
    member: str
    position: str
    source: str


class ResponsibilityRow(FileRow):
    """A line of the table of 13 activities and 6 bodies: the activity, and the bodies that are responsible."""

    code: str
    number: int
    title: str
    boards: Several
    source: str


class MeetingRow(FileRow):
    code: str
    board: str
    title: str
    first_day: date
    last_day: date
    approach: str | None = None
    day_basis: str
    report: str
    source: str


class ReportRow(FileRow):
    code: str
    title: str
    board: str
    day: date
    reference: str
    key_decision: bool
    part: str
    purpose: str
    cabinet_members: Several
    authors: Several
    recommendations: Several
    alternatives_rejected: Several
    cabinet_member_agreed: bool
    equality_assessed: bool
    equality_note: str
    finance: str
    risk: str
    pledges: Several
    background_papers: Several
    source: str


class ReportSignOffRow(FileRow):
    report: str
    service: str
    code: str | None = None
    source: str


class DecisionRow(FileRow):
    code: str
    report: str
    board: str
    number: str | None = None
    title: str
    due: date | None = None
    printed_due: str | None = None
    asked_of: Several
    depends_on: Several = ()
    source: str


class PersonRow(FileRow):
    """Somebody whom the papers name, and what they did: no first day is printed of any post, so none is held."""

    code: str
    name: str
    roles: Several
    source: str
