"""The words of charts: rules, variation and assurance, said so that no icon or colour is needed to understand them."""

from services.indicators.domain.control.judgement import Assurance, PointType, Variation
from services.indicators.domain.control.rules import ControlRule
from services.indicators.domain.control.settings import ChartSettings, Variant

BESIDE = "It stands beside the council's colours and never in their place."

VARIANTS = {
    Variant.MDC: "the rules of Making Data Count (NHS England)",
    Variant.PLOTTHEDOTS: "the rules of NHSRplotthedots 0.2.2 (NHS-R Community)",
}
VARIATIONS = {
    Variation.NONE: "Too little to judge by",
    Variation.COMMON_CAUSE: "Common cause: no significant change",
    Variation.IMPROVEMENT_HIGH: "Special cause of improvement: high values, which are good",
    Variation.IMPROVEMENT_LOW: "Special cause of improvement: low values, which are good",
    Variation.CONCERN_HIGH: "Special cause for concern: high values, which are bad",
    Variation.CONCERN_LOW: "Special cause for concern: low values, which are bad",
    Variation.NEUTRAL_HIGH: "Special cause: high values, neither good nor bad",
    Variation.NEUTRAL_LOW: "Special cause: low values, neither good nor bad",
}
ASSURANCES = {
    Assurance.NONE: "Nothing to be assured of: no target, neutral, or no limits",
    Assurance.PASS: "The target is met however the process varies",
    Assurance.FAIL: "The target is missed however the process varies",
    Assurance.HIT_OR_MISS: "The target is met in some periods and missed in others, by chance",
}
TYPES = {
    PointType.COMMON_CAUSE: "common cause",
    PointType.IMPROVEMENT: "improvement",
    PointType.CONCERN: "concern",
    PointType.NEUTRAL_HIGH: "high, neither good nor bad",
    PointType.NEUTRAL_LOW: "low, neither good nor bad",
}
_RULES = {
    ControlRule.BEYOND_HIGH: "above the upper limit",
    ControlRule.BEYOND_LOW: "below the lower limit",
    ControlRule.TREND_UP: "{run} points rising",
    ControlRule.TREND_DOWN: "{run} points falling",
    ControlRule.TWO_OF_THREE_HIGH: "two of three close to the upper limit",
    ControlRule.TWO_OF_THREE_LOW: "two of three close to the lower limit",
    ControlRule.SHIFT_HIGH: "{run} points above the mean",
    ControlRule.SHIFT_LOW: "{run} points below the mean",
}


def rule_words(rule: ControlRule, settings: ChartSettings) -> str:
    return _RULES[rule].format(run=settings.run)


def about(settings: ChartSettings) -> str:
    return f"Statistical process control by {VARIANTS[settings.variant]}. {BESIDE}"
