"""The gateway's app."""

import re
import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any, Final

import httpx
from fastapi import FastAPI, Request
from pydantic import SecretStr
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import Mount
from starlette.types import ASGIApp, Scope

from chassis.errors import Problem
from chassis.identity import Caller
from chassis.service import ServiceSpec
from chassis.storage.database import Database
from chassis.web.hop import HopSigner
from chassis.web.middleware import Admission, RequestMiddleware
from chassis.web.problem_types import EXTENSION, problem_types
from chassis.web.problems import install_errors, problem_response
from chassis.web.units import Resources
from contracts.paths import first_part
from gateway.access import app as access
from gateway.access import service as keys
from gateway.access.admission import NOBODY, Bearers, KeyCheck, key_admission
from gateway.access.anybody import with_anybody
from gateway.access.keyring import Keyring
from gateway.access.models import Base
from gateway.access.rate_limits import RateLimits
from gateway.access.rate_middleware import RateLimitMiddleware
from gateway.access.refusals import Refusals
from gateway.compression import Compression
from gateway.documents.endpoints import assets
from gateway.documents.endpoints import router as documents
from gateway.documents.joined_document import JoinedDocument
from gateway.endpoints import router
from gateway.operations import app as operations
from gateway.operations.services import Services
from gateway.proxy.breaker import Breaker
from gateway.proxy.forward import Forward
from gateway.proxy.upstreams import Upstream, in_process, to_provider
from gateway.reports import app as reports
from gateway.reports.asking import SuiteApi
from gateway.sessions.door import PageDoor
from gateway.sessions.provider_sessions import ProviderSessions
from gateway.sessions.way_in import with_sessions
from gateway.settings import GatewaySettings
from portal.app import install_pages, is_page
from portal.routes import problem_page
from portal.settings import PortalSettings

SPEC: Final = ServiceSpec(
    name="gateway",
    title="Commissioning Suite",
    description=(
        "Indicators, risks, pledges and pooled-fund finance behind one door, and what changes as one feed of events. "
        "Every call carries a key: `Authorization: Bearer <key>`. "
        "Errors are `application/problem+json`; amounts and values are decimal strings; moments are UTC."
    ),
    metadata=Base.metadata,
    package="gateway",
    routers=(documents, router),
)


_ACROSS_ORIGINS: Final[Mapping[str, Any]] = {
    "allow_methods": ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"),
    "allow_headers": ("authorization", "content-type", "idempotency-key", "if-match", "if-none-match", "x-request-id"),
    "expose_headers": (
        *("deprecation", "etag", "location", "ratelimit", "ratelimit-policy"),
        *("retry-after", "sunset", "x-request-id"),
    ),
    "max_age": 600,
}
"""What pages of other sites may send and read; cookies never, for a key is not one."""
_SAFE_HEADERS: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
)


def create_gateway(
    resources: Resources,
    upstreams: Mapping[str, Upstream],
    settings: GatewaySettings | None = None,
    signer: HopSigner | None = None,
) -> FastAPI:
    """The app in front of ``upstreams``: a client for each service by name, which the caller closes.

    The limit on bodies is that of ``resources.settings``, the same that services have. ``signer`` is what services
    know this gateway by; without one it is made of the settings.
    """
    settings = settings or GatewaySettings()
    signer = signer or signer_of(settings)
    keyring = Keyring(resources.database, settings.key_memory)
    provider = _Provider(settings, resources, keyring) if settings.oidc_issuer else None
    bearers: Bearers = provider.tokens if provider else keyring
    check = KeyCheck(bearers, Refusals(settings.refused_keys))
    pages, suite_api = PortalSettings(), SuiteApi()
    apps = _own_apps(resources, upstreams, signer, keyring, suite_api)
    own = {name: in_process(name, each) for name, each in apps.items()}
    own |= _reports(resources, signer, suite_api, pages)
    app = FastAPI(
        title=SPEC.title,
        description=SPEC.description,
        version=SPEC.version,
        lifespan=_closing(provider.client if provider else None),
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        contact={"name": "Commissioning Suite"},
        openapi_tags=[{"name": "health", "description": "Whether the suite works. No key is asked for."}],
    )
    app.router.redirect_slashes = False
    install_errors(app)
    _mount(app, {**upstreams, **own}, settings, signer)
    _set_state(app, resources, upstreams, own, settings, signer)
    app.state.access = apps[access.NAME]
    suite_api.open(app)
    form_key = signer.key_of("pages").encode()
    by_provider = provider.sign_in(form_key) if provider and settings.oidc_client_id else None
    door = PageDoor(app, check, resources.database, timedelta(hours=pages.session_hours), by_provider)
    install_pages(app, door, pages, resources.clock, form_key)
    if settings.compressed_from:
        app.add_middleware(Compression, size=settings.compressed_from)
    if settings.calls_per_minute:
        app.add_middleware(RateLimitMiddleware, limits=_shared_limits(resources.database, settings.calls_per_minute))
    app.add_middleware(
        RequestMiddleware,
        service=SPEC.name,
        admit=_admission(check, settings.public_promises),
        body_limit=resources.settings.max_body_bytes,
        headers=_SAFE_HEADERS,
        access_log=resources.settings.access_log,
        refusal=_refusal,
    )
    if settings.cors_origins:
        app.add_middleware(CORSMiddleware, allow_origins=settings.cors_origins, **_ACROSS_ORIGINS)
    return app


