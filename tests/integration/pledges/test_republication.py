"""After a database went back in time: pledges are published once more, and lost series are shown no longer."""

import json

from services.pledges.projection import SUBSCRIPTION
from services.pledges.service.republication import REPUBLICATION
from tests.integration.pledges.indicator_events import apply, event, link, make


def data(row):
    return json.loads(row.body)["data"]


async def test_every_pledge_is_published_as_its_next_version(api, database, published):
    for number in ("58", "59"):
        await make(api, number)
    await link(api, "58", "dtoc")
    await apply(database, event("dtoc", 1))
    before = {number: (await published(number))[-1] for number in ("58", "59")}
    ids = list(await database.read(REPUBLICATION.list_subjects))
    assert ids == ["2018-58", "2018-59"]
    await database.write(lambda tx: REPUBLICATION.emit_states(tx, ids))
    for number, row in before.items():
        again = (await published(number))[-1]
        assert (again.version, data(again)) == (row.version + 1, data(row))


async def test_a_series_that_its_producer_no_longer_has_is_shown_no_longer(api, database, published):
    await make(api, "58")
    await link(api, "58", "dtoc")
    await apply(database, event("dtoc", 1), event("dtoc", 1, breakdown="sex=male"))
    await database.write(lambda tx: SUBSCRIPTION.projection.forget(tx, ["dtoc/E06000026", "dtoc/E06000026/sex=male"]))
    (shown,) = data((await published("58"))[-1])["indicators"]
    assert (shown["benchmark"], shown["pending"]) == (None, True)
