"""Bodies of controls, assurances and actions, each for several risks."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Self

from pydantic import ConfigDict, Field

from chassis.web.bodies import UNCHANGED, OutBody, PatchBody, StrictBody
from contracts.envelope import Timestamp
from contracts.reasons import Reason
from services.risks.domain.treatment import (
    ActionRecord,
    Aspect,
    AssuranceRecord,
    Content,
    ControlRecord,
    ControlState,
    ControlTest,
    Effectiveness,
    NewRecord,
    RecordChange,
    RecordedTest,
    RecordView,
    TreatmentState,
)
from services.risks.schemas.values import Name, Passage, Ref, Sentence

RISKS = "References of the risks that it is for"
RecordRef = Annotated[Ref, Field(description="Reference of the record; it never changes", examples=["quality-terms"])]
Risks = Annotated[list[Ref], Field(max_length=500, description=RISKS, examples=[["OCC3", "OCC5"]])]
Line = Annotated[int, Field(ge=1, le=3, strict=True, description="Line of defence: 1 management, 2 oversight, 3 other")]
Months = Annotated[int, Field(ge=1, le=120, strict=True, description="Months within which its operation is tested")]
Steps = Annotated[int, Field(ge=0, le=20, strict=True, description="Steps down this axis that it is expected to bring")]
Why = Annotated[Reason | None, Field(description="Why; needed where its state changes")]


class ControlIn(StrictBody):
    """Something that keeps risks down."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "ref": "quality-terms",
                    "title": "Quality terms in contracts",
                    "owner": "Head of commissioning",
                    "design": "Every contract names what is checked and how often",
                    "risks": ["OCC3", "OCC5"],
                }
            ]
        }
    )

    ref: RecordRef
    title: Sentence = Field(description="What it is")
    owner: Name | None = None
    design: Passage | None = Field(default=None, description="How it keeps the risks down")
    state: ControlState = Field(default=ControlState.IN_PLACE, description="Planned, in place, or retired")
    test_every: Months = 12
    risks: Risks = Field(default=[])

    def to_domain(self) -> NewRecord:
        content = ControlRecord(self.title, self.owner, self.design, self.state, self.test_every)
        return NewRecord(self.ref, content, self.risks)


class AssuranceIn(StrictBody):
    """Comfort that controls work, as somebody gave it on a day."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "ref": "audit-2018-01",
                    "source": "Internal audit",
                    "line": 3,
                    "opinion": "Sound, with two findings",
                    "given_on": "2018-01-31",
                    "risks": ["OCC5"],
                }
            ]
        }
    )

    ref: RecordRef
    source: Sentence
    line: Line
    opinion: Sentence
    given_on: date = Field(
        description="Day on which it was given, not after the business date; a year later it is stale"
    )
    risks: Risks = Field(default=[])

    def to_domain(self) -> NewRecord:
        return NewRecord(self.ref, AssuranceRecord(self.source, self.line, self.opinion, self.given_on), self.risks)


class RiskActionIn(StrictBody):
    """Something that is to be done about risks."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "ref": "recruit-care-staff",
                    "title": "Support recruitment in the care sector",
                    "owner": "Head of commissioning",
                    "due": "2018-09-30",
                    "effect": "Fewer contracts handed back",
                    "likelihood_steps": 1,
                    "risks": ["OCC5"],
                }
            ]
        }
    )

    ref: RecordRef
    title: Sentence = Field(description="What is to be done")
    owner: Name | None = None
    due: date | None = None
    effect: Passage | None = Field(default=None, description="What it is expected to do")
    impact_steps: Steps = 0
    likelihood_steps: Steps = 0
    risks: Risks = Field(default=[])

    def to_domain(self) -> NewRecord:
        steps = (self.impact_steps, self.likelihood_steps)
        return NewRecord(self.ref, ActionRecord(self.title, self.owner, self.due, self.effect, *steps), self.risks)


class _RecordPatch(PatchBody):
    def to_domain(self) -> RecordChange:
        """What was sent, and nothing else."""
        sent = {name: value for name, value in self.changes().items() if name != "reason"}
        risks = sent.pop("risks", None)
        return RecordChange(sent, risks, self.changes().get("reason"))


class ControlPatch(_RecordPatch):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"state": "retired", "reason": "The contract has ended", "risks": []}]}
    )

    title: Sentence = UNCHANGED
    owner: Name | None = None
    design: Passage | None = Field(default=None, description="How it keeps the risks down")
    state: ControlState = UNCHANGED
    test_every: Months = UNCHANGED
    risks: Risks = UNCHANGED
    reason: Why = None


class AssurancePatch(_RecordPatch):
    model_config = ConfigDict(json_schema_extra={"examples": [{"opinion": "Sound", "risks": ["OCC5"]}]})

    source: Sentence = UNCHANGED
    line: Line = UNCHANGED
    opinion: Sentence = UNCHANGED
    given_on: Annotated[date, Field(description="Day on which it was given, not after the business date")] = UNCHANGED
    risks: Risks = UNCHANGED
    reason: Reason | None = Field(default=None, description="Why it is put right")


