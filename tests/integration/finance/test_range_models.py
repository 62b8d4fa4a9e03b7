"""Printed tables of savings ranges over HTTP: recorded once, changed with a reason, told in full by the audit."""

import asyncio
from typing import Any

import httpx
import pytest

from chassis.audit import AuditFilter, list_entries
from chassis.paging import PageRequest
from chassis.storage.database import Database
from tests.integration.finance.world import money

RANGES = "/finance/v1/ranges"


def cell(partner: str | None, base: int, percent: str | None, printed: int) -> dict[str, Any]:
    return {
        "strand": "staffing",
        "partner": partner,
        "financial_year": "2014/15",
        "bound": "lower",
        "base": money(base),
        "percent": percent,
        "printed": money(printed),
    }


def table(*cells: dict[str, Any], **changes: Any) -> dict[str, Any]:
    shown = list(cells) or [cell("PCC", 1_629_000, "2", 32_000), cell(None, 1_629_000, None, 33_000)]
    return {"name": "Ranges", "source": "Invented", "unit": "1000", "cells": shown} | changes


@pytest.mark.both_engines
async def test_a_table_is_shown_beside_what_it_comes_to(bare: httpx.AsyncClient):
    path = f"{RANGES}/of-2014"
    assert (await bare.put(path, json=table())).status_code == 201
    found = (await bare.get(path)).json()
    assert [(one["exact"], one["rounded"], one["reading"]) for one in found["figures"]] == [
        (money("32580.00"), money(33_000), "truncated"),
        (money("32580.00"), money(33_000), "as_computed"),
    ]
    assert [(one["partner"], one["compared"], one["computed"]) for one in found["differences"]] == [
        ("PCC", "rate", money(33_000)),
        (None, "parts", money(32_000)),
    ]
    assert (await bare.put(path, json=table())).status_code == 200
    changed = table(name="Ranges of 2014")
    assert (await bare.put(path, json=changed)).status_code == 422, "it is not said why"
    assert (await bare.put(path, json=changed | {"reason": "Its title"})).status_code == 200
    [item] = (await bare.get(RANGES)).json()["items"]
    assert (item["code"], item["name"]) == ("of-2014", "Ranges of 2014")
    assert (await bare.get(f"{RANGES}/none")).status_code == 404
    twice = table(cell("PCC", 1, "2", 1), cell("PCC", 1, "2", 1), cell("CCG", 1, None, 1))
    refused = await bare.put(f"{RANGES}/wrong", json=twice)
    assert [error["field"] for error in refused.json()["errors"]] == ["cells.1.strand", "cells.2.percent"]


@pytest.mark.both_engines
async def test_of_two_who_record_a_table_at_once_the_second_changes_it_and_has_to_say_why(bare: httpx.AsyncClient):
    for number in range(10):
        answers = await asyncio.gather(
            *(bare.put(f"{RANGES}/t{number}", json=table(name=name)) for name in ("one", "other"))
        )
        assert sorted(answer.status_code for answer in answers) == [201, 422], number


async def test_the_audit_tells_every_figure_before_and_after(bare: httpx.AsyncClient, database: Database):
    path = f"{RANGES}/of-2014"
    await bare.put(path, json=table(cell("PCC", 1_629_000, "2", 32_000)))
    await bare.put(path, json=table(cell("PCC", 1_630_000, "3", 32_000)) | {"reason": "Mistyped"})
    [_, entry] = (await database.read(lambda tx: list_entries(tx, AuditFilter(), PageRequest(50)))).items
    [before], [after] = (state["cells"].values() for state in (entry.before, entry.after))
    assert before == {"base": "1629000.00", "percent": "2", "printed": "32000.00"}
    assert after == {"base": "1630000.00", "percent": "3", "printed": "32000.00"}
