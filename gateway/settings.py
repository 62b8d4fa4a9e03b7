"""What an operator may set, as ``GATEWAY_*`` in the environment."""

from typing import Annotated

from pydantic import AfterValidator, Field, HttpUrl
from pydantic_settings import BaseSettings, SettingsConfigDict

SERVICES = ("indicators", "risks", "pledges", "finance")


def _bare(url: HttpUrl) -> HttpUrl:
    if (url.path or "/") != "/" or url.query or url.fragment or url.username:
        raise ValueError("give scheme, host and port only: a service is asked under the path the caller used")
    return url


ServiceUrl = Annotated[HttpUrl, AfterValidator(_bare)]


class GatewaySettings(BaseSettings):
    """Times are in seconds. The internal key and the limit on bodies are the ones that services have (``SUITE_*``)."""

    model_config = SettingsConfigDict(env_prefix="GATEWAY_", extra="ignore")

    indicators_url: ServiceUrl = HttpUrl("http://127.0.0.1:8001")
    risks_url: ServiceUrl = HttpUrl("http://127.0.0.1:8002")
    pledges_url: ServiceUrl = HttpUrl("http://127.0.0.1:8003")
    finance_url: ServiceUrl = HttpUrl("http://127.0.0.1:8004")
    answer_timeout: float = Field(default=30, gt=0)
    """From the first byte sent to a service to the head of its answer."""
    connect_timeout: float = Field(default=2, gt=0)
    ready_timeout: float = Field(default=2, gt=0)
    document_timeout: float = Field(default=20, gt=0)
    keepalive: float = Field(default=4, gt=0)
    """How long an idle connection is kept; below the services' own (uvicorn: 5), so that they never close first."""
    max_connections: int = Field(default=100, ge=1)
    """To one service at once; further calls wait for ``connect_timeout``."""

    key_memory: float = Field(default=5, ge=0)
    """How long a verified key is remembered, so also how long a revoked one may still work."""
    refused_keys: int = Field(default=60, ge=1)
    """How many keys that are not in use one address may show in a minute; more are not looked up."""
    document_memory: float = Field(default=30, ge=0)
    """How long the joined document is kept; a tenth of it while a service is missing from it."""

    def url_of(self, service: str) -> str:
        return str(getattr(self, f"{service}_url")).rstrip("/")
