"""Calls that change something of pledges, actions and boards."""

from tests.integration.gateway.changes.change import Change

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
PRINTED = {"title": "Offers", "items": [{"text": "Website"}]}
PROVIDER = {"title": "Care", "kind": "provider"}
REVIEW = {"title": "Visit", "provider": "care", "reviewed_on": "2018-02-01", "reviewed_by": "Ana"}
RATING = {"home": "h", "grade": "good", "rated_on": "2018-02-01"}
RATED = {"grade": "good", "counted_on": "2017-12-31", "count": 68}
FEED = {
    "title": "Homes",
    "indicator": "cqc-good-or-outstanding",
    "area": "E06000026",
    "frequency": "quarter",
    "starts_on": "2018-01-01",
}
DELEGATION = {"person": "Ian", "delegate": "Eve", "valid_from": "2018-01-01"}
RETURN = "/returns/2018-1.2017-18-Q3.1"
ANEW = {
    "boards": ("board", BOARD, {"title": "Else"}),
    "responsibilities": ("responsibility", DUTY, {"title": "Else"}),
    "reports": ("report", REPORT, {"title": "Else"}),
    "meetings": ("meeting", MEETING, {"title": "Else"}),
    "decisions": ("decision", {"title": "Approve"}, {"title": "Else"}),
    "impact-assessments": ("impact_assessment", ASSESSMENT, {"done": False}),
    "benefits": ("benefit", BENEFIT, {"title": "Else"}),
    "consultations": ("consultation", {"title": "Draft"}, {"title": "Else"}),
    "options-appraisals": ("options_appraisal", APPRAISAL, {"title": "Else"}),
    "printed-lists": ("printed_list", PRINTED, {"title": "Else"}),
    "providers": ("provider", PROVIDER, {"title": "Else"}),
    "contracts": ("contract", {"title": "Care", "provider": "care"}, {"title": "Else"}),
    "quality-reviews": ("quality_review", REVIEW, {"title": "Else"}),
    "ratings": ("rating", RATING, {"grade": "inadequate"}),
    "rating-counts": ("rating_count", RATED, {"count": 69}),
    "rating-feeds": ("rating_feed", FEED | {"area": "E92000001"}, {"title": "Else"}),
}
"""By collection of records what one is called, its body but for the code, and what makes that another."""

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
    Change("PUT", "/printed-lists/1", PRINTED, "printed_list.put", "1"),
    Change("PUT", "/providers/care", PROVIDER, "provider.put", "care"),
    Change("PUT", "/contracts/1", {"title": "Care", "provider": "care"}, "contract.put", "1"),
    Change("PUT", "/quality-reviews/1", REVIEW, "quality_review.put", "1"),
    Change("PUT", "/ratings/1", RATING, "rating.put", "1"),
    Change("PUT", "/rating-counts/1", RATED, "rating_count.put", "1"),
    Change("PUT", "/rating-feeds/1", FEED, "rating_feed.put", "1"),
    *(
        Change("POST", f"/{path}", body | {"code": "anew"}, f"{noun}.put", "anew")
        for path, (noun, body, _) in ANEW.items()
    ),
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
