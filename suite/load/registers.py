"""Assessments, benefits, consultations, options, lists, providers and ratings: whatever is missing, in one call."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from suite.load.api_client import send_request
from suite.load.csv_files import FileRow
from suite.load.dataset import Reference
from suite.load.report import CREATED, PRESERVED, UNCHANGED
from suite.load.row_types import ConsultationRow, ListItemRow, OptionRow
from suite.load.upsert import Load, already_there

ROOT: Final = "/pledges/v1"
APPRAISAL: Final = {
    "code": "integration-2014",
    "title": "Form of the integrated commissioning function",
    "report": "cabinet-2014-07-15",
    "source": "2014 business case 4",
}
"""The one appraisal of the papers, whose options are in a file."""

_POINTS: Final = {"benefit": "benefits", "risk": "risks", "reason": "reasons", "mitigated": "mitigated"}


async def load_registers(load: Load) -> None:
    """Every kind is listed once; what is missing of all of them is put by one call."""
    missing = {kind: await _missing(load, kind, bodies) for kind, bodies in record_bodies(load.reference).items()}
    wanted = {kind: bodies for kind, bodies in missing.items() if bodies}
    if not wanted:
        return
    await send_request(load.client, "POST", f"{ROOT}/records", wanted)
    for kind, bodies in wanted.items():
        load.tally.add(kind.replace("_", " "), CREATED, len(bodies))


async def _missing(load: Load, kind: str, bodies: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Those that are not there. What is there with other content was changed by someone since, and is left alone."""
    existing = await load.once(f"{ROOT}/{kind.replace('_', '-')}")
    for body in bodies:
        found = existing.get(body["code"])
        if found is not None:
            load.tally.add(kind.replace("_", " "), UNCHANGED if already_there(body, found) else PRESERVED)
    return [body for body in bodies if body["code"] not in existing]


def record_bodies(reference: Reference) -> dict[str, list[dict[str, Any]]]:
    """By the field of the body of many records, with their codes."""
    return {
        "providers": [_plain(row) for row in reference.providers],
        "rating_counts": [_plain(row) for row in reference.rating_counts],
        "rating_feeds": [_plain(row) for row in reference.rating_feeds],
        "benefits": [_plain(row) for row in reference.benefits],
        "consultations": [_consultation(row) for row in reference.consultations],
        "options_appraisals": [APPRAISAL | {"options": [_option(reference, row) for row in reference.options]}],
        "impact_assessments": [_plain(row) for row in reference.impact_assessments],
        "printed_lists": _printed_lists(reference),
    }


def _plain(row: FileRow) -> dict[str, Any]:
    return row.model_dump(mode="json")


def _consultation(row: ConsultationRow) -> dict[str, Any]:
    feedback = {"given_by": row.given_by, "text": row.text, "answer": row.answer}
    body = row.model_dump(mode="json", exclude=set(feedback))
    return body | {"feedback": [feedback] if row.text else []}


def _option(reference: Reference, row: OptionRow) -> dict[str, Any]:
    points: dict[str, list[str]] = {field: [] for field in _POINTS.values()}
    for one in reference.option_points:
        if one.option == row.code:
            points[_POINTS[one.kind]].append(one.text)
    return _plain(row) | points


def _printed_lists(reference: Reference) -> list[dict[str, Any]]:
    lines: dict[str, list[dict[str, Any]]] = {row.code: [] for row in reference.printed_lists}
    for one in reference.all_list_items:
        lines[one.list].append(_line(one))
    return [_plain(row) | {"items": lines[row.code]} for row in reference.printed_lists]


def _line(row: ListItemRow) -> dict[str, Any]:
    return row.model_dump(mode="json", exclude={"list"})