class RiskActionPatch(_RecordPatch):
    model_config = ConfigDict(json_schema_extra={"examples": [{"state": "done", "reason": "Agreed by the board"}]})

    title: Sentence = UNCHANGED
    owner: Name | None = None
    due: date | None = None
    effect: Passage | None = Field(default=None, description="What it is expected to do")
    impact_steps: Steps = UNCHANGED
    likelihood_steps: Steps = UNCHANGED
    state: TreatmentState = UNCHANGED
    risks: Risks = UNCHANGED
    reason: Why = None


class ControlTestIn(StrictBody):
    """What somebody found of a control's design, or of its operation."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "aspect": "operation",
                    "result": "partly_effective",
                    "tested_on": "2018-02-14",
                    "tested_by": "Internal audit",
                    "finding": "Two of twelve meetings were not held",
                }
            ]
        }
    )

    aspect: Aspect = Field(description="Whether it would do what it is for, or whether it does")
    result: Effectiveness = Field(description="What was found")
    tested_on: date = Field(description="Day of the test, not after the business date")
    tested_by: Name = Field(description="Who tested it")
    finding: Passage | None = Field(default=None, description="What was found, in words")

    def to_domain(self) -> ControlTest:
        return ControlTest(self.aspect, self.result, self.tested_on, self.tested_by, self.finding)


class ControlTestOut(OutBody):
    """A test of a control."""

    aspect: Aspect = Field(description="Whether it would do what it is for, or whether it does")
    result: Effectiveness = Field(description="What was found")
    tested_on: date = Field(description="Day of the test")
    tested_by: str = Field(description="Who tested it")
    finding: str | None = Field(description="What was found, in words")

    @classmethod
    def of(cls, test: ControlTest) -> Self:
        return cls.model_validate(test, from_attributes=True)


class RecordedTestOut(ControlTestOut):
    """A test of a control with who recorded it and when."""

    id: int = Field(description="Number of the test")
    by: str = Field(description="Who recorded it")
    at: Timestamp = Field(description="When it was recorded (UTC)")

    @classmethod
    def of_recorded(cls, found: RecordedTest) -> Self:
        test = ControlTestOut.of(found.test)
        return cls(id=found.test_id, by=found.by, at=found.at, **dict(test))


class _RecordOut(OutBody):
    ref: RecordRef
    risks: list[str] = Field(description=RISKS, examples=[["OCC3", "OCC5"]])
    version: int = Field(description="Counts its events")
    changed_by: str = Field(description="Who changed it last")
    changed_at: Timestamp

    @classmethod
    def of(cls, view: RecordView) -> Self:
        record = view.record
        named: dict[str, Any] = {name: getattr(record, name) for name in _RecordOut.model_fields}
        return cls(**named, **_fields(record.content), flags=view.flags, **cls._more(view))

    @classmethod
    def _more(cls, _view: RecordView) -> Mapping[str, Any]:
        return {}


def _fields(content: Content) -> dict[str, Any]:
    return {name: getattr(content, name) for name in content.__dataclass_fields__ if name != "prefix"}


class ControlOut(_RecordOut):
    """A control with the newest test of its design, and of its operation."""

    title: str = Field(description="What it is")
    owner: str | None
    design: str | None = Field(description="How it keeps the risks down")
    state: ControlState = Field(description="Planned, in place, or retired")
    test_every: int = Field(description="Months within which its operation is to be tested")
    tests: list[ControlTestOut] = Field(description="The newest of each aspect")
    flags: list[str] = Field(
        description="Of one in place: design_untested, operation_untested, test_overdue, not_effective",
        examples=[["design_untested"]],
    )

    @classmethod
    def _more(cls, view: RecordView) -> Mapping[str, Any]:
        return {"tests": [ControlTestOut.of(test) for test in view.record.tests.values()]}


class AssuranceOut(_RecordOut):
    """An assurance; `stale` a year after it was given."""

    source: str
    line: int
    opinion: str
    given_on: date = Field(description="Day on which it was given")
    flags: list[str] = Field(description="Stale, where it is too old to rely on", examples=[["stale"]])


class RiskActionOut(_RecordOut):
    """An action about risks; `overdue` where it is open after its day."""

    title: str = Field(description="What is to be done")
    owner: str | None
    due: date | None
    effect: str | None = Field(description="What it is expected to do")
    impact_steps: int = Field(description="Steps down the axis of impact that it is expected to bring")
    likelihood_steps: int = Field(description="Steps down the axis of likelihood that it is expected to bring")
    state: TreatmentState = Field(description="Open, done, or cancelled")
    closed_on: date | None = Field(description="Business date on which it was done or cancelled; null while open")
    flags: list[str] = Field(description="Overdue, where it is open after its day", examples=[["overdue"]])
