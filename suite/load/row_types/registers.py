"""Rows of assessments, benefits, consultations, options, printed lists, providers and ratings."""

from datetime import date
from typing import Literal

from suite.load.csv_files import FileRow, Several


class ImpactAssessmentRow(FileRow):
    code: str
    title: str
    subject_kind: Literal["report", "decision", "action", "scheme"]
    subject: str
    done: bool
    note: str
    source: str


class BenefitRow(FileRow):
    code: str
    title: str
    beneficiary: Literal["workforce", "commissioners", "providers", "end_state"]
    number: int
    source: str


class ConsultationRow(FileRow):
    """Who was asked; with what was said and what came of it, where that is printed."""

    code: str
    title: str
    board: str | None = None
    report: str
    printed_period: str
    asked: Several
    given_by: str | None = None
    text: str | None = None
    answer: str | None = None
    source: str


class OptionRow(FileRow):
    """An option of the appraisal of 2014; its points are in another file."""

    code: str
    title: str
    verdict: Literal["preferred", "transitional", "possible", "rejected"]
    number: int | None = None
    scope: int
    verdict_note: str
    source: str


class OptionPointRow(FileRow):
    option: str
    kind: Literal["benefit", "risk", "reason", "mitigated"]
    number: int
    text: str
    source: str


class ProviderRow(FileRow):
    code: str
    title: str
    kind: str
    role: str
    also_known_as: Several = ()
    note: str | None = None
    source: str


class RatingCountRow(FileRow):
    """How many homes had a grade at the end of a quarter; no homes are named."""

    code: str
    grade: Literal["outstanding", "good", "requires_improvement", "inadequate"]
    counted_on: date
    count: int | None = None
    period: str
    note: str | None = None
    source: str


class RatingFeedRow(FileRow):
    """Which indicator takes the share of homes that are rated well, from the first quarter that is not printed."""

    code: str
    title: str
    indicator: str
    area: str
    frequency: Literal["month", "quarter", "financial_year"]
    starts_on: date
    source: str


class PrintedListRow(FileRow):
    """A list that a paper prints; its lines are in two other files."""

    code: str
    title: str
    report: str | None = None
    source: str


class ListItemRow(FileRow):
    """A line of a printed list, with the heading it stands under."""

    list: str
    number: int | None = None
    group: str | None = None
    text: str
    figure: str | None = None
    figure_unit: str | None = None
    note: str | None = None
    source: str
