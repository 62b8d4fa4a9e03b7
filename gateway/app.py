"""The gateway's app."""

from collections.abc import Mapping
from typing import Final

from fastapi import FastAPI

from chassis.service import ServiceSpec
from chassis.web.middleware import INTERNAL_KEY_HEADER
from chassis.web.problems import install_errors
from chassis.web.units import Resources
from gateway.documents import Catalogue
from gateway.endpoints import assets, router
from gateway.guard import Guard, Keyring
from gateway.models import Base
from gateway.proxy import Forward
from gateway.settings import GatewaySettings
from gateway.upstreams import Upstream

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


def create_gateway(
    resources: Resources, upstreams: Mapping[str, Upstream], settings: GatewaySettings | None = None
) -> FastAPI:
    """The app in front of ``upstreams``: a client for each service by name, which the caller closes.

    The limit on bodies and the internal key are those of ``resources.settings``, the same that services have.
    """
    settings = settings or GatewaySettings()
    app = FastAPI(
        title=SPEC.title,
        description=SPEC.description,
        version=SPEC.version,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
    )
    app.router.redirect_slashes = False
    install_errors(app)
    prefixes = {service: f"/{service}/v1" for service in upstreams}
    secret = resources.settings.internal_key
    internal_key = secret.get_secret_value() if secret else None
    for service, client in upstreams.items():
        forward = Forward(
            service,
            client,
            internal_key=internal_key,
            body_limit=resources.settings.max_body_bytes,
            timeout=settings.answer_timeout,
        )
        app.mount(prefixes[service], forward)
    app.mount("/docs/assets", assets())
    app.include_router(router)
    _keep(app, resources, upstreams, prefixes, settings, internal_key)
    app.add_middleware(Guard, keyring=Keyring(resources.database, settings.key_memory))
    return app


def _keep(
    app: FastAPI,
    resources: Resources,
    upstreams: Mapping[str, Upstream],
    prefixes: Mapping[str, str],
    settings: GatewaySettings,
    internal_key: str | None,
) -> None:
    """Put on the app what its endpoints read."""
    app.state.resources, app.state.upstreams = resources, upstreams
    app.state.prefixes, app.state.settings = prefixes, settings
    app.state.catalogue = Catalogue(
        app.openapi,
        upstreams,
        prefixes=prefixes,
        headers={INTERNAL_KEY_HEADER: internal_key} if internal_key else {},
        timeout=settings.ready_timeout,
        memory=settings.document_memory,
    )
