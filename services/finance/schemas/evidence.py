"""What a scheme's figures rest on."""

from typing import Annotated, Self

from pydantic import Field

from chassis.web.bodies import OutBody
from chassis.web.paging import PageBody
from contracts.colours import Polarity
from contracts.indicators import Missing, ObservationStatus
from contracts.money import Money, pounds
from services.finance.domain.attribution import Attribution
from services.finance.domain.evidence import Evidence, LinkEvidence, PeriodEvidence
from services.finance.domain.explanation import plain
from services.finance.domain.savings import Contribution, SharedCost
from services.finance.schemas.ledger import LedgerEntryOut
from services.finance.schemas.scheme_positions import SchemePositionOut


class WorthOut(OutBody):
    """What a period is worth, step by step and unrounded, as plain digits."""

    quantity: Annotated[str, Field(description="Difference from the baseline, in the good direction, times volume")]
    gross: Annotated[str, Field(description="Quantity x unit cost x marginal rate, in pounds")]
    attributed: Annotated[str, Field(description="Gross x attribution, in pounds")]
    cash: Annotated[str, Field(description="Attributed x cashable share less reprovision, in pounds")]
    non_cash: Annotated[str, Field(description="The rest of what is attributed, in pounds")]

    @classmethod
    def of(cls, worth: Contribution) -> Self:
        return cls(
            quantity=plain(worth.quantity),
            gross=plain(worth.gross),
            attributed=plain(worth.attributed),
            cash=plain(worth.cash),
            non_cash=plain(worth.non_cash),
        )


class PeriodEvidenceOut(OutBody):
    """A value of the indicator, and what it is worth to the scheme."""

    period: str
    value: Annotated[str | None, Field(description="Value of the indicator; null where there is none")]
    missing: Annotated[Missing | None, Field(description="Symbol in the place of the value")]
    status: Annotated[ObservationStatus, Field(description="Whether the value is provisional, final or withdrawn")]
    revision: Annotated[int, Field(description="Revision of the observation")]
    generation: int
    event_id: Annotated[str | None, Field(description="Id of the event that told of it")]
    baseline: Annotated[str, Field(description="What the indicator would have been without the scheme")]
    worth: Annotated[WorthOut | None, Field(description="Each step of the formula; null where it is worth nothing")]
    unit_cost: Annotated[Money | None, Field(description="Pounds a unit that apply to the period")]
    indicated: Annotated[
        Money | None,
        Field(description="Cash that the value is worth, rounded half up to the penny; null without a unit cost"),
    ]
    non_cash: Money | None
    posted: Annotated[Money, Field(description="Cash that the ledger says of the period")]
    why_nothing: Annotated[str | None, Field(description="Why it is worth nothing, such as `suppressed`")]

    @classmethod
    def of(cls, found: PeriodEvidence) -> Self:
        one, saving = found.observation, found.saving
        return cls(
            period=one.period.label,
            value=None if one.value is None else plain(one.value),
            missing=one.missing,
            status=one.status,
            revision=one.revision,
            generation=one.generation,
            event_id=one.event_id,
            baseline=plain(found.baseline),
            worth=None if saving.contribution is None else WorthOut.of(saving.contribution),
            unit_cost=None if found.cost is None else pounds(found.cost.amount),
            indicated=None if found.cost is None else pounds(saving.amounts.cash),
            non_cash=None if found.cost is None else pounds(saving.amounts.non_cash),
            posted=pounds(found.posted.cash),
            why_nothing=saving.flag,
        )


class FormulaOut(OutBody):
    """The numbers between a point of the indicator and a pound."""

    indicator: str
    area: str
    breakdown: str
    polarity: Annotated[Polarity | None, Field(description="Which way is good; null while no event was read")]
    rule_version: Annotated[str | None, Field(description="Rule that entries are made by now")]
    volume: str
    unit_cost: Annotated[Money | None, Field(description="Pounds a unit; null while no unit cost is recorded")]
    unit_cost_source: Annotated[str | None, Field(description="Where the unit cost is published")]
    unit_cost_price_year: Annotated[str | None, Field(description="Year whose prices the unit cost is in")]
    unit_cost_code: Annotated[
        str | None, Field(description="Unit cost of the library; null where the scheme has one of its own")
    ]
    unit_cost_version: Annotated[int | None, Field(description="Newest version of the library's unit cost")]
    marginal_rate: str
    attribution: str
    cashable_share: str
    reprovision: Annotated[Money, Field(description="Cost in each period of providing otherwise")]
    claims: Annotated[
        dict[str, str], Field(description="What each scheme claims of the indicator's change in the year")
    ]
    unattributed: Annotated[str, Field(description="What no scheme claims of it")]
    periods: Annotated[list[PeriodEvidenceOut], Field(description="Values in the scheme's year, and their worth")]

    @classmethod
    def of(cls, found: LinkEvidence) -> Self:
        link, terms, cost = found.link, found.link.terms, found.link.terms.unit_cost.newest
        return cls(
            indicator=link.series.indicator,
            area=link.series.area,
            breakdown=link.series.breakdown.text,
            polarity=found.polarity,
            rule_version=found.rule_version,
            volume=plain(terms.volume),
            unit_cost=None if cost is None else pounds(cost.amount),
            unit_cost_source=None if cost is None else cost.source,
            unit_cost_price_year=None if cost is None else cost.price_year,
            unit_cost_code=terms.unit_cost.code if isinstance(terms.unit_cost, SharedCost) else None,
            unit_cost_version=None if cost is None else cost.version,
            marginal_rate=plain(terms.marginal_rate),
            attribution=plain(terms.attribution),
            cashable_share=plain(terms.cashable_share),
            reprovision=pounds(terms.reprovision),
            claims={code: plain(claim) for code, claim in sorted(found.claims.items())},
            unattributed=plain(found.unattributed),
            periods=[PeriodEvidenceOut.of(one) for one in found.periods],
        )


class EvidenceOut(OutBody):
    """A scheme's figures and what they rest on: from a pound to its entry, and from the entry to its event."""

    position: Annotated[SchemePositionOut, Field(description="The figures, with what is held and why in words")]
    formula: Annotated[FormulaOut | None, Field(description="How indicated money is made; null for a manual scheme")]
    entries: Annotated[
        list[LedgerEntryOut], Field(description="Entries of the ledger behind the figures, the newest first")
    ]
    next: Annotated[str | None, Field(description="The cursor of older entries, null at the oldest")]
    entry_count: Annotated[int, Field(description="How many entries there are on all pages")]

    @classmethod
    def of(cls, found: Evidence, entries: PageBody[LedgerEntryOut]) -> Self:
        return cls(
            position=SchemePositionOut.of(found.position),
            formula=None if found.link is None else FormulaOut.of(found.link),
            entries=entries.items,
            next=entries.next,
            entry_count=entries.total or 0,
        )


class AttributionOut(OutBody):
    """What schemes claim of an indicator's change in an area and a year, all breakdowns together."""

    indicator: str
    area: str
    financial_year: str
    claims: Annotated[dict[str, str], Field(description="Share that each scheme claims, by its code")]
    claimed: Annotated[str, Field(description="What all of them claim; at most 1")]
    unattributed: Annotated[str, Field(description="What no scheme claims")]

    @classmethod
    def of(cls, found: Attribution) -> Self:
        return cls(
            indicator=found.indicator,
            area=found.area,
            financial_year=found.year.label,
            claims={code: plain(claim) for code, claim in found.claims.items()},
            claimed=plain(found.claimed),
            unattributed=plain(found.unattributed),
        )
