"""Bodies of records that bear their code, one and many at once."""

from typing import Annotated, Any, Self

from pydantic import Field

from chassis.web.bodies import OutBody, StrictBody
from services.pledges.domain.governance import PutCounts
from services.pledges.schemas.governance import BoardIn, MeetingIn, ResponsibilityIn
from services.pledges.schemas.providers import (
    ContractIn,
    ProviderIn,
    QualityReviewIn,
    RatingCountIn,
    RatingFeedIn,
    RatingIn,
)
from services.pledges.schemas.records import CodedBody
from services.pledges.schemas.registers import (
    BenefitIn,
    ConsultationIn,
    ImpactAssessmentIn,
    OptionsAppraisalIn,
    PrintedListIn,
)
from services.pledges.schemas.reports import ReportIn


class BoardPut(BoardIn, CodedBody):
    """A board with its code."""


class ResponsibilityPut(ResponsibilityIn, CodedBody):
    """A responsibility with its code."""


class MeetingPut(MeetingIn, CodedBody):
    """A meeting with its code."""


class ReportPut(ReportIn, CodedBody):
    """A report with its code."""


class ImpactAssessmentPut(ImpactAssessmentIn, CodedBody):
    """An impact assessment with its code."""


class BenefitPut(BenefitIn, CodedBody):
    """A benefit with its code."""


class ConsultationPut(ConsultationIn, CodedBody):
    """A consultation with its code."""


class OptionsAppraisalPut(OptionsAppraisalIn, CodedBody):
    """An options appraisal with its code."""


class PrintedListPut(PrintedListIn, CodedBody):
    """A printed list with its code."""


class ProviderPut(ProviderIn, CodedBody):
    """A provider with its code."""


class ContractPut(ContractIn, CodedBody):
    """A contract with its code."""


class QualityReviewPut(QualityReviewIn, CodedBody):
    """A quality review with its code."""


class RatingPut(RatingIn, CodedBody):
    """A rating with its code."""


class RatingCountPut(RatingCountIn, CodedBody):
    """A printed count with its code."""


class RatingFeedPut(RatingFeedIn, CodedBody):
    """A rating feed with its code."""


MOST = 500
"""Records of a kind in one body."""


class RecordsIn(StrictBody):
    """Records of several kinds; no more than 500 of each."""

    providers: Annotated[list[ProviderPut], Field(max_length=MOST)] = Field(
        default_factory=list, description="Providers, by any codes"
    )
    contracts: Annotated[list[ContractPut], Field(max_length=MOST)] = Field(
        default_factory=list, description="Contracts with them"
    )
    quality_reviews: Annotated[list[QualityReviewPut], Field(max_length=MOST)] = Field(
        default_factory=list, description="Reviews of them"
    )
    ratings: Annotated[list[RatingPut], Field(max_length=MOST)] = Field(
        default_factory=list, description="Ratings of homes"
    )
    rating_counts: Annotated[list[RatingCountPut], Field(max_length=MOST)] = Field(
        default_factory=list, description="Printed counts of rated homes"
    )
    rating_feeds: Annotated[list[RatingFeedPut], Field(max_length=MOST)] = Field(
        default_factory=list, description="Indicators that take the ratings of homes"
    )
    benefits: Annotated[list[BenefitPut], Field(max_length=MOST)] = Field(
        default_factory=list, description="What changes are to bring"
    )
    consultations: Annotated[list[ConsultationPut], Field(max_length=MOST)] = Field(
        default_factory=list, description="Who was asked about what"
    )
    options_appraisals: Annotated[list[OptionsAppraisalPut], Field(max_length=MOST)] = Field(
        default_factory=list, description="Ways that were compared"
    )
    impact_assessments: Annotated[list[ImpactAssessmentPut], Field(max_length=MOST)] = Field(
        default_factory=list, description="Assessments of the effect on people"
    )
    printed_lists: Annotated[list[PrintedListPut], Field(max_length=MOST)] = Field(
        default_factory=list, description="What papers list"
    )

    def to_domain(self) -> list[Any]:
        """In the order of the fields."""
        return [one.record(one.code) for _, records in self for one in records]


class PutCountsOut(OutBody):
    """What putting many records did."""

    created: int = Field(description="How many were made", examples=[23])
    changed: int = Field(description="How many were replaced by something else", examples=[1])
    unchanged: int = Field(description="How many were there already, just so", examples=[0])

    @classmethod
    def of(cls, found: PutCounts) -> Self:
        return cls(created=found.created, changed=found.changed, unchanged=found.unchanged)
