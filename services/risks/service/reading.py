"""Answers about risks: their present state, why, and what would be."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from chassis.errors import FieldError
from chassis.storage.transaction import Tx
from chassis.web.paging import OldPage, old_page
from contracts.colours import SEVERITY, Colour
from contracts.risks import Band, RatingState
from services.risks.domain.explanation import explain
from services.risks.domain.matrix import Matrix, Rating
from services.risks.domain.rating import (
    RULE_VERSION,
    Kind,
    Link,
    Mode,
    Movement,
    Standing,
    Subject,
    last_closed_quarter,
    movement,
    stand,
    supposing,
)
from services.risks.domain.severity import is_stale
from services.risks.errors import NotAssessed, NotLinked, RiskUnknown
from services.risks.events import rating_state
from services.risks.models import Risk
from services.risks.repository import rating, register
from services.risks.repository.matrices import matrices
from services.risks.schemas.assessing import OverrideOut
from services.risks.schemas.explaining import ExplanationOut, GroupOut, RuleOut, SimulationIn, SimulationOut
from services.risks.schemas.linking import LinkOut
from services.risks.schemas.register import RiskOut

UNRATED = RatingState(impact=None, likelihood=None, score=None, band=None)


@dataclass(frozen=True, slots=True)
class Seen:
    """A risk with all that an answer about it needs."""

    row: Risk
    matrix: Matrix
    links: Sequence[Link]
    today: date
    before: dict[str, Any] | None
    proposal_id: int | None
    review_asked: bool
    subject: Subject | None

    @property
    def standing(self) -> Standing | None:
        return stand(self.subject, self.links, self.today) if self.subject else None


async def _see(tx: Tx, rows: Sequence[Risk]) -> list[Seen]:
    """The risks with their links, movement and open matters: the same few queries for any number of them."""
    keys, today = [row.id for row in rows], await tx.business_date()
    links, known = await rating.links_of(tx, keys), await matrices(tx, {row.matrix_id for row in rows})
    before = await register.ratings_at(tx, keys, last_closed_quarter(today).end)
    proposals, asked = await register.open_matters(tx, keys)
    return [
        Seen(
            row=row,
            matrix=known[row.matrix_id],
            links=links[row.id],
            today=today,
            before=before.get(row.id),
            proposal_id=proposals.get(row.id),
            review_asked=row.id in asked,
            subject=rating.subject_of(row, known[row.matrix_id]),
        )
        for row in rows
    ]


async def see(tx: Tx, ref: str) -> Seen:
    """One risk.

    Raises:
        RiskUnknown: nothing has this reference.
    """
    row = await register.risk(tx, ref)
    if row is None:
        raise RiskUnknown(f"No risk has the reference {ref[:40]!r}.")
    return (await _see(tx, [row]))[0]


async def show(tx: Tx, ref: str) -> RiskOut:
    return _shown(await see(tx, ref))


async def browse(tx: Tx, wanted: register.RiskFilter, after: str | None, limit: int) -> OldPage[RiskOut]:
    rows = await register.risks(tx, wanted, await tx.business_date(), after, limit)
    return old_page([_shown(seen) for seen in await _see(tx, rows)], limit, key=lambda shown: shown.ref)


def _shown(seen: Seen) -> RiskOut:
    row, standing = seen.row, seen.standing
    described = {name: getattr(row, name) for name in _AS_STORED}
    return RiskOut(
        **described,
        kind=Kind(row.kind),
        mode=Mode(row.mode),
        matrix=seen.matrix.name,
        inherent=_stated(seen.matrix, rating.rating(row.inherent_impact, row.inherent_likelihood)),
        target=_stated(seen.matrix, rating.rating(row.target_impact, row.target_likelihood)),
        **_three_ratings(seen, standing),
        movement=_movement(seen, standing),
        links=[_link(link, seen.today) for link in seen.links],
        override=_override(seen),
        open_proposal=seen.proposal_id,
        flags=_flags(seen),
    )


_AS_STORED = (
    "ref",
    "register",
    "title",
    "category",
    "department",
    "outcome",
    "owner",
    "cause",
    "event",
    "consequence",
    "controls",
    "assurances",
    "actions",
    "review_date",
    "appetite",
    "version",
    "changed_at",
)


def _stated(matrix: Matrix, given: Rating | None) -> RatingState | None:
    return rating_state(matrix, given) if given else None


def _three_ratings(seen: Seen, standing: Standing | None) -> dict[str, Any]:
    """Assessed, indicated and effective. A legacy risk has its colour and nothing else."""
    if seen.subject is None or standing is None:
        colour = Band(seen.row.legacy_band) if seen.row.legacy_band else None
        legacy = RatingState(impact=None, likelihood=None, score=None, band=colour)
        return {"assessed": legacy, "indicated": UNRATED, "effective": legacy, "basis": None}
    return {
        "assessed": rating_state(seen.matrix, seen.subject.assessed),
        "indicated": rating_state(seen.matrix, standing.indicated),
        "effective": rating_state(seen.matrix, standing.effective),
        "basis": standing.basis,
    }


def _movement(seen: Seen, standing: Standing | None) -> Movement | None:
    if standing is None:
        return None
    before = Rating(seen.before["impact"], seen.before["likelihood"]) if seen.before else None
    return movement(before, standing.effective)


def _link(link: Link, today: date) -> LinkOut:
    return LinkOut(
        indicator=link.indicator,
        area=link.area,
        group=link.group,
        signal=link.signal,
        severity_now=link.now,
        severity_at=link.at,
        takes_part=link.takes_part,
        stale=is_stale(link.latest, today),
        latest_period=link.latest.label if link.latest else None,
        version=link.version or None,
    )


def _override(seen: Seen) -> OverrideOut | None:
    given = rating.override_of(seen.row)
    if given is None or not given.holds_on(seen.today):
        return None
    stated = rating_state(seen.matrix, given.rating)
    return OverrideOut(rating=stated, until=given.until, reason=given.reason, by=given.by)


def _flags(seen: Seen) -> list[str]:
    row, links = seen.row, seen.links
    told = {
        "legacy": row.legacy_band is not None and seen.subject is None,
        "unassessed": seen.subject is None,
        "unknown_link": any(link.at is None or link.now is None for link in links),
        "stale_link": any(is_stale(link.latest, seen.today) for link in links),
        "review_due": row.review_date is not None and row.review_date < seen.today,
        "review_asked": seen.review_asked,
        "proposal_open": seen.proposal_id is not None,
        "overridden": _override(seen) is not None,
    }
    return [name for name, holds in told.items() if holds]


async def explanation(tx: Tx, ref: str) -> ExplanationOut:
    seen = await see(tx, ref)
    return _explained(seen, seen.links)


def _explained(seen: Seen, links: Sequence[Link]) -> ExplanationOut:
    """Why the risk stands where it does, were its links as given."""
    standing = stand(seen.subject, links, seen.today) if seen.subject else None
    indication = standing.indication if standing else None
    return ExplanationOut(
        ref=seen.row.ref,
        business_date=seen.today,
        matrix=seen.matrix.name,
        rule_version=RULE_VERSION,
        **_three_ratings(seen, standing),
        groups=[
            GroupOut(group=g.group, severity_at=g.at, severity_now=g.now)
            for g in (indication.groups if indication else ())
        ],
        links=[_link(link, seen.today) for link in links],
        change=indication.change if indication else 0,
        steps=indication.steps if indication else 0,
        rules=[RuleOut(number=rule.value, sentence=rule.sentence) for rule in (standing.rules if standing else ())],
        event_ids=sorted({link.event_id for link in links if link.event_id}),
        text=_in_words(seen, links, standing),
    )


def _in_words(seen: Seen, links: Sequence[Link], standing: Standing | None) -> str:
    if seen.subject is not None and standing is not None:
        return explain(seen.subject, links, standing)
    colour = f" It carries the colour {seen.row.legacy_band} from an older register." if seen.row.legacy_band else ""
    return f"It has no rating yet, so indicators do not move it.{colour}"


async def simulate(tx: Tx, ref: str, body: SimulationIn) -> SimulationOut:
    """What the risk would be if linked indicators stood as supposed.

    Raises:
        RiskUnknown, NotAssessed: there is nothing to move.
        NotLinked: an indicator that has no say in this risk.
    """
    seen = await see(tx, ref)
    if seen.subject is None:
        raise NotAssessed(f"{ref} has no rating yet, so indicators do not move it.")
    linked = {(link.indicator, link.area) for link in seen.links}
    errors = [
        FieldError(f"signals.{place}.indicator", f"{signal.indicator} in {signal.area} is not linked to {ref}")
        for place, signal in enumerate(body.signals)
        if (signal.indicator, signal.area) not in linked
    ]
    if errors:
        raise NotLinked("Some indicators are not linked to this risk.", errors)
    given = {
        (signal.indicator, signal.area): signal.severity if signal.colour is None else SEVERITY[Colour(signal.colour)]
        for signal in body.signals
    }
    present: RatingState = _three_ratings(seen, seen.standing)["effective"]
    return SimulationOut(present=present, supposed=_explained(seen, supposing(seen.links, given)))
