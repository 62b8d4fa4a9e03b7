"""Audit entries over HTTP, for every service alike."""

from datetime import date, datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query
from pydantic import ConfigDict, Field

from chassis.audit import AuditEntry, AuditFilter, AuditOrder, list_entries
from chassis.web.bodies import OutBody
from chassis.web.moments import Moment
from chassis.web.paging import CollectionPaging, PageBody, sortable
from chassis.web.problems import problems
from chassis.web.units import Read


class AuditEntryOut(OutBody):
    """One change: who made it, when, of what, from what to what, and why."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": 412,
                    "changed_at": "2018-02-28T09:30:00Z",
                    "business_date": "2018-02-28",
                    "actor": "Ana Nowak",
                    "request_id": "9f1c0d6c5b7e4c7f8a55a6c2f1f3b0aa",
                    "trace_id": "0af7651916cd43dd8448eb211c80319c",
                    "action": "risk.amended",
                    "subject": "OCC4",
                    "before": {"owner": "Director of Integrated Commissioning"},
                    "after": {"owner": "Head of Commissioning"},
                    "reason": "Handed over",
                }
            ]
        }
    )

    id: int = Field(description="Counts up within the service")
    changed_at: datetime = Field(description="When, in UTC")
    business_date: date = Field(description="The business date at that moment")
    actor: str = Field(description="Whose key it was, or which consumer of events")
    request_id: str | None = Field(description="Of the request that made the change")
    trace_id: str | None = Field(description="Of the trace that the change is part of")
    action: str = Field(description="What was done")
    subject: str = Field(description="The resource's own code")
    before: dict[str, Any] | None = Field(description="What it was, null where it began")
    after: dict[str, Any] | None = Field(description="What it is since, null where it ended")
    reason: str | None = Field(description="Why, in the words of who changed it")

    @classmethod
    def of(cls, entry: AuditEntry) -> "AuditEntryOut":
        return cls.model_validate(entry, from_attributes=True)


def _filter(
    subject: Annotated[
        str | None, Query(max_length=200, description="Code of the resource that was changed", examples=["OCC4"])
    ] = None,
    actor: Annotated[str | None, Query(max_length=100, description="Who changed it", examples=["Ana Nowak"])] = None,
    since: Annotated[
        Moment | None,
        Query(description="Changes of this moment and later", examples=["2018-02-28T00:00:00Z"]),
    ] = None,
) -> AuditFilter:
    return AuditFilter(subject, actor, since)


audit_router: Final = APIRouter(tags=["audit"])
"""``GET /<service>/v1/audit``, of every service."""


@audit_router.get("/audit", summary="Who changed what, and why", responses=problems(400, 422))
async def list_audit_entries(
    read: Read,
    paging: Annotated[CollectionPaging, Depends(sortable(AuditOrder))],
    wanted: Annotated[AuditFilter, Depends(_filter)],
) -> PageBody[AuditEntryOut]:
    """Every change since the service began, oldest first unless asked otherwise. Entries are never changed."""
    page = await read(lambda tx: list_entries(tx, wanted, paging.request))
    return paging.body(page, AuditEntryOut.of)
