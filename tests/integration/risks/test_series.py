"""Links to series as councils have them: broken down, suppressed, provisional, and not known yet."""

from datetime import date
from typing import Any

import pytest

from services.risks.projection import SUBSCRIPTION
from tests.integration.risks.conftest import counted

MALE, FEMALE, TOTAL = "hle/E06000026/sex=male", "hle/E06000026/sex=female", "hle/E06000026"


async def test_a_link_reads_its_own_breakdown_and_no_other(register: Any, tied: Any):
    for subject in (MALE, FEMALE, TOTAL):
        await register.say(subject, 1, "gg")
    await register.risk("MALE", links=tied(MALE))
    await register.risk("TOTAL", links=tied(TOTAL))
    await register.say(FEMALE, 2, "ggr")
    assert [(await register.likelihoods(ref))[2] for ref in ("MALE", "TOTAL")] == [3, 3]
    await register.say(MALE, 2, "ggr")
    assert [(await register.likelihoods(ref))[2] for ref in ("MALE", "TOTAL")] == [4, 3]
    shown = await register.get("/risks/MALE")
    assert (shown["links"][0]["breakdown"], shown["links"][0]["indicator"]) == ({"sex": "male"}, "hle")
    entry = (await register.get("/risks/MALE/history"))["items"][-1]
    assert "hle in E06000026 (sex=male) (target, group hle) went from green to red" in entry["why"]
    assert entry["indicator_versions"] == [
        {"indicator": "hle", "area": "E06000026", "breakdown": {"sex": "male"}, "generation": 1, "version": 2}
    ]
    [told] = [event for event in await register.events("MALE") if event["caused_by"]]
    assert (told["links"][0]["breakdown"], told["links"][0]["pending"]) == ({"sex": "male"}, False)


async def test_a_value_at_all_is_the_total(register: Any):
    body = {"indicator": "hle", "area": "E06000026", "group": "life", "breakdown": {"sex": "all"}}
    risk = await register.risk(links=[body])
    assert risk["links"][0]["breakdown"] == {}


async def test_breakdowns_of_one_indicator_do_not_pass_for_two_causes(register: Any, tied: Any):
    await register.risk()
    links = tied(f"{MALE}#men", f"{FEMALE}#women")
    problem = await register.put("/risks/OCC4/links", {"links": links}, 422)
    assert [error["field"] for error in problem["errors"]] == ["links.1.group"]
    both = await register.put("/risks/OCC4/links", {"links": tied(f"{MALE}#life", f"{FEMALE}#life")})
    assert [link["breakdown"]["sex"] for link in both["links"]] == ["male", "female"]
    twice = tied(f"{MALE}#life", f"{MALE}#life", provisional="count")
    problem = await register.put("/risks/OCC4/links", {"links": [tied(f"{MALE}#life")[0], twice[0]]}, 422)
    assert problem["errors"][0]["message"] == "hle in E06000026 (sex=male) by target again"


async def test_a_simulation_and_a_review_name_the_breakdown(register: Any, tied: Any):
    await register.say(TOTAL, 1, "gg")
    await register.risk(links=tied(f"{TOTAL}#life", f"{MALE}#life"))
    male = {"indicator": "hle", "area": "E06000026", "breakdown": {"sex": "male"}, "colour": "red"}
    simulated = await register.post("/risks/OCC4/simulations", {"signals": [male]}, 200)
    assert simulated["supposed"]["effective"]["likelihood"] == 3, "it was unknown at its snapshot"
    total = male | {"breakdown": {}}
    simulated = await register.post("/risks/OCC4/simulations", {"signals": [total]}, 200)
    assert simulated["supposed"]["effective"]["likelihood"] == 4
    female = male | {"breakdown": {"sex": "female"}}
    problem = await register.post("/risks/OCC4/simulations", {"signals": [female]}, 422)
    assert problem["errors"][0]["message"] == "hle in E06000026 (sex=female) is not linked to OCC4"
    await register.say(MALE, 1, "rr")
    [task] = (await register.get("/review-tasks", state="open"))["items"]
    assert (task["indicator"], task["breakdown"]) == ("hle", {"sex": "male"})
    assert task["reason"].startswith("hle in E06000026 (sex=male) was unknown")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("area", "e06000026"),
        ("area", "E06000026 "),
        ("area", "Plymouth"),
        ("area", "E"),
        ("area", "E06-00026"),
        ("area", "E0600026"),
        ("area", "E" * 21),
        ("breakdown", {"Sex": "male"}),
        ("breakdown", {"sex": ""}),
        ("breakdown", "sex=male"),
        ("breakdown", {"sex": 1}),
        ("provisional", "yes"),
    ],
)
async def test_an_area_or_breakdown_that_cannot_be_is_refused(register: Any, field: str, value: Any):
    await register.risk()
    link = {"indicator": "hle", "area": "E06000026", "group": "life"} | {field: value}
    if value == "E06000026 ":  # texts are trimmed
        await register.put("/risks/OCC4/links", {"links": [link]})
        return
    problem = await register.put("/risks/OCC4/links", {"links": [link]}, 422)
    assert problem["errors"][0]["field"].startswith(f"links.0.{field}")
    signal = {"indicator": "hle", "area": "E06000026", "colour": "red"} | {field: value}
    await register.post("/risks/OCC4/simulations", {"signals": [signal]}, 422)


