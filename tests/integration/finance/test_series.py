"""Money from series as councils have them: breakdowns, symbols, generations, links to what is not known yet."""

from typing import Any

import httpx
import pytest

from chassis.storage.database import Database
from tests.integration.finance.world import (
    ADMISSIONS,
    PLYMOUTH,
    Source,
    entries,
    hear,
    link_body,
    money,
    published,
    scheme_body,
    totals,
)

SCHEMES = "/finance/v1/schemes"
MALE, FEMALE = {"sex": "male"}, {"sex": "female"}


async def define(api: httpx.AsyncClient, code: str = "admissions", **link: Any) -> httpx.Response:
    return await api.post(SCHEMES, json=scheme_body(code, link=link_body(**link)))


async def link_of(api: httpx.AsyncClient, code: str = "admissions") -> dict[str, Any]:
    found: dict[str, Any] = (await api.get(f"{SCHEMES}/{code}")).json()["link"]
    return found


async def test_a_scheme_is_moved_by_its_own_breakdown_only(api: httpx.AsyncClient, database: Database):
    await define(api, breakdown=MALE)
    await define(api, "total", attribution="0.1")
    await hear(database, [Source(breakdown="sex=female").say({"2017-12": "1300"})])
    assert await totals(api, "admissions") == await totals(api, "total") == {}
    await hear(database, [Source(breakdown="sex=male").say({"2017-12": "1371"})])
    assert await totals(api, "admissions") == {"2017-12": ("6999.15", "2333.05")}
    assert await totals(api, "total") == {}
    (entry,) = await entries(api, "admissions")
    assert (entry["indicator"], entry["area"], entry["breakdown"]) == (ADMISSIONS, PLYMOUTH, MALE)
    why = (await api.get(f"{SCHEMES}/admissions/position")).json()["why"]
    assert f"{ADMISSIONS} in {PLYMOUTH} (sex=male), low is good" in why


async def test_attributions_sum_over_all_breakdowns_together(api: httpx.AsyncClient):
    assert (await define(api, "men", breakdown=MALE, attribution="0.5")).status_code == 201
    assert (await define(api, "women", breakdown=FEMALE, attribution="0.4")).status_code == 201
    refused = await define(api, "all", attribution="0.2")
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/attribution-exceeded")
    assert "men (0.5), women (0.4)" in refused.json()["detail"]
    assert refused.json()["errors"] == [{"field": "link.attribution", "message": "at most 0.1 is left"}]
    assert (await define(api, "all", attribution="0.1")).status_code == 201


async def test_schemes_are_found_by_the_breakdown_of_their_link(api: httpx.AsyncClient):
    await define(api, "men", breakdown=MALE)
    await define(api, "all", attribution="0.1")
    for breakdown, codes in (("sex=male", ["men"]), ("", ["all"]), ("sex=female", [])):
        found = (await api.get(SCHEMES, params={"indicator": ADMISSIONS, "breakdown": breakdown})).json()["items"]
        assert [scheme["code"] for scheme in found] == codes
    assert len((await api.get(SCHEMES, params={"indicator": ADMISSIONS})).json()["items"]) == 2
    for text in ("male", "sex=a\x00b"):
        refused = await api.get(SCHEMES, params={"breakdown": text})
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "breakdown")


async def test_a_link_to_what_nothing_is_known_of_is_pending_until_something_is(
    api: httpx.AsyncClient, database: Database
):
    assert (await define(api, breakdown=MALE)).json()["link"]["pending"] is True
    await hear(database, [Source().say({"2017-12": "1371"})])
    assert (await link_of(api))["pending"] is True
    await hear(database, [Source(breakdown="sex=male").say({"2017-12": "1371"})])
    assert await link_of(api) == (await api.get(SCHEMES)).json()["items"][0]["link"]
    assert ((await link_of(api))["pending"], (await link_of(api))["breakdown"]) == (False, MALE)
    assert (await define(api, "later", attribution="0.1")).json()["link"]["pending"] is False
    assert (await define(api, "typo", indicator="emergency-admisions")).json()["link"]["pending"] is True


async def test_a_symbol_is_no_value_and_says_so(api: httpx.AsyncClient, database: Database):
    await define(api, reprovision=money(50))
    source = Source()
    await hear(database, [source.say({"2017-11": "[c]", "2017-12": "1371"})])
    assert set(await totals(api, "admissions")) == {"2017-12"}
    position = (await api.get(f"{SCHEMES}/admissions/position")).json()
    assert position["flags"] == ["illustrative", "suppressed"]
    assert "2017-11: suppressed, which is no value" in position["why"]
    await hear(database, [source.say({"2017-12": "[x]"}), source.say({"2017-11": "1390"})])
    assert set(await totals(api, "admissions")) == {"2017-11"}
    assert (await published(database, "admissions"))[-1]["data"]["flags"] == ["illustrative", "not_available"]


async def test_a_lower_revision_of_a_later_generation_is_newer(api: httpx.AsyncClient, database: Database):
    """The indicators' database went back in time: what it says now counts, though its revisions begin anew."""
    await define(api)
    source = Source()
    lost = [source.say({"2017-12": "1371"}), source.say({"2017-12": "1300"})]
    await hear(database, lost)
    source.go_back()
    after = source.say({"2017-12": "1390"})
    await hear(database, [after])
    assert await totals(api, "admissions") == {"2017-12": ("2413.50", "804.50")}
    await hear(database, lost, through_inbox=False)
    assert await totals(api, "admissions") == {"2017-12": ("2413.50", "804.50")}
    found = [(entry["generation"], entry["revision"]) for entry in await entries(api, "admissions")]
    assert found == [(1, 2), (2, 2)]


@pytest.mark.both_engines
async def test_the_same_revision_of_two_generations_makes_an_entry_each(api: httpx.AsyncClient, database: Database):
    await define(api)
    source = Source()
    await hear(database, [source.say({"2017-12": "1371"})])
    source.go_back()
    source.points.clear()
    await hear(database, [source.say({"2017-12": "1390"})])
    found = [(entry["generation"], entry["revision"]) for entry in await entries(api, "admissions")]
    assert found == [(1, 1), (2, 1)]
    assert await totals(api, "admissions") == {"2017-12": ("2413.50", "804.50")}
