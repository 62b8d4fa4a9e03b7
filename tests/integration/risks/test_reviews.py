"""A rating that changes without its owner judging it is reviewed within ten working days."""

import csv
import io
from datetime import date
from typing import Any

import pytest

from services.risks.service.overriding import sweep_overrides
from services.risks.service.reviewing import sweep_reviews
from tests.integration.risks.conftest import Register, counted, links

REASON = {"reason": "Looked at it with the trust"}
ON = links("ae/RK9")


async def reviews(register: Register, **params: str) -> list[tuple[Any, ...]]:
    found = (await register.get("/reviews", **params))["items"]
    return [(one["risk"], one["opened_on"], one["due"], one["overdue"]) for one in found]


@pytest.mark.both_engines
async def test_one_review_is_open_from_the_first_change_until_somebody_looks(register: Register) -> None:
    await register.say("ae/RK9", 1, "gg")
    await register.risk(links=ON, owner="Director")
    assert (await reviews(register), (await register.get("/risks/OCC4"))["review"]) == ([], None)
    await register.say("ae/RK9", 2, "ggr")
    await register.pin(date(2018, 3, 5))
    await register.say("ae/RK9", 3, "ggrgg")
    [found] = (await register.get("/reviews", owner="Director"))["items"]
    assert (found["before"]["score"], found["after"]["score"], found["touches"]) == (12, 16, 1)
    assert found["why"].startswith("Effective rating from 12")
    shown = await register.get("/risks/OCC4")
    assert (shown["review"], "review_open" in shown["flags"], "review_overdue" in shown["flags"]) == (
        {"opened_on": "2018-02-28", "due": "2018-03-14"},
        True,
        False,
    )
    await register.post("/risks/OCC4/review", REASON, 200)
    touched = await register.get("/risks/OCC4/review")
    assert (touched["touches"], touched["review"], await reviews(register)) == (2, None, [])
    assert [kind for kind, subject, _ in await register.outbox() if subject == "OCC4"][-1] == "reviewed"
    assert (await register.audited())[-1][:5] == (
        "risk.reviewed",
        "OCC4",
        {"review_due": "2018-03-14", "reviewed_on": None},
        {"review_due": None, "reviewed_on": "2018-03-05"},
        REASON["reason"],
    )


@pytest.mark.both_engines
async def test_an_overdue_review_is_published_once(register: Register) -> None:
    await register.say("ae/RK9", 1, "gg")
    await register.risk(links=ON, owner="Director")
    await register.say("ae/RK9", 2, "ggr")
    await register.pin(date(2018, 3, 14))
    assert await register.database.write(sweep_reviews) == 0
    await register.pin(date(2018, 3, 15))
    assert await reviews(register, overdue="true") == [("OCC4", "2018-02-28", "2018-03-14", True)]
    assert [await register.database.write(sweep_reviews) for _ in range(2)] == [1, 0]
    event = (await register.events("OCC4"))[-1]
    assert (event["owner"], event["due"], event["effective"]["score"]) == ("Director", "2018-03-14", 16)
    versions = [version for _, subject, version in await register.outbox() if subject == "OCC4"]
    assert versions == list(range(1, (await register.get("/risks/OCC4"))["version"] + 1))
    await register.say("ae/RK9", 3, "ggrgg")
    assert await register.database.write(sweep_reviews) == 0


@pytest.mark.both_engines
async def test_what_is_overdue_is_told_in_the_order_of_versions(register: Register) -> None:
    """Beside it the acceptance ends, and the risk passes what is tolerated, by the same change."""
    await register.post("/appetites", {"category": "Financial", "appetite": 4, "tolerance": 10, "reason": "r"})
    await register.say("ae/RK9", 1, "rr")
    await register.risk(links=ON, owner="Director", category="Financial")
    await register.say("ae/RK9", 2, "rrgg")
    asked = await register.post("/risks/OCC4/acceptances", REASON | {"until": "2018-06-30"})
    director = {"x-actor": "director"}
    path = f"/risks/v1/risks/OCC4/acceptances/{asked['id']}/approve"
    assert (await register.http.post(path, json=REASON, headers=director)).status_code == 200
    await register.pin(date(2018, 3, 20))
    await register.say("ae/RK9", 3, "rrggrr")
    told = [(kind, version) for kind, subject, version in await register.outbox() if subject == "OCC4"]
    assert [version for _, version in told] == list(range(1, len(told) + 1))
    kinds = [kind for kind, _ in told[-4:]]
    assert kinds == ["rescored", "suspended", "overdue", "breached"]


@pytest.mark.both_engines
async def test_what_is_open_comes_as_a_file(register: Register) -> None:
    await register.say("ae/RK9", 1, "gg")
    for ref in ("B", "A"):
        await register.risk(ref, links=ON, owner=f"Owner of {ref}")
    await register.say("ae/RK9", 2, "ggr")
    sent = []
    for wanted in ({}, {"owner": "Owner of A"}):
        with counted(register.database) as statements:
            text = (await register.http.get("/risks/v1/reviews.csv", params=wanted)).text
        sent.append(len(statements))
        rows = list(csv.DictReader(io.StringIO(text)))
        listed = (await register.get("/reviews", **wanted))["items"]
        assert [(row["risk"], row["due"], row["owner"], row["overdue"]) for row in rows] == [
            (one["risk"], one["due"], one["owner"], "no") for one in listed
        ]
        assert {(row["before_score"], row["after_score"], row["touches"]) for row in rows} == {("12", "16", "1")}
    assert sent[0] == sent[1]
    await register.pin(date(2018, 3, 15))
    text = (await register.http.get("/risks/v1/reviews.csv", params={"overdue": "true"})).text
    assert [row["overdue"] for row in csv.DictReader(io.StringIO(text))] == ["yes", "yes"]
    for ending in ("xlsx", "ods"):
        assert (await register.http.get(f"/risks/v1/reviews.{ending}")).status_code == 200
    assert (await register.http.get("/risks/v1/reviews.csv", params={"owner": "Nobody"})).text.count("\n") == 1


async def test_what_an_owner_judges_is_not_reviewed_and_what_ends_by_itself_is(register: Register) -> None:
    await register.say("ae/RK9", 1, "gg")
    await register.risk(links=ON)
    await register.say("ae/RK9", 2, "ggr")
    await register.post("/risks/OCC4/assessments", {"impact": 4, "likelihood": 2, "reason": "Better"})
    assert await reviews(register) == []
    override = {"impact": 5, "likelihood": 5, "until": "2018-03-05", "reason": "Strike"}
    await register.post("/risks/OCC4/override", override, 200)
    await register.post("/risks/OCC4/review", REASON, 200)
    await register.pin(date(2018, 3, 6))
    await register.database.write(sweep_overrides)
    assert await reviews(register) == [("OCC4", "2018-03-06", "2018-03-20", False)]
    await register.post("/risks/OCC4/close", REASON, 200)
    assert await reviews(register) == []
    await register.post("/risks/OCC4/review", REASON, 409)
    await register.risk("NEW", assessment=None)
    await register.post("/risks/NEW/review", REASON, 409)
