"""Bodies of risks."""

from collections.abc import Set as AbstractSet
from dataclasses import fields
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from chassis.web.bodies import UNCHANGED, OutBody, PatchBody, StrictBody
from contracts.envelope import Timestamp
from contracts.reasons import Reason
from contracts.risks import Band, RatingState
from services.risks.domain.appetites import AppetiteStatus
from services.risks.domain.matrix import Matrix, Rating
from services.risks.domain.rating import Basis, Kind, Mode, Movement, Status
from services.risks.domain.register import Action, Amendment, Description, NewRisk, default_matrix
from services.risks.domain.register import Assurance as AssuranceState
from services.risks.domain.view import RiskView
from services.risks.schemas.appetites import LimitsOut
from services.risks.schemas.assessing import AssessmentIn, OverrideOut
from services.risks.schemas.fund_links import FundLinkIn, FundLinkOut
from services.risks.schemas.linking import LinkIn, LinkOut
from services.risks.schemas.losses import LossBandOut
from services.risks.schemas.ratings import RatingIn, rating_body, three_ratings
from services.risks.schemas.reviews import ReviewDueOut
from services.risks.schemas.values import MatrixName, Name, Notes, Passage, Ref, Sentence, Slug, Word

Day = date
"""Under a name that a field called ``date`` does not hide."""


OpenStatus = Literal[Status.DRAFT, Status.OPEN, Status.ESCALATED]
"""What a risk can be said to be; it is closed, and reopened, with a reason."""


class Assurance(StrictBody):
    """Who gives comfort that the controls work: line of defence 1 to 3, their opinion and when."""

    source: Sentence
    line: Annotated[int, Field(ge=1, le=3)] | None = None
    opinion: Sentence | None = None
    date: Day | None = None

    def to_domain(self) -> AssuranceState:
        return AssuranceState(self.source, self.line, self.opinion, self.date)

    @classmethod
    def of(cls, given: AssuranceState) -> Self:
        return cls(source=given.source, line=given.line, opinion=given.opinion, date=given.date)


class ActionIn(StrictBody):
    text: Passage
    owner: Sentence | None = None
    due: date | None = None

    def to_domain(self) -> Action:
        return Action(self.text, self.owner, self.due)

    @classmethod
    def of(cls, action: Action) -> Self:
        return cls(text=action.text, owner=action.owner, due=action.due)


_DESCRIPTIVE = tuple(field.name for field in fields(Description))


def _field(given: Any) -> Any:
    """A field of a body as the description has it."""
    if isinstance(given, list):
        return tuple(_field(each) for each in given)
    return given.to_domain() if isinstance(given, RatingIn | Assurance | ActionIn) else given


class _Description(StrictBody):
    category: Word | None = None
    department: Word | None = None
    outcome: Word | None = None
    owner: Name | None = None
    cause: Passage | None = None
    event: Passage | None = None
    consequence: Passage | None = None
    proximity: Word | None = None
    review_date: date | None = None
    appetite: Name | None = None
    inherent: RatingIn | None = None
    target: RatingIn | None = None

    def described(self, names: AbstractSet[str]) -> dict[str, Any]:
        """Those of ``names`` that describe a risk, as fields of a description."""
        return {name: _field(getattr(self, name)) for name in _DESCRIPTIVE if name in names}


class RiskIn(_Description):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "ref": "OCC9",
                    "register": "people-2018",
                    "title": "Too few home-care hours to discharge people on time",
                    "category": "Operational/Service Delivery",
                    "department": "People",
                    "outcome": "Caring",
                    "target": {"impact": 4, "likelihood": 2},
                    "assessment": {"impact": 4, "likelihood": 3, "reason": "First assessment"},
                    "links": [
                        {"indicator": "ae-four-hour-wait", "area": "RK9", "group": "patient-flow", "signal": "target"}
                    ],
                }
            ]
        }
    )

    ref: Ref
    register_code: Slug = Field(alias="register")
    title: Sentence
    kind: Kind = Kind.THREAT
    mode: Mode = Mode.AUTO
    status: OpenStatus = Status.OPEN
    controls: list[Passage] = Field(default=[], max_length=100)
    assurances: list[Assurance] = Field(default=[], max_length=100)
    actions: list[ActionIn] = Field(default=[], max_length=100)
    notes: Notes = ()
    matrix: MatrixName | None = Field(
        default=None,
        description="Name and version of the matrix that it is rated on; left out, the five by five of its kind",
        examples=["five-by-five@1"],
    )
    legacy_band: Band | None = Field(default=None, description="Only for a legacy risk that has a colour and no score")
    assessment: AssessmentIn | None = None
    links: list[LinkIn] = Field(default=[], max_length=100)
    fund_links: list[FundLinkIn] = Field(default=[], max_length=100)

    @model_validator(mode="after")
    def _score_or_colour(self) -> Self:
        if self.legacy_band is not None and self.assessment is not None:
            raise ValueError("a risk has a legacy band or an assessment, not both")
        return self

    def to_domain(self) -> NewRisk:
        return NewRisk(
            ref=self.ref,
            register=self.register_code,
            kind=self.kind,
            mode=self.mode,
            status=self.status,
            matrix=self.matrix or default_matrix(self.kind),
            description=Description(**self.described(set(_DESCRIPTIVE))),
            legacy_band=self.legacy_band,
            judgement=self.assessment.to_domain() if self.assessment else None,
            links=[each.to_domain() for each in self.links] + [each.to_domain() for each in self.fund_links],
        )


