"""What a chart comes to: variation of the latest point, assurance against the target, and the names of their icons.

Improvement and concern carry the direction in which they lie: where high is good, improvement is high and concern low.
Icon names: nhsengland/making-data-count (2021) and NHSRplotthedots 0.2.2 (``R/geom_ptd_icon.R``).
"""

from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from contracts.colours import Polarity
from services.indicators.domain.control.limits import ControlLimits
from services.indicators.domain.control.rules import Fired
from services.indicators.domain.control.settings import Variant


class PointType(StrEnum):
    COMMON_CAUSE = "common_cause"
    IMPROVEMENT = "improvement"
    CONCERN = "concern"
    NEUTRAL_HIGH = "neutral_high"
    NEUTRAL_LOW = "neutral_low"


class Variation(StrEnum):
    NONE = "none"
    COMMON_CAUSE = "common_cause"
    IMPROVEMENT_HIGH = "improvement_high"
    IMPROVEMENT_LOW = "improvement_low"
    CONCERN_HIGH = "concern_high"
    CONCERN_LOW = "concern_low"
    NEUTRAL_HIGH = "neutral_high"
    NEUTRAL_LOW = "neutral_low"


class Assurance(StrEnum):
    NONE = "none"
    PASS = "pass"  # noqa: S105  no password: the target is passed
    FAIL = "fail"
    HIT_OR_MISS = "hit_or_miss"


_EMPTY = {Variant.MDC: "IconEmpty", Variant.PLOTTHEDOTS: "empty"}
_ASSURANCE_ICONS = {
    Assurance.PASS: {Variant.MDC: "AssuranceIconPass", Variant.PLOTTHEDOTS: "pass"},
    Assurance.FAIL: {Variant.MDC: "AssuranceIconFail", Variant.PLOTTHEDOTS: "fail"},
    Assurance.HIT_OR_MISS: {Variant.MDC: "AssuranceIconHitOrMiss", Variant.PLOTTHEDOTS: "inconsistent"},
}


def point_type(fired: Fired, polarity: Polarity) -> PointType:
    """Where rules point both ways improvement is shown; where neither way is good, the first rule decides."""
    if not fired:
        return PointType.COMMON_CAUSE
    if polarity is Polarity.NEUTRAL:
        return PointType.NEUTRAL_HIGH if fired[0].direction > 0 else PointType.NEUTRAL_LOW
    improves = any(rule.direction == polarity.sign for rule in fired)
    return PointType.IMPROVEMENT if improves else PointType.CONCERN


def variation_of(latest: PointType, polarity: Polarity) -> Variation:
    """What the latest point says of the whole."""
    if latest is PointType.IMPROVEMENT:
        return Variation.IMPROVEMENT_HIGH if polarity.sign > 0 else Variation.IMPROVEMENT_LOW
    if latest is PointType.CONCERN:
        return Variation.CONCERN_LOW if polarity.sign > 0 else Variation.CONCERN_HIGH
    return Variation(latest.value)


def assurance_of(limits: ControlLimits, target: Decimal | None, polarity: Polarity, variant: Variant) -> Assurance:
    """Whether the target is passed, or missed, however the process varies.

    A target on a limit decides in ``mdc`` and does not in ``plotthedots``. One that meets both limits, which a constant
    series has on its own value, is passed. Without limits ``plotthedots`` says hit or miss.
    """
    if target is None or polarity is Polarity.NEUTRAL:
        return Assurance.NONE
    if limits.lower is None or limits.upper is None:
        return Assurance.HIT_OR_MISS if variant is Variant.PLOTTHEDOTS else Assurance.NONE
    aim, on_limit = Fraction(target), variant is Variant.MDC
    above = aim >= limits.upper if on_limit else aim > limits.upper
    below = aim <= limits.lower if on_limit else aim < limits.lower
    passed, failed = (below, above) if polarity.sign > 0 else (above, below)
    return Assurance.PASS if passed else Assurance.FAIL if failed else Assurance.HIT_OR_MISS


def variation_icon(variation: Variation, variant: Variant) -> str:
    if variation is Variation.NONE:
        return _EMPTY[variant]
    if variant is Variant.PLOTTHEDOTS:
        return variation.value
    name = variation.value.replace("neutral", "neither").title().replace("_", "")
    return f"VariationIcon{name}"


def assurance_icon(assurance: Assurance, variant: Variant) -> str:
    return _EMPTY[variant] if assurance is Assurance.NONE else _ASSURANCE_ICONS[assurance][variant]
