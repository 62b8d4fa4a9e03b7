"""Indicators, areas and frameworks."""

from datetime import date
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from chassis.web.bodies import OutBody, StrictBody
from contracts.colours import Polarity
from contracts.period import PeriodKind
from services.indicators.domain.readings import BenchmarkMethod, Unit
from services.indicators.schemas.values import AreaCode, Code, FrameworkCode, Name, Text, Word

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
        """What was sent."""
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


class AreaIn(StrictBody):
    """An area and the dates between which it exists; null leaves that end open."""

    model_config = StrictBody.model_config | {
        "json_schema_extra": {"examples": [{"code": "E06000026", "name": "Plymouth", "type": "unitary authority"}]}
    }

    code: AreaCode
    name: Name
    type: Word
    valid_from: date | None = None
    valid_to: date | None = None

    @model_validator(mode="after")
    def _exists_for_a_time(self) -> Self:
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            raise ValueError("valid_to must not be before valid_from")
        return self


class AreaOut(OutBody):
    code: str
    name: str
    type: str
    valid_from: date | None
    valid_to: date | None


class FrameworkIn(StrictBody):
    model_config = StrictBody.model_config | {
        "json_schema_extra": {
            "examples": [
                {
                    "code": "PHOF",
                    "name": "Public Health Outcomes Framework",
                    "benchmark_method": "significance",
                }
            ]
        }
    }

    code: FrameworkCode
    name: Name
    benchmark_method: BenchmarkMethod


class FrameworkOut(OutBody):
    code: str
    name: str
    benchmark_method: BenchmarkMethod
