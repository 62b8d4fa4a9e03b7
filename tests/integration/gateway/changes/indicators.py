"""Calls that change something of indicators."""

from tests.integration.gateway.changes.change import Change

AREA = {"code": "E06000026", "name": "Plymouth", "type": "unitary authority"}
INDICATOR = {
    "code": "ae",
    "name": "A&E four hour wait",
    "unit": "percentage",
    "polarity": "high_is_good",
    "frequency": "month",
    "framework": "PHOF",
}
OF = {"area": "E06000026", "period": "2018-01"}
MANY = {"observations": [{"indicator": "ae", "area": "E06000026", "period": "2017-12", "value": "82"}]}
MAPPING = {
    "title": "Ours",
    "columns": {"area": ["Trust"], "period": ["Month"], "value": ["Rate"]},
    "constants": {"indicator": "ae"},
}
PROJECTION = {"area": "E06000026", "name": "forecast", "period": "2018-06", "value": "90"}
TARGET = {"area": "E06000026", "kind": "reach", "value": "90"}
SAID = {"area": "E06000026", "period": "2018-01", "text": "Flu filled the beds"}
NEW_TARGET = {"area": "E06000026", "kind": "reach", "value": "95", "applies_from": "2018-02", "reason": "National"}
RECALCULATION = {"area": "E06000026", "period": "2018-01", "decision": "recalculate", "reason": "r"}
SIGNAL = {"area": "E06000026", "carried": True, "reason": "r"}
ANNOTATION = {"area": "E06000026", "period": "2018-01", "text": "New unit"}
SCORECARD = {
    "name": "Urgent care",
    "area": "E06000026",
    "sections": [{"code": "flow", "name": "Flow", "aims": [{"name": "Waits", "indicators": ["ae"]}]}],
}
STANDARD = {"service": "Records", "title": "Answer", "limits": [{"limit": 30, "unit": "calendar_days"}]}
COUNTED = STANDARD | {"title": "Reply", "indicator": "ae"}
COUNT = {"area": "E06000026", "period": "2017-11", "met": "46", "total": "50"}
LINKED = {"title": "Better waits", "indicators": ["ae"]}

INDICATORS = [
    Change("POST", "/areas", AREA, "area.defined", "E06000026"),
    Change(
        "PATCH",
        "/areas/E06000026",
        {"name": "City", "reason": "r"},
        "area.amended",
        "E06000026",
        had_before=True,
        reason="r",
    ),
    Change(
        "POST",
        "/frameworks",
        {"code": "PHOF", "name": "Public health", "benchmark_method": "significance"},
        "framework.defined",
        "PHOF",
    ),
    Change(
        "PATCH",
        "/frameworks/PHOF",
        {"name": "PHOF", "reason": "r"},
        "framework.amended",
        "PHOF",
        had_before=True,
        reason="r",
    ),
    Change("POST", "/indicators", INDICATOR, "indicator.defined", "ae"),
    Change("PUT", "/mappings/ours", MAPPING, "mapping.defined", "ours"),
    Change(
        "PATCH",
        "/indicators/ae",
        {"polarity": "low_is_good", "reason": "r"},
        "indicator.amended",
        "ae",
        had_before=True,
        reason="r",
    ),
    Change("POST", "/indicators/ae/observations", OF | {"value": "80"}, "observation.recorded", "ae"),
    Change("POST", "/indicators/ae/observations", OF | {"value": "81"}, "observation.revised", "ae", had_before=True),
    Change("POST", "/observations", MANY, "observation.recorded", "ae"),
    Change("POST", "/indicators/ae/targets", TARGET, "target.set", "ae"),
    Change("POST", "/indicators/ae/targets", NEW_TARGET, "target.changed", "ae", had_before=True, reason="National"),
    Change("POST", "/indicators/ae/projections", PROJECTION, "projection.recorded", "ae"),
    Change(
        "POST", "/indicators/ae/projections", PROJECTION | {"value": "91"}, "projection.revised", "ae", had_before=True
    ),
    Change(
        "POST",
        "/indicators/ae/process-control/recalculations",
        RECALCULATION,
        "recalculation.recorded",
        "ae",
        reason="r",
    ),
    Change(
        "POST",
        "/indicators/ae/process-control/signal",
        SIGNAL,
        "control_signal.carried",
        "ae",
        had_before=True,
        reason="r",
    ),
    Change("POST", "/indicators/ae/process-control/annotations", ANNOTATION, "annotation.recorded", "ae"),
    Change("POST", "/indicators/ae/commentaries", SAID, "commentary.drafted", "ae"),
    Change(
        "POST",
        "/indicators/ae/commentaries",
        SAID | {"state": "published"},
        "commentary.published",
        "ae",
        had_before=True,
    ),
    Change("PUT", "/indicators/ae/quality-rules", {"due_days": 10}, "quality_rules.defined", "ae"),
    Change("PUT", "/scorecards/urgent", SCORECARD, "scorecard.defined", "urgent"),
    Change("PUT", "/scorecards/urgent", SCORECARD | {"name": "Care"}, "scorecard.amended", "urgent", had_before=True),
    Change("PUT", "/outcomes/waits", LINKED, "outcome.defined", "waits"),
    Change("PUT", "/outcomes/waits", LINKED | {"title": "Waits"}, "outcome.amended", "waits", had_before=True),
    Change("PUT", "/objectives/waits", LINKED | {"part_of": "waits"}, "objective.defined", "waits"),
    Change("PUT", "/system-gaps/care", LINKED, "system_gap.defined", "care"),
    Change("PUT", "/priorities/flow", LINKED | {"part_of": "care"}, "priority.defined", "flow"),
    Change("PUT", "/area-groups/alike", {"name": "Alike", "areas": ["E06000026"]}, "area_group.defined", "alike"),
    Change("PUT", "/standards/answer", STANDARD, "standard.defined", "answer"),
    Change("PUT", "/standards/answer", COUNTED, "standard.amended", "answer", had_before=True),
    Change("POST", "/standards/answer/counts", COUNT, "observation.recorded", "ae"),
]
