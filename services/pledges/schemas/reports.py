"""Bodies of reports with their front sheets."""

from datetime import date
from typing import Annotated, Self

from pydantic import Field

from chassis.web.bodies import OutBody, StrictBody
from services.pledges.domain import governance as domain
from services.pledges.schemas.fields import Code, Name, Names, Paragraph, Wording

Lines = Annotated[list[Wording], Field(max_length=50)]


class ServiceSignOffBody(StrictBody):
    """What a service of the council signed a report off with."""

    service: Name = Field(examples=["Fin"])
    code: Name | None = Field(None, description="As printed; null where nothing is", examples=["djn18.19.38"])


class ReportIn(StrictBody):
    """A report to a board with its front sheet, as printed."""

    title: Wording = Field(examples=["Commissioning intentions 2018-20"])
    board: Code = Field(examples=["cabinet"])
    day: date = Field(examples=["2018-07-10"])
    reference: Name | None = Field(None, examples=["IHWB/IC"])
    key_decision: bool | None = None
    part: Name | None = Field(None, examples=["I"])
    purpose: Paragraph | None = Field(None, examples=["Approve the direction"])
    cabinet_members: Names = Field(default_factory=list, examples=[["Councillor Tuffin"]])
    authors: Names = Field(default_factory=list, examples=[["Craig McArdle"]])
    recommendations: Lines = Field(default_factory=list, examples=[["Approve the direction"]])
    alternatives_rejected: Lines = Field(default_factory=list, examples=[["Do nothing"]])
    sign_offs: list[ServiceSignOffBody] = Field(default_factory=list, max_length=50)
    cabinet_member_agreed: bool | None = None
    equality_assessed: bool | None = None
    equality_note: Paragraph | None = Field(None, examples=["Done for the programme"])
    finance: Paragraph | None = Field(None, examples=["In the medium term plan"])
    risk: Paragraph | None = Field(None, examples=["Managed as plans are written"])
    pledges: Names = Field(default_factory=list, examples=[["2018-46"]])
    background_papers: Lines = Field(default_factory=list, examples=[["Equality impact assessment"]])
    source: Name | None = Field(None, examples=["2018-20 intentions"])

    def record(self, code: str) -> domain.Report:
        return domain.Report(
            code=code,
            title=self.title,
            board=self.board,
            day=self.day,
            reference=self.reference,
            key_decision=self.key_decision,
            part=self.part,
            purpose=self.purpose,
            cabinet_members=tuple(self.cabinet_members),
            authors=tuple(self.authors),
            recommendations=tuple(self.recommendations),
            alternatives_rejected=tuple(self.alternatives_rejected),
            sign_offs=tuple(domain.ServiceSignOff(one.service, one.code) for one in self.sign_offs),
            cabinet_member_agreed=self.cabinet_member_agreed,
            equality_assessed=self.equality_assessed,
            equality_note=self.equality_note,
            finance=self.finance,
            risk=self.risk,
            pledges=tuple(self.pledges),
            background_papers=tuple(self.background_papers),
            source=self.source,
        )


class ReportOut(OutBody):
    code: str = Field(examples=["cabinet-2018-07-10"])
    title: str
    board: str
    day: date
    reference: str | None
    key_decision: bool | None
    part: str | None
    purpose: str | None
    cabinet_members: list[str]
    authors: list[str]
    recommendations: list[str]
    alternatives_rejected: list[str]
    sign_offs: list[ServiceSignOffBody]
    cabinet_member_agreed: bool | None
    equality_assessed: bool | None
    equality_note: str | None
    finance: str | None
    risk: str | None
    pledges: list[str]
    background_papers: list[str]
    source: str | None

    @classmethod
    def of(cls, found: domain.Report) -> Self:
        return cls(
            code=found.code,
            title=found.title,
            board=found.board,
            day=found.day,
            reference=found.reference,
            key_decision=found.key_decision,
            part=found.part,
            purpose=found.purpose,
            cabinet_members=list(found.cabinet_members),
            authors=list(found.authors),
            recommendations=list(found.recommendations),
            alternatives_rejected=list(found.alternatives_rejected),
            sign_offs=[ServiceSignOffBody(service=one.service, code=one.code) for one in found.sign_offs],
            cabinet_member_agreed=found.cabinet_member_agreed,
            equality_assessed=found.equality_assessed,
            equality_note=found.equality_note,
            finance=found.finance,
            risk=found.risk,
            pledges=list(found.pledges),
            background_papers=list(found.background_papers),
            source=found.source,
        )
