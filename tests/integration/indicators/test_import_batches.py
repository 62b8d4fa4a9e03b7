"""Imports of several batches do, and publish, what one batch would."""

from functools import partial
from typing import Any

import pytest

from chassis.jobs.worker import Worker
from chassis.settings import ServiceSettings
from services.indicators.app import SPEC
from services.indicators.service.importing import JOB, run_import
from tests.integration.indicators.bringing import HEAD, WAIT, lines, order
from tests.integration.indicators.conftest import ENGLAND, PLYMOUTH, Api
from tests.integration.indicators.test_breakdowns import LIFE
from tests.integration.indicators.test_gaps import GAP, LEAST, MOST

pytestmark = pytest.mark.both_engines

AREAS = (ENGLAND, "E06000027", "E10000008", PLYMOUTH)
SIZES = [pytest.param(5000, id="one batch"), pytest.param(2, id="of two"), pytest.param(1, id="of one")]


async def bring_in_batches(api: Api, content: bytes, size: int) -> None:
    ordered = await order(api, content, mapping="native", reason="Counted again")
    jobs = {**SPEC.jobs, JOB: partial(run_import, batch_size=size)}
    await Worker(api.database, jobs, (), ServiceSettings()).do_next()
    found = await api.get(f"/imports/{ordered['id']}")
    assert (found["state"], found["errors"]) == ("succeeded", [])


async def published(api: Api, since: int) -> list[tuple[str, int, list[str], str]]:
    """Of every event since: what it is of, its version, the values that changed, and the colour."""
    return sorted(
        (
            event["subject"],
            event["aggregateversion"],
            [each["value"] for each in event["data"]["changed"]],
            event["data"]["benchmark"]["colour"],
        )
        for event in (await api.events())[since:]
    )


@pytest.mark.parametrize("size", SIZES)
async def test_gaps_are_derived_of_both_ends_at_once(api: Api, size: int) -> None:
    for made in (LIFE, GAP):
        await api.post("/indicators", made)
    for area in AREAS:
        for breakdown, value in ((LEAST, "80"), (MOST, "70")):
            await api.observe("Dec-17", value, code="life", area=area, breakdown=breakdown)
    before = len(await api.events())
    rows = [
        ("life", area, period, value, "final", f"deprivation={end}")
        for area in (ENGLAND, PLYMOUTH, "E06000027")
        for period in ("2017-11", "2017-12")
        for end, value in (("least", "90"), ("most", "75" if area == PLYMOUTH else "85"))
    ]
    await bring_in_batches(api, lines((*HEAD, "breakdown"), *rows), size)
    gaps = [event for event in await published(api, before) if event[0].startswith("gap/")]
    assert gaps == [
        (f"gap/{PLYMOUTH}", 2, ["15", "15"], "red"),
        ("gap/E06000027", 2, ["5", "5"], "amber"),
        ("gap/E10000008", 2, [], "red"),
        (f"gap/{ENGLAND}", 2, ["5", "5"], "white"),
    ]
    shown = (await api.get("/indicators/gap/observations", area=PLYMOUTH, revisions="true"))["items"]
    assert sorted(each["value"] for each in shown) == ["10", "15", "15"]


@pytest.mark.parametrize("size", SIZES)
async def test_what_the_comparator_recolours_is_published_once(api: Api, size: int) -> None:
    for area in AREAS:
        await api.observe("Nov-17", "80", area=area)
        await api.observe("Dec-17", "80", area=area)
    before = len(await api.events())
    values = {ENGLAND: "50", PLYMOUTH: "81", "E06000027": "80"}
    rows: list[Any] = [(WAIT, area, "Dec-17", value, "final") for area, value in values.items()]
    rows += [(WAIT, area, "Nov-17", "80", "final") for area in values]
    await bring_in_batches(api, lines(HEAD, *rows), size)
    assert await published(api, before) == [
        (f"{WAIT}/{PLYMOUTH}", 3, ["81"], "green"),
        (f"{WAIT}/E06000027", 3, [], "green"),
        (f"{WAIT}/E10000008", 3, [], "green"),
        (f"{WAIT}/{ENGLAND}", 3, ["50"], "white"),
    ]