async def test_an_unknown_indicator_is_pending_until_its_first_event(register: Any, tied: Any):
    entered = await register.risk(links=tied("mispelt/E06000026"))
    assert entered["links"][0]["pending"] is True
    assert "pending_link" in entered["flags"]
    explained = await register.get("/risks/OCC4/explanation")
    assert explained["links"][0]["pending"] is True
    [reviewed] = [event for event in await register.events("OCC4") if "by" in event]
    assert reviewed["links"][0]["pending"] is True
    await register.say("mispelt/E06000026", 1, "ww")
    known = await register.get("/risks/OCC4")
    assert known["links"][0]["pending"] is False
    assert known["flags"] == ["unknown_link"]


async def test_provisional_colours_move_only_a_risk_whose_link_counts_them(register: Any, tied: Any):
    await register.say("ae/RK9", 1, "gg")
    await register.risk("IGNORE", links=tied("ae/RK9"))
    await register.risk("COUNT", links=tied("ae/RK9", provisional="count"))
    await register.say("ae/RK9", 2, "ggR")
    assert [(await register.likelihoods(ref))[2] for ref in ("IGNORE", "COUNT")] == [3, 4]
    counting = (await register.get("/risks/COUNT/explanation"))["text"]
    assert "ae in RK9 (target, group ae, provisional values counted) went from green to red" in counting
    assert "provisional" not in (await register.get("/risks/IGNORE/explanation"))["text"]
    await register.say("ae/RK9", 3, "ggr")
    assert [(await register.likelihoods(ref))[2] for ref in ("IGNORE", "COUNT")] == [4, 4]


async def test_a_link_that_counts_provisional_values_is_another_and_is_snapshotted_now(register: Any, tied: Any):
    await register.say("ae/RK9", 1, "gg")
    await register.risk(links=tied("ae/RK9"))
    await register.say("ae/RK9", 2, "ggR")
    replaced = await register.put("/risks/OCC4/links", {"links": tied("ae/RK9", provisional="count")})
    assert [(x["provisional"], x["severity_at"], x["severity_now"]) for x in replaced["links"]] == [("count", 2, 2)]
    assert replaced["effective"]["likelihood"] == 3


async def test_one_period_alone_is_said_to_be_unconfirmed(register: Any, tied: Any):
    await register.say("ae/RK9", 1, "g")
    entered = await register.risk(links=tied("ae/RK9"))
    assert entered["links"][0]["unconfirmed"] is True
    await register.say("ae/RK9", 2, "r")
    explained = await register.get("/risks/OCC4/explanation")
    assert "went from green to red (unconfirmed: by one period alone)" in explained["text"]
    await register.say("ae/RK9", 3, "rr")
    assert (await register.get("/risks/OCC4"))["links"][0]["unconfirmed"] is False
    assert await register.likelihoods() == (3, 4, 4)


