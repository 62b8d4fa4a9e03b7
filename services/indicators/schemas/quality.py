"""Rules of quality, and what is found by them."""

from decimal import Decimal
from typing import Annotated, Any, Self

from pydantic import Field

from chassis.web.bodies import OutBody, StrictBody
from contracts.breakdown import Breakdown
from contracts.period import Period
from services.indicators.domain.quality import (
    DeclaredRelation,
    IndicatorQuality,
    QualityFinding,
    QualityKind,
    QualityRules,
    Relation,
)
from services.indicators.schemas.values import Code, Tally

RULES_EXAMPLE: dict[str, Any] = {
    "due_days": 45,
    "suppress_below": 5,
    "relations": [{"indicator": "dtoc-all", "relation": "at_most", "tolerance": "0"}],
}

DueDays = Annotated[int, Field(ge=0, le=3660)]
Below = Annotated[int, Field(ge=2, le=1000)]


class RelationBody(StrictBody):
    """What a value is to another indicator's of the same area, breakdown and period."""

    indicator: Code
    relation: Relation
    tolerance: Tally = Decimal(0)

    def to_domain(self) -> DeclaredRelation:
        return DeclaredRelation(self.indicator, self.relation, self.tolerance)

    @classmethod
    def of(cls, declared: DeclaredRelation) -> Self:
        return cls(indicator=declared.indicator, relation=declared.relation, tolerance=declared.tolerance)


class QualityRulesIn(StrictBody):
    """All that is declared of an indicator's figures.

    Without ``due_days`` a value is late once the one before is older than two of its periods. Without
    ``suppress_below`` every number is published.
    """

    model_config = StrictBody.model_config | {"json_schema_extra": {"examples": [RULES_EXAMPLE]}}

    due_days: DueDays | None = None
    suppress_below: Below | None = None
    relations: Annotated[list[RelationBody], Field(max_length=20, default_factory=list)]

    def to_domain(self, code: str) -> QualityRules:
        relations = tuple(each.to_domain() for each in self.relations)
        return QualityRules(code, self.due_days, self.suppress_below, relations)


class QualityRulesOut(OutBody):
    indicator: str
    due_days: int | None
    suppress_below: int | None
    relations: list[RelationBody]

    @classmethod
    def of(cls, rules: QualityRules) -> Self:
        return cls(
            indicator=rules.indicator,
            due_days=rules.due_days,
            suppress_below=rules.suppress_below,
            relations=[RelationBody.of(each) for each in rules.relations],
        )


class QualityFindingOut(OutBody):
    """What is to be looked at, of the whole indicator where it names no area."""

    kind: QualityKind
    area: str | None
    breakdown: Breakdown | None
    period: Period | None
    reason: str

    @classmethod
    def of(cls, finding: QualityFinding) -> Self:
        series = finding.series
        return cls(
            kind=finding.kind,
            area=series.area if series else None,
            breakdown=series.breakdown if series else None,
            period=finding.period,
            reason=finding.reason,
        )


class IndicatorQualityOut(OutBody):
    """An indicator of which something is to be looked at."""

    indicator: str
    name: str
    owner: str | None
    findings: Annotated[list[QualityFindingOut], Field(description="What is to be looked at, and why")]

    @classmethod
    def of(cls, found: IndicatorQuality) -> Self:
        return cls(
            indicator=found.indicator.code,
            name=found.indicator.name,
            owner=found.indicator.owner,
            findings=[QualityFindingOut.of(each) for each in found.findings],
        )
