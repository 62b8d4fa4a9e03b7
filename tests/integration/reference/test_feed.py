"""The feed of the reference data: nothing that was published is missing, and a change comes with all it moves."""

import json
from typing import Any

from sqlalchemy import text

from contracts.topics import SERVICES

PUBLISHED = text(
    "SELECT outbox.event_id, outbox.subject FROM feed JOIN outbox ON outbox.id = feed.outbox_id ORDER BY feed.position"
)
OF_THE_DOMAIN = {
    "commissioning.indicator.updated.v1",
    "commissioning.commentary.published.v1",
    "commissioning.risk.rescored.v1",
    "commissioning.risk.reviewed.v1",
    "commissioning.saving.restated.v1",
    "commissioning.fund.updated.v1",
    "commissioning.pledge.updated.v1",
}
"""Event types that a load and a change of a figure publish; the calendar publishes others as it goes on."""


async def follow(suite, last: str = "") -> list[dict[str, Any]]:
    """Everything that the feed has after an event, as a client of it comes by it."""
    found: list[dict[str, Any]] = []
    while batch := (await suite.client.get(f"/events/v1/feed?limit=1000&lastEventId={last}")).raise_for_status().json():
        found += batch
        last = batch[-1]["id"]
    return found


async def published_by(suite, service: str) -> list[tuple[str, str]]:
    async def rows(tx) -> list[tuple[str, str]]:
        return [tuple(row) for row in await tx.session.execute(PUBLISHED)]

    return await suite.running.databases[service].read(rows)


async def test_every_event_is_in_the_feed_in_its_order_and_a_change_with_all_that_it_moves(suite):
    await suite.caught_up()
    fed = await follow(suite)
    for service in SERVICES:
        published = await published_by(suite, service)
        of_it = [(each["id"], each["subject"]) for each in fed if each["source"] == f"/{service}"]
        assert sorted(of_it) == sorted(published)
        order = {event_id: place for place, (event_id, _) in enumerate(published)}
        newest: dict[str, int] = {}
        for event_id, subject in of_it:
            assert order[event_id] > newest.get(subject, -1), "in the order of the aggregate"
            newest[subject] = order[event_id]

    state = await suite.client.get("/events/v1/state")
    newest_events = {(each["source"], each["subject"]): each["id"] for each in fed}
    lines = [json.loads(line) for line in state.text.splitlines()]
    assert {(each["source"], each["subject"]): each["id"] for each in lines} == newest_events
    assert len(lines) == len(newest_events) > 200

    await suite.post("ae-four-hour-wait", "2018-01", "70.1")
    moved = await follow(suite, state.headers["last-event-id"])
    assert {"commissioning.indicator.updated.v1", "commissioning.risk.rescored.v1"} <= {each["type"] for each in moved}
    assert {each["type"] for each in [*fed, *moved]} >= OF_THE_DOMAIN
