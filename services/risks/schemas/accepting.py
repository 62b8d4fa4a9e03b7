"""Bodies of acceptances."""

from datetime import date
from typing import Self

from pydantic import ConfigDict, Field

from chassis.web.bodies import OutBody, StrictBody
from contracts.envelope import Timestamp
from contracts.reasons import Reason
from contracts.risks import RatingState
from services.risks.domain.acceptances import AcceptanceState, AcceptanceView, LinkThen, NewAcceptance
from services.risks.domain.matrix import Rating
from services.risks.schemas.ratings import rating_body


class AcceptanceIn(StrictBody):
    """The rating in effect is what is asked to be accepted."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"until": "2018-09-30", "reason": "Costs of more beds exceed what they save"}]}
    )

    until: date = Field(description="Last day that the risk is accepted, within a year")
    reason: Reason

    def to_domain(self) -> NewAcceptance:
        return NewAcceptance(self.until, self.reason)


class PlainRatingOut(OutBody):
    impact: int
    likelihood: int

    @classmethod
    def of(cls, rating: Rating) -> Self:
        return cls(impact=rating.impact, likelihood=rating.likelihood)


class LinkThenOut(OutBody):
    """How a linked series stood then."""

    subject: str = Field(description="Series as events name it", examples=["ae-four-hour-wait/RK9"])
    signal: str
    severity: int | None = Field(description="0 green, 1 amber, 2 red; null where it was not known")

    @classmethod
    def of(cls, then: LinkThen) -> Self:
        return cls(subject=then.subject, signal=then.signal, severity=then.severity)


class TakenOnOut(OutBody):
    """The state that was on the table when it was asked for."""

    version: int = Field(description="How many events the risk had")
    assessed: PlainRatingOut
    indicated: PlainRatingOut
    links: list[LinkThenOut]


class AcceptanceOut(OutBody):
    """A risk accepted as it is, or asked to be; who asked and who approved are never the same."""

    id: int = Field(description="Number of the acceptance")
    risk: str
    title: str = Field(description="Title of the risk")
    state: AcceptanceState = Field(description="What became of it; a suspended one is asked for anew")
    accepted: RatingState = Field(description="Rating in effect when it was asked for, up to which it is accepted")
    until: date = Field(description="Last day that the risk is accepted")
    reason: str
    requested_by: str = Field(description="Who asked for it")
    requested_at: Timestamp = Field(description="When it was asked for (UTC)")
    approved_by: str | None = Field(description="Who approved it; null while nobody has")
    approved_at: Timestamp | None = Field(description="When it was approved (UTC)")
    approval_reason: str | None = Field(description="Why it was approved")
    ended_by: str | None = Field(description="Who ended it, or the suite itself; null where it has not ended")
    ended_at: Timestamp | None = Field(description="When it ended (UTC)")
    ended_why: str | None = Field(description="Why it ended")
    taken_on: TakenOnOut = Field(description="What was on the table when it was asked for")
    changed: list[str] = Field(
        description="What is otherwise by now than when it was asked for; empty once it has ended",
        examples=[["rating in effect from 12 (impact 4, likelihood 3) to 16 (impact 4, likelihood 4)"]],
    )

    @classmethod
    def of(cls, view: AcceptanceView) -> Self:
        one = view.acceptance
        then = one.taken_on
        return cls(
            id=one.acceptance_id,
            risk=view.ref,
            title=view.title,
            state=view.state,
            accepted=rating_body(one.accepted),
            until=one.until,
            reason=one.reason,
            requested_by=one.requested_by,
            requested_at=one.requested_at,
            approved_by=one.approved_by,
            approved_at=one.approved_at,
            approval_reason=one.approval_reason,
            ended_by=one.ended_by,
            ended_at=one.ended_at,
            ended_why=one.ended_why,
            taken_on=TakenOnOut(
                version=then.version,
                assessed=PlainRatingOut.of(then.assessed),
                indicated=PlainRatingOut.of(then.indicated),
                links=[LinkThenOut.of(link) for link in then.links],
            ),
            changed=list(view.changed),
        )
