"""The gateway's app."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from fastapi import FastAPI
from starlette.types import Scope

from chassis.service import ServiceSpec
from chassis.web.admission import INTERNAL_KEY_HEADER
from chassis.web.middleware import Admission, RequestMiddleware
from chassis.web.problem_types import EXTENSION, problem_types
from chassis.web.problems import install_errors
from chassis.web.units import Resources
from gateway.access.admission import NOBODY, key_admission
from gateway.access.keyring import Keyring
from gateway.access.models import Base
from gateway.access.refusals import Refusals
from gateway.documents.joined_document import JoinedDocument
from gateway.endpoints import assets, router
from gateway.operations import app as operations
from gateway.operations.services import Services
from gateway.proxy.forward import Forward
from gateway.proxy.upstreams import Upstream, in_process
from gateway.sessions.door import PageDoor
from gateway.sessions.way_in import with_sessions
from gateway.settings import GatewaySettings
from portal.app import install_pages, is_page
from portal.settings import PortalSettings

SPEC: Final = ServiceSpec(
    name="gateway",
    title="Commissioning Suite",
    description=(
        "Indicators, risks, pledges and pooled-fund finance behind one door. "
        "Every call carries a key: `Authorization: Bearer <key>`. "
        "Errors are `application/problem+json`; amounts and values are decimal strings; moments are UTC."
    ),
    metadata=Base.metadata,
    package="gateway",
    routers=(router,),
)


_SAFE_HEADERS: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
)


def create_gateway(
    resources: Resources, upstreams: Mapping[str, Upstream], settings: GatewaySettings | None = None
) -> FastAPI:
    """The app in front of ``upstreams``: a client for each service by name, which the caller closes.

    The limit on bodies and the internal key are those of ``resources.settings``, the same that services have.
    """
    settings = settings or GatewaySettings()
    services = Services(upstreams, internal_key(resources))
    own = in_process(operations.NAME, operations.create_operations(resources, Base.metadata, services))
    app = FastAPI(
        title=SPEC.title,
        description=SPEC.description,
        version=SPEC.version,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        contact={"name": "Commissioning Suite"},
        openapi_tags=[{"name": "health", "description": "Whether the suite works. No key is asked for."}],
    )
    app.router.redirect_slashes = False
    install_errors(app)
    _mount(app, resources, {**upstreams, operations.NAME: own}, settings)
    _set_state(app, resources, upstreams, own, settings)
    app.add_middleware(
        RequestMiddleware,
        service=SPEC.name,
        admit=_admission(resources, settings),
        body_limit=resources.settings.max_body_bytes,
        headers=_SAFE_HEADERS,
        access_log=resources.settings.access_log,
    )
    return app


def _admission(resources: Resources, settings: GatewaySettings) -> Admission:
    """By key, or by the session of a page; pages themselves see to who is signed in."""
    by_key = key_admission(Keyring(resources.database, settings.key_memory), Refusals(settings.refused_keys))

    async def admit(scope: Scope) -> str:
        return NOBODY if is_page(scope["path"]) else await with_sessions(by_key)(scope)

    return admit


def _mount(app: FastAPI, resources: Resources, upstreams: Mapping[str, Upstream], settings: GatewaySettings) -> None:
    """The services, each under its prefix, and what the gateway answers itself."""
    proof = internal_key(resources)
    for service, client in upstreams.items():
        forward = Forward(service, client, internal_key=proof, timeout=settings.answer_timeout)
        app.mount(prefix_of(service), forward)
    app.mount("/docs/assets", assets())
    app.include_router(router)
    pages = PortalSettings()
    door = PageDoor(app, resources.database, timedelta(hours=pages.session_hours))
    install_pages(app, door, pages, resources.clock)


def _set_state(
    app: FastAPI, resources: Resources, upstreams: Mapping[str, Upstream], own: Upstream, settings: GatewaySettings
) -> None:
    """Put on the app what its endpoints read. ``own``: what is documented like a service, and is none."""
    proof = internal_key(resources)
    documented = {**upstreams, operations.NAME: own}
    prefixes = {service: prefix_of(service) for service in documented}
    app.state.resources, app.state.upstreams = resources, upstreams
    app.state.prefixes, app.state.settings = prefixes, settings
    app.state.document = JoinedDocument(
        lambda: app.openapi() | {EXTENSION: problem_types(SPEC.package)},
        documented,
        prefixes=prefixes,
        headers={INTERNAL_KEY_HEADER: proof} if proof else {},
        timeout=settings.document_timeout,
        memory=settings.document_memory,
    )


def prefix_of(service: str) -> str:
    return f"/{service}/v1"


def internal_key(resources: Resources) -> str | None:
    secret = resources.settings.internal_key
    return secret.get_secret_value() if secret else None
