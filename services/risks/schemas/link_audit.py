"""Bodies of links under audit."""

from typing import Self

from pydantic import Field

from chassis.web.bodies import OutBody
from contracts.breakdown import Breakdown
from contracts.envelope import Timestamp
from services.risks.domain.back_test import Told
from services.risks.domain.link_audit import AuditedLink, Finding, LinkOrigin
from services.risks.domain.severity import Provisional, Signal
from services.risks.schemas.back_test import CountsOut, counts_of


class LinkToldOut(CountsOut):
    """What a link told of its owner's judgements."""

    lead: int = Field(description="Re-assessments that it moved before, less those before which it moved the other way")

    @classmethod
    def of(cls, told: Told) -> Self:
        return cls.model_validate({**counts_of(told), "lead": told.lead})


class LinkOriginOut(OutBody):
    """Who made a link, when and why."""

    at: Timestamp = Field(description="When it was made (UTC)")
    by: str = Field(description="Who made it")
    reason: str | None = Field(description="Why, in their words; null where nothing was said")

    @classmethod
    def of(cls, origin: LinkOrigin) -> Self:
        return cls(at=origin.at, by=origin.by, reason=origin.reason)


class AuditedLinkOut(OutBody):
    """A link of a risk to a series, or to a fund, and what is to be known of it."""

    risk: str
    title: str
    owner: str | None
    indicator: str | None = Field(description="Code of the indicator; null of a link to a fund")
    area: str | None = Field(description="Code of its area; null of a link to a fund")
    breakdown: Breakdown
    fund: str | None = Field(description="Code of the fund; null of a link to an indicator")
    line: str | None = Field(description="Code of the budget line; null of a whole fund, and of an indicator")
    group: str
    signal: Signal
    provisional: Provisional
    severity_at: int | None
    severity_now: int | None
    snapshot_at: Timestamp | None = Field(description="When it was snapshotted (UTC); null where not on record")
    latest_period: str | None
    findings: list[Finding] = Field(
        description="What is to be known of it as it stands; none where nothing is", examples=[["pending"]]
    )
    origin: LinkOriginOut | None = Field(description="Who made it; null where the audit record goes back less far")
    told: LinkToldOut | None = Field(description="What it told of its owner's judgements; null of a link to a fund")

    @classmethod
    def of(cls, found: AuditedLink) -> Self:
        risk, link, series = found.standing.risk, found.standing.link, found.standing.link.series
        return cls(
            risk=risk.ref,
            title=risk.title,
            owner=risk.owner,
            indicator=None if series.is_fund else series.indicator,
            area=None if series.is_fund else series.area,
            breakdown=series.breakdown,
            fund=series.fund,
            line=series.line if series.is_fund else None,
            group=link.group,
            signal=link.signal,
            provisional=link.key.provisional,
            severity_at=link.at,
            severity_now=link.now,
            snapshot_at=link.snapshot_at,
            latest_period=link.latest.label if link.latest else None,
            findings=list(found.standing.findings),
            origin=LinkOriginOut.of(found.origin) if found.origin else None,
            told=LinkToldOut.of(found.told) if found.told else None,
        )
