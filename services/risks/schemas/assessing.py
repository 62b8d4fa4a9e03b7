"""Bodies of judgements: ratings, assessments, overrides, proposals and reviews."""

from datetime import date
from typing import Self

from pydantic import ConfigDict, Field, model_validator

from chassis.web.bodies import OutBody, StrictBody
from contracts.breakdown import Breakdown
from contracts.envelope import Timestamp
from contracts.reasons import Reason
from contracts.risks import RatingState
from services.risks.domain.matrix import Matrix, Rating
from services.risks.domain.proposals import ProposalRecord, ProposalState, RegisterProposal
from services.risks.domain.rating import Override
from services.risks.domain.records import (
    Cause,
    HistoryEntry,
    Judgement,
    RatedBy,
    RegisterChange,
    ReviewTask,
    TaskState,
)
from services.risks.schemas.ratings import rating_body
from services.risks.schemas.values import Step


class AssessmentIn(StrictBody):
    """An owner's judgement.

    The previous rating is for a register carried over: as it stood when the last quarter closed.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"impact": 4, "likelihood": 4, "reason": "Winter demand higher than planned"}],
        }
    )

    impact: Step
    likelihood: Step
    reason: Reason
    previous_impact: Step | None = None
    previous_likelihood: Step | None = None

    @model_validator(mode="after")
    def _both_or_neither(self) -> Self:
        if (self.previous_impact is None) != (self.previous_likelihood is None):
            raise ValueError("previous_impact and previous_likelihood are given together or not at all")
        return self

    def to_domain(self) -> Judgement:
        previous = None
        if self.previous_impact is not None and self.previous_likelihood is not None:
            previous = Rating(self.previous_impact, self.previous_likelihood)
        return Judgement(Rating(self.impact, self.likelihood), self.reason, previous)


class OverrideIn(StrictBody):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"impact": 4, "likelihood": 2, "until": "2018-06-30", "reason": "Extra beds open until the end of June"}
            ]
        }
    )

    impact: Step
    likelihood: Step
    until: date
    reason: Reason


class DecisionIn(StrictBody):
    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "Agreed by the improvement board"}]})

    reason: Reason


class OverrideOut(OutBody):
    rating: RatingState
    until: date
    reason: str
    by: str

    @classmethod
    def of(cls, override: Override, matrix: Matrix) -> Self:
        rating = rating_body(matrix.banded(override.rating))
        return cls(rating=rating, until=override.until, reason=override.reason, by=override.by)


class ProposalOut(OutBody):
    id: int
    state: ProposalState
    proposed: RatingState
    why: str
    event_ids: list[str]
    opened_at: Timestamp
    changed_at: Timestamp
    decided_by: str | None
    reason: str | None

    @classmethod
    def of(cls, proposal: ProposalRecord) -> Self:
        return cls(
            id=proposal.proposal_id,
            state=proposal.state,
            proposed=rating_body(proposal.proposed),
            why=proposal.why,
            event_ids=list(proposal.event_ids),
            opened_at=proposal.opened_at,
            changed_at=proposal.changed_at,
            decided_by=proposal.decided_by,
            reason=proposal.reason,
        )


class RegisterProposalOut(ProposalOut):
    """A proposal with the reference and title of the risk it is for."""

    risk: str
    title: str

    @classmethod
    def of_register(cls, found: RegisterProposal) -> Self:
        proposal = ProposalOut.of(found.proposal)
        return cls(risk=found.ref, title=found.title, **{name: getattr(proposal, name) for name in _OF_PROPOSAL})


_OF_PROPOSAL = tuple(ProposalOut.model_fields)


class ReviewTaskOut(OutBody):
    id: int
    risk: str
    indicator: str | None = Field(description="Code of the indicator; null where a fund became known")
    area: str | None = Field(description="Code of the area; null where a fund became known")
    breakdown: Breakdown
    fund: str | None = Field(description="Code of the fund that became known; null of an indicator")
    line: str | None = Field(description="Code of its budget line; null of an indicator, and of the whole fund")
    reason: str
    state: TaskState
    opened_at: Timestamp
    closed_at: Timestamp | None

    @classmethod
    def of(cls, task: ReviewTask) -> Self:
        series = task.series
        return cls(
            id=task.task_id,
            risk=task.ref,
            indicator=None if series.is_fund else series.indicator,
            area=series.area or None,
            breakdown=series.breakdown,
            fund=series.fund,
            line=series.line,
            reason=task.reason,
            state=task.state,
            opened_at=task.opened_at,
            closed_at=task.closed_at,
        )


class IndicatorVersionOut(OutBody):
    """Which version of a linked series a rating was made with; 0 where it was not known yet."""

    indicator: str
    area: str
    breakdown: Breakdown
    generation: int
    version: int


class FundVersionOut(OutBody):
    """Which version of a linked fund a rating was made with; 0 where it was not known yet."""

    fund: str = Field(description="Code of the fund")
    line: str | None = Field(description="Code of its budget line; null for the whole fund")
    generation: int = Field(description="Generation of the finance database that the version counts within")
    version: int = Field(description="Version of the fund; 0 where it was not known yet")


class HistoryOut(OutBody):
    id: int
    cause: Cause
    before: RatingState | None
    after: RatingState
    assessed: RatingState | None = Field(
        description="What its owner had judged by then; null where that is not on record, or went by other rules"
    )
    indicated: RatingState | None = Field(
        description="What its indicators said by then; null where that is not on record, or went by other rules"
    )
    why: str
    by: str
    event_ids: list[str]
    indicator_versions: list[IndicatorVersionOut]
    fund_versions: list[FundVersionOut] = Field(description="Versions of the linked funds that it was made with")
    rule_version: int
    matrix: str
    at: Timestamp
    business_date: date

    @classmethod
    def of(cls, entry: HistoryEntry) -> Self:
        change = entry.change
        return cls(
            id=entry.entry_id,
            cause=change.cause,
            before=rating_body(change.before),
            after=rating_body(change.after),
            **_then(change.by_rules_of_now),
            why=change.why,
            by=entry.by,
            event_ids=list(change.event_ids),
            indicator_versions=[
                IndicatorVersionOut(
                    indicator=one.series.indicator,
                    area=one.series.area,
                    breakdown=one.series.breakdown,
                    generation=one.generation,
                    version=one.version,
                )
                for one in change.indicator_versions
                if not one.series.is_fund
            ],
            fund_versions=[
                FundVersionOut(
                    fund=one.series.fund or "", line=one.series.line, generation=one.generation, version=one.version
                )
                for one in change.indicator_versions
                if one.series.is_fund
            ],
            rule_version=change.rule_version,
            matrix=change.matrix,
            at=entry.at,
            business_date=change.business_date,
        )


def _then(rated: RatedBy | None) -> dict[str, RatingState | None]:
    """What was assessed and what was indicated when a rating changed."""
    if rated is None:
        return {"assessed": None, "indicated": None}
    banded = rated.inputs.matrix.banded
    return {
        "assessed": rating_body(banded(rated.inputs.assessed)),
        "indicated": rating_body(banded(rated.ratings.indication.rating)),
    }


class RegisterChangeOut(HistoryOut):
    """A change of a rating with the reference of the risk that it is of."""

    risk: str

    @classmethod
    def of_register(cls, found: RegisterChange) -> Self:
        change = HistoryOut.of(found.entry)
        return cls(risk=found.ref, **{name: getattr(change, name) for name in _OF_CHANGE})


_OF_CHANGE = tuple(HistoryOut.model_fields)
