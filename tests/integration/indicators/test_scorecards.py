"""Scorecards, outcomes, objectives and service standards."""

from typing import Any

import pytest

from tests.integration.indicators.conftest import ENGLAND, MONTHLY, PLYMOUTH, Api

SCORECARD: dict[str, Any] = {
    "name": "Integrated commissioning",
    "area": PLYMOUTH,
    "sections": [
        {"code": "wellbeing", "name": "Wellbeing", "aims": [{"name": "Planned care", "indicators": ["rtt"]}]},
        {
            "code": "community",
            "name": "Community",
            "aims": [
                {"name": "Fewer emergencies", "indicators": ["ae-four-hour-wait", "rtt"]},
                {"name": "Nothing yet", "indicators": []},
            ],
        },
    ],
}


@pytest.fixture
async def card(api: Api) -> Api:
    await api.post("/indicators", MONTHLY | {"code": "rtt", "name": "Within 18 weeks"})
    await api.put("/scorecards/integrated", SCORECARD, 201)
    return api


async def test_a_scorecard_shows_its_rows_in_order_with_latest_values_and_colours(card: Api):
    await card.observe("Nov-17", "80")
    await card.observe("Dec-17", "79.29")
    await card.observe("Dec-17", "85.3", area=ENGLAND)
    shown = await card.get("/scorecards/integrated")
    assert (shown["name"], shown["area"]["name"], shown["comparator"]) == (
        "Integrated commissioning",
        "Plymouth",
        ENGLAND,
    )
    order = [
        (section["code"], aim["name"], [row["indicator"]["code"] for row in aim["rows"]])
        for section in shown["sections"]
        for aim in section["aims"]
    ]
    assert order == [
        ("wellbeing", "Planned care", ["rtt"]),
        ("community", "Fewer emergencies", ["ae-four-hour-wait", "rtt"]),
        ("community", "Nothing yet", []),
    ]
    row = shown["sections"][1]["aims"][0]["rows"][0]
    assert (row["latest"]["value"], row["benchmark"]["colour"], row["trend"]["colour"]) == ("79.29", "amber", "amber")
    assert row["latest"] == (await card.get("/indicators/ae-four-hour-wait/status", area=PLYMOUTH))["latest"]
    assert shown["sections"][0]["aims"][0]["rows"][0]["latest"] is None


async def test_a_scorecard_of_a_period_shows_what_was_measured_by_its_end(card: Api):
    for n in (8, 9, 10):
        await card.observe(f"2017-{n:02d}", str(70 + n))
    row = (await card.get("/scorecards/integrated", period="2017/18 Q2"))["sections"][1]["aims"][0]["rows"][0]
    assert (row["latest"]["period"], len(row["series"])) == ("2017-09", 2)
    assert (await card.get("/scorecards/integrated", 422, period="yesterday"))["errors"][0]["field"] == "period"


async def test_a_scorecard_may_name_another_comparator(card: Api):
    await card.observe("Dec-17", "50")
    await card.observe("Dec-17", "90", area=ENGLAND)
    await card.observe("Dec-17", "30", area="E06000027")
    await card.put("/scorecards/integrated", SCORECARD | {"comparator": "E06000027"})

    async def colour(**query: str) -> str:
        shown = await card.get("/scorecards/integrated", **query)
        return str(shown["sections"][1]["aims"][0]["rows"][0]["benchmark"]["colour"])

    assert await colour() == "green"
    assert await colour(area=ENGLAND) == "green"
    assert await colour(area="E06000027") == "white"
    status = await card.get("/indicators/ae-four-hour-wait/status", area=PLYMOUTH)
    assert status["benchmark"]["colour"] == "red"  # the published state compares with England


