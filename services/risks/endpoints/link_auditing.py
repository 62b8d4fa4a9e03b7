"""HTTP of links under audit."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from chassis.web.paging import PageBody, Paging
from chassis.web.problems import problems
from chassis.web.render.routes import add_table_routes
from chassis.web.render.table import Table
from chassis.web.units import Read
from services.risks.domain.link_audit import Finding, LinkAuditFilter
from services.risks.schemas.link_audit import AuditedLinkOut
from services.risks.schemas.link_audit_table import link_audit_table
from services.risks.service import link_auditing

router = APIRouter()


def _filter(
    register: Annotated[str | None, Query(max_length=60, examples=["people-2018"])] = None,
    owner: Annotated[str | None, Query(max_length=200, description="Only of risks that this owner answers for")] = None,
    risk: Annotated[str | None, Query(max_length=40, description="Reference of a risk")] = None,
    finding: Annotated[Finding | None, Query(description="Only links of which this is to be known")] = None,
) -> LinkAuditFilter:
    return LinkAuditFilter(register, owner, risk, finding)


Wanted = Annotated[LinkAuditFilter, Depends(_filter)]


@router.get("/link-audit", summary="Links under audit", responses=problems(422))
async def list_audited_links(read: Read, paging: Paging, wanted: Wanted) -> PageBody[AuditedLinkOut]:
    """Every link of a risk that is not closed, by risk: who made it and why, whether it works, and what it told.

    Dead is one whose risk nobody assessed, of whose series nothing is known, or whose series is stale; `doubled` one
    beside another that reads the same series; `contradicted` one beside another that moved the other way since.
    """
    page = await read(lambda tx: link_auditing.list_audited_links(tx, wanted, paging.request))
    return paging.body(page, AuditedLinkOut.of)


async def _table(request: Request, read: Read, wanted: Wanted) -> Table:
    found = await read(lambda tx: link_auditing.list_all_audited_links(tx, wanted))
    return link_audit_table(found, request.app.state.resources.clock())


add_table_routes(
    router,
    "/link-audit",
    _table,
    name="list_audited_links",
    title="Links under audit",
    description="A row a link of a risk that is not closed: who made it and why, whether it works, and what it told.",
)
