"""Calls that change something of the register."""

from tests.integration.gateway.changes.change import Change

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
