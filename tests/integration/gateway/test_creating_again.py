"""Creating what exists, for every operation of the joined document that makes something.

The same content again is answered with 200 and changes nothing. Other content is refused where a code has one content
for good, replaces where the whole is put in place, and is a new revision where revisions are appended.
"""

import asyncio
import json
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from typing import Any

import httpx
import pytest

from contracts.paths import first_part
from suite.documents import openapi
from tests.conftest import ResourcesFor
from tests.integration.finance.world import money, scheme_body
from tests.integration.gateway.changes import (
    ACTION,
    ACTION_PLAN,
    ANEW,
    ANNOTATION,
    APPETITE,
    APPRAISAL,
    AREA,
    ASSESSMENT,
    BED_DAY,
    BENEFIT,
    BOARD,
    CELL,
    COUNT,
    COUNTED,
    DEARER,
    DEFLATOR,
    DELEGATION,
    DUTY,
    ENTRY,
    FEED,
    FUND,
    INDICATOR,
    LINKED,
    MAPPING,
    MATRIX,
    MEETING,
    NEW_TARGET,
    OF,
    PLEDGE,
    PRINTED,
    PROJECTION,
    PROVIDER,
    RANGES,
    RATED,
    RATING,
    RECALCULATION,
    REPORT,
    REVIEW,
    SAID,
    SCORECARD,
    SIGNAL,
    TARGET,
    TOLD,
    VIREMENT,
    audited,
    pin,
)

REFUSED, REPLACED, APPENDED = 409, 200, 201
OF_THIS_CALL = {"event": None}
"""What an answer says of the call rather than of what was made."""


@dataclass(frozen=True)
class Made:
    """What is made by an operation: a body, another one for the same code, and what that other one is answered with.

    ``again``: what the very same body is answered with.
    """

    method: str
    path: str
    body: Any
    other: Any
    outcome: int
    again: int = 200


PHOF = {"code": "PHOF", "name": "Public health", "benchmark_method": "significance"}
FREE = {"title": "Backing", "kind": "partner"}
CONTRACT = {"title": "Care", "provider": "care"}
GROUP = {"name": "Alike", "areas": ["E06000026"]}
CHART = "/indicators/ae/process-control"
RISK = {"ref": "R1", "register": "people", "title": "Risk"}
CONTROL = {"ref": "C1", "title": "Plan", "risks": ["R1"]}
TESTED = {"aspect": "design", "result": "effective", "tested_on": "2018-02-14", "tested_by": "Audit"}
ASSURED = {"ref": "S1", "source": "Audit", "line": 3, "opinion": "Sound", "given_on": "2018-01-31", "risks": ["R1"]}
DOING = {"ref": "D1", "title": "Recruit", "risks": ["R1"]}
SCHEME = scheme_body("a", link=None)
QUARTER, ANSWERED = "2017-18-Q3", {"answers": {"cover.completed_by": "Ana"}}
PLANS = "/funds/integrated-fund/action-plans/a"
VIREMENTS = "/funds/integrated-fund/virements"
JUDGED = CELL | {"reason": "r"}

