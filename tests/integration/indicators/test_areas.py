"""Areas: parts of one another, closed, renamed and succeeded."""

from tests.integration.indicators.conftest import ENGLAND, PLYMOUTH, Api

AE = "/indicators/ae-four-hour-wait"


async def test_an_area_has_parents_and_names_only_known_ones(api: Api):
    ward = {"code": "E05002083", "name": "Budshead", "type": "ward", "parents": [PLYMOUTH, ENGLAND]}
    made = await api.post("/areas", ward)
    assert (made["parents"], made["successors"]) == ([PLYMOUTH, ENGLAND], [])
    assert await api.get("/areas/E05002083") == made
    assert await api.post("/areas", ward, 200) == made
    await api.post("/areas", ward | {"parents": [PLYMOUTH]}, 409)
    unknown = await api.post("/areas", ward | {"code": "E05002084", "parents": ["E99999999"]}, 422)
    assert unknown["errors"] == [{"field": "parents", "message": "E99999999 is not known"}]
    itself = await api.post("/areas", ward | {"code": "E05002084", "parents": ["E05002084"]}, 422)
    assert itself["errors"][0]["field"] == "parents"
    assert (await api.get("/areas/e05002083", 422))["errors"][0]["field"] == "code"
    assert (await api.get("/areas/E05009999", 404))["type"] == "/problems/area-unknown"


async def test_a_closed_area_takes_no_later_observations_and_names_what_came_after(api: Api):
    await api.observe("Oct-17", "80")
    await api.post("/areas", {"code": "E06000059", "name": "Dorset", "type": "area", "valid_from": "2017-11-01"})
    closed = await api.patch(f"/areas/{PLYMOUTH}", {"valid_to": "2017-10-31", "successors": ["E06000059"]})
    assert (closed["valid_to"], closed["successors"]) == ("2017-10-31", ["E06000059"])
    problem = await api.observe("Nov-17", "80", 422)
    assert problem["errors"] == [{"field": "area", "message": f"{PLYMOUTH} did not exist in 2017-11"}]
    await api.observe("Nov-17", "80", area="E06000059")
    await api.patch(f"/areas/{PLYMOUTH}", {"valid_from": "2018-01-01"}, 422)
    await api.patch(f"/areas/{PLYMOUTH}", {"successors": [PLYMOUTH]}, 422)
    await api.patch("/areas/E05009999", {"name": "x"}, 404)


async def test_a_renamed_area_is_published_and_read_as_it_was_called(api: Api):
    await api.observe("Dec-17", "80")
    await api.observe("Dec-17", "80", area="E06000027")
    before, moment = len(await api.events()), api.clock.moment.isoformat()
    api.clock.forward(hours=1)
    await api.patch(f"/areas/{PLYMOUTH}", {"name": "Plymouth City"})
    (event,) = (await api.events())[before:]
    assert (event["subject"], event["aggregateversion"]) == (f"ae-four-hour-wait/{PLYMOUTH}", 2)
    assert event["data"]["area"]["name"] == "Plymouth City"
    assert (await api.get(f"{AE}/status", area=PLYMOUTH))["area"]["name"] == "Plymouth City"
    assert (await api.get(f"{AE}/status", area=PLYMOUTH, as_of=moment))["area"]["name"] == "Plymouth"
    await api.patch(f"/areas/{PLYMOUTH}", {"parents": [ENGLAND]})
    assert len(await api.events()) == before + 1  # no part of what events say
