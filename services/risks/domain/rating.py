"""How linked indicators move a risk's likelihood, and which of its ratings is in effect."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import IntEnum, StrEnum

from contracts.period import Period
from services.risks.domain.links import IndicatorLink
from services.risks.domain.matrix import Matrix, Rating
from services.risks.domain.severity import RED

RULE_VERSION = 1
"""Version of the rules below. A change of any of them raises it; history keeps the one that was in force."""

GROUPS_FOR_TWO_STEPS = 2


class Kind(StrEnum):
    THREAT = "threat"
    OPPORTUNITY = "opportunity"


class Status(StrEnum):
    """Where a risk is in its life. A closed one takes no part until it is reopened.

    An accepted one is moved by its indicators as any other, and is open again once it is worse than was accepted.
    """

    DRAFT = "draft"
    OPEN = "open"
    ESCALATED = "escalated"
    ACCEPTED = "accepted"
    CLOSED = "closed"


def status_on(day: date, status: Status, accepted_until: date | None) -> Status:
    """A risk is accepted until the end of the last day of its acceptance, swept or not."""
    ended = status is Status.ACCEPTED and accepted_until is not None and accepted_until < day
    return Status.OPEN if ended else status


IN_FORCE = (Status.OPEN, Status.ESCALATED, Status.ACCEPTED)
"""Where a risk counts: a draft does not yet, a closed one no more."""


class Mode(StrEnum):
    """Whether the indicated rating takes effect by itself, or opens a proposal for the owner."""

    AUTO = "auto"
    PROPOSE = "propose"


class Movement(StrEnum):
    UP = "up"
    DOWN = "down"
    UNCHANGED = "unchanged"
    NEW = "new"


class Basis(StrEnum):
    """Where the effective rating comes from."""

    OVERRIDE = "override"
    INDICATED = "indicated"
    ASSESSED = "assessed"
    CLOSED = "closed"


class RatingRule(IntEnum):
    """The rules that can limit or decide a rating, by the numbers that explanations quote."""

    ONE_STEP_WORSE = 1
    TWO_STEPS_WORSE = 2
    ONE_STEP_BETTER = 3
    EDGE_OF_MATRIX = 4
    NOT_PAST_TARGET = 5
    UNKNOWN_AT_SNAPSHOT = 6
    UNKNOWN_NOW = 7
    OVERRIDE = 8
    PROPOSE = 9
    CLOSED = 10

    @property
    def sentence(self) -> str:
        return _SENTENCES[self]


_SENTENCES = {
    RatingRule.ONE_STEP_WORSE: "indicators make a risk worse by one step at most unless two causal groups turn red",
    RatingRule.TWO_STEPS_WORSE: "two steps at most, even when two causal groups or more turn red",
    RatingRule.ONE_STEP_BETTER: "indicators make a risk better by one step at most",
    RatingRule.EDGE_OF_MATRIX: "a likelihood stays on the axis of its matrix",
    RatingRule.NOT_PAST_TARGET: "indicators never carry a risk beyond the target its owner set",
    RatingRule.UNKNOWN_AT_SNAPSHOT: "an indicator unknown at its snapshot takes no part until the next assessment",
    RatingRule.UNKNOWN_NOW: "an indicator that says nothing now is taken to stand where its snapshot stood",
    RatingRule.OVERRIDE: "an unexpired override goes before everything else",
    RatingRule.PROPOSE: "in propose mode the assessment stays in effect until the owner decides",
    RatingRule.CLOSED: "a closed risk takes no part and keeps the rating it was closed with",
}


@dataclass(frozen=True, slots=True)
class GroupSeverity:
    """A causal group's severities: the maximum of its links."""

    group: str
    at: int
    now: int

    @property
    def turned_red(self) -> bool:
        return self.now == RED and self.now > self.at


@dataclass(frozen=True, slots=True)
class Override:
    """A rating set by hand, until the end of a day."""

    rating: Rating
    until: date
    reason: str
    by: str

    def is_in_force_on(self, today: date) -> bool:
        return today <= self.until


@dataclass(frozen=True, slots=True)
class RatingInputs:
    """What of a risk decides its ratings. ``closed_with``: the effective rating of a risk that was closed."""

    kind: Kind
    mode: Mode
    matrix: Matrix
    assessed: Rating
    target_likelihood: int | None = None
    override: Override | None = None
    closed_with: Rating | None = None


@dataclass(frozen=True, slots=True)
class Indication:
    """What the indicators say: ``change`` in severity before any cap, ``steps`` of likelihood after all."""

    rating: Rating
    groups: tuple[GroupSeverity, ...]
    change: int
    steps: int
    rules: tuple[RatingRule, ...]


@dataclass(frozen=True, slots=True)
class Ratings:
    """A risk's ratings now, with what made them."""

    indication: Indication
    effective: Rating
    basis: Basis
    underlying: Rating
    """The effective rating without its override: what it falls back to."""

    @property
    def indicated(self) -> Rating:
        return self.indication.rating

    @property
    def rules(self) -> tuple[RatingRule, ...]:
        decided = {
            Basis.OVERRIDE: (RatingRule.OVERRIDE,),
            Basis.INDICATED: (),
            Basis.CLOSED: (RatingRule.CLOSED,),
        }
        proposed = (RatingRule.PROPOSE,) if self.indicated != self.effective else ()
        return self.indication.rules + decided.get(self.basis, proposed)


