"""The risk register. Recorded last of all, once the risk service knows where the indicators stand."""

from collections.abc import Iterable
from typing import Any

from suite.load import row_types
from suite.load.api_client import for_each
from suite.load.contradictions import notes_on
from suite.load.former import patch_former
from suite.load.upsert import Load, create_missing

ROOT = "/risks/v1"
_TEXTS = {"ref", "kind", "mode", "title", "category", "department", "outcome", "owner", "cause", "event", "consequence"}


async def load_risks(load: Load) -> None:
    """Each risk with its links and its assessment in one call, so that none is left half there."""
    existing = await load.once(f"{ROOT}/risks", key="ref")
    await for_each(load.reference.risks, lambda row: _risk(load, row, existing.get(row.ref)))


async def _risk(load: Load, row: row_types.RiskRow, found: dict[str, Any] | None) -> None:
    """What was assessed or linked since is the owners' business; only the description is compared."""
    body = risk_body(row) | {"notes": notes_on(load.reference, f"risks/{row.ref}")}
    if await patch_former(load, "risks", f"{ROOT}/risks/{row.ref}", body, found):
        return
    if found is None:
        body |= judgement(row, load.reference.risk_links)
    await create_missing(load, "risks", "POST", f"{ROOT}/risks", body, found)


def risk_body(row: row_types.RiskRow) -> dict[str, Any]:
    """The description, without what is empty. An aim that no paper prints is marked in the appetite."""
    body = {name: value for name, value in row.model_dump(mode="json", include=_TEXTS).items() if value}
    body |= {"register": row.in_register, "controls": list(row.controls)}
    body["assurances"] = [{"source": one} for one in row.assurances]
    body["actions"] = [{"text": one} for one in row.actions]
    if row.target_impact is not None:
        body["target"] = {"impact": row.target_impact, "likelihood": row.target_likelihood}
        body["appetite"] = f"Target rating: {row.target_basis}"
    return body


def judgement(row: row_types.RiskRow, links: Iterable[row_types.RiskLinkRow]) -> dict[str, Any]:
    """The colour of a legacy risk, or the assessment of the register with the links that move it from there on."""
    if row.impact is None:
        return {"legacy_band": row.legacy_band.value} if row.legacy_band else {}
    assessment = {
        "impact": row.impact,
        "likelihood": row.likelihood,
        "reason": "Current rating of the printed register",
        "previous_impact": row.previous_impact,
        "previous_likelihood": row.previous_likelihood,
    }
    mine = sorted((one for one in links if one.risk == row.ref), key=lambda one: one.position)
    tied = [one.model_dump(include={"indicator", "area", "group", "signal"}) for one in mine]
    return {"assessment": assessment, "links": tied}
