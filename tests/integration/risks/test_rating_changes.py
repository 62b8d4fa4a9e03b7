"""How ratings changed from a day on, of all risks at once."""

from datetime import UTC, date, datetime

from tests.integration.risks.conftest import Register, counted


async def assess(register: Register, ref: str, likelihood: int) -> None:
    judged = {"impact": 4, "likelihood": likelihood, "reason": "Again"}
    await register.post(f"/risks/{ref}/assessments", judged)


async def test_changes_of_all_risks_are_told_from_a_day_on(register: Register) -> None:
    await register.pin(date(2017, 9, 30))
    for ref in ("B", "A"):
        await register.risk(ref)
    await register.pin(date(2017, 10, 1))
    await assess(register, "A", 4)
    then = datetime.now(UTC).isoformat()
    await assess(register, "B", 5)
    whole = await register.get("/rating-changes", **{"from": "2017-09-30"})
    assert [each["risk"] for each in whole["items"]] == ["B", "A", "A", "B"]
    since = (await register.get("/rating-changes", **{"from": "2017-10-01"}))["items"]
    assert since == whole["items"][2:]
    own = (await register.get("/risks/A/history"))["items"][-1]
    assert since[0] == own | {"risk": "A"}
    first = await register.get("/rating-changes", **{"from": "2017-10-01"}, limit="1")
    rest = await register.get("/rating-changes", **{"from": "2017-10-01"}, limit="1", cursor=first["next"])
    assert ([*first["items"], *rest["items"]], rest["next"]) == (since, None)
    assert (await register.get("/rating-changes", **{"from": "2018-01-01"}))["items"] == []
    known = await register.get("/rating-changes", **{"from": "2017-10-01"}, as_of=then)
    assert known["items"] == since[:1], "recorded by then"
    lines = {each["ref"]: each for each in (await register.get("/register", as_of=then))["items"]}
    now = {each["ref"]: each for each in (await register.get("/register"))["items"]}
    assert [found["B"]["effective"]["likelihood"] for found in (lines, now)] == [
        whole["items"][0]["after"]["likelihood"],
        5,
    ]
    one = await register.get("/risks/B")
    assert {name: one[name] for name in now["B"]} == now["B"]
    await register.get("/rating-changes", 422)
    await register.get("/rating-changes", 422, **{"from": "2017-13-01"})


async def test_they_are_had_by_the_same_statements_whatever_their_number(register: Register) -> None:
    async def statements() -> int:
        with counted(register.database) as seen:
            await register.get("/rating-changes", **{"from": "2017-01-01"})
        return len(seen)

    await register.risk("A")
    few = await statements()
    for ref in ("B", "C", "D"):
        await register.risk(ref)
    assert await statements() == few
