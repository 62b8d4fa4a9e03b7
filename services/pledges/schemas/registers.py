"""Bodies of equality assessments, benefits, consultations, options appraisals and printed lists."""

from datetime import date
from typing import Annotated, Self

from pydantic import Field, model_validator

from services.pledges.domain import registers as domain
from services.pledges.domain.registers import AssessedKind, Beneficiary, Characteristic, Verdict
from services.pledges.schemas.fields import Code, Figure, Name, Names, Paragraph, Wording
from services.pledges.schemas.records import PartBody, RecordIn, RecordOut

Lines = Annotated[list[Wording], Field(max_length=50)]
Indicators = Annotated[list[Code], Field(max_length=50, examples=[["ae-four-hour-wait"]])]


class ImpactAssessmentIn(RecordIn):
    """Whether the effect on people with protected characteristics was assessed."""

    makes = domain.ImpactAssessment

    title: Wording = Field(examples=["Equality impact of the programme"])
    subject_kind: AssessedKind = Field(description="What kind of thing was assessed", examples=["decision"])
    subject: Code = Field(description="Code of what was assessed", examples=["2014-1"])
    done: bool = Field(description="Whether it was done", examples=[True])
    done_on: date | None = Field(None, description="Day on which it was done", examples=["2014-06-03"])
    done_by: Name | None = Field(None, description="Who did it", examples=["Programme team"])
    characteristics: list[Characteristic] = Field(
        default_factory=list, max_length=9, description="Whom it touches", examples=[["age", "disability"]]
    )
    note: Paragraph | None = Field(
        None, description="What was found, or why none was done", examples=["Kept up to date"]
    )
    source: Name | None = Field(None, examples=["2014 business case"])

    @model_validator(mode="after")
    def _day_of_what_was_done(self) -> Self:
        if not self.done and (self.done_on or self.done_by):
            raise ValueError("what was not done has neither a day nor somebody who did it")
        return self


class ImpactAssessmentOut(RecordOut):
    """Whether the effect on people with protected characteristics was assessed, by whom, and whom it touches."""

    code: str = Field(examples=["programme-2014"])
    title: str
    subject_kind: AssessedKind = Field(description="What kind of thing was assessed")
    subject: str = Field(description="Code of what was assessed")
    done: bool = Field(description="Whether it was done")
    done_on: date | None = Field(description="Day on which it was done")
    done_by: str | None = Field(description="Who did it")
    characteristics: list[Characteristic] = Field(description="Whom it touches")
    note: str | None = Field(description="What was found, or why none was done")
    source: str | None


class BenefitIn(RecordIn):
    """What a change is to bring, who owns that, and the indicators that prove it."""

    makes = domain.Benefit

    title: Wording = Field(examples=["Shared financial risk"])
    beneficiary: Beneficiary = Field(description="Whom it is for, or the state at the end", examples=["commissioners"])
    number: int | None = Field(None, ge=1, le=999, description="Its place in the list", examples=[4])
    owner: Name | None = Field(None, description="Who answers for it", examples=["Project board"])
    board: Code | None = Field(None, examples=["hwb-integration-board"])
    due: date | None = Field(None, examples=["2016-03-31"])
    indicators: Indicators = Field(default_factory=list, description="Codes of the indicators that prove it")
    source: Name | None = Field(None, examples=["2014 business case"])


class BenefitOut(RecordOut):
    """What a change is to bring, who owns that, and the indicators that prove it."""

    code: str = Field(examples=["commissioners-4"])
    title: str
    beneficiary: Beneficiary = Field(description="Whom it is for, or the state at the end")
    number: int | None = Field(description="Its place in the list")
    owner: str | None = Field(description="Who answers for it")
    board: str | None
    due: date | None
    indicators: list[str] = Field(description="Codes of the indicators that prove it")
    source: str | None


class FeedbackIn(PartBody):
    """What somebody said, and what came of it."""

    makes = domain.Feedback

    given_by: Name = Field(description="Who said it", examples=["Health and Wellbeing Board"])
    text: Paragraph = Field(description="What was said", examples=["Say more on prevention"])
    answer: Paragraph | None = Field(None, description="What came of it", examples=["A chapter was added"])


class FeedbackOut(RecordOut):
    """What somebody said, and what came of it."""

    given_by: str = Field(description="Who said it")
    text: str = Field(description="What was said")
    answer: str | None = Field(description="What came of it")


class ConsultationIn(RecordIn):
    """Who was asked about what, from when to when, and what they said."""

    makes = domain.Consultation

    title: Wording = Field(examples=["Draft of the intentions"])
    board: Code | None = Field(None, examples=["health-and-wellbeing-board"])
    report: Code | None = Field(None, examples=["cabinet-2018-07-10"])
    first_day: date | None = Field(None, examples=["2018-03-01"])
    last_day: date | None = Field(None, examples=["2018-03-31"])
    printed_period: Name | None = Field(None, description="When it was, as printed", examples=["from February"])
    asked: Names = Field(default_factory=list, description="Who was asked", examples=[["Partners", "Public"]])
    feedback: list[FeedbackIn] = Field(default_factory=list, max_length=500, description="What they said")
    source: Name | None = Field(None, examples=["2018-20 intentions"])

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.first_day and self.last_day and self.last_day < self.first_day:
            raise ValueError("last_day is before first_day")
        return self