MADE: dict[str, list[Made]] = {
    "subscriptions": [Made("PUT", "/recipients/ana", TOLD, TOLD | {"name": "Else"}, REPLACED)],
    "indicators": [
        Made("POST", "/areas", AREA, AREA | {"name": "Else"}, REFUSED),
        Made("POST", "/frameworks", PHOF, PHOF | {"name": "Else"}, REFUSED),
        Made("POST", "/indicators", INDICATOR, INDICATOR | {"name": "Else"}, REFUSED),
        Made("POST", "/indicators/ae/observations", OF | {"value": "80"}, OF | {"value": "81"}, APPENDED),
        Made("POST", "/indicators/ae/targets", TARGET, NEW_TARGET, APPENDED),
        Made("POST", "/indicators/ae/projections", PROJECTION, PROJECTION | {"value": "91"}, APPENDED),
        Made("POST", f"{CHART}/recalculations", RECALCULATION, RECALCULATION | {"decision": "keep"}, APPENDED),
        Made("POST", f"{CHART}/signal", SIGNAL, SIGNAL | {"carried": False}, APPENDED),
        Made("POST", f"{CHART}/annotations", ANNOTATION, ANNOTATION | {"text": None}, APPENDED),
        Made("PUT", "/mappings/ours", MAPPING, MAPPING | {"title": "Else"}, REPLACED),
        Made("PUT", "/scorecards/urgent", SCORECARD, SCORECARD | {"name": "Else"}, REPLACED),
        Made("PUT", "/outcomes/waits", LINKED, LINKED | {"title": "Else"}, REPLACED),
        Made("PUT", "/system-gaps/care", LINKED, LINKED | {"title": "Else"}, REPLACED),
        Made("PUT", "/priorities/flow", LINKED, LINKED | {"title": "Else"}, REPLACED),
        Made("PUT", "/area-groups/alike", GROUP, GROUP | {"name": "Else"}, REPLACED),
        Made("POST", "/indicators/ae/commentaries", SAID, SAID | {"text": "Else"}, APPENDED),
        Made("PUT", "/objectives/waits", LINKED, LINKED | {"title": "Else"}, REPLACED),
        Made("PUT", "/standards/answer", COUNTED, COUNTED | {"title": "Else"}, REPLACED),
        Made("POST", "/standards/answer/counts", COUNT, COUNT | {"met": "47"}, APPENDED),
    ],
    "risks": [
        Made("POST", "/matrices", MATRIX, MATRIX | {"title": "Else"}, REFUSED),
        Made("POST", "/risks", RISK, RISK | {"title": "Else"}, REFUSED),
        Made("POST", "/risks/R1/assessments", JUDGED, JUDGED | {"likelihood": 4}, APPENDED, again=201),
        Made("POST", "/appetites", APPETITE, APPETITE | {"tolerance": 16}, APPENDED),
        Made("POST", "/controls", CONTROL, CONTROL | {"title": "Else"}, REFUSED),
        Made("POST", "/controls/C1/tests", TESTED, TESTED | {"result": "ineffective"}, APPENDED, again=201),
        Made("POST", "/assurances", ASSURED, ASSURED | {"opinion": "Else"}, REFUSED),
        Made("POST", "/actions", DOING, DOING | {"title": "Else"}, REFUSED),
    ],
    "pledges": [
        Made("PUT", "/sets/2018", {"title": "Hundred"}, {"title": "Else"}, REPLACED),
        Made("POST", "/pledges", PLEDGE, PLEDGE | {"title": "Else"}, REFUSED),
        Made("PUT", "/priorities/mental-health", {"title": "Minds"}, {"title": "Else"}, REPLACED),
        Made("PUT", "/boards/cabinet", BOARD, BOARD | {"title": "Else"}, REPLACED),
        Made("PUT", "/responsibilities/scope", DUTY, DUTY | {"title": "Else"}, REPLACED),
        Made("PUT", "/reports/plans", REPORT, REPORT | {"title": "Else"}, REPLACED),
        Made("PUT", "/meetings/july", MEETING, MEETING | {"title": "Else"}, REPLACED),
        Made("PUT", "/decisions/approve", {"title": "Approve"}, {"title": "Else"}, REPLACED),
        Made("PUT", "/impact-assessments/1", ASSESSMENT, ASSESSMENT | {"done": False}, REPLACED),
        Made("PUT", "/benefits/1", BENEFIT, BENEFIT | {"title": "Else"}, REPLACED),
        Made("PUT", "/consultations/1", {"title": "Draft"}, {"title": "Else"}, REPLACED),
        Made("PUT", "/options-appraisals/1", APPRAISAL, APPRAISAL | {"title": "Else"}, REPLACED),
        Made("PUT", "/printed-lists/1", PRINTED, PRINTED | {"title": "Else"}, REPLACED),
        Made("PUT", "/providers/care", PROVIDER, PROVIDER | {"title": "Else"}, REPLACED),
        Made("PUT", "/contracts/1", CONTRACT, CONTRACT | {"title": "Else"}, REPLACED),
        Made("PUT", "/quality-reviews/1", REVIEW, REVIEW | {"title": "Else"}, REPLACED),
        Made("PUT", "/ratings/1", RATING, RATING | {"grade": "inadequate"}, REPLACED),
        Made("PUT", "/rating-counts/1", RATED, RATED | {"count": 69}, REPLACED),
        Made("PUT", "/rating-feeds/1", FEED, FEED | {"title": "Else"}, REPLACED),
        *(
            Made("POST", f"/{path}", body | {"code": "anew"}, body | other | {"code": "anew"}, REFUSED)
            for path, (_, body, other) in ANEW.items()
        ),
        Made("PUT", "/dependencies/backing", FREE, FREE | {"title": "Else"}, REPLACED),
        Made("PUT", "/delegations/leave", DELEGATION, DELEGATION | {"delegate": "Ben"}, REPLACED),
        Made("PUT", "/actions/cafe", ACTION, ACTION | {"title": "Else"}, REPLACED),
    ],
    "finance": [
        Made("PUT", "/funds/integrated-fund", FUND, DEARER | {"reason": "r"}, REPLACED),
        Made("POST", "/schemes", SCHEME, SCHEME | {"name": "Else"}, REFUSED),
        Made("POST", "/schemes/a/entries", ENTRY, ENTRY | {"reason": "Else", "period": "2017-11"}, REFUSED),
        Made("POST", VIREMENTS, VIREMENT, VIREMENT | {"amount": money("6")}, REFUSED),
        Made("PUT", "/unit-costs/bed-day", BED_DAY, BED_DAY | {"unit": "day", "reason": "r"}, REPLACED),
        Made("PUT", "/deflators/2018-03", DEFLATOR, DEFLATOR | {"source": "Else"}, REFUSED),
        Made("PUT", "/ranges/of-2014", RANGES, RANGES | {"name": "Else", "reason": "r"}, REPLACED),
        Made("PUT", PLANS, ACTION_PLAN, ACTION_PLAN | {"decision": "Else", "reason": "r"}, REPLACED),
        Made("PUT", f"/funds/integrated-fund/returns/{QUARTER}", ANSWERED, {"answers": {}}, REPLACED),
    ],
}

