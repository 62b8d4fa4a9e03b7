"""What is left to a caller is counted by one clock, where gateways on several machines have one each."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from chassis.clock import system_clock
from gateway.access import service
from gateway.access.models import CallLevel
from tests.conftest import DatabaseFor

ON_POSTGRESQL = pytest.param("postgresql", marks=pytest.mark.postgres)


@pytest.mark.parametrize("database_for", [ON_POSTGRESQL], indirect=True)
async def test_gateways_count_by_the_clock_of_their_database(database_for: DatabaseFor) -> None:
    hour = timedelta(hours=1)
    ahead = await database_for("gateway", clock=lambda: system_clock() + hour)
    for _ in range(2):
        block = await ahead.write(lambda tx: service.take_block(tx, "ana", 60))
    assert (block.calls, round(block.left)) == (2, 55)
    counted_at = await ahead.read(lambda tx: tx.session.scalar(select(CallLevel.counted_at)))
    assert counted_at is not None
    assert abs(counted_at - system_clock()) < hour / 2
