"""An event whose transaction commits late has a lower id than those published before it: it is not skipped."""

import asyncio
from datetime import UTC, datetime

import asyncpg
import pytest

from contracts.indicators import INDICATOR_UPDATED
from tests.eventually import eventually
from tests.faults.foreign import Source

pytestmark = [pytest.mark.faults, pytest.mark.postgres, pytest.mark.kafka, pytest.mark.xdist_group("plant")]

INSERT = """
    WITH written AS (
        INSERT INTO outbox (event_id, type, subject, version, body, created_at)
        VALUES ($1, $2, $3, $4, $5, $6) RETURNING id
    )
    INSERT INTO unpublished SELECT id FROM written RETURNING id
"""


def test_a_late_commit_is_not_skipped(plant):
    source = Source("late")
    body = source.say("2017-04", "60").message.value
    values = (source.event_id, INDICATOR_UPDATED, source.subject, source.version, body, datetime.now(UTC))
    with plant.stream(seed=5) as stream:
        held, place = asyncio.run(_commit_late(plant, stream, values))
    assert place > 30
    plant.check(stream.acknowledged)
    target = (
        "SELECT version, severity FROM risks.indicator_series NATURAL JOIN risks.indicator_signal "
        "WHERE subject = $1 AND signal = 'target'"
    )
    signals = plant.sql(target, source.subject)
    assert [tuple(row) for row in signals] == [(1, 2)]
    later = plant.sql("SELECT count(*) FROM indicators.feed WHERE outbox_id > $1 AND position < $2", held, place)[0][0]
    assert later >= 30, "those were published before it"


async def _commit_late(plant, stream, values):
    """Insert, wait until thirty more were published, commit; the row's id and its place in the feed."""
    address = plant.environment["DATABASE_URL_INDICATORS"].replace("+asyncpg", "")
    late, other = await asyncpg.connect(address), await asyncpg.connect(address)
    try:
        transaction = late.transaction()
        await transaction.start()
        held = await late.fetchval(INSERT, *values)
        published = "SELECT count(*) >= 30 FROM feed WHERE outbox_id > $1"
        await eventually(lambda: other.fetchval(published, held), within=30)
        await transaction.commit()
        place = "SELECT position FROM feed WHERE outbox_id = $1"
        await eventually(lambda: _is_there(other, place, held))
        return held, await other.fetchval(place, held)
    finally:
        await late.close()
        await other.close()


async def _is_there(connection, query, number):
    return await connection.fetchval(query, number) is not None
