"""Where a process finds its databases, its bus and its socket. Environment only; see docs/operations.md."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from chassis.business_dates import EARLIEST, LATEST
from contracts.topics import SERVICES

SERVED = (*SERVICES, "subscriptions")
"""The services behind the gateway: those that publish, and the one that gives all of it out."""
MEMBERS = (*SERVED, "gateway")
"""Everything that has a database and can be served alone."""
Member = StrEnum("Member", {name: name for name in MEMBERS})  # type: ignore[misc]  # made of what there is


PARAMETERS = {"host", "port", "target_session_attrs"}
"""What may stand after the ``?`` of an address."""
ADMINISTRATORS = ("postgresql+asyncpg", "postgresql", "postgres")
"""How an administrator's address may begin."""


class SuiteSettings(BaseSettings):
    """``SUITE_*``: the socket and the data folder."""

    model_config = SettingsConfigDict(env_prefix="SUITE_", extra="ignore", env_ignore_empty=True)

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    data_dir: Path = Path("var")
    admin_key: SecretStr | None = None
    business_date: date | None = Field(default=None, ge=EARLIEST, le=LATEST)
    """Pins the business date at start, on every service that starts with it."""


class BusSettings(BaseSettings):
    """Which bus carries the events."""

    model_config = SettingsConfigDict(extra="ignore")

    bus: Literal["embedded", "kafka"] = "embedded"

    @property
    def is_given(self) -> bool:
        return "bus" in self.model_fields_set


def check_address(address: str, drivers: Sequence[str]) -> None:
    """Refuse what is no address of these drivers, in words that repeat nothing of it but the driver.

    Raises:
        ValueError: with what is wrong.
    """
    try:
        url = make_url(address)
    except (ArgumentError, ValueError):  # the latter tells of a port, which may be half of a password
        raise ValueError("this is no database address (in a password, write @ : / ? # and % as %40 ...)") from None
    if url.drivername not in drivers:
        raise ValueError(f"{' or '.join(drivers)} is wanted, not {url.drivername}")
    if not url.drivername.startswith("postgresql"):
        return
    if {"ssl", "sslmode"} & set(url.query):
        raise ValueError("leave ssl and sslmode out: PGSSLMODE and PGSSLROOTCERT say it, for every address at once")
    if set(url.query) - PARAMETERS:
        raise ValueError(f"after the ? only {', '.join(sorted(PARAMETERS))} are understood")


class DatabaseUrls(BaseSettings):
    """``DATABASE_URL_<SERVICE>``, each ``postgresql+asyncpg://role:password@host/database``; unset means a file."""

    model_config = SettingsConfigDict(env_prefix="DATABASE_URL_", extra="ignore", env_ignore_empty=True)

    indicators: SecretStr | None = None
    risks: SecretStr | None = None
    pledges: SecretStr | None = None
    finance: SecretStr | None = None
    subscriptions: SecretStr | None = None
    gateway: SecretStr | None = None

    @field_validator("*")
    @classmethod
    def _known_database(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            check_address(value.get_secret_value(), ("postgresql+asyncpg", "sqlite+threads"))
        return value

    def of(self, member: str, data_dir: Path) -> str:
        """The address of one member's database."""
        given: SecretStr | None = getattr(self, member)
        return given.get_secret_value() if given else f"sqlite+threads:///{(data_dir / member).resolve()}.db"


class RoleSettings(BaseSettings):
    """What ``suite migrate --create`` needs: an administrator's address and a password for each role."""

    model_config = SettingsConfigDict(env_prefix="DATABASE_", extra="ignore", env_ignore_empty=True)

    admin_url: SecretStr
    password_indicators: SecretStr = Field(min_length=16)
    password_risks: SecretStr = Field(min_length=16)
    password_pledges: SecretStr = Field(min_length=16)
    password_finance: SecretStr = Field(min_length=16)
    password_subscriptions: SecretStr = Field(min_length=16)
    password_gateway: SecretStr = Field(min_length=16)

    @field_validator("admin_url")
    @classmethod
    def _known_server(cls, value: SecretStr) -> SecretStr:
        check_address(value.get_secret_value(), ADMINISTRATORS)
        return value

    def password(self, member: str) -> str:
        secret: SecretStr = getattr(self, f"password_{member}")
        return secret.get_secret_value()
