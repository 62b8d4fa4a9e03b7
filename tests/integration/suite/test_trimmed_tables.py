"""What every service trims: PostgreSQL uses the space of deleted rows again before they are a fifth of a table."""

import pytest
from sqlalchemy import text

from suite.settings import SERVED
from tests.conftest import DatabaseFor

pytestmark = pytest.mark.parametrize(
    "database_for", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True
)

TRIMMED = {"outbox", "unpublished", "feed", "inbox", "idempotency_key", "job", "job_step"}
OWN = {"subscriptions": {"feed_event"}}
_VACUUMED_SOON = text("SELECT relname FROM pg_class WHERE 'autovacuum_vacuum_scale_factor=0.02' = ANY (reloptions)")


@pytest.mark.parametrize("service", SERVED)
async def test_the_space_of_trimmed_rows_is_used_again_soon(database_for: DatabaseFor, service: str) -> None:
    database = await database_for(f"services.{service}")
    async with database.connect() as connection:
        assert set((await connection.scalars(_VACUUMED_SOON)).all()) == TRIMMED | OWN.get(service, set())
