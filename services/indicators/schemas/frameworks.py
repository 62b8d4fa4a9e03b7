"""Frameworks."""

from typing import Annotated, Self

from pydantic import Field

from chassis.web.bodies import UNCHANGED, OutBody, PatchBody, StrictBody
from services.indicators.domain.definitions import BenchmarkMethod, Framework
from services.indicators.schemas.values import FrameworkCode, Name, Text


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

    def to_domain(self) -> Framework:
        return Framework(self.code, self.name, self.benchmark_method)


class FrameworkPatch(PatchBody):
    """What changes, and the ``reason``; fields that are left out stay."""

    model_config = StrictBody.model_config | {
        "json_schema_extra": {"examples": [{"name": "Public Health Outcomes", "reason": "Renamed by its publisher"}]}
    }

    name: Name = UNCHANGED
    reason: Annotated[Text | None, Field(description="Why; needed where anything changes")] = None


class FrameworkOut(OutBody):
    code: str
    name: str
    benchmark_method: BenchmarkMethod

    @classmethod
    def of(cls, framework: Framework) -> Self:
        return cls(code=framework.code, name=framework.name, benchmark_method=framework.benchmark_method)
