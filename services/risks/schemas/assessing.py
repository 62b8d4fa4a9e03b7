"""Bodies of judgements: ratings, assessments, overrides, proposals and reviews."""

from datetime import date
from typing import Self

from pydantic import ConfigDict, model_validator

from chassis.web.bodies import OutBody, StrictBody
from contracts.envelope import Timestamp
from contracts.risks import RatingState
from services.risks.domain.register import Cause, ProposalState, TaskState
from services.risks.schemas.values import Reason, Step


class RatingIn(StrictBody):
    impact: Step
    likelihood: Step


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


class ReviewTaskOut(OutBody):
    id: int
    risk: str
    indicator: str
    area: str
    reason: str
    state: TaskState
    opened_at: Timestamp
    closed_at: Timestamp | None


class HistoryOut(OutBody):
    id: int
    cause: Cause
    before: RatingState | None
    after: RatingState
    why: str
    by: str
    event_ids: list[str]
    indicator_versions: list[dict[str, str | int]]
    rule_version: int
    matrix: str
    at: Timestamp
    business_date: date
