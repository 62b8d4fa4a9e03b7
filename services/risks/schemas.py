"""Bodies of the register's API."""

from datetime import date, datetime
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints, model_validator

from chassis.web import OutBody, StrictBody
from contracts.envelope import Timestamp
from contracts.risks import Band, RatingState
from services.risks.domain.rating import Basis, Kind, Mode, Movement
from services.risks.domain.register import Cause, ProposalState, TaskState
from services.risks.domain.severity import Signal


def _no_nul(text: str) -> str:
    if "\x00" in text:
        raise ValueError("text holds no NUL characters")
    return text


def _text(longest: int) -> Any:
    return Annotated[str, StringConstraints(min_length=1, max_length=longest), AfterValidator(_no_nul)]


Ref = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$")]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,59}$")]
IndicatorCode = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,119}$")]
AreaCode = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$")]
Word = Annotated[str, StringConstraints(min_length=1, max_length=120), AfterValidator(_no_nul)]
Sentence = Annotated[str, StringConstraints(min_length=1, max_length=400), AfterValidator(_no_nul)]
Passage = Annotated[str, StringConstraints(min_length=1, max_length=4000), AfterValidator(_no_nul)]
Reason = Annotated[str, StringConstraints(min_length=1, max_length=2000), AfterValidator(_no_nul)]
MatrixName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,59}@[1-9][0-9]{0,5}$")]
Day = date
Step = Annotated[int, Field(ge=1, le=20, strict=True)]
"""A place on an axis of a matrix; whether that matrix reaches so far is checked against it."""


class RatingIn(StrictBody):
    impact: Step
    likelihood: Step


class LinkIn(StrictBody):
    """A tie to an indicator in an area. Links of one causal group count as one cause."""

    indicator: IndicatorCode
    area: AreaCode
    group: Word
    signal: Signal = Signal.BEST


class LinksIn(StrictBody):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "links": [
                        {"indicator": "ae-four-hour-wait", "area": "RK9", "group": "patient-flow", "signal": "target"}
                    ]
                }
            ]
        }
    )

    links: list[LinkIn] = Field(max_length=100)


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


class SupposedSignal(StrictBody):
    """An indicator in an area as it might be: a severity (0 green, 1 amber, 2 red) or a colour."""

    indicator: IndicatorCode
    area: AreaCode
    severity: Annotated[int, Field(ge=0, le=2, strict=True)] | None = None
    colour: Literal["dark_green", "green", "amber", "red", "dark_red"] | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.severity is None) == (self.colour is None):
            raise ValueError("give either a severity or a colour")
        return self


class SimulationIn(StrictBody):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"signals": [{"indicator": "ae-four-hour-wait", "area": "RK9", "colour": "red"}]}]
        }
    )

    signals: list[SupposedSignal] = Field(min_length=1, max_length=100)


class MatrixIn(StrictBody):
    """A new version of a matrix. ``grid[i][l]`` is the band of impact i+1 and likelihood l+1."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "code": "two-by-three",
                    "version": 1,
                    "title": "Two by three",
                    "impacts": ["Low", "High"],
                    "likelihoods": ["Rare", "Likely", "Almost certain"],
                    "grid": [["green", "green", "amber"], ["green", "amber", "red"]],
                }
            ]
        }
    )

    code: Slug
    version: Annotated[int, Field(ge=1, le=999_999)]
    title: Sentence
    impacts: list[Word] = Field(min_length=2, max_length=20)
    likelihoods: list[Word] = Field(min_length=2, max_length=20)
    grid: list[list[Band]]

    @model_validator(mode="after")
    def _grid_fits(self) -> Self:
        if len(self.grid) != len(self.impacts) or any(len(row) != len(self.likelihoods) for row in self.grid):
            raise ValueError("grid has one row an impact and one band a likelihood")
        return self


class MatrixOut(OutBody):
    name: str
    code: str
    version: int
    title: str
    impacts: list[str]
    likelihoods: list[str]
    grid: list[list[Band]]


class LinkOut(OutBody):
    """A link and where it stands: confirmed severity 0 to 2 now and at its snapshot, null where unknown."""

    indicator: str
    area: str
    group: str
    signal: Signal
    severity_now: int | None
    severity_at: int | None
    takes_part: bool
    stale: bool
    latest_period: str | None
    version: int | None = Field(description="Newest version heard of this indicator in this area")


class OverrideOut(OutBody):
    rating: RatingState
    until: date
    reason: str
    by: str


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


class GroupOut(OutBody):
    group: str
    severity_at: int
    severity_now: int


class RuleOut(OutBody):
    number: int
    sentence: str


class ExplanationOut(OutBody):
    """Why a risk stands where it does, in parts and in words.

    ``change`` is the change of the worst group's severity, ``steps`` what it did to the likelihood after ``rules``.
    """

    ref: str
    business_date: date
    matrix: str
    rule_version: int
    assessed: RatingState
    indicated: RatingState
    effective: RatingState
    basis: Basis | None
    groups: list[GroupOut]
    links: list[LinkOut]
    change: int
    steps: int
    rules: list[RuleOut]
    event_ids: list[str]
    text: str


class SimulationOut(OutBody):
    """What would be: nothing is stored and nobody is told."""

    present: RatingState
    supposed: ExplanationOut


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
    closed_at: "datetime | None"
