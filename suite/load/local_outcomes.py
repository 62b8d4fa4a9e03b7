"""The Local Outcomes Framework of England (2026), which a council switches on: facts and sources, no figures.

Sixteen priority outcomes and the 34 of about 115 metrics whose wording could be read. It is incomplete, and its name
says so wherever it is shown. Units, periods and polarities that no source prints are marked inferred.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import httpx

from contracts.colours import Polarity
from suite.load.api_client import iterate_items
from suite.load.csv_files import BadRows, FileRow, Several, read_rows
from suite.load.dataset import REFERENCE
from suite.load.report import LoadReport, Tally
from suite.load.upsert import create_missing, create_once

CODE = "LOF-2026"
SCORECARD = "local-outcomes-2026"
METRICS_IN_ALL = 115
"""About so many are in the framework; one reader counted them in July 2026."""

_ROOT = "/indicators/v1"


class OutcomeRow(FileRow):
    number: int
    code: str
    name: str
    ambition: str
    contextual: bool
    source: str


class MetricRow(FileRow):
    """``outcome`` is an outcome's number; ``lg_inform`` holds numbers of LG Inform's metrics."""

    code: str
    outcome: int
    name: str
    metric_type: Literal["outcome", "output"] | None = None
    unit: str
    decimals: int
    frequency: str
    polarity: Polarity
    dimensions: Several = ()
    department: str | None = None
    lg_inform: Several = ()
    inferred: Several
    note: str | None = None
    source: str


@dataclass(slots=True)
class _Switching:
    client: httpx.AsyncClient
    tally: Tally = field(default_factory=Tally)


def read_local_outcomes(folder: Path = REFERENCE) -> tuple[list[OutcomeRow], list[MetricRow]]:
    """The outcomes in order, and the metrics.

    Raises:
        BadRows: naming every bad row by file and line, and every metric of no outcome.
    """
    outcomes = read_rows(folder / "lof_outcomes_2026.csv", OutcomeRow)
    metrics = read_rows(folder / "lof_metrics_2026.csv", MetricRow)
    numbers = {row.number for row in outcomes}
    astray = [f"lof_metrics_2026.csv: {row.code} is of no outcome" for row in metrics if row.outcome not in numbers]
    if astray:
        raise BadRows(astray)
    return sorted(outcomes, key=lambda row: row.number), metrics


async def load_local_outcomes(client: httpx.AsyncClient, area: str | None = None) -> LoadReport:
    """Add what is missing of the framework, its metrics and its scorecard; what is there is left as it is.

    Args:
        client: speaks to the gateway, with a key.
        area: what the scorecard shows unless a reader names another.

    Raises:
        BadRows: a file is not as it should be; nothing was sent.
        Refused: the suite did not accept a call.
    """
    outcomes, metrics = read_local_outcomes()
    load = _Switching(client)
    await create_once(load, "frameworks", f"{_ROOT}/frameworks", framework_body(metrics))
    for row in metrics:
        await create_once(load, "indicators", f"{_ROOT}/indicators", metric_body(row))
    cards = {found["code"]: found async for found in iterate_items(client, f"{_ROOT}/scorecards")}
    card, found = scorecard_body(outcomes, metrics, area), cards.get(SCORECARD)
    path = f"{_ROOT}/scorecards/{SCORECARD}"
    await create_missing(load, "scorecards", "PUT", path, card, None if found is None else card | found)
    return LoadReport(counts=load.tally.counts(), contradictions=[], notes=[_incomplete(metrics)])


def _incomplete(metrics: list[MetricRow]) -> str:
    return f"{len(metrics)} of about {METRICS_IN_ALL} metrics; the others could not be read"


def framework_body(metrics: list[MetricRow]) -> dict[str, Any]:
    name = f"Local Outcomes Framework 2026 (incomplete: {_incomplete(metrics)})"
    return {"code": CODE, "name": name, "benchmark_method": "fifteen_percent"}


def metric_body(row: MetricRow) -> dict[str, Any]:
    """A metric as an indicator; its definition says of what kind it is and where else it is found."""
    dimensions: dict[str, list[str]] = {}
    for pair in row.dimensions:
        name, _, value = pair.partition("=")
        dimensions.setdefault(name, []).append(value)
    same = ("code", "name", "unit", "decimals", "frequency", "polarity", "source")
    body = row.model_dump(mode="json", include=set(same)) | {"frameworks": [CODE], "inferred": list(row.inferred)}
    owner = {"owner": row.department} if row.department else {}
    return body | owner | {"calculation": "other", "dimensions": dimensions, "definition": _definition(row)}


def _definition(row: MetricRow) -> str:
    kind = f"{row.metric_type} metric" if row.metric_type else "metric"
    inform = f"LG Inform {' and '.join(row.lg_inform)}" if row.lg_inform else None
    return "; ".join(part for part in (f"{kind.capitalize()} of outcome {row.outcome}", inform, row.note) if part)


def scorecard_body(outcomes: list[OutcomeRow], metrics: list[MetricRow], area: str | None) -> dict[str, Any]:
    """Every outcome in order, also those whose metrics could not be read; contextual ones say so."""
    shown = {"area": area} if area else {}
    sections = [
        {"code": row.code, "name": _title(row), "aims": [{"name": row.ambition, "rows": _rows(row, metrics)}]}
        for row in outcomes
    ]
    return shown | {"name": f"Local Outcomes Framework 2026 ({_incomplete(metrics)})", "sections": sections}


def _title(row: OutcomeRow) -> str:
    return f"{row.number}. {row.name}{' (contextual)' if row.contextual else ''}"


def _rows(outcome: OutcomeRow, metrics: list[MetricRow]) -> list[dict[str, Any]]:
    """The metrics of an outcome; of some only the metric was read, so that it stands here is an inference."""
    mine = [row for row in metrics if row.outcome == outcome.number]
    return [{"indicator": row.code} | ({"inferred": ["outcome"]} if "outcome" in row.inferred else {}) for row in mine]