OTHER_CASE: dict[str, list[tuple[str, str, Any]]] = {
    "subscriptions": [("PUT", "/recipients/ANA", TOLD | {"owners": ["Else"]})],
    "indicators": [("POST", "/frameworks", PHOF | {"code": "phof"})],
    "risks": [("POST", "/risks", RISK | {"ref": "r1"})],
    "pledges": [("PUT", "/priorities/Mental-Health", {"title": "Minds"}), ("PUT", "/actions/CAFE", ACTION)],
    "finance": [
        ("PUT", "/funds/Integrated-fund", FUND),
        ("PUT", "/unit-costs/Bed-day", BED_DAY),
        ("PUT", "/ranges/Of-2014", RANGES),
        ("POST", "/schemes", SCHEME | {"code": "A"}),
    ],
}
"""What differs in the case of its code only from what is there: people take both for one."""

STEP = "a step that what is there takes once: where it does not allow it, 409"
PART = "replaces a part of what is there"
COMPUTED = "computes, and stores nothing"
NUMBERED = "each call asks for another, with a number of its own: an Idempotency-Key keeps it to one"
BY_ID = "decides on what is there; again is a no-op"
MAKE_NOTHING = {
    "POST /events/v1/messages/{id}/retry": BY_ID,
    "POST /events/v1/recipients/{code}/test": NUMBERED,
    "PUT /events/v1/checkpoints/{name}": "marks an event: tests/integration/subscriptions/test_checkpoints.py",
    "POST /events/v1/subscription-owners/{name}/end": BY_ID,
    "POST /events/v1/subscriptions": "answers with a secret, once: a name that the caller has is 409",
    "POST /events/v1/subscriptions/{id}/dead-letters/discard": BY_ID,
    "POST /events/v1/subscriptions/{id}/dead-letters/retry": BY_ID,
    "POST /events/v1/subscriptions/{id}/messages/{local_id}/resend": "plans a message that is there once more",
    "POST /events/v1/subscriptions/{id}/pause": BY_ID,
    "POST /events/v1/subscriptions/{id}/replay": NUMBERED,
    "POST /events/v1/subscriptions/{id}/resume": BY_ID,
    "POST /events/v1/subscriptions/{id}/resync": NUMBERED,
    "POST /events/v1/subscriptions/{id}/rotate": "makes another secret each time",
    "POST /events/v1/subscriptions/{id}/test": NUMBERED,
    "POST /finance/v1/calculators/savings-range": COMPUTED,
    "POST /finance/v1/entries/{id}/reverse": STEP,
    "PUT /finance/v1/funds/{code}/closed-quarters/{label}": "closes for good, without content; again is a no-op",
    "POST /finance/v1/funds/{code}/outturn": "enters many, each reference once, and answers how many were new",
    "POST /finance/v1/funds/{code}/year-end": "signs off a closed year for good: see finance's test_year_ends.py",
    "POST /finance/v1/funds/{code}/virements/{reference}/approve": STEP,
    "POST /finance/v1/funds/{code}/virements/{reference}/reject": STEP,
    "POST /finance/v1/outturn-files": "enters many, each reference once, and answers how many were new",
    "POST /finance/v1/risk-share": COMPUTED,
    "POST /finance/v1/unit-cost-files": "records many, each as a PUT of it would, and answers which were new",
    "POST /indicators/v1/imports": NUMBERED,
    "POST /indicators/v1/imports/{id}/cancel": BY_ID,
    "POST /indicators/v1/imports/{id}/save": "hands the file of a dry run on, once: again is 409",
    "PUT /indicators/v1/indicators/{code}/quality-rules": PART,
    "POST /indicators/v1/observations": "records many by the rule for one, and answers how many were new",
    "POST /operations/v1/consumers/{consumer}/allowed-failures": BY_ID,
    "POST /operations/v1/dead-letter-discards": BY_ID,
    "POST /operations/v1/dead-letter-retries": BY_ID,
    "POST /operations/v1/dead-letters/{id}/discard": BY_ID,
    "POST /operations/v1/dead-letters/{id}/retry": BY_ID,
    "PUT /operations/v1/business-date": "moves the one date there is; again is a no-op",
    "POST /operations/v1/rebuilds": NUMBERED,
    "POST /operations/v1/recoveries": NUMBERED,
    "POST /operations/v1/replays": BY_ID,
    "POST /operations/v1/verifications": NUMBERED,
    "PUT /pledges/v1/pledges/{pledge}/assignments": PART,
    "PUT /pledges/v1/pledges/{pledge}/links": PART,
    "POST /pledges/v1/pledges/{pledge}/reopen": STEP,
    "POST /pledges/v1/pledges/{pledge}/sign-off": STEP,
    "POST /pledges/v1/decisions/{code}/conditions/{number}/meet": STEP,
    "POST /pledges/v1/decisions/{code}/take": STEP,
    "POST /pledges/v1/return-files": "writes into what is there, and answers what became of each",
    "POST /pledges/v1/action-files": "puts many by the rule for one, and answers what became of each",
    "POST /pledges/v1/decision-files": "puts many by the rule for one, and answers what became of each",
    "POST /pledges/v1/records": "puts many by the rule for one, and answers how many were new",
    "POST /pledges/v1/returns/{code}/approve": STEP,
    "POST /pledges/v1/returns/{code}/return": STEP,
    "POST /pledges/v1/returns/{code}/submit": STEP,
    "POST /access/v1/keys": "answers with a secret, once: a name that is taken is 409",
    "POST /access/v1/keys/{name}/rotate": "makes another secret each time",
    "PUT /access/v1/people/{code}": "by the rule: tests/integration/gateway/test_people.py",
    "POST /reports/v1/quarters/{quarter}": "takes the numbers of now: see tests/integration/portal/test_reports.py",
    "POST /reports/v1/quarters/{quarter}/addenda": NUMBERED,
    "POST /reports/v1/quarters/{quarter}/publish": STEP,
    "POST /risks/v1/imports": "records many by the rule for one, and answers what became of each",
    "POST /risks/v1/risks/{ref}/acceptances": "asks once: while a request waits for an approver, 409",
    "POST /risks/v1/risks/{ref}/acceptances/{acceptance_id}/approve": STEP,
    "POST /risks/v1/risks/{ref}/acceptances/{acceptance_id}/withdraw": STEP,
    "POST /risks/v1/risks/{ref}/close": STEP,
    "PUT /risks/v1/risks/{ref}/links": PART,
    "PUT /risks/v1/risks/{ref}/losses": PART,
    "POST /risks/v1/risks/{ref}/move": STEP,
    "POST /risks/v1/risks/{ref}/override": "replaces the override, of which a risk has one at most",
    "POST /risks/v1/risks/{ref}/proposals/{proposal_id}/accept": STEP,
    "POST /risks/v1/risks/{ref}/proposals/{proposal_id}/reject": STEP,
    "POST /risks/v1/risks/{ref}/reopen": STEP,
    "POST /risks/v1/risks/{ref}/review": STEP,
    "POST /risks/v1/risks/{ref}/simulations": COMPUTED,
    "POST /risks/v1/simulations": COMPUTED,
}
"""Every other POST and PUT, and why the rule does not speak of it."""


