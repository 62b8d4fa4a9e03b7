"""Indicators."""

from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from chassis.web.bodies import OutBody, StrictBody
from contracts.colours import Polarity
from contracts.period import PeriodKind
from services.indicators.domain.definitions import BenchmarkMethod, Indicator, Unit
from services.indicators.schemas.values import Code, FrameworkCode, Name, Text

Decimals = Annotated[int, Field(ge=0, le=8, description="Decimals to show")]

INDICATOR_EXAMPLE: dict[str, Any] = {
    "code": "ae-four-hour-wait",
    "name": "A&E four hour wait",
    "unit": "percentage",
    "decimals": 2,
    "polarity": "high_is_good",
    "frequency": "month",
    "framework": None,
    "owner": "Craig McArdle",
    "definition": "Share of attendances admitted, transferred or discharged within four hours of arrival",
    "source": "NHS England, A&E attendances and emergency admissions",
}


class IndicatorIn(StrictBody):
    """An indicator. ``frequency`` is the kind of period its observations have."""

    model_config = StrictBody.model_config | {"json_schema_extra": {"examples": [INDICATOR_EXAMPLE]}}

    code: Code
    name: Name
    unit: Unit
    decimals: Decimals = 1
    polarity: Polarity
    frequency: PeriodKind
    framework: FrameworkCode | None = None
    owner: Name | None = None
    definition: Text | None = None
    source: Text | None = None

    def to_domain(self) -> Indicator:
        return Indicator(**{name: getattr(self, name) for name in type(self).model_fields})


class IndicatorPatch(StrictBody):
    """What changes; fields that are left out stay. Unit and frequency are fixed once anything was recorded."""

    model_config = StrictBody.model_config | {"json_schema_extra": {"examples": [{"polarity": "low_is_good"}]}}

    name: Name | None = None
    unit: Unit | None = None
    decimals: Decimals | None = None
    polarity: Polarity | None = None
    frequency: PeriodKind | None = None
    framework: FrameworkCode | None = None
    owner: Name | None = None
    definition: Text | None = None
    source: Text | None = None

    @model_validator(mode="after")
    def _keeps_what_it_needs(self) -> Self:
        needed = {"name", "unit", "decimals", "polarity", "frequency"}
        empty = sorted(f for f in needed & self.model_fields_set if getattr(self, f) is None)
        if empty:
            raise ValueError(f"{', '.join(empty)} cannot be null")
        return self

    def changes(self) -> dict[str, Any]:
        """The fields of the definition that were sent."""
        return {name: getattr(self, name) for name in self.model_fields_set}


class IndicatorOut(OutBody):
    """A definition, with the method its framework benchmarks by."""

    code: str
    name: str
    unit: Unit
    decimals: int
    polarity: Polarity
    frequency: PeriodKind
    framework: str | None
    benchmark_method: BenchmarkMethod
    owner: str | None
    definition: str | None
    source: str | None

    @classmethod
    def of(cls, indicator: Indicator) -> Self:
        return cls(**{name: getattr(indicator, name) for name in cls.model_fields})
