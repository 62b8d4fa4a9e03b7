"""Whether an indicator told of what the owner judged: before, after it, or wrongly; and how often it flipped.

Every period that its events showed counts, since that is kept, by the day it ended on: when each was published is not
on record. What is confirmed of a period is the worse of its severity and the one before; of the first that has a
severity nothing is, since what came before it is not kept.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import pairwise

from contracts.period import Period
from services.risks.domain.links import IndicatorLink, SeriesKey
from services.risks.domain.points import PeriodPoint
from services.risks.domain.rating import Kind
from services.risks.domain.register import Risk
from services.risks.domain.severity import Provisional, Signal, period_severity


class Verdict(StrEnum):
    """What an indicator did about a re-assessment.

    ``not_kept``: its periods of then are not kept any more. ``no_severity``: none that is kept has a severity.
    """

    BEFORE = "before"
    AFTER = "after"
    WRONGLY = "wrongly"
    SILENT = "silent"
    NOT_KEPT = "not_kept"
    NO_SEVERITY = "no_severity"


@dataclass(frozen=True, slots=True)
class PastJudgement:
    """A likelihood that an owner judged on a day.

    ``matrix``: ``None`` where it is not on record. ``is_own``: not by accepting what the indicators proposed.
    """

    on: date
    likelihood: int
    matrix: str | None
    is_own: bool


@dataclass(frozen=True, slots=True)
class Reassessment:
    """An owner's judgement that is worse, or better, than the one of ``since``; ``until`` the next."""

    since: date
    on: date
    until: date
    is_worse: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """A period with a severity, by its last day. ``confirmed`` is ``None`` of the first that is kept."""

    period: Period
    severity: int
    confirmed: int | None


@dataclass(frozen=True, slots=True)
class Told:
    """A signal of a series over the periods that are kept, and what it did about each re-assessment, oldest first.

    ``flips``: how often its severity was another than the period before, among the periods of which something is
    confirmed; ``confirmed_flips``: the same of what counts, among the same periods.
    """

    readings: Sequence[Reading]
    flips: int
    confirmed_flips: int
    verdicts: Sequence[tuple[Reassessment, Verdict]]

    def count(self, verdict: Verdict) -> int:
        return sum(found is verdict for _, found in self.verdicts)

    @property
    def lead(self) -> int:
        """How many re-assessments more it moved before than it moved the other way."""
        return self.count(Verdict.BEFORE) - self.count(Verdict.WRONGLY)


@dataclass(frozen=True, slots=True)
class LinkBackTest:
    """A link and what it told."""

    link: IndicatorLink
    told: Told


@dataclass(frozen=True, slots=True)
class BackTest:
    """A risk's links over the periods that are kept, up to a business date."""

    risk: Risk
    today: date
    links: Sequence[LinkBackTest]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A series that no link of the risk reads by this signal, and what it would have told."""

    series: SeriesKey
    told: Told


@dataclass(frozen=True, slots=True)
class Suggestions:
    """Series whose past would have told of a risk's re-assessments, best first, of all that were looked at.

    ``areas``: those that were looked into. ``is_cut``: there are more series than are looked at in one go.
    """

    risk: Risk
    today: date
    areas: Sequence[str]
    signal: Signal
    reassessments: int
    looked_at: int
    is_cut: bool
    found: Sequence[Suggestion]


def back_test(
    past: Sequence[PeriodPoint], signal: Signal, provisional: Provisional, reassessments: Sequence[Reassessment]
) -> Told:
    """What a signal told of re-assessments. ``past``: every period of its series, oldest first."""
    readings = read_past(past, signal, provisional)
    counted = [(each.severity, each.confirmed) for each in readings if each.confirmed is not None]
    flips, confirmed_flips = (_flips(severities) for severities in zip(*counted, strict=True)) if counted else (0, 0)
    return Told(readings, flips, confirmed_flips, [(each, _verdict(readings, each)) for each in reassessments])


def suggest(
    pasts: Mapping[SeriesKey, Sequence[PeriodPoint]], signal: Signal, reassessments: Sequence[Reassessment]
) -> list[Suggestion]:
    """The series that moved before more re-assessments than they moved the other way, those with most first.

    Where two are alike, the one that flipped less often comes first.
    """
    told = [Suggestion(key, back_test(past, signal, Provisional.IGNORE, reassessments)) for key, past in pasts.items()]
    found = [each for each in told if each.told.lead > 0]
    return sorted(found, key=lambda each: (-each.told.lead, each.told.confirmed_flips, each.series))


def read_past(past: Sequence[PeriodPoint], signal: Signal, provisional: Provisional) -> list[Reading]:
    """The periods that have a severity by a signal, oldest first."""
    judged = [(point, period_severity(point, signal, provisional)) for point in past]
    known = [(Period.parse(point.period), severity) for point, severity in judged if severity is not None]
    before: list[int | None] = [None, *(severity for _, severity in known)]
    return [
        Reading(period, severity, None if earlier is None else max(severity, earlier))
        for (period, severity), earlier in zip(known, before, strict=False)
    ]


def _flips(severities: Sequence[int]) -> int:
    return sum(one != other for one, other in pairwise(severities))


def reassessments(kind: Kind, judgements: Sequence[PastJudgement], today: date) -> list[Reassessment]:
    """Where owners judged another likelihood than before, of their own; a less likely opportunity is a worse one.

    On another matrix a likelihood is no other: the two do not compare, nor do they where one's matrix is not on record.
    """
    ends = [judged.on for judged in judgements[2:]] + [today]
    return [
        Reassessment(before.on, after.on, until, (after.likelihood > before.likelihood) is (kind is Kind.THREAT))
        for (before, after), until in zip(pairwise(judgements), ends, strict=False)
        if after.is_own and before.likelihood != after.likelihood and before.matrix == after.matrix
    ]


def _verdict(readings: Sequence[Reading], found: Reassessment) -> Verdict:
    if not readings:
        return Verdict.NO_SEVERITY
    then, at, later = (_confirmed_on(readings, day) for day in (found.since, found.on, found.until))
    if then is None or at is None:
        return Verdict.NOT_KEPT
    if at != then:
        return Verdict.BEFORE if (at > then) is found.is_worse else Verdict.WRONGLY
    moved = later is not None and later != at and (later > at) is found.is_worse
    return Verdict.AFTER if moved else Verdict.SILENT


def _confirmed_on(readings: Sequence[Reading], day: date) -> int | None:
    """What was confirmed of the newest period that had ended by a day."""
    number = bisect_right([each.period.end for each in readings], day)
    return readings[number - 1].confirmed if number else None
