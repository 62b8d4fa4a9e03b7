"""Calls that change something, in an order in which each can be made: for tests that go over every operation."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import httpx

from chassis.audit import AuditEntry, AuditFilter, list_entries
from chassis.paging import PageRequest
from chassis.storage.bulk import upsert
from chassis.storage.database import Database
from chassis.storage.transaction import Tx
from tests.integration.finance.world import fund_body, money, scheme_body


@dataclass(frozen=True)
class Change:
    """One call that changes something: the action and the subject of its entry, and whether both states are there.

    ``again``: the very same call changes nothing.
    """

    method: str
    path: str
    body: Any
    action: str
    subject: str
    had_before: bool = False
    reason: str | None = None
    again: bool = True
    by: str = "Ana"
    """Who makes it; what one person has done another decides on."""


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

MATRIX = {
    "code": "two",
    "version": 1,
    "title": "Two by two",
    "impacts": ["Low", "High"],
    "likelihoods": ["Rare", "Likely"],
    "grid": [["green", "amber"], ["amber", "red"]],
}
CELL = {"impact": 4, "likelihood": 3}
APPETITE = {"category": "Financial", "appetite": 8, "tolerance": 12, "reason": "r"}
LINKS = {"links": [{"indicator": "ae", "area": "RK9", "group": "flow"}]}
MOVED = {"matrix": "two@1", "impact": 2, "likelihood": 2, "reason": "r"}
BACK = CELL | {"matrix": "five-by-five@1", "reason": "r"}
LOSSES = {"losses": [{"likelihood": 4, "chance": "0.5", "low": "50000", "high": "400000"}], "reason": "r"}
CONTROL_TEST = {
    "aspect": "operation",
    "result": "effective",
    "tested_on": "2018-02-14",
    "tested_by": "Audit",
    "finding": "r",
}
ASSURANCE = {"ref": "A1", "source": "Audit", "line": 3, "opinion": "Sound", "given_on": "2018-01-31"}
OVERRIDE = CELL | {"likelihood": 5, "until": "2018-06-30", "reason": "Strike"}

RISKS = [
    Change("POST", "/matrices", MATRIX, "matrix.added", "two@1"),
    Change("POST", "/risks", {"ref": "R1", "register": "people", "title": "Risk"}, "risk.entered", "R1"),
    Change("PATCH", "/risks/R1", {"owner": "Ana"}, "risk.amended", "R1", had_before=True),
    Change("PATCH", "/risks/R1", {"mode": "propose", "reason": "r"}, "risk.amended", "R1", had_before=True, reason="r"),
    Change("PUT", "/risks/R1/links", LINKS, "links.replaced", "R1", had_before=True),
    Change("POST", "/risks/R1/assessments", CELL | {"reason": "r"}, "risk.assessed", "R1", reason="r", again=False),
    Change("POST", "/risks/R1/override", OVERRIDE, "risk.overridden", "R1", reason="Strike", again=False),
    Change(
        "DELETE",
        "/risks/R1/override?reason=Over",
        None,
        "risk.override_lifted",
        "R1",
        had_before=True,
        reason="Over",
        again=False,
    ),
    Change(
        "POST",
        "/risks/R1/acceptances",
        {"until": "2018-06-30", "reason": "r"},
        "acceptance.requested",
        "R1",
        reason="r",
        again=False,
    ),
    Change(
        "POST",
        "/risks/R1/acceptances/1/withdraw",
        {"reason": "r"},
        "acceptance.withdrawn",
        "R1",
        had_before=True,
        reason="r",
        again=False,
    ),
    Change("POST", "/appetites", APPETITE, "appetite.stated", "Financial", reason="r"),
    Change(
        "POST",
        "/appetites",
        APPETITE | {"tolerance": 16},
        "appetite.stated",
        "Financial",
        had_before=True,
        reason="r",
    ),
    Change("POST", "/risks/R1/move", MOVED, "risk.moved", "R1", had_before=True, reason="r", again=False),
    Change("POST", "/risks/R1/move", BACK, "risk.moved", "R1", had_before=True, reason="r", again=False),
    Change("PUT", "/risks/R1/losses", LOSSES, "risk.priced", "R1", had_before=True, reason="r"),
    Change("POST", "/risks/R1/review", {"reason": "r"}, "risk.reviewed", "R1", reason="r", again=False),
    Change("POST", "/controls", {"ref": "C1", "title": "Board", "risks": ["R1"]}, "control.entered", "control/C1"),
    Change("PATCH", "/controls/C1", {"owner": "Ana"}, "control.amended", "control/C1", had_before=True),
    Change("POST", "/controls/C1/tests", CONTROL_TEST, "control.tested", "control/C1", reason="r", again=False),
    Change("POST", "/assurances", ASSURANCE, "assurance.entered", "assurance/A1"),
    Change("PATCH", "/assurances/A1", {"line": 2}, "assurance.amended", "assurance/A1", had_before=True),
    Change("POST", "/actions", {"ref": "T1", "title": "Recruit"}, "action.entered", "action/T1"),
    Change(
        "PATCH",
        "/actions/T1",
        {"state": "done", "reason": "r"},
        "action.amended",
        "action/T1",
        had_before=True,
        reason="r",
    ),
    Change("POST", "/risks/R1/close", {"reason": "r"}, "risk.closed", "R1", had_before=True, reason="r", again=False),
    Change(
        "POST", "/risks/R1/reopen", {"reason": "r"}, "risk.reopened", "R1", had_before=True, reason="r", again=False
    ),
]
WHO = {"portfolio_holder": "Ian", "department": "People", "director": "Craig", "lead_officers": ["Rachel"]}
PLEDGE = {"number": "1", "theme": "Health", "title": "Publish a plan", "assignments": [WHO]}
PLEDGE_LINKS = {"links": [{"indicator": "ae", "area": "RK9"}]}
ACTION = {"title": "Open a cafe", "priority": "mental-health"}
SIGNED = {
    "delivery": "delivered",
    "portfolio_holder": "Ian",
    "evidence": [{"title": "The plan", "url": "https://example.org/plan"}],
}
DEPENDENCY = {"title": "Backing", "kind": "partner", "action": "cafe"}
BOARD = {"title": "Cabinet"}
DUTY = {"number": 5, "title": "Scope", "boards": ["cabinet"]}
REPORT = {"title": "Plans", "board": "cabinet", "day": "2018-02-01"}
MEETING = {"board": "cabinet", "title": "Plans", "first_day": "2018-02-20", "last_day": "2018-02-20"}
TAKING = {"outcome": "agreed", "taken_on": "2018-02-20", "conditions": [{"text": "Say more"}]}
ASSESSMENT = {"title": "Impact", "subject_kind": "decision", "subject": "approve", "done": True}
BENEFIT = {"title": "Less waiting", "beneficiary": "workforce"}
APPRAISAL = {"title": "Form", "options": [{"code": "new", "title": "New", "verdict": "preferred"}]}
PROVIDER = {"title": "Care", "kind": "provider"}
REVIEW = {"title": "Visit", "provider": "care", "reviewed_on": "2018-02-01", "reviewed_by": "Ana"}
RATING = {"home": "h", "grade": "good", "rated_on": "2018-02-01"}
RATED = {"grade": "good", "counted_on": "2017-12-31", "count": 68}
DELEGATION = {"person": "Ian", "delegate": "Ana", "valid_from": "2018-01-01"}
RETURN = "/returns/2018-1.2017-18-Q3.1"

PLEDGES = [
    Change("PUT", "/sets/2018", {"title": "Hundred"}, "set.made", "2018"),
    Change("PUT", "/sets/2018", {"title": "A hundred"}, "set.amended", "2018", had_before=True),
    Change("POST", "/pledges", PLEDGE, "pledge.made", "2018-1"),
    Change(
        "PATCH",
        "/pledges/1",
        {"delivery": "in_progress", "reason": "r"},
        "pledge.amended",
        "2018-1",
        had_before=True,
        reason="r",
    ),
    Change("PUT", "/pledges/1/links", PLEDGE_LINKS, "pledge.linked", "2018-1", had_before=True),
    Change(
        "PUT",
        "/pledges/1/assignments",
        {"assignments": [WHO | {"director": "Ana"}], "reason": "r"},
        "pledge.assigned",
        "2018-1",
        had_before=True,
        reason="r",
    ),
    Change("PUT", "/priorities/mental-health", {"title": "Minds"}, "priority.put", "mental-health"),
    Change("PUT", "/actions/cafe", ACTION, "action.put", "cafe"),
    Change(
        "PATCH",
        "/actions/cafe",
        {"due": "2018-09-30", "reason": "r"},
        "action.amended",
        "cafe",
        had_before=True,
        reason="r",
    ),
    Change("PUT", "/dependencies/backing", DEPENDENCY, "dependency.put", "backing"),
    Change(
        "PATCH",
        "/dependencies/backing",
        {"state": "met", "reason": "r"},
        "dependency.amended",
        "backing",
        had_before=True,
        reason="r",
    ),
    Change("PUT", "/boards/cabinet", BOARD, "board.put", "cabinet"),
    Change("PUT", "/responsibilities/scope", DUTY, "responsibility.put", "scope"),
    Change("PUT", "/reports/plans", REPORT, "report.put", "plans"),
    Change("PUT", "/meetings/july", MEETING, "meeting.put", "july"),
    Change("PUT", "/decisions/approve", {"title": "Approve"}, "decision.put", "approve"),
    Change("POST", "/decisions/approve/take", TAKING, "decision.taken", "approve", had_before=True, again=False),
    Change("POST", "/decisions/approve/conditions/1/meet", None, "decision.condition_met", "approve", had_before=True),
    Change("PUT", "/impact-assessments/1", ASSESSMENT, "impact_assessment.put", "1"),
    Change("PUT", "/benefits/1", BENEFIT, "benefit.put", "1"),
    Change("PUT", "/consultations/1", {"title": "Draft"}, "consultation.put", "1"),
    Change("PUT", "/options-appraisals/1", APPRAISAL, "options_appraisal.put", "1"),
    Change("PUT", "/providers/care", PROVIDER, "provider.put", "care"),
    Change("PUT", "/contracts/1", {"title": "Care", "provider": "care"}, "contract.put", "1"),
    Change("PUT", "/quality-reviews/1", REVIEW, "quality_review.put", "1"),
    Change("PUT", "/ratings/1", RATING, "rating.put", "1"),
    Change("PUT", "/rating-counts/1", RATED, "rating_count.put", "1"),
    Change("POST", "/records", {"benefits": [BENEFIT | {"code": "2"}]}, "benefit.put", "2"),
    Change("PUT", "/delegations/leave", DELEGATION, "delegation.put", "leave"),
    Change("PATCH", RETURN, {"colour": "amber", "narrative": "Slow"}, "return.written", RETURN[9:], had_before=True),
    Change("POST", f"{RETURN}/submit", {}, "return.submitted", RETURN[9:], had_before=True, again=False),
    Change(
        "POST",
        f"{RETURN}/return",
        {"reason": "r"},
        "return.returned",
        RETURN[9:],
        had_before=True,
        reason="r",
        again=False,
    ),
    Change("POST", f"{RETURN}/submit", {}, "return.submitted", RETURN[9:], had_before=True, again=False),
    Change("POST", f"{RETURN}/approve", {}, "return.approved", RETURN[9:], had_before=True, again=False, by="Ben"),
    Change("POST", "/pledges/1/sign-off", SIGNED, "pledge.signed_off", "2018-1", had_before=True, again=False),
    Change(
        "POST",
        "/pledges/1/reopen",
        {"reason": "r"},
        "pledge.reopened",
        "2018-1",
        had_before=True,
        reason="r",
        again=False,
    ),
]

FUND = {name: value for name, value in fund_body().items() if name != "reason"}
LINES = FUND["budget_lines"]
DEARER = FUND | {"budget_lines": [LINES[0] | {"opening": money(9_000)}, *LINES[1:]]}
ENTRY = {"reference": "r0", "state": "validated", "period": "2017-12", "amount": money("5"), "reason": "r"}
TAKEN_BACK = ENTRY | {"reference": "r1", "amount": money("-5"), "corrects": "r0"}
LINE = LINES[0]["code"]
OUTTURN = {
    "postings": [{"reference": "gl", "line": LINE, "period": "2018-01", "amount": money("5"), "reason": "r"}],
}
SPENT = "integrated-fund.10"
"""Two budgets, one of them changed, a plan of low and high entered and taken back, two postings, then what is spent."""
REVERSAL = {"effective_on": "2018-02-01", "reason": "r"}
VIREMENT = {
    "reference": "v",
    "financial_year": "2017/18",
    "from_line": LINE,
    "to_line": LINES[1]["code"],
    "amount": money("5"),
    "effective_on": "2018-02-01",
    "reason": "r",
}

BED_DAY = {
    "description": "A day in hospital",
    "unit": "bed day",
    "amount": money("300"),
    "price_year": "2017/18",
    "source": "Invented",
    "illustrative": True,
}
DEFLATOR = {
    "base_year": "2017/18",
    "source": "Invented",
    "years": [{"financial_year": "2017/18", "index": "100"}, {"financial_year": "2018/19", "index": "102"}],
}

RANGES = {
    "name": "Ranges",
    "source": "Invented",
    "unit": "1000",
    "cells": [
        {
            "strand": "staffing",
            "partner": "PCC",
            "financial_year": "2014/15",
            "bound": "lower",
            "base": money("1629000"),
            "percent": "2",
            "printed": money("32000"),
        }
    ],
}

FINANCE = [
    Change("PUT", "/funds/integrated-fund", FUND, "fund.defined", "integrated-fund"),
    Change(
        "PUT",
        "/funds/integrated-fund",
        DEARER | {"reason": "r"},
        "fund.amended",
        "integrated-fund",
        had_before=True,
        reason="r",
    ),
    Change("POST", "/schemes", scheme_body("a", link=None), "scheme.defined", "a"),
    Change("POST", "/schemes/a/entries", ENTRY, "entry.posted", "a", reason="r", by="Ben"),
    Change("POST", "/schemes/a/entries", TAKEN_BACK, "entry.posted", "a", reason="r", by="Ben"),
    Change(
        "PATCH",
        "/schemes/a",
        {"state": "withdrawn", "reason": "r"},
        "scheme.withdrawn",
        "a",
        had_before=True,
        reason="r",
    ),
    Change(
        "PUT",
        "/funds/integrated-fund/closed-quarters/2017/18 Q3",
        None,
        "quarter.closed",
        "integrated-fund 2017/18 Q3",
        had_before=True,
    ),
    Change("POST", "/funds/integrated-fund/outturn", OUTTURN, "outturn.posted", "integrated-fund", reason="r"),
    Change("POST", "/funds/integrated-fund/virements", VIREMENT, "virement.proposed", "integrated-fund", reason="r"),
    Change("PUT", "/unit-costs/bed-day", BED_DAY, "unit_cost.recorded", "bed-day"),
    Change(
        "PUT",
        "/unit-costs/bed-day",
        BED_DAY | {"amount": money("301"), "reason": "r"},
        "unit_cost.changed",
        "bed-day",
        had_before=True,
        reason="r",
    ),
    Change("PUT", "/ranges/of-2014", RANGES, "ranges.recorded", "of-2014"),
    Change("PUT", "/deflators/2018-03", DEFLATOR, "deflator.recorded", "2018-03"),
    Change(
        "PUT",
        "/funds/integrated-fund/returns/2017-18-Q3",
        {"answers": {"cover.completed_by": "Ana"}, "sign_offs": []},
        "return.saved",
        "integrated-fund 2017/18 Q3",
    ),
    Change("POST", f"/entries/{SPENT}/reverse", REVERSAL, "entry.reversed", "integrated-fund", reason="r"),
]

SERVICES = {"indicators": INDICATORS, "risks": RISKS, "pledges": PLEDGES, "finance": FINANCE}


async def pin(database: Database, day: date) -> None:
    async def work(tx: Tx) -> None:
        row = {"name": "business_date", "value": day.isoformat(), "set_at": tx.now}
        await upsert(tx, tx.table("setting"), [row], ("name",), ("value", "set_at"))

    await database.write(work)


async def send(client: httpx.AsyncClient, change: Change, key: str | None = None) -> httpx.Response:
    headers = {"x-actor": change.by} | ({"idempotency-key": key} if key else {})
    return await client.request(change.method, change.path, json=change.body, headers=headers)


async def audited(database: Database) -> Sequence[AuditEntry]:
    return (await database.read(lambda tx: list_entries(tx, AuditFilter(), PageRequest(200)))).items
