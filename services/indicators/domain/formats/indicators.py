"""Definitions of indicators."""

from collections.abc import Mapping

from contracts.colours import Polarity
from contracts.period import PeriodKind
from services.indicators.domain.definitions import BenchmarkMethod, Calculation, Gap, GapKind, Indicator, Unit
from services.indicators.domain.formats.provenance import provenance_from_json, provenance_to_json
from services.indicators.domain.formats.versions import (
    FORMAT,
    Json,
    Stored,
    date_from_json,
    date_to_json,
    require_format,
)

_FIRST_WITH_SEVERAL_FRAMEWORKS = 2


def indicator_to_json(indicator: Indicator) -> Json:
    """Without the gaps derived from it, which are definitions of their own."""
    same = ("code", "name", "unit", "decimals", "polarity", "frequency", "benchmark_method", "own_method")
    more = ("owner", "definition", "source", "calculation", "rounded_to")
    return {
        FORMAT: 2,
        **{name: getattr(indicator, name) for name in (*same, *more)},
        "frameworks": list(indicator.frameworks),
        "dimensions": dimensions_to_json(indicator.dimensions),
        "gap": gap_to_json(indicator.gap),
        "retired_on": date_to_json(indicator.retired_on),
        "provenance": provenance_to_json(indicator.provenance),
    }


def indicator_from_json(content: Stored) -> Indicator:
    """Formats 0 and 1 name the same fields, with one framework and none of what came later."""
    newer = require_format(content, 0, 1, 2) >= _FIRST_WITH_SEVERAL_FRAMEWORKS
    return _newer(content) if newer else _first(content)


def _first(content: Stored) -> Indicator:
    unit, framework = Unit(content["unit"]), content["framework"]
    return Indicator(
        code=content["code"],
        name=content["name"],
        unit=unit,
        decimals=content["decimals"],
        polarity=Polarity(content["polarity"]),
        frequency=PeriodKind(content["frequency"]),
        frameworks=(framework,) if framework else (),
        benchmark_method=BenchmarkMethod(content["benchmark_method"]),
        owner=content["owner"],
        definition=content["definition"],
        source=content["source"],
        calculation=Calculation.default(unit),
    )


def _newer(content: Stored) -> Indicator:
    own = content["own_method"]
    return Indicator(
        code=content["code"],
        name=content["name"],
        unit=Unit(content["unit"]),
        decimals=content["decimals"],
        polarity=Polarity(content["polarity"]),
        frequency=PeriodKind(content["frequency"]),
        frameworks=tuple(content["frameworks"]),
        benchmark_method=BenchmarkMethod(content["benchmark_method"]),
        owner=content["owner"],
        definition=content["definition"],
        source=content["source"],
        own_method=BenchmarkMethod(own) if own else None,
        calculation=Calculation(content["calculation"]),
        rounded_to=content["rounded_to"],
        dimensions=dimensions_from_json(content["dimensions"]),
        gap=gap_from_json(content["gap"]),
        retired_on=date_from_json(content["retired_on"]),
        provenance=provenance_from_json(content["provenance"]),
    )


def dimensions_to_json(dimensions: Mapping[str, tuple[str, ...]]) -> Json | None:
    """None where there are none. A list, since their order is the maker's and an object has none of its own."""
    if not dimensions:
        return None
    return {FORMAT: 1, "dimensions": [[name, list(values)] for name, values in dimensions.items()]}


def dimensions_from_json(content: Stored | None) -> dict[str, tuple[str, ...]]:
    if content is None:
        return {}
    require_format(content, 1)
    return {name: tuple(values) for name, values in content["dimensions"]}


def gap_to_json(gap: Gap | None) -> Json | None:
    if gap is None:
        return None
    return {FORMAT: 1, "source": gap.source, "dimension": gap.dimension, "a": gap.a, "b": gap.b, "kind": gap.kind.value}


def gap_from_json(content: Stored | None) -> Gap | None:
    if content is None:
        return None
    require_format(content, 1)
    return Gap(content["source"], content["dimension"], content["a"], content["b"], GapKind(content["kind"]))
