"""Remarks on charts. Their series and period are no part of it."""

from datetime import date

from contracts.period import Period
from services.indicators.domain.control.remarks import Annotation, Decision, Recalculation, Remark, RemarkKind
from services.indicators.domain.formats.versions import (
    FORMAT,
    Json,
    Stored,
    period_from_json,
    period_to_json,
    require_format,
)


def remark_to_json(remark: Remark) -> Json:
    if isinstance(remark, Annotation):
        return {FORMAT: 1, "text": remark.text}
    return {
        FORMAT: 1,
        "decision": remark.decision.value,
        "reason": remark.reason,
        "decided_on": remark.decided_on.isoformat(),
        "baseline_to": period_to_json(remark.baseline_to) if remark.baseline_to else None,
    }


def remark_from_json(content: Stored, kind: RemarkKind, period: Period) -> Remark:
    require_format(content, 1)
    if kind is RemarkKind.ANNOTATION:
        return Annotation(period, content["text"])
    baseline = content["baseline_to"]
    return Recalculation(
        period,
        Decision(content["decision"]),
        content["reason"],
        date.fromisoformat(content["decided_on"]),
        period_from_json(baseline) if baseline else None,
    )
