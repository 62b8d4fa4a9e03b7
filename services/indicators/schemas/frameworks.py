"""Frameworks."""

from typing import Self

from chassis.web.bodies import OutBody, StrictBody
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

    def to_domain(self) -> Framework:
        return Framework(self.code, self.name, self.benchmark_method)


class FrameworkOut(OutBody):
    code: str
    name: str
    benchmark_method: BenchmarkMethod

    @classmethod
    def of(cls, framework: Framework) -> Self:
        return cls(code=framework.code, name=framework.name, benchmark_method=framework.benchmark_method)
