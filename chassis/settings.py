"""Settings from the environment. Every process reads only what it needs; secrets never print."""

from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

_LONGEST_DAYS = 36_500


class DatabaseSettings(BaseSettings):
    """How a service reaches its database."""

    model_config = SettingsConfigDict(env_prefix="DATABASE_", extra="ignore")

    pool_size: int = Field(default=10, ge=1, le=200)
    prepared_statements: bool = True


class ServiceSettings(BaseSettings):
    """What every service process may be told."""

    model_config = SettingsConfigDict(env_prefix="SUITE_", extra="ignore")

    gateway_keys: SecretStr | None = Field(default=None, min_length=32)
    """What the gateway's tokens for this service are signed with: `suite gateway-keys` says it. Several, with commas
    between, while the gateway's secret changes. A service that has one answers only calls that are signed."""
    metrics_key: SecretStr | None = Field(default=None, min_length=32)
    """What monitoring shows to a service alone for its measures; without one nobody is shown them there."""
    max_body_bytes: int = Field(default=1_048_576, ge=1024, le=64 * 1_048_576)
    access_log: bool = True
    """Whether each request leaves a line in the log; health and measures leave theirs at level DEBUG."""
    require_if_match: bool = False
    """Whether a PUT, PATCH or DELETE without ``If-Match`` (or ``If-None-Match``) is refused with 428."""
    relay_batch: int = Field(default=4000, ge=1, le=20_000)
    consumer_workers: int = Field(default=3, ge=1, le=64)
    """How many transactions a consumer has under way, each on partitions of its own."""
    consumer_batch: int = Field(default=10_000, ge=1, le=15_000)
    """How many events one transaction of a consumer takes at most where many wait; PostgreSQL takes 32,767 parameters
    a statement, and an indicator with its area is two."""
    consumer_retries: int = Field(default=3, ge=0, le=100)
    consumer_failures_to_stop: int = Field(default=10, ge=1)
    """After this many events in a row could not be applied, a consumer stops rather than park everything."""
    job_workers: int = Field(default=2, ge=1, le=64)
    """How many jobs a process does at once."""
    job_lease_seconds: float = Field(default=30.0, ge=0.2, le=3600)
    """After so long without a heartbeat a job is taken over; there are four in that time."""
    keep_events_days: float = Field(default=90.0, gt=0, le=_LONGEST_DAYS)
    """How long outbox and feed keep what was published; a bus that was lost gets no more history back."""
    keep_inbox_days: float = Field(default=30.0, gt=0, le=_LONGEST_DAYS)
    """How long the inbox keeps what was applied: that what comes twice so late is known, is left to versions."""
    keep_jobs_days: float = Field(default=30.0, gt=0, le=_LONGEST_DAYS)
    keep_answers_days: float = Field(default=1.0, gt=0, le=_LONGEST_DAYS)
    """How long answers under an ``Idempotency-Key`` are kept; callers are promised a day."""
    retention_seconds: float = Field(default=3600.0, ge=0.1, le=86_400)
    """How often what is older is deleted."""

    def list_gateway_keys(self) -> list[str]:
        return self.gateway_keys.get_secret_value().replace(",", " ").split() if self.gateway_keys else []


class LogSettings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="LOG_", extra="ignore")

    form: Literal["plain", "json"] = Field(default="plain", validation_alias="LOG_FORMAT")
    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