async def test_a_symbol_is_no_value_and_no_severity(register: Any, tied: Any):
    await register.say("ae/RK9", 1, "ggr", last="2017-11")
    await register.risk(links=tied("ae/RK9"), assessment={"impact": 4, "likelihood": 4, "reason": "Red"})
    await register.say("ae/RK9", 2, "ggrgc", last="2018-01")
    risk = await register.get("/risks/OCC4")
    assert (risk["links"][0]["severity_now"], risk["links"][0]["latest_period"]) == (2, "2017-12")
    await register.say("ae/RK9", 3, "cccccc", last="2018-06")
    risk = await register.get("/risks/OCC4")
    assert (risk["links"][0]["severity_now"], risk["links"][0]["latest_period"]) == (None, None)
    assert risk["effective"]["likelihood"] == 4, "unknown now, it counts as at its snapshot"
    assert risk["flags"] == ["unknown_link", "stale_link"]


async def test_a_newer_generation_goes_before_a_higher_version(register: Any, tied: Any, event: Any):
    await register.say("ae/RK9", 7, "gg")
    await register.risk(links=tied("ae/RK9"))
    await register.hear(event("ae/RK9", 2, "ggr", generation=2))
    assert await register.likelihoods() == (3, 4, 4)
    await register.hear(event("ae/RK9", 9, "ggg"))
    assert await register.likelihoods() == (3, 4, 4)
    await register.hear(event("ae/RK9", 1, "ggg", generation=2), event("ae/RK9", 3, "ggg", generation=2))
    assert await register.likelihoods() == (3, 3, 3)


async def test_an_indicator_nobody_links_to_costs_three_writes_and_one_look(register: Any, event: Any):
    await register.risk()
    with counted(register.database) as statements:
        await register.hear(*(event(f"i{number}/RK9", 1, "gg") for number in range(20)))
    assert [statement.split()[0] for statement in statements] == ["INSERT", "INSERT", "INSERT", "WITH"], statements
    with counted(register.database) as statements:
        await register.hear(*(event(f"i{number}/RK9", 2, "ggg") for number in range(20)))
    assert [statement.split()[0] for statement in statements] == ["INSERT", "INSERT"], statements
    assert not [each for each in statements if "indicator_signal" in each], "no severity changed"
    with counted(register.database) as statements:
        await register.hear(*(event(f"i{number}/RK9", 1, "rrr") for number in range(20)))
    assert [statement.split()[0] for statement in statements] == ["INSERT", "INSERT"], statements


async def test_every_stored_change_has_the_business_date_beside_its_moment(register: Any, tied: Any):
    await register.pin(date(2017, 11, 1))
    await register.say("ae/RK9", 1, "gg")
    await register.risk(links=tied("ae/RK9", "new/RK9"), mode="propose")
    await register.pin(date(2018, 1, 15))
    await register.say("new/RK9", 1, "rr")
    await register.say("ae/RK9", 2, "ggr")
    await register.pin(date(2018, 2, 1))
    await register.post("/risks/OCC4/assessments", {"impact": 4, "likelihood": 4, "reason": "Looked"})
    days = {
        "risk": ("created_on", "changed_on"),
        "risk_link": ("snapshot_on",),
        "proposal": ("opened_on", "changed_on"),
        "review_task": ("opened_on", "closed_on"),
        "assessment": ("business_date",),
        "history": ("business_date",),
    }
    found = {table: await register.column(table, *columns) for table, columns in days.items()}
    first, event, second = date(2017, 11, 1), date(2018, 1, 15), date(2018, 2, 1)
    assert found == {
        "risk": [(first, second)],
        "risk_link": [(second,), (second,)],
        "proposal": [(event, second)],
        "review_task": [(event, second)],
        "assessment": [(first,), (second,)],
        "history": [(first,), (second,)],
    }


async def test_a_rebuild_restores_every_signal(register: Any, tied: Any, event: Any):
    log = [event(MALE, 1, "gg"), event(MALE, 2, "ggRc"), event(TOTAL, 1, "r")]
    await register.hear(*log)
    await register.risk("C", links=tied(f"{MALE}#life", f"{TOTAL}#life", provisional="count"))
    before = (await register.column("indicator_signal", "subject", "signal", "severity", "counting_severity"),)

    async def rebuild(tx: Any) -> None:
        await SUBSCRIPTION.projection.drop(tx)
        await SUBSCRIPTION.projection.fold(tx, list(reversed(log)))
        await SUBSCRIPTION.projection.evaluate_all(tx)

    await register.database.write(rebuild)
    after = (await register.column("indicator_signal", "subject", "signal", "severity", "counting_severity"),)
    assert sorted(map(str, after[0])) == sorted(map(str, before[0]))
    assert len(after[0]) == 10
