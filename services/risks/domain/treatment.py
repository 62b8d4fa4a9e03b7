"""What is done about risks: controls in place, assurances that they work, actions to come. Each may serve several."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar, Final, TypeAlias

from contracts.days import months_after

ASSURANCE_MONTHS: Final = 12
"""After which nobody can rely on an opinion any more."""


def stale_before(today: date, months: int = ASSURANCE_MONTHS) -> date:
    """What is of a day before this one is too old to rely on, where it holds for so many months."""
    return months_after(today, -months)


class ControlState(StrEnum):
    PLANNED = "planned"
    IN_PLACE = "in_place"
    RETIRED = "retired"


class TreatmentState(StrEnum):
    """Where an action is."""

    OPEN = "open"
    DONE = "done"
    CANCELLED = "cancelled"


class Aspect(StrEnum):
    """Whether a control would do what it is for, and whether it does."""

    DESIGN = "design"
    OPERATION = "operation"


class Effectiveness(StrEnum):
    EFFECTIVE = "effective"
    PARTLY_EFFECTIVE = "partly_effective"
    INEFFECTIVE = "ineffective"


@dataclass(frozen=True, slots=True)
class ControlTest:
    """What somebody found of a control's design, or of its operation, on a day."""

    aspect: Aspect
    result: Effectiveness
    tested_on: date
    tested_by: str
    finding: str | None = None


@dataclass(frozen=True, slots=True)
class RecordedTest:
    """A test with who recorded it and when."""

    test_id: int
    test: ControlTest
    by: str
    at: datetime


Tests: TypeAlias = Mapping[Aspect, ControlTest]
"""The newest test of each aspect of a control."""


@dataclass(frozen=True, slots=True)
class ControlRecord:
    """Something that keeps risks down. ``design``: how; ``test_every``: months within which its operation is tested."""

    prefix: ClassVar[str] = "control"

    title: str
    owner: str | None = None
    design: str | None = None
    state: ControlState = ControlState.IN_PLACE
    test_every: int = 12

    def flags(self, today: date, tests: Tests) -> list[str]:
        if self.state is not ControlState.IN_PLACE:
            return []
        operation = tests.get(Aspect.OPERATION)
        flags = {
            "design_untested": Aspect.DESIGN not in tests,
            "operation_untested": operation is None,
            "test_overdue": operation is not None and operation.tested_on < stale_before(today, self.test_every),
            "not_effective": any(test.result is not Effectiveness.EFFECTIVE for test in tests.values()),
        }
        return [name for name, raised in flags.items() if raised]


@dataclass(frozen=True, slots=True)
class AssuranceRecord:
    """Comfort that controls work: of whom, their line of defence 1 to 3, what they found and when."""

    prefix: ClassVar[str] = "assurance"

    source: str
    line: int
    opinion: str
    given_on: date

    def flags(self, today: date, _tests: Tests) -> list[str]:
        return ["stale"] if self.given_on < stale_before(today) else []


@dataclass(frozen=True, slots=True)
class ActionRecord:
    """Something that is to be done. ``effect``: what it is expected to do, ``..._steps`` how far down the axes.

    ``closed_on``: the business date on which it was done, or cancelled.
    """

    prefix: ClassVar[str] = "action"

    title: str
    owner: str | None = None
    due: date | None = None
    effect: str | None = None
    impact_steps: int = 0
    likelihood_steps: int = 0
    state: TreatmentState = TreatmentState.OPEN
    closed_on: date | None = None

    def flags(self, today: date, _tests: Tests) -> list[str]:
        return ["overdue"] if self.state is TreatmentState.OPEN and self.due is not None and self.due < today else []


Content: TypeAlias = ControlRecord | AssuranceRecord | ActionRecord
Kind: TypeAlias = type[ControlRecord] | type[AssuranceRecord] | type[ActionRecord]
KINDS: Final[tuple[Kind, ...]] = (ControlRecord, AssuranceRecord, ActionRecord)


@dataclass(frozen=True, slots=True)
class NewRecord:
    """A control, an assurance or an action that is to be entered for risks, by their references."""

    ref: str
    content: Content
    risks: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class RecordChange:
    """What is to change of a record: fields by name, the risks it is for, and why."""

    fields: Mapping[str, Any]
    risks: Sequence[str] | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """A control, an assurance or an action as it is kept. ``version`` counts its events."""

    record_id: int
    ref: str
    content: Content
    risks: Sequence[str]
    version: int
    changed_by: str
    changed_at: datetime
    tests: Tests = field(default_factory=dict)

    @property
    def subject(self) -> str:
        """As events and the audit record name it: a risk's reference has no slash."""
        return f"{self.content.prefix}/{self.ref}"


@dataclass(frozen=True, slots=True)
class RecordView:
    """A record on a business date."""

    record: Record
    today: date

    @property
    def flags(self) -> list[str]:
        return self.record.content.flags(self.today, self.record.tests)


@dataclass(frozen=True, slots=True)
class RecordFilter:
    """What a reader asks for; ``flagged``: only overdue actions, or stale assurances."""

    risk: str | None = None
    owner: str | None = None
    state: str | None = None
    line: int | None = None
    flagged: bool = False
