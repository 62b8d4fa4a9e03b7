"""Positions of schemes."""

from datetime import datetime
from typing import Self

from chassis.web.bodies import OutBody
from contracts.colours import Colour
from contracts.money import Money, pounds
from services.finance.domain.figures import Range, SchemeFigures
from services.finance.domain.scheme_position import LineEffect, PeriodTotals, SchemePosition


class RangeOut(OutBody):
    low: Money
    high: Money

    @classmethod
    def of(cls, found: Range) -> Self:
        return cls(low=pounds(found.low), high=pounds(found.high))


class HeldOut(OutBody):
    """The scheme's part of what is banked beyond the budget of its line: posted, but not counted."""

    banked: Money

    @classmethod
    def of(cls, figures: SchemeFigures) -> Self:
        return cls(banked=pounds(figures.banked.excess))


class LineEffectOut(OutBody):
    """The scheme's budget line before and after all that is banked on it, as far as its budget goes."""

    code: str
    before: Money
    banked: Money
    after: Money

    @classmethod
    def of(cls, line: LineEffect) -> Self:
        return cls(code=line.code, before=pounds(line.before), banked=pounds(line.banked), after=pounds(line.after))


class PeriodTotalOut(OutBody):
    period: str
    indicated: Money
    non_cash: Money
    validated: Money
    banked: Money

    @classmethod
    def of(cls, totals: PeriodTotals) -> Self:
        return cls(
            period=totals.period.label,
            indicated=pounds(totals.indicated),
            non_cash=pounds(totals.non_cash),
            validated=pounds(totals.validated),
            banked=pounds(totals.banked),
        )


class SchemePositionOut(OutBody):
    """Year to date. Indicated money is what the indicators suggest; it is never delivered money."""

    scheme: str
    name: str
    financial_year: str
    version: int | None
    plan: RangeOut
    indicated: Money
    non_cash: Money
    validated: Money
    banked: Money
    forecast: RangeOut
    colour: Colour
    flags: list[str]
    held: HeldOut
    budget_line: LineEffectOut
    periods: list[PeriodTotalOut]
    why: str
    quarter: str | None
    as_of: datetime | None

    @classmethod
    def of(cls, position: SchemePosition) -> Self:
        agreed, figures = position.scheme.definition, position.figures
        return cls(
            scheme=agreed.code,
            name=agreed.name,
            financial_year=agreed.financial_year.label,
            version=position.scheme.version if position.as_at.is_present else None,
            plan=RangeOut.of(figures.plan),
            indicated=pounds(figures.indicated),
            non_cash=pounds(figures.non_cash),
            validated=pounds(figures.validated),
            banked=pounds(figures.banked.counted),
            forecast=RangeOut.of(figures.forecast),
            colour=figures.colour,
            flags=list(figures.flags),
            held=HeldOut.of(figures),
            budget_line=LineEffectOut.of(position.line),
            periods=[PeriodTotalOut.of(totals) for totals in position.periods],
            why=position.why,
            quarter=None if position.as_at.quarter is None else position.as_at.quarter.label,
            as_of=position.as_at.as_of,
        )