_LISTS = ("controls", "assurances", "actions")


class RiskPatch(_Description, PatchBody):
    """What may change without an assessment; what is left out stays. Ratings are assessed, a reference is for good."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"mode": "propose", "review_date": "2018-06-30", "reason": "Owner decides from now on"}]
        },
    )

    title: Sentence = UNCHANGED
    mode: Mode = UNCHANGED
    status: OpenStatus = UNCHANGED
    controls: list[Passage] | None = Field(default=None, max_length=100)
    assurances: list[Assurance] | None = Field(default=None, max_length=100)
    actions: list[ActionIn] | None = Field(default=None, max_length=100)
    notes: Notes = ()
    reason: Reason | None = Field(default=None, description="Why; needed where its mode or an aim changes")

    def to_domain(self) -> Amendment:
        """What was sent, and nothing else."""
        sent = self.changes()
        none: dict[str, Any] = {name: () for name in _LISTS if sent.get(name, ()) is None}
        fields = self.described(set(sent)) | none
        return Amendment(fields, sent.get("mode"), sent.get("status"), self.reason)


class RiskOut(OutBody):
    """A risk, as it was judged, as its indicators say, and as it stands.

    ``flags``: legacy, unassessed, unknown_link, pending_link, stale_link, review_due, review_asked, review_open,
    review_overdue, proposal_open, overridden, accepted, acceptance_asked, tolerance_breached.
    """

    ref: str
    register_code: str = Field(alias="register")
    kind: Kind
    status: Status
    title: str
    category: str | None
    department: str | None
    outcome: str | None
    owner: str | None
    cause: str | None
    event: str | None
    consequence: str | None
    controls: list[str]
    assurances: list[Assurance]
    actions: list[ActionIn]
    proximity: str | None
    review_date: date | None
    appetite: str | None
    notes: Notes
    mode: Mode
    matrix: str
    inherent: RatingState | None
    target: RatingState | None
    assessed: RatingState
    indicated: RatingState
    effective: RatingState
    previous: RatingState | None
    basis: Basis | None = Field(description="What the effective rating comes from; null before any assessment")
    movement: Movement | None = Field(description="Against the rating at the last closed quarter; null if not rated")
    links: list[LinkOut]
    fund_links: list[FundLinkOut]
    override: OverrideOut | None
    open_proposal: int | None
    acceptance: int | None
    limits: LimitsOut | None = Field(
        description="What is wanted and borne in its category; null where nothing is stated"
    )
    appetite_status: AppetiteStatus | None = Field(
        description="Where the rating in effect is against that; null where nothing is stated or it does not count"
    )
    review: ReviewDueOut | None = Field(
        description="The review that is open since its rating changed without its owner judging it; null where none is"
    )
    losses: list[LossBandOut] = Field(description="What it would cost, by likelihood; none where nobody gave that")
    flags: list[str]
    version: int
    changed_at: Timestamp

    @classmethod
    def of(cls, view: RiskView) -> Self:
        risk = view.risk
        described = risk.description
        return cls(
            **{name: getattr(described, name) for name in _TEXTS},
            register=risk.register,
            ref=risk.ref,
            kind=risk.kind,
            status=view.status,
            mode=risk.mode,
            matrix=risk.matrix.name,
            controls=list(described.controls),
            assurances=[Assurance.of(one) for one in described.assurances],
            actions=[ActionIn.of(one) for one in described.actions],
            notes=described.notes,
            inherent=_aim(risk.matrix, described.inherent),
            target=_aim(risk.matrix, described.target),
            **three_ratings(view),
            previous=_aim(risk.matrix, view.previous),
            movement=view.movement,
            links=[LinkOut.of(x, stale=view.is_stale(x)) for x in view.links if not x.series.is_fund],
            fund_links=[FundLinkOut.of(x, stale=view.is_stale(x)) for x in view.links if x.series.is_fund],
            override=OverrideOut.of(view.override, risk.matrix) if view.override else None,
            open_proposal=view.open_proposal,
            acceptance=view.acceptance,
            limits=LimitsOut.of(risk.limits) if risk.limits else None,
            appetite_status=view.appetite_status,
            losses=[LossBandOut.of(band) for band in risk.losses],
            review=ReviewDueOut.of(risk.review) if risk.review else None,
            flags=view.flags,
            version=risk.version,
            changed_at=risk.changed_at,
        )


_TEXTS = (
    "title",
    "category",
    "department",
    "outcome",
    "owner",
    "cause",
    "event",
    "consequence",
    "proximity",
    "review_date",
    "appetite",
)


def _aim(matrix: Matrix, aim: Rating | None) -> RatingState | None:
    return rating_body(matrix.banded(aim)) if aim else None
