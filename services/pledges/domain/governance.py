"""Who decides: boards with their members, who is responsible for what, meetings, and reports with a front sheet.

What decisions are is in ``board_decisions``. All of it is put as a whole by its code, and read as it was put.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


class RecordKind(StrEnum):
    BOARD = "board"
    RESPONSIBILITY = "responsibility"
    MEETING = "meeting"
    REPORT = "report"
    DECISION = "decision"
    IMPACT_ASSESSMENT = "impact_assessment"
    BENEFIT = "benefit"
    CONSULTATION = "consultation"
    OPTIONS_APPRAISAL = "options_appraisal"
    PROVIDER = "provider"
    CONTRACT = "contract"
    QUALITY_REVIEW = "quality_review"
    RATING = "rating"
    RATING_COUNT = "rating_count"
    RATING_FEED = "rating_feed"
    PRINTED_LIST = "printed_list"


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a board by the role that is printed, and from when to when."""

    member: str
    position: str
    valid_from: date | None = None
    valid_to: date | None = None

    @property
    def ends_before_it_begins(self) -> bool:
        return self.valid_from is not None and self.valid_to is not None and self.valid_to < self.valid_from

    def serves(self, day: date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Board:
    """A body that decides, steers or watches. ``reports_to`` is another board.

    ``call_in_working_days``: how long its decisions can be called in. ``key_decision_over``: the amount in pounds above
    which a decision of it is a key decision.
    """

    code: str
    title: str
    also_known_as: tuple[str, ...] = ()
    era: str | None = None
    responsibility: str | None = None
    meets: str | None = None
    reports_to: str | None = None
    members: tuple[Member, ...] = ()
    call_in_working_days: int | None = None
    key_decision_over: Decimal | None = None
    source: str | None = None

    @property
    def board(self) -> str | None:
        return self.reports_to


@dataclass(frozen=True, slots=True)
class Responsibility:
    """An activity, and the boards that are responsible for it: a line of the table of who is responsible for what."""

    code: str
    number: int
    title: str
    boards: tuple[str, ...]
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Meeting:
    """An item on the forward plan of a board: on a day, or where only a month is known between its first and last."""

    code: str
    board: str
    title: str
    first_day: date
    last_day: date
    approach: str | None = None
    day_basis: str | None = None
    report: str | None = None
    source: str | None = None

    @property
    def day(self) -> date | None:
        return self.first_day


@dataclass(frozen=True, slots=True)
class ServiceSignOff:
    """What a service of the council signed a report off with; ``code`` None where nothing is printed."""

    service: str
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """A report to a board with its front sheet, as printed."""

    code: str
    title: str
    board: str
    day: date
    reference: str | None = None
    key_decision: bool | None = None
    part: str | None = None
    purpose: str | None = None
    cabinet_members: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    recommendations: tuple[str, ...] = ()
    alternatives_rejected: tuple[str, ...] = ()
    sign_offs: tuple[ServiceSignOff, ...] = ()
    cabinet_member_agreed: bool | None = None
    equality_assessed: bool | None = None
    equality_note: str | None = None
    finance: str | None = None
    risk: str | None = None
    pledges: tuple[str, ...] = ()
    background_papers: tuple[str, ...] = ()
    source: str | None = None


@dataclass(frozen=True, slots=True)
class PutCounts:
    """What putting many records did."""

    created: int
    changed: int
    unchanged: int


@dataclass(frozen=True, slots=True)
class RecordFilter:
    """``since`` and ``until`` are on the days of meetings, the day of reports, and the due day of decisions."""

    board: str | None = None
    since: date | None = None
    until: date | None = None
    fields: tuple[tuple[str, str], ...] = ()
    """Other fields of the record, and what they are to say."""
