"""How boards, meetings, reports and decisions are stored as JSON: format 1, the first."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, Final, cast, get_args, get_origin, get_type_hints

from services.pledges.domain.board_decisions import BoardDecision
from services.pledges.domain.governance import Board, Meeting, RecordKind, Report, Responsibility
from services.pledges.domain.providers import Contract, Provider, QualityReview, Rating, RatingCount
from services.pledges.domain.registers import Benefit, Consultation, ImpactAssessment, OptionsAppraisal

FORMAT: Final = 1
Paper = Board | Responsibility | Meeting | Report
Register = ImpactAssessment | Benefit | Consultation | OptionsAppraisal
Care = Provider | Contract | QualityReview | Rating | RatingCount
Whole = Paper | Register | Care
"""What is put as a whole."""
Record = Whole | BoardDecision
Stored = Mapping[str, Any]

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
    Provider: RecordKind.PROVIDER,
    Contract: RecordKind.CONTRACT,
    QualityReview: RecordKind.QUALITY_REVIEW,
    Rating: RecordKind.RATING,
    RatingCount: RecordKind.RATING_COUNT,
}
_CLASSES: Final[Mapping[RecordKind, type]] = {kind: of for of, kind in KINDS.items()}


def kind_of(record: Record) -> RecordKind:
    return KINDS[type(record)]


def write_record(record: Record) -> dict[str, Any]:
    """Its fields by their names; days and moments as ISO text, amounts as plain digits."""
    return {"format": FORMAT, **{name: _plain(value) for name, value in asdict(record).items()}}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, date | datetime):
        return value.isoformat()
    return format(value, "f") if isinstance(value, Decimal) else value


def read_record(kind: RecordKind, stored: Stored) -> Record:
    found: Record = _read(_CLASSES[kind], stored)
    return found


def _read(of: type[Any], stored: Stored) -> Any:
    """A dataclass from its fields; one that was stored before a field was there has its default."""
    hints = _hints(of)  # type: ignore[arg-type]  # a class is hashable
    return of(**{name: _value(hint, stored[name]) for name, hint in hints.items() if name in stored})


@cache
def _hints(of: type[Any]) -> Mapping[str, Any]:
    hints = get_type_hints(of)
    return {field.name: hints[field.name] for field in fields(of)}


def _value(hint: Any, stored: Any) -> Any:
    """What :func:`_plain` wrote of a value of this type."""
    if stored is None:
        return None
    if get_origin(hint) is UnionType:
        return _value(next(each for each in get_args(hint) if each is not NoneType), stored)
    if get_origin(hint) is tuple:
        return tuple(_value(get_args(hint)[0], one) for one in stored)
    if is_dataclass(hint):
        return _read(cast("type[Any]", hint), stored)
    read = _TEXTS.get(hint, hint if issubclass(hint, Enum) else None)
    return read(stored) if read else stored


_TEXTS: Final[Mapping[type, Callable[[str], Any]]] = {
    date: date.fromisoformat,
    datetime: datetime.fromisoformat,
    Decimal: Decimal,
}
