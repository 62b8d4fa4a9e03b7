"""How records of every kind, from boards to ratings, are stored as JSON: format 1, the first."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

from services.pledges.domain.board_decisions import BoardDecision
from services.pledges.domain.governance import Board, Meeting, RecordKind, Report, Responsibility
from services.pledges.domain.providers import Contract, Provider, QualityReview, Rating, RatingCount
from services.pledges.domain.rating_feeds import RatingFeed
from services.pledges.domain.registers import Benefit, Consultation, ImpactAssessment, OptionsAppraisal, PrintedList
from services.pledges.domain.stored_fields import Stored, plain, read_fields

FORMAT: Final = 1
Paper = Board | Responsibility | Meeting | Report
Register = ImpactAssessment | Benefit | Consultation | OptionsAppraisal | PrintedList
Care = Provider | Contract | QualityReview | Rating | RatingCount | RatingFeed
Whole = Paper | Register | Care
"""What is put as a whole."""
Record = Whole | BoardDecision

KINDS: Final[Mapping[type, RecordKind]] = {
    Board: RecordKind.BOARD,
    Responsibility: RecordKind.RESPONSIBILITY,
    Meeting: RecordKind.MEETING,
    Report: RecordKind.REPORT,
    BoardDecision: RecordKind.DECISION,
    ImpactAssessment: RecordKind.IMPACT_ASSESSMENT,
    Benefit: RecordKind.BENEFIT,
    Consultation: RecordKind.CONSULTATION,
    OptionsAppraisal: RecordKind.OPTIONS_APPRAISAL,
    PrintedList: RecordKind.PRINTED_LIST,
    Provider: RecordKind.PROVIDER,
    Contract: RecordKind.CONTRACT,
    QualityReview: RecordKind.QUALITY_REVIEW,
    Rating: RecordKind.RATING,
    RatingCount: RecordKind.RATING_COUNT,
    RatingFeed: RecordKind.RATING_FEED,
}
_CLASSES: Final[Mapping[RecordKind, type]] = {kind: of for of, kind in KINDS.items()}


def kind_of(record: Record) -> RecordKind:
    return KINDS[type(record)]


def write_record(record: Record) -> dict[str, Any]:
    """Its fields by their names; days and moments as ISO text, amounts as plain digits."""
    return {"format": FORMAT, **{name: plain(value) for name, value in asdict(record).items()}}


def read_record(kind: RecordKind, stored: Stored) -> Record:
    found: Record = read_fields(_CLASSES[kind], stored)
    return found
