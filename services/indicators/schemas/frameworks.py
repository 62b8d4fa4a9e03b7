"""Frameworks."""

from datetime import date
from typing import Annotated, Any, Self

from pydantic import Field

from chassis.web.bodies import UNCHANGED, OutBody, PatchBody, StrictBody
from contracts.reasons import Reason
from services.indicators.domain.definitions import BenchmarkMethod, Framework
from services.indicators.schemas.values import FrameworkCode, Name


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
    ended_on: date | None = None

    def to_domain(self) -> Framework:
        return Framework(self.code, self.name, self.benchmark_method, self.ended_on)


class FrameworkPatch(PatchBody):
    """What changes, and the ``reason``; fields that are left out stay. Null takes an ended one up again."""

    model_config = StrictBody.model_config | {
        "json_schema_extra": {"examples": [{"name": "Public Health Outcomes", "reason": "Renamed by its publisher"}]}
    }

    name: Name = UNCHANGED
    ended_on: date | None = None
    reason: Annotated[Reason | None, Field(description="Why; needed where anything changes")] = None

    def to_domain(self) -> dict[str, Any]:
        return {name: value for name, value in self.changes().items() if name != "reason"}


class FrameworkOut(OutBody):
    code: str
    name: str
    benchmark_method: BenchmarkMethod
    ended_on: date | None

    @classmethod
    def of(cls, framework: Framework) -> Self:
        return cls.model_validate(framework, from_attributes=True)