def group_severities(links: Sequence[IndicatorLink]) -> tuple[GroupSeverity, ...]:
    """Severities of each causal group, by name; links unknown at their snapshot take no part."""
    groups: dict[str, tuple[int, int]] = {}
    for link in links:
        if link.at is None:
            continue
        now = link.at if link.now is None else link.now  # silence is no evidence of change
        at_most, now_most = groups.get(link.group, (0, 0))
        groups[link.group] = max(at_most, link.at), max(now_most, now)
    return tuple(GroupSeverity(name, at, now) for name, (at, now) in sorted(groups.items()))


def _capped(groups: Sequence[GroupSeverity]) -> tuple[int, int, RatingRule | None]:
    """Change of the worst severity, the same after the caps on steps, and the cap that applied."""
    if not groups:
        return 0, 0, None
    change = max(group.now for group in groups) - max(group.at for group in groups)
    several = sum(group.turned_red for group in groups) >= GROUPS_FOR_TWO_STEPS
    if change < -1:
        return change, -1, RatingRule.ONE_STEP_BETTER
    if change > 1 and not several:
        return change, 1, RatingRule.ONE_STEP_WORSE
    return change, change, RatingRule.TWO_STEPS_WORSE if change > 1 else None


def _limited(inputs: RatingInputs, worsening: int) -> tuple[int, list[RatingRule]]:
    """The likelihood after ``worsening`` steps, kept on the matrix and, when improving, short of the target.

    For a threat worse means likelier; for an opportunity less likely, and every limit is mirrored.
    """
    assessed, target, rules = inputs.assessed.likelihood, inputs.target_likelihood, []
    wished = assessed + (worsening if inputs.kind is Kind.THREAT else -worsening)
    likelihood = min(max(wished, 1), inputs.matrix.top)
    if likelihood != wished:
        rules.append(RatingRule.EDGE_OF_MATRIX)
    if worsening < 0 and target is not None:
        threat = inputs.kind is Kind.THREAT
        limit = max(likelihood, min(assessed, target)) if threat else min(likelihood, max(assessed, target))
        if limit != likelihood:
            rules.append(RatingRule.NOT_PAST_TARGET)
        likelihood = limit
    return likelihood, rules


def _silences(links: Sequence[IndicatorLink]) -> list[RatingRule]:
    rules = []
    if any(not link.takes_part for link in links):
        rules.append(RatingRule.UNKNOWN_AT_SNAPSHOT)
    if any(link.takes_part and link.now is None for link in links):
        rules.append(RatingRule.UNKNOWN_NOW)
    return rules


def indicate(inputs: RatingInputs, links: Sequence[IndicatorLink]) -> Indication:
    """What the links say of a risk. Impact is never moved.

    Reads the assessment and the latest severities only: replays, duplicates and any order agree.
    """
    groups = group_severities(links)
    change, worsening, cap = _capped(groups)
    likelihood, limits = _limited(inputs, worsening)
    return Indication(
        rating=Rating(inputs.assessed.impact, likelihood),
        groups=groups,
        change=change,
        steps=likelihood - inputs.assessed.likelihood,
        rules=tuple(([cap] if cap else []) + limits + _silences(links)),
    )


def rate(inputs: RatingInputs, links: Sequence[IndicatorLink], today: date) -> Ratings:
    """A risk's indicated and effective ratings on a business date."""
    if inputs.closed_with is not None:
        return Ratings(indicate(inputs, ()), inputs.closed_with, Basis.CLOSED, inputs.closed_with)
    indication = indicate(inputs, links)
    auto = inputs.mode is Mode.AUTO
    underlying = indication.rating if auto else inputs.assessed
    if inputs.override is not None and inputs.override.is_in_force_on(today):
        return Ratings(indication, inputs.override.rating, Basis.OVERRIDE, underlying)
    return Ratings(indication, underlying, Basis.INDICATED if auto else Basis.ASSESSED, underlying)


def suppose(links: Sequence[IndicatorLink], severities: Mapping[str, int | None]) -> list[IndicatorLink]:
    """The links as they would stand if series had the severities given, by subject.

    Of what is supposed no periods, and no event, tell.
    """
    return [_supposed(link, severities[link.subject]) if link.subject in severities else link for link in links]


def _supposed(link: IndicatorLink, severity: int | None) -> IndicatorLink:
    return replace(link, now=severity, unconfirmed=False, event_id=None, points="")


def last_override_day(today: date) -> date:
    """The latest expiry an override may have: the end of the next quarter."""
    return Period.quarter_of(today).next().end


def last_closed_quarter(today: date) -> Period:
    return Period.quarter_of(today).previous()


def movement(before: Rating | None, now: Rating) -> Movement:
    """How a rating moved since the last closed quarter; ``before`` is absent where it was not rated then."""
    if before is None:
        return Movement.NEW
    if now.score == before.score:
        return Movement.UNCHANGED
    return Movement.UP if now.score > before.score else Movement.DOWN
