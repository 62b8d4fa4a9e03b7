"""What an operator may set of the feed, webhooks, mailboxes and notices, as ``SUBSCRIPTIONS_*`` in the environment."""

import re
from enum import StrEnum
from ipaddress import ip_network
from typing import Final, Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class SubscriptionsSettings(BaseSettings):
    """How long what others read is kept."""

    model_config = SettingsConfigDict(env_prefix="SUBSCRIPTIONS_", extra="ignore")

    keep_feed_days: float = Field(default=30.0, gt=0, le=36_500)
    """How long the feed keeps every event; the newest of each aggregate stays for good."""
    stream_slow_seconds: float = Field(default=30.0, gt=0, le=3600)
    """How long one part of a stream may wait for its reader, who is then cut off."""
    stream_heartbeat_seconds: float = Field(default=15.0, gt=0, le=25)
    """How often a stream on which nothing happens says that it is alive; shorter than any proxy waits."""


class WebhookSettings(BaseSettings):
    """What an operator may set of webhooks, as ``SUBSCRIPTIONS_WEBHOOK_*``. Times are in seconds."""

    model_config = SettingsConfigDict(env_prefix="SUBSCRIPTIONS_WEBHOOK_", extra="ignore")

    keys: SecretStr | None = Field(default=None, min_length=32)
    """What the secrets of webhooks are sealed with in the database; several with commas between while it changes, of
    which the first seals. Without it, beside a database that is a file, a file with the ending ``.key`` is made."""
    networks: tuple[str, ...] = ()
    """Networks that are reached although they are not public, such as ``10.20.0.0/16`` of a platform next door."""
    ports: tuple[int, ...] = (443,)
    """Ports of receivers."""
    development: bool = False
    """Whether plain http and any port will do: never where others may subscribe."""
    per_owner: int = Field(default=20, ge=1)
    """How many subscriptions one caller may have."""
    at_once: int = Field(default=32, ge=1, le=500)
    """How many subscriptions a process serves at once."""
    requests: int = Field(default=8, ge=1, le=100)
    """How many requests one receiver is sent at once, each of another aggregate."""
    timeout: float = Field(default=15.0, gt=0, le=60)
    """How long a receiver may take for all of its answer."""
    answer_bytes: int = Field(default=65_536, ge=1024)
    """How much of an answer is read; the log keeps less."""
    batch: int = Field(default=100, ge=1, le=1000)
    """How many events of one subscription are sent before that is recorded: what is killed sends so many again."""
    lease: float = Field(default=60.0, ge=0.2, le=3600)
    """After so long a subscription is taken over from a process that was killed; longer than ``timeout``."""
    poll: float = Field(default=1.0, gt=0, le=60)
    """How often it is looked whether a retry is due."""
    keep_days: float = Field(default=14.0, gt=0, le=36_500)
    """How long the delivery log keeps a line."""
    keep_lines: int = Field(default=10_000, ge=100)
    """How many lines of a subscription the log keeps."""

    @field_validator("networks")
    @classmethod
    def _are_networks(cls, networks: tuple[str, ...]) -> tuple[str, ...]:
        for each in networks:
            ip_network(each)
        return networks

    @model_validator(mode="after")
    def _lease_outlasts_requests(self) -> Self:
        if self.lease <= self.timeout:
            raise ValueError("the lease is longer than the timeout: two would deliver at once")
        return self

    def list_keys(self) -> list[str]:
        return self.keys.get_secret_value().replace(",", " ").split() if self.keys else []


class MnsSettings(BaseSettings):
    """Who publishes in the profile of the NHS Multicast Notification Service, as ``SUBSCRIPTIONS_MNS_*``."""

    model_config = SettingsConfigDict(env_prefix="SUBSCRIPTIONS_MNS_", env_ignore_empty=True, extra="ignore")

    source: str | None = Field(default=None, max_length=120, pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)+$")
    """In reverse DNS notation, such as ``uk.gov.plymouth.commissioning``; without it nobody has that profile."""
    url: str | None = Field(default=None, max_length=200, pattern=r"^https://[^\s/?#]+$")
    """Where subscribers reach the suite, such as ``https://suite.example``: signals lead there."""

    @property
    def is_complete(self) -> bool:
        """Whether events are given in that profile."""
        return self.source is not None and self.url is not None


