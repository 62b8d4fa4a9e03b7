"""Risks as they are entered, described and kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from contracts.notes import SourceNote
from contracts.risks import Band
from services.risks.domain.appetites import Limits
from services.risks.domain.links import NewLink
from services.risks.domain.losses import LossBand
from services.risks.domain.matrix import DEFAULT_MATRIX, OPPORTUNITY_MATRIX, Matrix, Rating
from services.risks.domain.rating import Kind, Mode, Override, RatingInputs, Status
from services.risks.domain.records import Judgement
from services.risks.domain.reviews import Review

Day = date
"""Under a name that a field called ``date`` does not hide."""


@dataclass(frozen=True, slots=True)
class Assurance:
    """Who gives comfort that the controls work: line of defence 1 to 3, their opinion and when."""

    source: str
    line: int | None = None
    opinion: str | None = None
    date: Day | None = None


@dataclass(frozen=True, slots=True)
class Action:
    text: str
    owner: str | None = None
    due: Day | None = None


@dataclass(frozen=True, slots=True)
class Description:
    """What a register says of a risk beside its present rating. ``inherent`` and ``target`` are cells of its matrix.

    ``proximity``: when it may strike, in words. ``notes``: where the papers that it was drawn from contradict each
    other.
    """

    title: str
    category: str | None = None
    department: str | None = None
    outcome: str | None = None
    owner: str | None = None
    cause: str | None = None
    event: str | None = None
    consequence: str | None = None
    controls: Sequence[str] = ()
    assurances: Sequence[Assurance] = ()
    actions: Sequence[Action] = ()
    proximity: str | None = None
    review_date: Day | None = None
    appetite: str | None = None
    inherent: Rating | None = None
    target: Rating | None = None
    notes: tuple[SourceNote, ...] = ()


def default_matrix(kind: Kind) -> str:
    """The matrix of risks that name none: opportunities have one of their own, with mirrored colours."""
    return (DEFAULT_MATRIX if kind is Kind.THREAT else OPPORTUNITY_MATRIX).name


@dataclass(frozen=True, slots=True)
class NewRisk:
    """A risk to enter. ``matrix`` names one, as ``five-by-five@1``; ``legacy_band``: a colour without a score."""

    ref: str
    register: str
    kind: Kind
    mode: Mode
    matrix: str
    description: Description
    status: Status = Status.OPEN
    legacy_band: Band | None = None
    judgement: Judgement | None = None
    links: Sequence[NewLink] = ()

    def inputs(self, matrix: Matrix, judged: Judgement) -> RatingInputs:
        """What decides its ratings once it is judged so."""
        target = self.description.target
        return RatingInputs(self.kind, self.mode, matrix, judged.rating, target.likelihood if target else None)


@dataclass(frozen=True, slots=True)
class Amendment:
    """What is to change without an assessment: fields of the description by name, the mode, the status; and why."""

    fields: Mapping[str, Any]
    mode: Mode | None = None
    status: Status | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Risk:
    """A risk as it is kept. ``version`` counts the events published about it.

    ``accepted_until``: last day of the acceptance in force, after which the risk is open, though ``status`` may say so
    later. ``limits``: what is wanted and tolerated in its category; opportunities have none.
    """

    risk_id: int
    ref: str
    register: str
    kind: Kind
    mode: Mode
    status: Status
    matrix: Matrix
    description: Description
    legacy_band: Band | None
    assessment_id: int | None
    assessed: Rating | None
    effective: Rating | None
    override: Override | None
    version: int
    changed_at: datetime
    created_at: datetime
    limits: Limits | None = None
    accepted_until: date | None = None
    review: Review | None = None
    losses: tuple[LossBand, ...] = ()

    @property
    def inputs(self) -> RatingInputs | None:
        """What decides its ratings; ``None`` for a risk that nobody assessed yet."""
        return None if self.assessed is None else self.inputs_judged(self.assessed)

    def inputs_judged(self, assessed: Rating) -> RatingInputs:
        """What decides its ratings once it is assessed so."""
        target = self.description.target
        return RatingInputs(
            kind=self.kind,
            mode=self.mode,
            matrix=self.matrix,
            assessed=assessed,
            target_likelihood=target.likelihood if target else None,
            override=self.override,
            closed_with=self.effective if self.status is Status.CLOSED else None,
        )


class RiskOrder(StrEnum):
    """What the register can be ordered by. Without a score a risk counts as 0, without a review date as never."""

    REF = "ref"
    SCORE = "score"
    REVIEW_DATE = "review_date"
    CHANGED_AT = "changed_at"


@dataclass(frozen=True, slots=True)
class RiskFilter:
    """What a reader asks for.

    ``search`` looks into reference and title; ``indicator``, ``area`` and ``fund`` into links.
    """

    register: str | None = None
    category: str | None = None
    department: str | None = None
    outcome: str | None = None
    kind: Kind | None = None
    band: Band | None = None
    search: str | None = None
    status: Status | None = None
    indicator: str | None = None
    area: str | None = None
    owner: str | None = None
    changed_since: datetime | None = None
    fund: str | None = None
