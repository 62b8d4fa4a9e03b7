"""Files that tests have imported."""

import csv
import io
from collections.abc import AsyncIterator, Sequence
from typing import Any

from chassis.jobs.worker import Worker
from chassis.settings import ServiceSettings
from services.indicators.app import SPEC
from tests.integration.indicators.conftest import ENGLAND, Api

CSV = {"content-type": "text/csv"}
XLSX = {"content-type": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


async def order(
    api: Api, content: bytes | AsyncIterator[bytes], expect: int = 202, headers: Any = CSV, **params: Any
) -> Any:
    answer = await api.client.post("/indicators/v1/imports", content=content, headers=headers, params=params)
    assert answer.status_code == expect, answer.text
    return answer.json()


async def work(api: Api) -> None:
    await Worker(api.database, SPEC.jobs, (), ServiceSettings()).do_next()


async def bring(api: Api, content: bytes, headers: Any = CSV, **params: Any) -> Any:
    ordered = await order(api, content, headers=headers, **params)
    assert ordered["state"] == "waiting"
    await work(api)
    found = await api.get(f"/imports/{ordered['id']}")
    saved, unchanged = found["rows_saved"], found["rows_unchanged"]
    assert found["rows_read"] == saved + unchanged + found["rows_invalid"] + found["rows_unsaved"]
    return found


def lines(*rows: Sequence[object]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


HEAD = ("indicator", "area", "period", "value", "status")
WAIT = "ae-four-hour-wait"


async def values(api: Api, code: str, **params: Any) -> dict[str, Any]:
    return {
        each["period"]: each["value"] for each in (await api.get(f"/indicators/{code}/observations", **params))["items"]
    }


FINGERTIPS = (
    "Indicator ID", "Indicator Name", "Parent Code", "Parent Name", "Area Code", "Area Name", "Area Type", "Sex", "Age",
    "Category Type", "Category", "Time period", "Value", "Lower CI 95.0 limit", "Upper CI 95.0 limit", "Count",
    "Denominator", "Value note", "Compared to Region value or percentiles", "Time period Sortable",
)  # fmt: skip


def profile(area: str, sex: str, value: str, category: str = "", note: str = "", age: str = "All ages") -> list[str]:
    kind = "Deprivation deciles in England (IMD2019)" if category else ""
    limits = [str(float(value) - 1), str(float(value) + 1), "62", "100"] if value else [""] * 4
    return [
        "92443", "Smoking prevalence", "", "", area, "Somewhere",
        "England" if area == ENGLAND else "UA", sex, age, kind,
        category, "2017", value, *limits, note, "Similar", "20170000",
    ]  # fmt: skip
