"""Bodies of links between risks and the variances of funds."""

from collections.abc import Sequence
from typing import Annotated, Any, Self

from pydantic import Field, StringConstraints, model_validator

from chassis.web.bodies import OutBody, StrictBody
from contracts.envelope import Timestamp
from services.risks.domain.funds import JudgedVariance, read_variances
from services.risks.domain.links import IndicatorLink, LinkKey, NewLink, fund_series
from services.risks.domain.severity import Signal
from services.risks.schemas.values import Word

FundCode = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$")]
LONGEST = 114
"""Characters that the codes of a fund and of its line may have together."""


class FundLinkIn(StrictBody):
    """A tie to the variance of a fund, or of one of its budget lines. Finance may not have told of it so far.

    Its signal is `finance`: amber where a variance is beyond the trigger that partners agreed, red at twice that.
    """

    fund: FundCode = Field(description="Code of the fund", examples=["better-care-fund"])
    line: FundCode | None = Field(default=None, description="Code of a budget line; left out, the whole fund")
    group: Word

    @model_validator(mode="after")
    def _not_too_long(self) -> Self:
        if len(self.fund) + len(self.line or "") > LONGEST:
            raise ValueError(f"the codes of a fund and its line have at most {LONGEST} characters together")
        return self

    def to_domain(self) -> NewLink:
        return NewLink(LinkKey(fund_series(self.fund, self.line), Signal.FINANCE), self.group)


class FundLinkOut(OutBody):
    """A link to a fund and where it stands: severity 0 to 2 now and at its snapshot, null where unknown.

    ``pending``: finance told nothing of it yet. ``stale``: the newest year that is judged is long over, or none is.
    """

    fund: str = Field(description="Code of the fund")
    line: str | None = Field(description="Code of the budget line; null for the whole fund")
    group: str
    signal: Signal
    severity_now: int | None
    severity_at: int | None
    takes_part: bool
    pending: bool
    stale: bool
    latest_year: str | None = Field(
        description="Newest financial year that is judged and not closed; null where there is none",
        examples=["2017/18"],
    )
    version: int | None = Field(description="Version of the newest event of the fund")

    @classmethod
    def of(cls, link: IndicatorLink, *, stale: bool) -> Self:
        return cls(**_fields(link), stale=stale)


class JudgedVarianceOut(OutBody):
    """What finance expects of a financial year that is not closed, against the trigger that is agreed of it."""

    financial_year: str = Field(description="Label of the year", examples=["2017/18"])
    variance: str = Field(description="Expected variance in pounds, an overspend positive", examples=["125000.00"])
    limit: str = Field(description="Limit of the trigger in pounds", examples=["100000.00"])
    level: str = Field(description="Where it stands: within, beyond the limit, or twice it and more")
    severity: int

    @classmethod
    def of(cls, judged: JudgedVariance) -> Self:
        names = ("financial_year", "variance", "limit", "level", "severity")
        return cls(**{name: getattr(judged, name) for name in names})


class ExplainedFundLinkOut(FundLinkOut):
    """A link to a fund with the variances that it was read from, the worst of which counts, and their event."""

    event_id: str | None = Field(description="Id of the newest event of the fund; null before any")
    snapshot_at: Timestamp | None = Field(description="When it was snapshotted (UTC); null where not on record")
    variances: list[JudgedVarianceOut] = Field(description="Of each year that is judged and not closed, oldest first")

    @classmethod
    def of(cls, link: IndicatorLink, *, stale: bool) -> Self:
        return cls(
            **_fields(link),
            stale=stale,
            event_id=link.event_id,
            snapshot_at=link.snapshot_at,
            variances=[JudgedVarianceOut.of(each) for each in read_variances(link.points)],
        )


def as_sent(links: Sequence[IndicatorLink]) -> list[FundLinkIn]:
    """Links to funds as they can be sent again."""
    return [FundLinkIn(fund=x.series.fund or "", line=x.series.line, group=x.group) for x in links if x.series.is_fund]


def _fields(link: IndicatorLink) -> dict[str, Any]:
    return {
        "fund": link.series.fund,
        "line": link.series.line,
        "group": link.group,
        "signal": link.signal,
        "severity_now": link.now,
        "severity_at": link.at,
        "takes_part": link.takes_part,
        "pending": link.pending,
        "latest_year": link.latest.label if link.latest else None,
        "version": link.version or None,
    }
