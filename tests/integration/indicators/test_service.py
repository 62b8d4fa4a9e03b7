"""The service as a whole: its schema, its document, and what a write costs."""

import asyncio
from typing import Any
from unittest.mock import Mock

import pytest
from sqlalchemy import event

from chassis.storage import migrate
from services.indicators.app import SPEC, create_app
from services.indicators.repository import series
from tests.integration.indicators.conftest import ENGLAND, PLYMOUTH, Api


async def test_the_migrated_schema_is_what_the_models_say_and_can_be_taken_back(database_for: Any):
    database = await database_for("services.indicators")
    url = database.url.render_as_string(hide_password=False)
    await asyncio.to_thread(migrate.check, SPEC.package, url)
    await asyncio.to_thread(migrate.downgrade, SPEC.package, url)
    await asyncio.to_thread(migrate.upgrade, SPEC.package, url)
    await asyncio.to_thread(migrate.check, SPEC.package, url)


async def test_every_call_is_documented_with_a_summary_and_its_problems(resources_for: Any):
    document = create_app(await resources_for("services.indicators")).openapi()
    for path, calls in document["paths"].items():
        assert path.startswith("/indicators/v1/")
        for method, call in calls.items():
            assert call["summary"]
            assert "422" in call["responses"], (method, path)
            assert any(int(status) < 300 for status in call["responses"])
    assert document["components"]["schemas"]["ObservationIn"]["examples"][0]["period"] == "Jan-18"


def count_statements(api: Api) -> list[str]:
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    event.listen(api.database.engine.sync_engine, "before_cursor_execute", note)
    return seen


def emitting(api: Api) -> int:
    """Statements for outbox and audit: one on PostgreSQL; on SQLite rows, what waits and the entry are three."""
    return 3 if api.database.dialect == "sqlite" else 1


async def test_one_observation_costs_five_statements_and_a_definition_whatever_the_history(
    api: Api, monkeypatch: pytest.MonkeyPatch
):
    for n in range(1, 13):
        await api.observe(f"2017-{n:02d}", str(50 + n))
    target = {"area": PLYMOUTH, "kind": "reach", "value": "95"}
    for later in ({}, {"applies_from": "Jan-18", "reason": "As agreed"}):
        await api.post("/indicators/ae-four-hour-wait/targets", target | later)
    parse = Mock(wraps=series.indicator_from_row)
    monkeypatch.setattr(series, "indicator_from_row", parse)
    seen = count_statements(api)
    await api.observe("Jan-18", "81.6")
    statements = [s for s in seen if not s.startswith("BEGIN")]
    assert len(statements) == 4 + emitting(api), statements
    assert parse.call_count == 1, "not with each version of its target"


async def test_an_england_value_costs_the_same_for_any_number_of_areas(api: Api):
    await api.observe("Dec-17", "1", area=ENGLAND, status="provisional")
    seen, costs = count_statements(api), []
    for areas in (range(2), range(2, 30)):
        for n in areas:
            await api.post("/areas", {"code": f"T{n:03d}", "name": "Test", "type": "test"})
            await api.observe("Dec-17", "50", area=f"T{n:03d}")
        before = len(await api.events())
        seen.clear()
        await api.observe("Dec-17", str(40 + len(areas)), area=ENGLAND, status="provisional")
        costs.append(len([s for s in seen if not s.startswith("BEGIN")]))
        assert len(await api.events()) == before + areas.stop + 1  # every area, and England
    planning = api.database.dialect == "postgresql"
    assert costs[0] == costs[1] == 7 + planning + emitting(api)
