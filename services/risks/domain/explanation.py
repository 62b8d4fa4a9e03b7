"""A risk's rating in plain words: which link moved from what to what, by which event, and what limited it."""

from collections.abc import Iterable, Sequence

from contracts.risks import Band
from services.risks.domain.matrix import Matrix, Rating
from services.risks.domain.rating import Basis, Link, Rule, Standing, Subject
from services.risks.domain.register import Cause
from services.risks.domain.severity import severity_name

LONGEST_WHY = 2000


def in_words(matrix: Matrix, rating: Rating) -> str:
    """``16 (impact 4, likelihood 4, amber)``."""
    band: Band = matrix.band(rating)
    return f"{rating.score} (impact {rating.impact}, likelihood {rating.likelihood}, {band.value})"


def _cause(link: Link) -> str:
    return f", by event {link.event_id} (indicator version {link.version})" if link.event_id else ""


def link_in_words(link: Link) -> str:
    """One link's standing against its snapshot."""
    name = f"{link.indicator} in {link.area} ({link.signal.value}, group {link.group})"
    if not link.takes_part:
        return f"{name} was unknown at its snapshot and is {severity_name(link.now)} now, so it takes no part"
    if link.now is None:
        return f"{name} was {severity_name(link.at)} at its snapshot and says nothing now: it counts as before"
    if link.now == link.at:
        return f"{name} is {severity_name(link.now)}, as at its snapshot"
    return f"{name} went from {severity_name(link.at)} to {severity_name(link.now)}{_cause(link)}"


def _moved_first(links: Iterable[Link]) -> list[Link]:
    return sorted(links, key=lambda link: (link.now == link.at, link.indicator, link.area))


def _steps(standing: Standing) -> str:
    steps = standing.indication.steps
    if steps == 0:
        return "The indicators leave the likelihood where it was assessed."
    plural = "" if abs(steps) == 1 else "s"
    return f"The indicators {'raise' if steps > 0 else 'lower'} the likelihood by {abs(steps)} step{plural}."


def _rules(rules: Sequence[Rule]) -> list[str]:
    return [f"Rule {rule.value} applied: {rule.sentence}." for rule in rules]


def _override(subject: Subject) -> str:
    if subject.override is None:
        return ""
    return f" by an override until {subject.override.until.isoformat()} ({subject.override.reason})"


def _opening(subject: Subject, standing: Standing) -> str:
    effective, assessed = (
        in_words(subject.matrix, standing.effective),
        in_words(subject.matrix, subject.assessed),
    )
    if standing.basis is Basis.OVERRIDE:
        return f"It stands at {effective}{_override(subject)}; it was assessed at {assessed}."
    if standing.effective == subject.assessed:
        return f"It stands at {effective}, as assessed."
    return f"It stands at {effective}; it was assessed at {assessed}."


def explain(subject: Subject, links: Sequence[Link], standing: Standing) -> str:
    """One paragraph on why a risk stands where it does."""
    sentences = [_opening(subject, standing)]
    sentences += [f"{link_in_words(link)}." for link in _moved_first(links)]
    sentences += [_steps(standing)] if links else ["No indicator is linked to it."]
    return " ".join([*sentences, *_rules(standing.rules)])


def _result(subject: Subject, before: Rating | None, standing: Standing) -> str:
    origin = in_words(subject.matrix, before) if before is not None else "not rated"
    return f"Effective rating from {origin} to {in_words(subject.matrix, standing.effective)}."


def why_moved(subject: Subject, links: Sequence[Link], before: Rating | None, standing: Standing) -> str:
    """Why indicators changed the effective rating, for history and events: what moved, then what limited it."""
    moved = [link for link in _moved_first(links) if link.has_moved]
    told = [f"{link_in_words(link)}." for link in moved] or ["Every linked indicator stands as at its snapshot."]
    sentences = [_result(subject, before, standing), *(told if links else []), *_rules(standing.rules)]
    return " ".join(sentences)[:LONGEST_WHY]


_DECISIONS = {
    Cause.ASSESSMENT: "Its owner assessed it.",
    Cause.LINKS: "Other indicators were linked to it, or counted in other groups.",
    Cause.SETTINGS: "Its aims or its mode were changed.",
}


def why_decided(subject: Subject, cause: Cause, before: Rating | None, standing: Standing, reason: str | None) -> str:
    """Why a person's decision changed the effective rating. It says nothing of how indicators moved before."""
    decided = _DECISIONS.get(cause, "An override was set." if subject.override else "An override ended.")
    said = [f"Reason given: {reason}"] if reason else []
    return " ".join([_result(subject, before, standing), decided, *_rules(standing.rules), *said])