class MeshSettings(BaseSettings):
    """What an operator may set of deliveries to mailboxes of NHS MESH, as ``SUBSCRIPTIONS_MESH_*``. In seconds."""

    model_config = SettingsConfigDict(env_prefix="SUBSCRIPTIONS_MESH_", env_ignore_empty=True, extra="ignore")

    url: str | None = Field(default=None, pattern=r"^https?://[A-Za-z0-9.\[\]:-]+/?$")
    """Where MESH is, such as ``https://mesh-sync.spineservices.nhs.uk``; without it nobody subscribes by mailbox."""
    development: bool = False
    """Whether MESH may be at a plain http address, as its sandbox is."""
    timeout: float = Field(default=20.0, gt=0, le=600)
    """How long MESH may be silent during a request."""
    lease: float = Field(default=600.0, ge=0.2, le=7200)
    """After so long a mailbox is taken over from a process that was killed; longer than a message takes to upload."""
    batch: int = Field(default=500, ge=1, le=1000)
    """How many events of the feed a message holds at most, and as many of present state while that is sent."""
    every: float = Field(default=300.0, ge=0, le=86_400)
    """How long a mailbox that was sent everything is left alone; MESH asks readers not to look more often."""
    look: float = Field(default=300.0, ge=0, le=86_400)
    """How long after a message MESH is asked first whether it was collected."""
    chunk_bytes: int = Field(default=75 * 1_048_576, ge=1024, le=100 * 1_048_576)
    """What is longer goes in several parts; those but the last have to be of more than 5 MB, by MESH's rules."""
    keep_days: float = Field(default=90.0, ge=1, le=36_500)
    """How long what became of a message is kept."""

    @model_validator(mode="after")
    def _is_safe(self) -> Self:
        if self.url and not self.url.startswith("https:") and not self.development:
            raise ValueError("MESH is reached by https, but where SUBSCRIPTIONS_MESH_DEVELOPMENT is set")
        if self.lease <= self.timeout:
            raise ValueError("the lease is longer than the timeout: two would deliver at once")
        return self


class SmtpSecurity(StrEnum):
    """How a mail server is spoken to: in TLS from the first byte, in TLS once it was asked for, or not at all."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


class NoticeSettings(BaseSettings):
    """What an operator may set of notices to people, as ``SUBSCRIPTIONS_NOTICES_*``. A way not set up sends nothing."""

    model_config = SettingsConfigDict(env_prefix="SUBSCRIPTIONS_NOTICES_", extra="ignore", env_ignore_empty=True)

    smtp_host: str | None = None
    """The mail server that takes what is sent; trusted as it is named here, and judged by its certificate."""
    smtp_port: int = Field(default=587, ge=1, le=65_535)
    smtp_security: SmtpSecurity = SmtpSecurity.STARTTLS
    smtp_user: str | None = None
    smtp_password: SecretStr | None = None
    sender: str | None = Field(default=None, pattern=r"^[^@\r\n]+@[^@\s]+$")
    """The address that e-mail comes from: ``suite@council.example``, or ``Suite <suite@council.example>``."""
    notify_key: SecretStr | None = None
    """An API key of GOV.UK Notify."""
    notify_template: str | None = None
    """The id of an e-mail template with the placeholders ``subject``, ``body`` and ``link``."""
    notify_url: str = "https://api.notifications.service.gov.uk"
    domains: tuple[str, ...] = ()
    """Domains that addresses of e-mail may be of, such as ``council.example``; none for any."""
    portal_url: str | None = Field(default=None, pattern=r"^https?://\S+$")
    """Where people open the pages, which messages lead to."""
    soon_days: int = Field(default=14, ge=0, le=366)
    """How long before its day an override's end or an action is told of."""
    poll: float = Field(default=30.0, gt=0, le=3600)
    """Seconds between two looks at what there is to tell."""
    timeout: float = Field(default=30.0, gt=0, le=120)
    """Seconds that another side may take, or a mail server for each answer, and three times as long for a mail."""
    keep_days: float = Field(default=365.0, gt=0, le=36_500)
    """How long closed notices and messages are kept."""

    @field_validator("notify_key")
    @classmethod
    def _is_of_notify(cls, key: SecretStr | None) -> SecretStr | None:
        if key is not None and cls.notify_parts(key.get_secret_value()) is None:
            raise ValueError("a key of GOV.UK Notify ends with two UUIDs")
        return key

    @model_validator(mode="after")
    def _no_password_in_the_clear(self) -> Self:
        if self.smtp_password is not None and self.smtp_security is SmtpSecurity.NONE:
            raise ValueError("a password is sent in TLS alone: set smtp_security to starttls or tls")
        return self

    @staticmethod
    def notify_parts(key: str) -> tuple[str, str] | None:
        """The id of the service and the secret that an API key of GOV.UK Notify ends with; None where it is none."""
        found = _NOTIFY_KEY.search(key)
        return (found[1], found[2]) if found else None

    @property
    def desk(self) -> str | None:
        """The page with all that waits."""
        return f"{self.portal_url.rstrip('/')}/desk" if self.portal_url else None


_UUID: Final = "[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"
_NOTIFY_KEY: Final = re.compile(rf"({_UUID})-({_UUID})$")