@pytest.mark.both_engines
@pytest.mark.parametrize("service", MADE)
async def test_what_exists_is_answered_by_one_rule(service: str, resources_for: ResourcesFor) -> None:
    resources = await resources_for(f"services.{service}")
    await pin(resources.database, date(2018, 2, 28))
    app = import_module(f"services.{service}.app").create_app(resources)
    transport, base = httpx.ASGITransport(app=app), f"http://x/{first_part(service)}/v1"
    async with httpx.AsyncClient(transport=transport, base_url=base) as client:
        for each in MADE[service]:
            client.headers["x-actor"] = each.path.rsplit("/", 1)[-1]  # who defines a scheme validates nothing of it
            first = await client.request(each.method, each.path, json=each.body)
            assert first.status_code == 201, (each, first.text)
            assert (await client.get(f"http://x{first.headers['location']}")).status_code == 200, each
            entries = len(await audited(resources.database))
            again = await client.request(each.method, each.path, json=each.body)
            assert again.status_code == each.again, (each, again.text)
            if again.status_code == 200:
                assert again.json() | OF_THIS_CALL == first.json() | OF_THIS_CALL
                assert len(await audited(resources.database)) == entries
            other = await client.request(each.method, each.path, json=each.other)
            assert other.status_code == each.outcome, (each, other.text)
        for method, path, body in OTHER_CASE[service]:
            refused = await client.request(method, path, json=body)
            assert (refused.status_code, refused.json()["type"]) == (409, "/problems/code-in-other-case"), path


def test_no_operation_is_left_out() -> None:
    document = json.loads(asyncio.run(openapi()))
    making = {
        f"{method.upper()} {path}"
        for path, item in document["paths"].items()
        for method in item
        if method in {"post", "put"}
    }
    covered = {
        template(f"{each.method} /{first_part(service)}/v1{each.path}", making)
        for service in MADE
        for each in MADE[service]
    }
    assert covered | set(MAKE_NOTHING) == making
    assert covered & set(MAKE_NOTHING) == set()


def template(operation: str, making: set[str]) -> str:
    """The operation of the document that a call is one of."""
    parts = operation.split("/")
    fitting = [
        each
        for each in making
        if len(named := each.split("/")) == len(parts)
        and all(name == part or name.startswith("{") for name, part in zip(named, parts, strict=True))
    ]
    assert len(fitting) == 1, (operation, fitting)
    return fitting[0]
