"""Indicators."""

from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from chassis.web.bodies import UNCHANGED, OutBody, PatchBody, StrictBody
from contracts.colours import Polarity
from contracts.notes import SourceNote
from contracts.period import PeriodKind
from contracts.reasons import Reason
from services.indicators.domain.definitions import BenchmarkMethod, Calculation, Gap, GapKind, Indicator, Unit
from services.indicators.schemas.provenance import Inferred, Notes, provenance_fields, provenance_of
from services.indicators.schemas.values import Code, Dimension, Dimensions, DimensionValue, FrameworkCode, Name, Text

Decimals = Annotated[int, Field(ge=0, le=8, description="Decimals to show")]

INDICATOR_EXAMPLE: dict[str, Any] = {
    "code": "ae-four-hour-wait",
    "name": "A&E four hour wait",
    "unit": "percentage",
    "decimals": 2,
    "polarity": "high_is_good",
    "frequency": "month",
    "frameworks": [],
    "owner": "Craig McArdle",
    "definition": "Share of attendances admitted, transferred or discharged within four hours of arrival",
    "source": "NHS England, A&E attendances and emergency admissions",
}
BROKEN_DOWN_EXAMPLE: dict[str, Any] = INDICATOR_EXAMPLE | {
    "code": "healthy-life-expectancy",
    "name": "Healthy life expectancy at birth",
    "unit": "years",
    "decimals": 1,
    "frequency": "pooled_years",
    "calculation": "modelled",
    "dimensions": {"sex": ["male", "female"]},
}
GAP_EXAMPLE: dict[str, Any] = BROKEN_DOWN_EXAMPLE | {
    "code": "healthy-life-expectancy-gap",
    "name": "Healthy life expectancy: women over men",
    "polarity": "neutral",
    "dimensions": {},
    "gap": {"source": "healthy-life-expectancy", "dimension": "sex", "a": "female", "b": "male", "kind": "absolute"},
}

Frameworks = Annotated[list[FrameworkCode], Field(max_length=20)]
RoundedTo = Annotated[int, Field(ge=1, le=1000, description="What its counts and denominators are rounded to")]


class GapBody(StrictBody):
    """An inequality gap: the value of ``a`` minus that of ``b``, or over it, of a dimension of another indicator."""

    source: Code
    dimension: Dimension
    a: DimensionValue
    b: DimensionValue
    kind: GapKind = GapKind.ABSOLUTE

    def to_domain(self) -> Gap:
        return Gap(self.source, self.dimension, self.a, self.b, self.kind)

    @classmethod
    def of(cls, gap: Gap) -> Self:
        return cls(source=gap.source, dimension=gap.dimension, a=gap.a, b=gap.b, kind=gap.kind)


class IndicatorIn(StrictBody):
    """An indicator. ``frequency`` is the kind of period its observations have.

    ``framework`` is the first of ``frameworks``; a ``benchmark_method`` of its own goes before that framework's.
    ``calculation`` is by default ``crude`` for a percentage, a count and rates. With a ``gap`` its observations are
    derived: its unit is the source's, or ``ratio``, and its dimensions are those that remain.
    """

    model_config = StrictBody.model_config | {
        "json_schema_extra": {"examples": [INDICATOR_EXAMPLE, BROKEN_DOWN_EXAMPLE, GAP_EXAMPLE]}
    }

    code: Code
    name: Name
    unit: Unit
    decimals: Decimals = 1
    polarity: Polarity
    frequency: PeriodKind
    framework: FrameworkCode | None = None
    frameworks: Frameworks | None = None
    benchmark_method: BenchmarkMethod | None = None
    calculation: Calculation | None = None
    rounded_to: RoundedTo = 1
    dimensions: Annotated[Dimensions, Field(default_factory=dict)]
    gap: GapBody | None = None
    owner: Name | None = None
    definition: Text | None = None
    source: Text | None = None
    retired_on: date | None = None
    inferred: Annotated[Inferred, Field(default_factory=list)]
    notes: Annotated[Notes, Field(default_factory=list)]

    @model_validator(mode="after")
    def _names_its_first_framework(self) -> Self:
        named = self.frameworks
        if self.framework is not None and named is not None and named[:1] != [self.framework]:
            raise ValueError("framework is the first of frameworks")
        return self

    def to_domain(self) -> Indicator:
        frameworks = self.frameworks if self.frameworks is not None else [self.framework] if self.framework else []
        calculation = Calculation.OTHER if self.gap else Calculation.default(self.unit)
        return Indicator(
            code=self.code,
            name=self.name,
            unit=self.unit,
            decimals=self.decimals,
            polarity=self.polarity,
            frequency=self.frequency,
            frameworks=tuple(dict.fromkeys(frameworks)),
            owner=self.owner,
            definition=self.definition,
            source=self.source,
            own_method=self.benchmark_method,
            calculation=self.calculation or calculation,
            rounded_to=self.rounded_to,
            dimensions=_ordered(self.dimensions),
            gap=self.gap.to_domain() if self.gap else None,
            retired_on=self.retired_on,
            provenance=provenance_of(self.inferred, self.notes),
        )


