"""Rules that somebody declared of an indicator's figures."""

from decimal import Decimal

from services.indicators.domain.formats.versions import FORMAT, Json, Stored, number_to_json, require_format
from services.indicators.domain.quality import DeclaredRelation, QualityRules, Relation


def quality_rules_to_json(rules: QualityRules) -> Json:
    """Without the indicator, which has them."""
    relations = [
        {"indicator": each.indicator, "relation": each.relation.value, "tolerance": number_to_json(each.tolerance)}
        for each in rules.relations
    ]
    return {FORMAT: 1, "due_days": rules.due_days, "suppress_below": rules.suppress_below, "relations": relations}


def quality_rules_from_json(indicator: str, content: Stored) -> QualityRules:
    require_format(content, 1)
    relations = (
        DeclaredRelation(each["indicator"], Relation(each["relation"]), Decimal(each["tolerance"]))
        for each in content["relations"]
    )
    return QualityRules(indicator, content["due_days"], content["suppress_below"], tuple(relations))
