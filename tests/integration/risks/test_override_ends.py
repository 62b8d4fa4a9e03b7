"""An override that ended before anybody swept: the rating at the quarter's end is what the risk fell back to."""

from datetime import date

import pytest

from services.risks.service.overriding import sweep_overrides
from tests.integration.risks.conftest import Register


async def test_movement_counts_an_override_until_its_own_day(register: Register) -> None:
    await register.pin(date(2017, 11, 1))
    await register.risk()
    await register.pin(date(2018, 2, 28))
    override = {"impact": 4, "likelihood": 5, "until": "2018-03-15", "reason": "For a while"}
    await register.post("/risks/OCC4/override", override, 200)
    await register.pin(date(2018, 4, 10))
    seen = await register.get("/risks/OCC4")
    await register.database.write(sweep_overrides)
    swept = await register.get("/risks/OCC4")
    last = (await register.get("/risks/OCC4/history"))["items"][-1]
    assert (seen["effective"]["score"], swept["effective"]["score"]) == (12, 12)
    assert last["business_date"] == "2018-03-16"
    assert swept["movement"] == "unchanged"


async def test_a_breach_by_an_override_ends_with_it(register: Register) -> None:
    stated = {"category": "Financial", "appetite": 8, "tolerance": 12, "reason": "Agreed"}
    await register.post("/appetites", stated)
    await register.risk(category="Financial")
    override = {"impact": 4, "likelihood": 5, "until": "2018-03-15", "reason": "For a while"}
    await register.post("/risks/OCC4/override", override, 200)
    await register.pin(date(2018, 4, 10))
    await register.database.write(sweep_overrides)
    [breach] = (await register.get("/breaches"))["items"]
    assert (breach["began_on"], breach["ended_on"]) == ("2018-02-28", "2018-03-16")


@pytest.mark.both_engines
async def test_an_override_that_ends_onto_the_same_rating_is_published(register: Register) -> None:
    await register.risk()
    override = {"impact": 4, "likelihood": 3, "until": "2018-03-15", "reason": "For a while"}
    await register.post("/risks/OCC4/override", override, 200)
    before = (await register.get("/risks/OCC4"))["version"]
    await register.pin(date(2018, 4, 10))
    await register.database.write(sweep_overrides)
    [*_, event] = await register.events("OCC4")
    assert (event["reason"], event["effective"]["score"]) == ("Override expired. Its last day is over.", 12)
    assert (await register.outbox())[-1] == ("reviewed", "OCC4", before + 1)
    assert len((await register.get("/risks/OCC4/history"))["items"]) == 1
    assert (await register.get("/risks/OCC4"))["version"] == before + 1
    await register.database.write(sweep_overrides)
    assert (await register.get("/risks/OCC4"))["version"] == before + 1
