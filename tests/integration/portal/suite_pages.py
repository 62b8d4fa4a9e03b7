"""A whole suite with its reference data, and somebody who looks at its pages without a browser."""

import re
from dataclasses import dataclass

import httpx

from gateway.access import service
from gateway.access.keys import NewKey
from tests.integration.portal.conftest import hidden_of
from tests.integration.reference.conftest import Suite

BODY = re.compile(r"<body.*?<footer", re.DOTALL)
TAG = re.compile(r"<[^>]+>")
PLYMOUTH = "E06000026"
PAGES = [
    "/",
    "/scorecard",
    f"/scorecard/indicators/dtoc-all?area={PLYMOUTH}",
    "/scorecard/objectives",
    f"/scorecard/data-quality?area={PLYMOUTH}",
    "/scorecard/standards",
    "/scorecard/standards/freedom-of-information?received=2017-12-14",
    "/register",
    "/register?impact=4&likelihood=4",
    "/register/changes?since=2017-10-01",
    "/register/new-control?risk=OCC5",
    "/register/proposals",
    "/register/treatment",
    "/register/risks/OCC4",
    f"/register/risks/OCC4/links?indicator=dtoc-all&area={PLYMOUTH}",
    "/register/risks/OCC4/suggested-links",
    "/register/link-audit",
    f"/register/what-if?indicator=ae-four-hour-wait&area={PLYMOUTH}&colour=red",
    "/register/acceptances",
    "/register/exposure",
    "/register/risks/OCC4/what-if?suppose=red",
    "/register/risks/OCC4/back-test",
    "/register/risks/OCC4/losses",
    "/fund",
    "/fund/plymouth-integrated/changes",
    "/fund/plymouth-integrated/action-plans",
    "/fund/plymouth-integrated/entries?account=commissioning",
    "/fund/plymouth-integrated/entries/plymouth-integrated.1",
    "/fund/plymouth-integrated/partners/PCC?year=2017/18",
    "/fund/plymouth-integrated/returns/2017-18-Q3",
    "/fund/unit-costs",
    "/fund/unit-costs/emergency-admission",
    "/fund/schemes/contract-review",
    "/promises",
    "/promises/timeline",
    "/promises/pledges/2018-41",
    "/promises/actions/bed-based-care?quarter=2017-18-Q4",
    "/boards",
    "/boards/cabinet",
    "/boards/lists",
    "/boards/lists/hubs-offer",
    "/boards/reports/cabinet-2014-07-15",
    "/boards/decisions/2014-2",
    "/reports",
    "/desk",
    "/import",
    "/people",
    "/operations",
    "/operations/recipients",
    "/operations/new-recipient",
]
"""Every page, with the reference data, but for what is there once somebody has made it."""


def text_of(page: str) -> str:
    """What a page says above its foot, as one line."""
    found = BODY.search(page)
    return " ".join(TAG.sub(" ", found[0] if found else page).split())


def form_of(page: str, words: str) -> dict[str, str]:
    """The hidden fields of the form that holds ``words``."""
    form = next(each for each in page.split("<form") if words in each.partition("</form>")[0])
    return hidden_of(f"<form{form}")


@dataclass(frozen=True, slots=True)
class Looking:
    """Somebody with a key of their own, signed in on pages of a suite."""

    suite: Suite
    client: httpx.AsyncClient
    key: str

    async def see(self, path: str, status: int = 200) -> str:
        answer = await self.client.get(path)
        assert (path, answer.status_code) == (path, status), text_of(answer.text)[:300]
        return answer.text

    async def say(self, path: str) -> str:
        return text_of(await self.see(path))


async def looking(suite: Suite, name: str, *scopes: str) -> Looking:
    new = NewKey(name, frozenset(scopes))
    key = await suite.running.databases["gateway"].write(lambda tx: service.create_key(tx, new))
    transport = httpx.ASGITransport(suite.running.app, raise_app_exceptions=False)
    client = httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", timeout=60)
    page = await client.get("/")
    signed = await client.post("/sign-in", data=hidden_of(page.text) | {"key": key})
    assert signed.status_code == httpx.codes.SEE_OTHER
    return Looking(suite, client, key)
