"""A risk's rating in plain words: which link moved from what to what, by which event, and what limited it."""

from collections.abc import Iterable, Sequence

from contracts.risks import Band
from services.risks.domain.links import IndicatorLink
from services.risks.domain.matrix import Matrix, Rating
from services.risks.domain.rating import Basis, Indication, RatingInputs, RatingRule, Ratings
from services.risks.domain.records import Cause
from services.risks.domain.severity import Provisional, severity_name

LONGEST_WHY = 2000


def in_words(matrix: Matrix, rating: Rating) -> str:
    """``16 (impact 4, likelihood 4, amber)``."""
    band: Band = matrix.band(rating)
    return f"{rating.score} (impact {rating.impact}, likelihood {rating.likelihood}, {band.value})"


def _cause(link: IndicatorLink) -> str:
    of = "fund" if link.series.is_fund else "indicator"
    return f", by event {link.event_id} ({of} version {link.version})" if link.event_id else ""


def link_in_words(link: IndicatorLink) -> str:
    """Where a link stands against its snapshot."""
    name = f"{link.series} ({_reading(link)})"
    if not link.takes_part:
        return f"{name} was unknown at its snapshot and is {_now(link)} now, so it takes no part"
    if link.now is None:
        return f"{name} was {severity_name(link.at)} at its snapshot and says nothing now: it counts as before"
    if link.now == link.at:
        return f"{name} is {_now(link)}, as at its snapshot"
    return f"{name} went from {severity_name(link.at)} to {_now(link)}{_cause(link)}"


def _reading(link: IndicatorLink) -> str:
    counted = ", provisional values counted" if link.key.provisional is Provisional.COUNT else ""
    return f"{link.signal.value}, group {link.group}{counted}"


def _now(link: IndicatorLink) -> str:
    return f"{severity_name(link.now)}{' (unconfirmed: by one period alone)' if link.unconfirmed else ''}"


def _moved_first(links: Iterable[IndicatorLink]) -> list[IndicatorLink]:
    return sorted(links, key=lambda link: (link.now == link.at, link.series))


def _steps(ratings: Ratings) -> str:
    steps = ratings.indication.steps
    if steps == 0:
        return "The indicators leave the likelihood where it was assessed."
    plural = "" if abs(steps) == 1 else "s"
    return f"The indicators {'raise' if steps > 0 else 'lower'} the likelihood by {abs(steps)} step{plural}."


def _rules(rules: Sequence[RatingRule]) -> list[str]:
    return [f"Rule {rule.value} applied: {rule.sentence}." for rule in rules]


def _opening(inputs: RatingInputs, ratings: Ratings) -> str:
    effective, assessed = (
        in_words(inputs.matrix, ratings.effective),
        in_words(inputs.matrix, inputs.assessed),
    )
    if ratings.basis is Basis.CLOSED:
        return f"It is closed, and stood at {effective} then."
    if ratings.basis is Basis.OVERRIDE and (given := inputs.override):
        by = f"by an override until {given.until.isoformat()} ({given.reason})"
        return f"It stands at {effective} {by}; it was assessed at {assessed}."
    if ratings.effective == inputs.assessed:
        return f"It stands at {effective}, as assessed."
    return f"It stands at {effective}; it was assessed at {assessed}."


def explain(inputs: RatingInputs, links: Sequence[IndicatorLink], ratings: Ratings) -> str:
    """One paragraph on why a risk stands where it does."""
    sentences = [_opening(inputs, ratings)]
    if ratings.basis is Basis.CLOSED:
        return " ".join([*sentences, *_rules(ratings.rules)])
    sentences += [f"{link_in_words(link)}." for link in _moved_first(links)]
    sentences += [_steps(ratings)] if links else ["No indicator is linked to it."]
    return " ".join([*sentences, *_rules(ratings.rules)])


def formula(inputs: RatingInputs, ratings: Ratings) -> list[str]:
    """How the indicated rating was worked out, a line a step, with its numbers; nothing of a closed risk."""
    if ratings.basis is Basis.CLOSED:
        return []
    indication, assessed = ratings.indication, inputs.assessed
    lines = [f"likelihood = {assessed.likelihood} as assessed"]
    if indication.groups:
        lines = [*_change(indication), _steps_formula(inputs, indication)]
    rating = indication.rating
    return [*lines, f"score = {rating.impact} x {rating.likelihood} = {rating.score}"]


def _change(indication: Indication) -> list[str]:
    groups = indication.groups
    now = f"max({', '.join(f'{group.group} {group.now}' for group in groups)})"
    then = f"max({', '.join(f'{group.group} {group.at}' for group in groups)})"
    worst_now, worst_then = max(group.now for group in groups), max(group.at for group in groups)
    return [
        f"worst group now = {now} = {worst_now}",
        f"worst group at the snapshot = {then} = {worst_then}",
        f"change = {worst_now} - {worst_then} = {indication.change}",
    ]


_LIMITS = frozenset(
    {
        RatingRule.ONE_STEP_WORSE,
        RatingRule.ONE_STEP_BETTER,
        RatingRule.EDGE_OF_MATRIX,
        RatingRule.NOT_PAST_TARGET,
    }
)


def _steps_formula(inputs: RatingInputs, indication: Indication) -> str:
    """For an opportunity worse is less likely."""
    assessed, steps = inputs.assessed.likelihood, indication.steps
    by = [f"rule {rule.value}" for rule in indication.rules if rule in _LIMITS]
    limited = f", limited by {' and '.join(by)}" if by else ""
    sign = "-" if steps < 0 else "+"
    return f"likelihood = {assessed} {sign} {abs(steps)} = {indication.rating.likelihood}{limited}"


def _result(inputs: RatingInputs, before: Rating | None, ratings: Ratings) -> str:
    origin = in_words(inputs.matrix, before) if before is not None else "not rated"
    return f"Effective rating from {origin} to {in_words(inputs.matrix, ratings.effective)}."


def why_moved(inputs: RatingInputs, links: Sequence[IndicatorLink], before: Rating | None, ratings: Ratings) -> str:
    """Why indicators changed the effective rating, for history and events: what moved, then what limited it."""
    moved = [link for link in _moved_first(links) if link.has_moved]
    moves = [f"{link_in_words(link)}." for link in moved] or ["Every linked indicator stands as at its snapshot."]
    sentences = [_result(inputs, before, ratings), *(moves if links else []), *_rules(ratings.rules)]
    return " ".join(sentences)[:LONGEST_WHY]


_DECISIONS = {
    Cause.ASSESSMENT: "Its owner assessed it.",
    Cause.LINKS: "Other indicators were linked to it, or counted in other groups.",
    Cause.SETTINGS: "Its aims or its mode were changed.",
    Cause.ACCEPTANCE: "It was accepted, or is no more.",
    Cause.LIFECYCLE: "It was closed or reopened.",
}


def why_decided(inputs: RatingInputs, cause: Cause, before: Rating | None, ratings: Ratings, reason: str | None) -> str:
    """Why a person's decision changed the effective rating. It says nothing of how indicators moved before."""
    decided = _DECISIONS.get(cause, "An override was set." if inputs.override else "An override ended.")
    given = [f"Reason given: {reason}"] if reason else []
    return " ".join([_result(inputs, before, ratings), decided, *_rules(ratings.rules), *given])
