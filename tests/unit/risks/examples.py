"""A risk, and links of it, for rules that need some."""

from datetime import UTC, date, datetime
from typing import Any

from contracts.period import Period
from services.risks.domain.links import IndicatorLink, LinkKey, SeriesKey
from services.risks.domain.matrix import DEFAULT_MATRIX, Rating
from services.risks.domain.rating import Kind, Mode, Status, rate
from services.risks.domain.register import Description, Risk
from services.risks.domain.severity import Signal
from services.risks.domain.view import RiskView

TODAY = date(2018, 2, 28)
NOW = datetime(2018, 2, 28, 12, tzinfo=UTC)


def risk(**fields: Any) -> Risk:
    """A threat that is open and assessed at impact 4 and likelihood 3, but for what is given."""
    given = {
        "risk_id": 1,
        "ref": "OCC4",
        "register": "people-2018",
        "kind": Kind.THREAT,
        "mode": Mode.AUTO,
        "status": Status.OPEN,
        "matrix": DEFAULT_MATRIX,
        "description": Description("A risk", category="Operational", target=Rating(4, 2)),
        "legacy_band": None,
        "assessment_id": 7,
        "assessed": Rating(4, 3),
        "effective": Rating(4, 3),
        "override": None,
        "version": 2,
        "changed_at": NOW,
        "created_at": NOW,
    }
    return Risk(**(given | fields))


def link(at: int | None, now: int | None, **fields: Any) -> IndicatorLink:
    """A link of severities at its snapshot and now; known by version 7, with a value of January."""
    given = {"version": 7, "event_id": "e-7", "latest": Period.parse("2018-01")} | fields
    return IndicatorLink(LinkKey(SeriesKey("ae", "RK9"), Signal.TARGET), "flow", at, now, **given)


def view(of: Risk, *links: IndicatorLink, **fields: Any) -> RiskView:
    """The risk on the day, with its links and nothing open, but for what is given."""
    given = {"previous": None, "open_proposal": None, "review_asked": False, "acceptance": None} | fields
    return RiskView(of, links, TODAY, ratings=rate(of.inputs, links, TODAY) if of.inputs else None, **given)
