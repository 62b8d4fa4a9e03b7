"""How boards, meetings, reports and decisions are stored as JSON: format 1, the first."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from services.pledges.domain.board_decisions import (
    ActionWhenDecided,
    BoardDecision,
    Condition,
    DecisionAsked,
    Outcome,
    Taken,
    Taking,
)
from services.pledges.domain.governance import (
    Board,
    Meeting,
    Member,
    RecordKind,
    Report,
    Responsibility,
    ServiceSignOff,
)
from services.pledges.domain.status import Delivery, Schedule

FORMAT: Final = 1
Record = Board | Responsibility | Meeting | Report | BoardDecision
Stored = Mapping[str, Any]

KINDS: Final[Mapping[type, RecordKind]] = {
    Board: RecordKind.BOARD,
    Responsibility: RecordKind.RESPONSIBILITY,
    Meeting: RecordKind.MEETING,
    Report: RecordKind.REPORT,
    BoardDecision: RecordKind.DECISION,
}


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
    return _READERS[kind](stored)


def _board(stored: Stored) -> Board:
    fields = _fields(stored, lists=("also_known_as",))
    limit = stored["key_decision_over"]
    members = tuple(Member(**_fields(one, days=("valid_from", "valid_to"))) for one in stored["members"])
    return Board(**fields | {"members": members, "key_decision_over": None if limit is None else Decimal(limit)})


def _responsibility(stored: Stored) -> Responsibility:
    return Responsibility(**_fields(stored, lists=("boards",)))


def _meeting(stored: Stored) -> Meeting:
    return Meeting(**_fields(stored, days=("first_day", "last_day")))


_LISTS = ("cabinet_members", "authors", "recommendations", "alternatives_rejected", "pledges", "background_papers")


def _report(stored: Stored) -> Report:
    sign_offs = tuple(ServiceSignOff(**one) for one in stored["sign_offs"])
    return Report(**_fields(stored, days=("day",), lists=_LISTS) | {"sign_offs": sign_offs})


def _decision(stored: Stored) -> BoardDecision:
    taken = tuple(_taken(one) for one in stored["taken"])
    return BoardDecision(stored["code"], _asked(stored["asked"]), taken, stored["version"])


def _asked(stored: Stored) -> DecisionAsked:
    return DecisionAsked(**_fields(stored, days=("due",), lists=("asked_of", "depends_on", "actions")))


def _taken(stored: Stored) -> Taken:
    return Taken(
        taking=_taking(stored["taking"]),
        by=stored["by"],
        at=datetime.fromisoformat(stored["at"]),
        business_date=date.fromisoformat(stored["business_date"]),
        asked=_asked(stored["asked"]),
        actions=tuple(_action(one) for one in stored["actions"]),
    )


def _taking(stored: Stored) -> Taking:
    conditions = tuple(Condition(**_fields(one, days=("due", "met_on"))) for one in stored["conditions"])
    fields = _fields(stored, days=("taken_on",))
    return Taking(**fields | {"outcome": Outcome(stored["outcome"]), "conditions": conditions})


def _action(stored: Stored) -> ActionWhenDecided:
    fields = _fields(stored, days=("due",))
    axes = {"delivery": Delivery(stored["delivery"]), "schedule": Schedule(stored["schedule"])}
    return ActionWhenDecided(**fields | axes)


def _fields(stored: Stored, days: tuple[str, ...] = (), lists: tuple[str, ...] = ()) -> dict[str, Any]:
    """The fields of one dataclass: days read, lists as tuples, all else as it is."""
    read = {name: value for name, value in stored.items() if name != "format"}
    read |= {name: tuple(stored[name]) for name in lists}
    return read | {name: stored[name] and date.fromisoformat(stored[name]) for name in days}


_READERS: Final[Mapping[RecordKind, Callable[[Stored], Record]]] = {
    RecordKind.BOARD: _board,
    RecordKind.RESPONSIBILITY: _responsibility,
    RecordKind.MEETING: _meeting,
    RecordKind.REPORT: _report,
    RecordKind.DECISION: _decision,
}