class ConsultationOut(RecordOut):
    """Who was asked about what, from when to when, and what they said."""

    code: str = Field(examples=["intentions-2018-draft"])
    title: str
    board: str | None
    report: str | None
    first_day: date | None
    last_day: date | None
    printed_period: str | None = Field(description="When it was, as printed")
    asked: list[str] = Field(description="Who was asked")
    feedback: list[FeedbackOut] = Field(description="What they said")
    source: str | None


class OptionIn(PartBody):
    """One way of doing it, with what was found of it."""

    makes = domain.Option

    code: Code = Field(examples=["new-entity"])
    title: Wording = Field(examples=["A new commissioning entity"])
    verdict: Verdict = Field(description="What was said of it", examples=["preferred"])
    number: int | None = Field(None, ge=1, le=99, description="As printed; null where none is", examples=[3])
    scope: int | None = Field(
        None, ge=1, le=99, description="Its place from the least change to the most", examples=[4]
    )
    verdict_note: Wording | None = Field(None, description="Why, or from when", examples=["Best chance"])
    benefits: Lines = Field(default_factory=list, description="What speaks for it", examples=[["Partners are equal"]])
    risks: Lines = Field(default_factory=list, description="What speaks against it", examples=[["Cost of setting up"]])
    reasons: Lines = Field(default_factory=list, description="Why it is preferred", examples=[["Widest view"]])
    mitigated: Lines = Field(default_factory=list, description="Risks that it takes away", examples=[["Silo working"]])
    source: Name | None = Field(None, examples=["2014 business case"])


class OptionOut(RecordOut):
    """One way of doing it, with what was found of it."""

    code: str = Field(examples=["new-entity"])
    title: str
    verdict: Verdict = Field(description="What was said of it")
    number: int | None = Field(description="As printed; null where none is")
    scope: int | None = Field(description="Its place from the least change to the most")
    verdict_note: str | None = Field(description="Why, or from when")
    benefits: list[str] = Field(description="What speaks for it")
    risks: list[str] = Field(description="What speaks against it")
    reasons: list[str] = Field(description="Why it is preferred")
    mitigated: list[str] = Field(description="Risks that it takes away")
    source: str | None


class OptionsAppraisalIn(RecordIn):
    """The ways that were compared, with what was found of each."""

    makes = domain.OptionsAppraisal

    title: Wording = Field(examples=["Form of the commissioning function"])
    report: Code | None = Field(None, examples=["cabinet-2014-07-15"])
    options: list[OptionIn] = Field(min_length=1, max_length=50, description="In the order of their scope")
    source: Name | None = Field(None, examples=["2014 business case"])


class OptionsAppraisalOut(RecordOut):
    """The ways that were compared, with what was found of each."""

    code: str = Field(examples=["commissioning-function-2014"])
    title: str
    report: str | None
    options: list[OptionOut] = Field(description="In the order of their scope")
    source: str | None


class ListItemIn(PartBody):
    """A line of a printed list."""

    makes = domain.ListItem

    text: Wording = Field(description="What it says", examples=["Advice and information"])
    number: int | None = Field(None, ge=1, le=9999, description="Its number under its heading", examples=[2])
    group: Name | None = Field(None, description="The heading that it stands under", examples=["Interventions"])
    figure: Figure | None = Field(None, description="What it says in numbers", examples=["40"])
    figure_unit: Name | None = Field(None, description="What that number counts", examples=["million pounds"])
    note: Wording | None = Field(None, description="What else is printed of it", examples=["about"])
    source: Name | None = Field(None, examples=["2018-20 intentions"])


class ListItemOut(RecordOut):
    """A line of a printed list."""

    text: str = Field(description="What it says")
    number: int | None = Field(description="Its number under its heading")
    group: str | None = Field(description="The heading that it stands under")
    figure: str | None = Field(description="What it says in numbers")
    figure_unit: str | None = Field(description="What that number counts")
    note: str | None = Field(description="What else is printed of it")
    source: str | None


class PrintedListIn(RecordIn):
    """What a paper lists and nobody is to do: offers, functions, principles, people and roles, papers cited."""

    makes = domain.PrintedList

    title: Wording = Field(examples=["What hubs offer, by tier"])
    report: Code | None = Field(None, examples=["cabinet-2018-07-10"])
    items: list[ListItemIn] = Field(min_length=1, max_length=500, description="Its lines, in their printed order")
    source: Name | None = Field(None, examples=["2018-20 intentions"])


class PrintedListOut(RecordOut):
    """What a paper lists and nobody is to do: offers, functions, principles, people and roles, papers cited."""

    code: str = Field(examples=["hubs-offer"])
    title: str
    report: str | None
    items: list[ListItemOut] = Field(description="Its lines, in their printed order")
    source: str | None
