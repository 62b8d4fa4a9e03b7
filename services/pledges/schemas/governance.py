"""Bodies of boards, responsibilities and meetings."""

from datetime import date
from typing import Self

from pydantic import ConfigDict, Field, model_validator

from chassis.web.bodies import OutBody, StrictBody
from contracts.money import Amount
from services.pledges.domain import governance as domain
from services.pledges.schemas.fields import Code, Name, Names, Paragraph, Wording


class MemberBody(StrictBody):
    """A member of a board, by the role that is printed."""

    member: Name = Field(examples=["Director of Public Health"])
    position: Name = Field(examples=["member"])
    valid_from: date | None = Field(None, description="First day of the term; null where it is not known")
    valid_to: date | None = Field(None, description="Last day of the term; null while it goes on")

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.to_domain().ends_before_it_begins:
            raise ValueError("valid_to is before valid_from")
        return self

    def to_domain(self) -> domain.Member:
        return domain.Member(self.member, self.position, self.valid_from, self.valid_to)

    @classmethod
    def of(cls, found: domain.Member) -> Self:
        return cls(member=found.member, position=found.position, valid_from=found.valid_from, valid_to=found.valid_to)


class BoardIn(StrictBody):
    """A body that decides, steers or watches, with its members."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"title": "Cabinet", "call_in_working_days": 5}]})

    title: Wording = Field(examples=["Health & Wellbeing Board"])
    also_known_as: Names = Field(default_factory=list, examples=[["HWB"]])
    era: Name | None = Field(None, examples=["2014 and 2018"])
    responsibility: Paragraph | None = Field(None, examples=["Oversees the programme"])
    meets: Name | None = Field(None, examples=["fortnightly"])
    reports_to: Code | None = Field(None, examples=["health-and-wellbeing-board"])
    members: list[MemberBody] = Field(default_factory=list, max_length=200)
    call_in_working_days: int | None = Field(None, ge=0, le=100, examples=[5])
    key_decision_over: Amount | None = Field(None, ge=0, examples=["500000.00"])
    source: Name | None = Field(None, examples=["2014 business case"])

    def record(self, code: str) -> domain.Board:
        return domain.Board(
            code=code,
            title=self.title,
            also_known_as=tuple(self.also_known_as),
            era=self.era,
            responsibility=self.responsibility,
            meets=self.meets,
            reports_to=self.reports_to,
            members=tuple(one.to_domain() for one in self.members),
            call_in_working_days=self.call_in_working_days,
            key_decision_over=self.key_decision_over,
            source=self.source,
        )


class BoardOut(OutBody):
    code: str = Field(examples=["health-and-wellbeing-board"])
    title: str
    also_known_as: list[str]
    era: str | None
    responsibility: str | None
    meets: str | None
    reports_to: str | None
    members: list[MemberBody]
    call_in_working_days: int | None
    key_decision_over: Amount | None
    source: str | None

    @classmethod
    def of(cls, found: domain.Board) -> Self:
        return cls(
            code=found.code,
            title=found.title,
            also_known_as=list(found.also_known_as),
            era=found.era,
            responsibility=found.responsibility,
            meets=found.meets,
            reports_to=found.reports_to,
            members=[MemberBody.of(one) for one in found.members],
            call_in_working_days=found.call_in_working_days,
            key_decision_over=found.key_decision_over,
            source=found.source,
        )


class ResponsibilityIn(StrictBody):
    """An activity, and the boards that are responsible for it."""

    number: int = Field(ge=1, le=999, description="Its line in the table", examples=[9])
    title: Wording = Field(examples=["Sign-off of investment"])
    boards: list[Code] = Field(min_length=1, max_length=50, examples=[["hwb-integration-board"]])
    source: Name | None = Field(None, examples=["2014 business case"])

    def record(self, code: str) -> domain.Responsibility:
        return domain.Responsibility(code, self.number, self.title, tuple(self.boards), self.source)


class ResponsibilityOut(OutBody):
    code: str = Field(examples=["sign-off-investment"])
    number: int = Field(description="Its line in the table")
    title: str
    boards: list[str]
    source: str | None

    @classmethod
    def of(cls, found: domain.Responsibility) -> Self:
        return cls(
            code=found.code,
            number=found.number,
            title=found.title,
            boards=list(found.boards),
            source=found.source,
        )


class MeetingIn(StrictBody):
    """An item on the forward plan of a board."""

    board: Code = Field(examples=["cabinet"])
    title: Wording = Field(examples=["Commissioning intentions"])
    first_day: date = Field(examples=["2018-07-10"])
    last_day: date = Field(examples=["2018-07-10"])
    approach: Name | None = Field(None, examples=["Paper"])
    day_basis: Name | None = Field(None, examples=["printed"])
    report: Code | None = Field(None, examples=["cabinet-2018-07-10"])
    source: Name | None = Field(None, examples=["2018-20 intentions"])

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.last_day < self.first_day:
            raise ValueError("last_day is before first_day")
        return self

    def record(self, code: str) -> domain.Meeting:
        return domain.Meeting(
            code=code,
            board=self.board,
            title=self.title,
            first_day=self.first_day,
            last_day=self.last_day,
            approach=self.approach,
            day_basis=self.day_basis,
            report=self.report,
            source=self.source,
        )


class MeetingOut(OutBody):
    code: str = Field(examples=["cabinet-2018-07-10"])
    board: str
    title: str
    first_day: date
    last_day: date
    approach: str | None
    day_basis: str | None
    report: str | None
    source: str | None

    @classmethod
    def of(cls, found: domain.Meeting) -> Self:
        return cls(
            code=found.code,
            board=found.board,
            title=found.title,
            first_day=found.first_day,
            last_day=found.last_day,
            approach=found.approach,
            day_basis=found.day_basis,
            report=found.report,
            source=found.source,
        )
