"""What the gateway answers itself, beside documents: health and measures."""

from importlib.resources import files
from typing import Any, Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from chassis.identity import require_scope
from chassis.web.identity import Calling
from gateway.readiness import suite_readiness

router = APIRouter()


@router.get("/robots.txt", include_in_schema=False)
async def robots() -> PlainTextResponse:
    return PlainTextResponse("User-agent: *\nDisallow: /\n")


@router.get("/favicon.ico", include_in_schema=False)
async def favicon() -> Response:
    icon = (files("gateway") / "static" / "icon.svg").read_bytes()
    return Response(icon, media_type="image/svg+xml", headers={"cache-control": "max-age=86400"})


_LIVE: Final = {"status": "live", "service": "gateway"}
_READY: Final = {
    "service": "gateway",
    "ready": True,
    "gateway": {"database": "ok", "ready": True},
    "services": {"risks": {"service": "risks", "ready": True, "status": "ok", "database": "ok", "bus": "ok"}},
}


def _example(value: object) -> dict[str, Any]:
    return {"content": {"application/json": {"example": value}}}


@router.get("/health/live", tags=["health"], summary="Whether this process answers", responses={200: _example(_LIVE)})
async def live() -> dict[str, str]:
    """Answers as long as this process does, whatever stands behind it."""
    return dict(_LIVE)


@router.get(
    "/health/ready",
    tags=["health"],
    summary="Whether every service is ready",
    responses={
        200: _example(_READY),
        503: {"description": "Not ready: the same body says which service is not"} | _example({"ready": False}),
    },
)
async def ready(request: Request, response: Response) -> dict[str, Any]:
    """Asks the own database and every service at once; ready only when all of them are."""
    state = request.app.state
    detail = await suite_readiness(state.resources, state.upstreams, state.settings.ready_timeout)
    response.status_code = 200 if detail["ready"] else 503
    return {"service": "gateway", **detail}


@router.get("/metrics", include_in_schema=False)
async def metrics(caller: Calling) -> Response:
    require_scope(caller, "operations:read")
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
