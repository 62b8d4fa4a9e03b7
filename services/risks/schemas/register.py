"""Bodies of risks."""

from datetime import date
from typing import Annotated, Self

from pydantic import ConfigDict, Field, model_validator

from chassis.web.bodies import OutBody, StrictBody
from contracts.envelope import Timestamp
from contracts.risks import Band, RatingState
from services.risks.domain.rating import Basis, Kind, Mode, Movement
from services.risks.schemas.assessing import AssessmentIn, OverrideOut, RatingIn
from services.risks.schemas.linking import LinkIn, LinkOut
from services.risks.schemas.values import MatrixName, Passage, Ref, Sentence, Slug, Word

Day = date
"""Under a name that a field called ``date`` does not hide."""


class Assurance(StrictBody):
    """Who gives comfort that the controls work: line of defence 1 to 3, their opinion and when."""

    source: Sentence
    line: Annotated[int, Field(ge=1, le=3)] | None = None
    opinion: Sentence | None = None
    date: Day | None = None


class ActionIn(StrictBody):
    text: Passage
    owner: Sentence | None = None
    due: date | None = None


class _Description(StrictBody):
    category: Word | None = None
    department: Word | None = None
    outcome: Word | None = None
    owner: Sentence | None = None
    cause: Passage | None = None
    event: Passage | None = None
    consequence: Passage | None = None
    review_date: date | None = None
    appetite: Sentence | None = None
    inherent: RatingIn | None = None
    target: RatingIn | None = None


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
    controls: list[Passage] = Field(default=[], max_length=100)
    assurances: list[Assurance] = Field(default=[], max_length=100)
    actions: list[ActionIn] = Field(default=[], max_length=100)
    matrix: MatrixName = "five-by-five@1"
    legacy_band: Band | None = Field(default=None, description="Only for a legacy risk that has a colour and no score")
    assessment: AssessmentIn | None = None
    links: list[LinkIn] = Field(default=[], max_length=100)

    @model_validator(mode="after")
    def _score_or_colour(self) -> Self:
        if self.legacy_band is not None and self.assessment is not None:
            raise ValueError("a risk has a legacy band or an assessment, not both")
        return self


class RiskPatch(_Description):
    """What may change without an assessment. Ratings are assessed, and a reference is for good."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"mode": "propose", "review_date": "2018-06-30"}]},
    )

    title: Sentence = ""
    mode: Mode = Mode.AUTO
    controls: list[Passage] = Field(default=[], max_length=100)
    assurances: list[Assurance] = Field(default=[], max_length=100)
    actions: list[ActionIn] = Field(default=[], max_length=100)


class RiskOut(OutBody):
    """A risk, as it was judged, as its indicators say, and as it stands.

    ``flags``: legacy, unassessed, unknown_link, stale_link, review_due, review_asked, proposal_open, overridden.
    """

    ref: str
    register_code: str = Field(alias="register")
    kind: Kind
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
    review_date: date | None
    appetite: str | None
    mode: Mode
    matrix: str
    inherent: RatingState | None
    target: RatingState | None
    assessed: RatingState
    indicated: RatingState
    effective: RatingState
    basis: Basis | None = Field(description="What the effective rating comes from; null before any assessment")
    movement: Movement | None = Field(description="Against the rating at the last closed quarter; null if not rated")
    links: list[LinkOut]
    override: OverrideOut | None
    open_proposal: int | None
    flags: list[str]
    version: int
    changed_at: Timestamp
