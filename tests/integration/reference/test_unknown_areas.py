"""An area that nobody added: refused where areas are added, pending in whatever is linked to a series of it."""

import pytest

from suite.load.dataset import read_reference
from suite.load.finance import scheme_body
from tests.integration.reference.conftest import AE

NOWHERE = "E99999999"
RISK, PLEDGE, SCHEMES = "/risks/v1/risks/OCC4", "/pledges/v1/pledges/2018-58", "/finance/v1/schemes"


async def test_an_area_nobody_added_is_refused_by_the_indicators_and_pending_in_links(suite):
    refused = await suite.post(AE, "Jan-18", "76.6", area=NOWHERE)
    assert refused.json()["errors"] == [{"field": "area", "message": f"{NOWHERE} is not known"}]
    assert refused.status_code == (await suite.client.get(_status(NOWHERE))).status_code == 422
    assert [answer.status_code for answer in await _link(suite, NOWHERE)] == [200, 200, 201]
    assert await _pending(suite) == [True] * 3
    area = {"code": NOWHERE, "name": "Nowhere", "type": "unitary_authority"}
    (await suite.client.post("/indicators/v1/areas", json=area)).raise_for_status()
    await suite.post(AE, "Jan-18", "76.6", area=NOWHERE)
    assert await _pending(suite) == [False] * 3


@pytest.mark.parametrize("area", ["e06000026", "Plymouth"])
async def test_what_is_no_code_of_an_area_is_refused_everywhere(suite, area):
    answers = [await suite.post(AE, "Jan-18", "76.6", area=area), *await _link(suite, area)]
    assert [answer.status_code for answer in answers] == [422] * 4
    fields = [answer.json()["errors"][0]["field"].rsplit(".", 1)[-1] for answer in answers]
    assert fields == ["area"] * 4


def _status(area: str) -> str:
    return f"/indicators/v1/indicators/{AE}/status?area={area}"


async def _link(suite, area: str) -> list:
    """Link a risk, a pledge and a scheme to A&E in an area."""
    there = {"indicator": AE, "area": area}
    links = [*(await suite.get(f"{RISK}/links"))["links"], there | {"group": "elsewhere"}]
    return [
        await suite.client.put(f"{RISK}/links", json={"links": links}),
        await suite.client.put(f"{PLEDGE}/links", json={"links": [there]}),
        await suite.client.post(SCHEMES, json=_scheme(area)),
    ]


def _scheme(area: str) -> dict:
    reference = read_reference()
    row = next(one for one in reference.schemes if one.indicator == AE)
    body = scheme_body(row, reference.fund.code, {cost.code: cost for cost in reference.unit_costs})
    return body | {"code": "elsewhere", "link": body["link"] | {"area": area}}


async def _pending(suite) -> list[bool]:
    """Whether the links of risk, pledge and scheme are."""
    risk, pledge = (await suite.get(RISK))["links"], (await suite.get(PLEDGE))["indicators"]
    scheme = (await suite.get(f"{SCHEMES}/elsewhere"))["link"]
    return [one["pending"] for one in (*risk, *pledge, scheme) if one["area"] == NOWHERE]