def _shared_limits(database: Database, most: int) -> RateLimits:
    """Counted with all gateways on this database."""
    return RateLimits(lambda caller: database.write(lambda tx: keys.take_block(tx, caller, most)), most)


def _admission(check: KeyCheck, of_anybody: int) -> Admission:
    """By key, or by the session of a page; pages themselves see to who is signed in."""
    by_key = with_anybody(key_admission(check), of_anybody)

    async def admit(scope: Scope) -> str:
        return NOBODY if is_page(scope["path"]) else await with_sessions(by_key)(scope)

    return admit


def _refusal(problem: Problem, scope: Scope) -> ASGIApp:
    """What is said instead of an answer: a page to who asked for one."""
    if is_page(scope["path"]):
        return problem_page(Request(scope), problem.status, problem.title, problem.detail)
    return problem_response(problem, scope["path"])


class _Provider:
    """The OpenID provider that an operator names: its client, its keys, and what reads its access tokens."""

    def __init__(self, settings: GatewaySettings, resources: Resources, keyring: Keyring) -> None:
        from gateway.access.tokens import AccessTokens, ProviderKeys  # noqa: PLC0415  most suites have none

        self._settings = settings
        self._database = resources.database
        self.client = to_provider(settings)
        self._keys = ProviderKeys(settings.oidc_issuer or "", self.client, settings.oidc_refetch)
        self.tokens = AccessTokens(keyring, resources.database, settings, self._keys)

    def sign_in(self, secret: bytes) -> ProviderSessions:
        """How people sign in on pages by it."""
        from gateway.sessions.by_provider import ByProvider  # noqa: PLC0415  see above
        from gateway.sessions.provider import SignInProvider  # noqa: PLC0415  see above

        provider = SignInProvider(self._settings, self.client, self._keys, self.tokens, secret)
        return ByProvider(self._database, provider)


def _closing(client: httpx.AsyncClient | None) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    """Closes what the gateway itself has opened when it ends."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        if client is not None:
            await client.aclose()

    return lifespan


def signer_of(settings: GatewaySettings) -> HopSigner:
    """What the gateway signs with: the secret that is set, else one of this process's own."""
    secret = settings.signing_key
    return HopSigner(secret.get_secret_value() if secret else secrets.token_urlsafe(32))


def _own_apps(
    resources: Resources, upstreams: Mapping[str, Upstream], signer: HopSigner, keyring: Keyring, suite_api: SuiteApi
) -> dict[str, FastAPI]:
    """What is documented and called like a service, and is the gateway's own."""
    services = Services(upstreams, signer)
    believing = partial(_believing, resources, signer)
    return {
        operations.NAME: operations.create_operations(believing(operations.NAME), Base.metadata, services),
        access.NAME: access.create_access(believing(access.NAME), Base.metadata, keyring, suite_api),
    }


def _reports(
    resources: Resources, signer: HopSigner, suite_api: SuiteApi, pages: PortalSettings
) -> dict[str, Upstream]:
    app = reports.create_reports(_believing(resources, signer, reports.NAME), Base.metadata, suite_api, pages)
    return {reports.NAME: in_process(reports.NAME, app)}


def _believing(resources: Resources, signer: HopSigner, name: str) -> Resources:
    """For an app of the gateway's own that is called like a service of this name."""
    keys = SecretStr(signer.key_of(name))
    return replace(resources, settings=resources.settings.model_copy(update={"gateway_keys": keys}))


def _mount(app: FastAPI, upstreams: Mapping[str, Upstream], settings: GatewaySettings, signer: HopSigner) -> None:
    """The services, each under its prefix, and what the gateway answers itself."""
    for service, client in upstreams.items():
        forward = Forward(
            service,
            client,
            signer=signer,
            timeout=settings.answer_timeout,
            breaker=Breaker(settings.breaker_failures, settings.breaker_seconds),
        )
        app.router.routes.append(_Prefixed(prefix_of(service), forward))
    app.mount("/docs/assets", assets())
    app.include_router(documents)
    app.include_router(router)


class _Prefixed(Mount):
    """Whatever follows the prefix, also where it holds the end of a line: a service says what that is."""

    def __init__(self, prefix: str, app: ASGIApp) -> None:
        super().__init__(prefix, app)
        self.path_regex = re.compile(self.path_regex.pattern, re.DOTALL)


def _set_state(
    app: FastAPI,
    resources: Resources,
    upstreams: Mapping[str, Upstream],
    own: Mapping[str, Upstream],
    settings: GatewaySettings,
    signer: HopSigner,
) -> None:
    """Put on the app what its endpoints read. ``own``: what is documented like a service, and is none."""
    documented = {**upstreams, **own}
    prefixes = {service: prefix_of(service) for service in documented}
    app.state.resources, app.state.upstreams = resources, upstreams
    app.state.prefixes, app.state.settings = prefixes, settings
    app.state.document = JoinedDocument(
        lambda: app.openapi() | {EXTENSION: problem_types(SPEC.package)},
        documented,
        prefixes=prefixes,
        auth=lambda service: signer.auth(service, Caller(SPEC.name)),
        timeout=settings.document_timeout,
        memory=settings.document_memory,
    )


def prefix_of(service: str) -> str:
    return f"/{first_part(service)}/v1"
