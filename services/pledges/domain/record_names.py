"""What records name: other records, actions, and those of their own kind that stand above them."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby

from services.pledges.domain.board_decisions import BoardDecision
from services.pledges.domain.faults import Fault
from services.pledges.domain.governance import Board, Meeting, RecordKind, Report, Responsibility
from services.pledges.domain.governance_formats import Record, kind_of
from services.pledges.domain.providers import Contract, QualityReview, Rating
from services.pledges.domain.rating_feeds import RatingFeed
from services.pledges.domain.registers import (
    AssessedKind,
    Benefit,
    Consultation,
    ImpactAssessment,
    OptionsAppraisal,
    PrintedList,
)

Named = tuple[str, RecordKind, str]
"""A field, and the record that it names."""


def named_by(record: Record) -> Iterator[Named]:
    """The records that one names, but those that it is below."""
    yield from _named_by_register(record)
    match record:
        case Board(reports_to=str(board)) if board != record.code:
            yield "reports_to", RecordKind.BOARD, board
        case Responsibility():
            for board in record.boards:
                yield "boards", RecordKind.BOARD, board
        case Meeting() | Report():
            yield "board", RecordKind.BOARD, record.board
            if isinstance(record, Meeting) and record.report:
                yield "report", RecordKind.REPORT, record.report


def _named_by_register(record: Record) -> Iterator[Named]:
    match record:
        case ImpactAssessment(subject_kind=AssessedKind.REPORT | AssessedKind.DECISION):
            yield "subject", RecordKind(record.subject_kind), record.subject
        case Contract() | QualityReview():
            yield "provider", RecordKind.PROVIDER, record.provider
        case Rating(provider=str(provider)):
            yield "provider", RecordKind.PROVIDER, provider
        case Benefit(board=str(board)):
            yield "board", RecordKind.BOARD, board
        case OptionsAppraisal(report=str(report)) | PrintedList(report=str(report)):
            yield "report", RecordKind.REPORT, report
        case Consultation():
            named = (("board", RecordKind.BOARD, record.board), ("report", RecordKind.REPORT, record.report))
            yield from ((field, kind, code) for field, kind, code in named if code)


def actions_named_by(record: Record) -> tuple[str, Collection[str]]:
    """The field that names actions, and their codes."""
    match record:
        case ImpactAssessment(subject_kind=AssessedKind.ACTION):
            return "subject", (record.subject,)
        case QualityReview():
            return "actions", record.actions
    return "", ()


def above(record: Record) -> tuple[str, tuple[str, ...]]:
    """The field that names others of its kind, which it is below, and their codes."""
    match record:
        case Board(reports_to=str(board)):
            return "reports_to", (board,)
        case BoardDecision():
            return "depends_on", record.asked.depends_on
    return "", ()


def unknown(named: Iterable[Named], there: Collection[tuple[RecordKind, str]]) -> list[Fault]:
    """Of the records that are named, those that are not there."""
    return [(field, f"there is no {kind} {code}") for field, kind, code in named if (kind, code) not in there]


def told_twice(records: Sequence[Record], there: Iterable[Record]) -> Iterator[tuple[int, Fault]]:
    """By its place, each feed that would take periods of an indicator in an area on days that another takes them on."""
    clashes = _clashes({one.code: one for one in (*there, *records) if isinstance(one, RatingFeed)}.values())
    for place, one in enumerate(records):
        if isinstance(one, RatingFeed) and one.code in clashes:
            yield place, ("indicator", f"{clashes[one.code]} tells of it in {one.area} on some of these days")


def _clashes(feeds: Iterable[RatingFeed]) -> Mapping[str, str]:
    """By its code, each feed that another one of its series meets, with the code of one such."""
    found: dict[str, str] = {}
    for _, of_series in groupby(sorted(feeds, key=_series_and_start), key=_series):
        longest: RatingFeed | None = None
        for one in of_series:
            if longest is not None and one.starts_on <= _end(longest):
                found[one.code] = longest.code
                found.setdefault(longest.code, one.code)
            longest = one if longest is None else max(longest, one, key=_end)
    return found


def _series(feed: RatingFeed) -> tuple[str, str]:
    return feed.indicator, feed.area


def _series_and_start(feed: RatingFeed) -> tuple[str, str, date]:
    return *_series(feed), feed.starts_on


def _end(feed: RatingFeed) -> date:
    return feed.ends_on or date.max


def repeated(records: Sequence[Record]) -> Iterator[tuple[int, Fault]]:
    """By its place, each record of a kind whose code, or that in another case, stands above it."""
    first: dict[tuple[RecordKind, str], tuple[int, str]] = {}
    for place, one in enumerate(records):
        at, code = first.setdefault((kind_of(one), one.code.lower()), (place, one.code))
        if at != place:
            yield place, ("code", "stands there twice" if code == one.code else "is taken")