def _short(sections: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """With indicators instead of rows that are nothing but one."""
    for aim in (aim for section in sections for aim in section["aims"]):
        plain = {"breakdown": {}, "inferred": [], "notes": []}
        assert aim.pop("rows") == [{"indicator": code, **plain} for code in aim["indicators"]]
    return sections


async def test_a_scorecard_is_put_whole_and_again(card: Api):
    same = await card.put("/scorecards/integrated", SCORECARD)
    assert {**same, "sections": _short(same["sections"])} == SCORECARD | {"code": "integrated", "comparator": ENGLAND}
    smaller = SCORECARD | {"area": None, "sections": SCORECARD["sections"][:1]}
    await card.put("/scorecards/integrated", smaller)
    shown = await card.get("/scorecards/integrated", area="E06000027")
    assert [section["code"] for section in shown["sections"]] == ["wellbeing"]
    assert (await card.get("/scorecards/integrated", 422))["errors"][0]["field"] == "area"
    assert (await card.get("/scorecards"))["items"] == [
        {"code": "integrated", "name": "Integrated commissioning", "area": None, "comparator": ENGLAND}
    ]


async def test_a_scorecard_names_only_what_is_known(card: Api):
    unknown = {"code": "x", "name": "x", "aims": [{"name": "x", "indicators": ["rtt", "nope", "nor-this"]}]}
    problem = await card.put("/scorecards/other", SCORECARD | {"sections": [unknown]}, 422)
    assert problem["errors"] == [
        {"field": "indicators", "message": "nope is not known"},
        {"field": "indicators", "message": "nor-this is not known"},
    ]
    problem = await card.put("/scorecards/other", SCORECARD | {"area": "E99999999"}, 422)
    assert problem["errors"][0]["field"] == "area"
    await card.put("/scorecards/Not A Code", SCORECARD, 422)
    assert (await card.get("/scorecards/other", 404, area=PLYMOUTH))["type"] == "/problems/scorecard-unknown"


@pytest.mark.parametrize("kind", ["outcomes", "objectives", "system-gaps", "priorities"])
async def test_what_is_aimed_for_links_to_indicators(api: Api, kind: str):
    body = {"title": "Better A&E", "indicators": ["ae-four-hour-wait"], "position": 2}
    rest = {"part_of": None, "parts": [], "roll_up": None}
    assert await api.put(f"/{kind}/better-ae", body, 201) == {"code": "better-ae", **body, **rest}
    assert await api.put(f"/{kind}/better-ae", body) == {"code": "better-ae", **body, **rest}
    await api.put(f"/{kind}/better-ae", {"title": "Better"})
    await api.put(f"/{kind}/later", body, 201)
    await api.put(f"/{kind}/first", body | {"position": 1}, 201)
    listed = (await api.get(f"/{kind}"))["items"]
    assert [(each["code"], each["position"]) for each in listed] == [("first", 1), ("later", 2), ("better-ae", None)]
    assert listed[2] == {"code": "better-ae", "title": "Better", "indicators": [], "position": None, **rest}
    by_code = (await api.get(f"/{kind}", sort="code"))["items"]
    assert [each["code"] for each in by_code] == ["better-ae", "first", "later"]
    problem = await api.put(f"/{kind}/x", body | {"indicators": ["nope"]}, 422)
    assert problem["errors"] == [{"field": "indicators", "message": "nope is not known"}]
    problem = await api.put(f"/{kind}/x", body | {"part_of": "nope"}, 422)
    assert [error["field"] for error in problem["errors"]] == ["part_of"]


async def test_a_standard_keeps_its_limits_by_date(api: Api):
    body = {
        "service": "Information access",
        "title": "Answer a subject access request",
        "limits": [
            {"limit": 40, "unit": "calendar_days", "valid_to": "2018-05-24"},
            {"limit": 1, "unit": "months", "valid_from": "2018-05-25"},
        ],
    }
    await api.put("/standards/subject-access", body, 201)
    again = await api.put("/standards/subject-access", body)
    assert (await api.get("/standards"))["items"] == [again]
    assert [(x["limit"], x["unit"], x["valid_from"], x["valid_to"]) for x in again["limits"]] == [
        (40, "calendar_days", None, "2018-05-24"),
        (1, "months", "2018-05-25", None),
    ]
    overlapping = [{"limit": 40, "unit": "calendar_days"}, {"limit": 20, "unit": "working_days"}]
    problem = await api.put("/standards/subject-access", body | {"limits": overlapping}, 422)
    assert [e["field"] for e in problem["errors"]] == ["limits.1.calendar", "limits.1.valid_from"]