def _ordered(dimensions: dict[str, list[str]]) -> dict[str, tuple[str, ...]]:
    """Each value once, in the order sent."""
    return {name: tuple(dict.fromkeys(values)) for name, values in dimensions.items()}


class IndicatorPatch(PatchBody):
    """What changes, and the ``reason``; fields that are left out stay.

    Unit, frequency and gap are fixed once anything was recorded, and so are dimensions in use. A retired indicator
    takes no observations from ``retired_on``.
    """

    model_config = StrictBody.model_config | {
        "json_schema_extra": {"examples": [{"polarity": "low_is_good", "reason": "It counts what goes wrong"}]}
    }

    name: Name = UNCHANGED
    unit: Unit = UNCHANGED
    decimals: Decimals = UNCHANGED
    polarity: Polarity = UNCHANGED
    frequency: PeriodKind = UNCHANGED
    framework: FrameworkCode | None = None
    frameworks: Frameworks | None = None
    benchmark_method: BenchmarkMethod | None = None
    calculation: Calculation = UNCHANGED
    rounded_to: RoundedTo = UNCHANGED
    dimensions: Dimensions | None = None
    owner: Name | None = None
    definition: Text | None = None
    source: Text | None = None
    retired_on: date | None = None
    inferred: Inferred | None = None
    notes: Notes | None = None
    reason: Annotated[Reason | None, Field(description="Why; needed where anything changes")] = None

    def to_domain(self) -> dict[str, Any]:
        """The fields of the definition that were sent, by their names there."""
        sent = {name: value for name, value in self.changes().items() if name != "reason"}
        return {_NAMES.get(name, name): _value(name, value) for name, value in sent.items()}


_NAMES = {"benchmark_method": "own_method"}


def _value(name: str, sent: Any) -> Any:
    match name:
        case "frameworks":
            return tuple(dict.fromkeys(sent or ()))
        case "dimensions":
            return _ordered(sent or {})
        case "inferred" | "notes":
            return tuple(sent or ())
    return sent


class IndicatorOut(OutBody):
    """A definition, with the method it benchmarks by and where that comes from."""

    code: str
    name: str
    unit: Unit
    decimals: int
    polarity: Polarity
    frequency: PeriodKind
    framework: str | None
    frameworks: list[str]
    benchmark_method: BenchmarkMethod
    benchmark_method_from: Literal["indicator", "framework", "default"]
    calculation: Calculation
    rounded_to: int
    dimensions: dict[str, list[str]]
    gap: GapBody | None
    owner: str | None
    definition: str | None
    source: str | None
    retired_on: date | None
    inferred: list[str]
    notes: list[SourceNote]

    @classmethod
    def of(cls, indicator: Indicator) -> Self:
        same = ("code", "name", "unit", "decimals", "polarity", "frequency", "framework", "benchmark_method")
        more = ("calculation", "rounded_to", "owner", "definition", "source", "retired_on")
        return cls(
            **{name: getattr(indicator, name) for name in (*same, *more)},
            frameworks=list(indicator.frameworks),
            benchmark_method_from=_method_from(indicator),
            dimensions={name: list(values) for name, values in indicator.dimensions.items()},
            gap=GapBody.of(indicator.gap) if indicator.gap else None,
            **provenance_fields(indicator.provenance),
        )


def _method_from(indicator: Indicator) -> Literal["indicator", "framework", "default"]:
    if indicator.own_method:
        return "indicator"
    return "framework" if indicator.frameworks else "default"
