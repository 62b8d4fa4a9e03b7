"""What an operator may set, as ``GATEWAY_*`` in the environment."""

from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, HttpUrl, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

SERVICES = ("indicators", "risks", "pledges", "finance", "subscriptions")


def _bare(url: HttpUrl) -> HttpUrl:
    if (url.path or "/") != "/" or url.query or url.fragment or url.username:
        raise ValueError("give scheme, host and port only: a service is asked under the path the caller used")
    return url


ServiceUrl = Annotated[HttpUrl, AfterValidator(_bare)]


def _private(url: HttpUrl) -> HttpUrl:
    if url.scheme == "http" and not _is_this_machine(url.host or ""):
        raise ValueError("people sign in over https: plain http is for this machine alone")
    return _bare(url)


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


PublicUrl = Annotated[HttpUrl, AfterValidator(_private)]


class GatewaySettings(BaseSettings):
    """Times are in seconds. The limit on bodies is the one that services have (``SUITE_*``)."""

    model_config = SettingsConfigDict(env_prefix="GATEWAY_", extra="ignore")

    indicators_url: ServiceUrl = HttpUrl("http://127.0.0.1:8001")
    risks_url: ServiceUrl = HttpUrl("http://127.0.0.1:8002")
    pledges_url: ServiceUrl = HttpUrl("http://127.0.0.1:8003")
    finance_url: ServiceUrl = HttpUrl("http://127.0.0.1:8004")
    subscriptions_url: ServiceUrl = HttpUrl("http://127.0.0.1:8005")
    signing_key: SecretStr | None = Field(default=None, min_length=32)
    """What the tokens are made of by which services know the gateway, which alone has it. Where the services run in
    this process it is made up at each start."""
    answer_timeout: float = Field(default=30, gt=0)
    """From the first byte sent to a service to the head of its answer."""
    connect_timeout: float = Field(default=2, gt=0)
    ready_timeout: float = Field(default=2, gt=0)
    document_timeout: float = Field(default=20, gt=0)
    keepalive: float = Field(default=4, gt=0)
    """How long an idle connection is kept; below the services' own (uvicorn: 5), so that they never close first."""
    max_connections: int = Field(default=100, ge=1)
    """To one service at once; further calls wait for ``connect_timeout``."""

    oidc_issuer: str | None = None
    """The OpenID provider whose access tokens open the door beside keys, as it calls itself. None: keys alone."""
    oidc_audience: str | None = None
    """What tokens for this suite name as their audience."""
    oidc_algorithms: tuple[Literal["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384"], ...] = (
        "RS256",
        "PS256",
        "ES256",
    )
    """What tokens may be signed by: never a key that both sides share, never nothing."""
    oidc_leeway: int = Field(default=10, ge=0, le=120)
    """By how much the provider's clock may differ."""
    oidc_refetch: float = Field(default=10, ge=0)
    """Fewest seconds between two looks at the provider's keys."""
    oidc_proxy: str | None = None
    """By which the provider is reached, such as ``http://proxy.example:3128``; none is taken from the environment."""
    public_url: PublicUrl | None = None
    """The address that people have in their browsers; the provider sends them back there and nowhere else."""
    oidc_client_id: str | None = Field(default=None, min_length=1, max_length=200)
    """What the provider knows the pages by. With it people sign in on pages by the provider, beside keys."""
    oidc_client_secret_file: Path | None = None
    """The file with the client's secret, read anew each time; None for a public client, which has PKCE alone."""
    oidc_scopes: tuple[str, ...] = ("openid",)
    """What pages ask the provider for: ``openid``, scopes of the suite, ``profile``, ``offline_access`` ..."""
    oidc_resource: str | None = None
    """What tokens are asked for by name (RFC 8707), where the provider has to be told."""
    oidc_name: str = Field(default="your work account", min_length=1, max_length=60)
    """How the button says it: Sign in with ..."""
    key_memory: float = Field(default=1, ge=0)
    """How long a verified key is remembered, so also how long a revoked one may still work."""
    refused_keys: int = Field(default=60, ge=1)
    """How many keys that are not in use one address may show in a minute; more are not looked up."""
    calls_per_minute: int = Field(default=60_000, ge=0)
    """How many calls each caller may make in a minute, at all gateways together; 0 for as many as they like."""
    public_promises: int = Field(default=0, ge=0)
    """How often in a minute one address may read published promises without a key; 0: nobody may without one."""
    breaker_failures: int = Field(default=10, ge=1)
    """After so many failures in a row a service is not asked for ``breaker_seconds``."""
    breaker_seconds: float = Field(default=1, ge=0)
    compressed_from: int = Field(default=1400, ge=0)
    """Answers of so many bytes are compressed for callers that take them so; 0 leaves that to a proxy."""
    cors_origins: tuple[str, ...] = ()
    """Sites whose pages may call from a browser, such as ``https://dashboard.example``."""
    document_memory: float = Field(default=30, ge=0)
    """How long the joined document is kept; a tenth of it while a service is missing from it."""

    @model_validator(mode="after")
    def _tokens_have_an_audience(self) -> Self:
        if self.oidc_issuer and not self.oidc_audience:
            raise ValueError("with GATEWAY_OIDC_ISSUER set GATEWAY_OIDC_AUDIENCE: tokens for others are not for us")
        return self

    @model_validator(mode="after")
    def _people_can_come_back(self) -> Self:
        if self.oidc_client_id is None:
            return self
        if not self.oidc_issuer or not self.public_url:
            raise ValueError("with GATEWAY_OIDC_CLIENT_ID set GATEWAY_OIDC_ISSUER and GATEWAY_PUBLIC_URL")
        if "openid" not in self.oidc_scopes:
            raise ValueError("GATEWAY_OIDC_SCOPES lacks openid, without which no provider says who has signed in")
        if self.oidc_client_secret_file and not self.client_secret():
            raise ValueError("GATEWAY_OIDC_CLIENT_SECRET_FILE is empty")
        return self

    def client_secret(self) -> str | None:
        """The secret of the pages' client; None for a public one.

        Raises:
            ValueError: its file cannot be read.
        """
        if self.oidc_client_secret_file is None:
            return None
        try:
            return self.oidc_client_secret_file.read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ValueError(f"GATEWAY_OIDC_CLIENT_SECRET_FILE cannot be read: {error.strerror}") from error

    def url_of(self, service: str) -> str:
        return str(getattr(self, f"{service}_url")).rstrip("/")
