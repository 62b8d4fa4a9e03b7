"""What the register tells the world, from what it knows."""

from collections.abc import Sequence

from chassis.events.envelope import NewEvent
from contracts.risks import RISK_RESCORED, RISK_REVIEWED, SOURCE, LinkState, RatingState, RiskRescored, RiskReviewed
from services.risks.domain.matrix import Matrix, Rating
from services.risks.domain.rating import RULE_VERSION, Link, Standing
from services.risks.domain.register import RatedRisk


def rating_state(matrix: Matrix, rating: Rating) -> RatingState:
    return RatingState(impact=rating.impact, likelihood=rating.likelihood, score=rating.score, band=matrix.band(rating))


def link_state(link: Link) -> LinkState:
    return LinkState(
        indicator=link.indicator,
        area=link.area,
        group=link.group,
        signal=link.signal.value,
        severity_now=link.now,
        severity_at=link.at,
        version=link.version or None,
    )


def rescored(
    risk: RatedRisk, standing: Standing, links: Sequence[Link], *, why: str, caused_by: list[str], version: int
) -> NewEvent:
    matrix = risk.subject.matrix
    body = RiskRescored(
        ref=risk.ref,
        kind=risk.subject.kind.value,
        title=risk.title,
        before=rating_state(matrix, risk.effective) if risk.effective else None,
        after=rating_state(matrix, standing.effective),
        why=why,
        caused_by=caused_by,
        matrix=matrix.name,
        rule_version=RULE_VERSION,
        links=[link_state(link) for link in links],
    )
    return NewEvent(RISK_RESCORED, SOURCE, risk.ref, version, body)


def reviewed(
    risk: RatedRisk, standing: Standing, links: Sequence[Link], *, by: str, reason: str, version: int
) -> NewEvent:
    matrix = risk.subject.matrix
    body = RiskReviewed(
        ref=risk.ref,
        kind=risk.subject.kind.value,
        title=risk.title,
        by=by,
        reason=reason,
        assessed=rating_state(matrix, risk.subject.assessed),
        indicated=rating_state(matrix, standing.indicated),
        effective=rating_state(matrix, standing.effective),
        links=[link_state(link) for link in links],
    )
    return NewEvent(RISK_REVIEWED, SOURCE, risk.ref, version, body)
