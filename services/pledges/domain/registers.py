"""What boards have registers of beside their papers: equality assessments, benefits, consultations, options and lists.

Each is put as a whole by its code, and read as it was put.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class AssessedKind(StrEnum):
    """What an assessment is of. A scheme is one of the finance service's, which this one does not look up."""

    REPORT = "report"
    DECISION = "decision"
    ACTION = "action"
    SCHEME = "scheme"


class Characteristic(StrEnum):
    """The protected characteristics of the Equality Act 2010; the papers print all but marriage."""

    AGE = "age"
    DISABILITY = "disability"
    GENDER_REASSIGNMENT = "gender_reassignment"
    MARRIAGE_AND_CIVIL_PARTNERSHIP = "marriage_and_civil_partnership"
    PREGNANCY_AND_MATERNITY = "pregnancy_and_maternity"
    RACE = "race"
    RELIGION_OR_BELIEF = "religion_or_belief"
    SEX = "sex"
    SEXUAL_ORIENTATION = "sexual_orientation"


@dataclass(frozen=True, slots=True)
class ImpactAssessment:
    """Whether the effect on people with protected characteristics was assessed, by whom, and whom it touches."""

    code: str
    title: str
    subject_kind: AssessedKind
    subject: str
    done: bool
    done_on: date | None = None
    done_by: str | None = None
    characteristics: tuple[Characteristic, ...] = ()
    note: str | None = None
    source: str | None = None


class Beneficiary(StrEnum):
    """Whom a benefit is for, or the state at the end of the project."""

    WORKFORCE = "workforce"
    COMMISSIONERS = "commissioners"
    PROVIDERS = "providers"
    END_STATE = "end_state"


@dataclass(frozen=True, slots=True)
class Benefit:
    """What a change is to bring, who owns that, and the indicators that prove it."""

    code: str
    title: str
    beneficiary: Beneficiary
    number: int | None = None
    owner: str | None = None
    board: str | None = None
    due: date | None = None
    indicators: tuple[str, ...] = ()
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Feedback:
    """What somebody said, and what came of it."""

    given_by: str
    text: str
    answer: str | None = None


@dataclass(frozen=True, slots=True)
class Consultation:
    """Who was asked about what, from when to when, and what they said."""

    code: str
    title: str
    board: str | None = None
    report: str | None = None
    first_day: date | None = None
    last_day: date | None = None
    printed_period: str | None = None
    asked: tuple[str, ...] = ()
    feedback: tuple[Feedback, ...] = ()
    source: str | None = None


class Verdict(StrEnum):
    PREFERRED = "preferred"
    TRANSITIONAL = "transitional"
    POSSIBLE = "possible"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Option:
    """One way of doing it. ``mitigated``: risks of other ways that it takes away."""

    code: str
    title: str
    verdict: Verdict
    number: int | None = None
    scope: int | None = None
    verdict_note: str | None = None
    benefits: tuple[str, ...] = ()
    risks: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    mitigated: tuple[str, ...] = ()
    source: str | None = None


@dataclass(frozen=True, slots=True)
class OptionsAppraisal:
    """The ways that were compared, in the order of their scope, with what was found of each."""

    code: str
    title: str
    options: tuple[Option, ...]
    report: str | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class ListItem:
    """A line of a printed list. ``group`` is the heading it stands under; ``figure`` what it says in numbers."""

    text: str
    number: int | None = None
    group: str | None = None
    figure: str | None = None
    figure_unit: str | None = None
    note: str | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class PrintedList:
    """What a paper lists and nobody is to do: offers, functions, principles, who was on a project, papers cited.

    What is to be done is an action, and what is measured an observation.
    """

    code: str
    title: str
    items: tuple[ListItem, ...]
    report: str | None = None
    source: str | None = None
