"""How to reach Kafka, and the bounds to work within. From the environment: KAFKA_BOOTSTRAP_SERVERS and so on."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "KAFKA_"

NAMED = ("sasl_username", "sasl_password")
TOKEN = ("oauth_token_url", "oauth_client_id", "oauth_client_secret")
FILES = ("ssl_ca_file", "ssl_cert_file", "ssl_key_file")


class KafkaSettings(BaseSettings):
    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        extra="ignore",
        env_ignore_empty=True,
        hide_input_in_errors=True,  # passwords are among it
    )

    bootstrap_servers: str = "127.0.0.1:9092"
    client_id: str = "commissioning-suite"

    security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER"] = "SCRAM-SHA-512"
    sasl_username: str | None = None
    sasl_password: SecretStr | None = None
    oauth_token_url: str | None = None
    oauth_client_id: str | None = None
    oauth_client_secret: SecretStr | None = None
    oauth_scope: str | None = None
    ssl_ca_file: Path | None = None
    ssl_cert_file: Path | None = None
    ssl_key_file: Path | None = None

    partitions: int = Field(12, ge=1)
    replication_factor: int = Field(1, ge=1)
    min_insync_replicas: int = Field(1, ge=1)

    publish_timeout_s: float = Field(10, gt=0)
    """How long one batch of a partition may stay unacknowledged."""
    batch_bytes: int = Field(960 * 1024, ge=16 * 1024)
    """The size at which a batch is sent; keep it under the broker's ``message.max.bytes``."""
    compression: Literal["gzip", "lz4", "snappy", "zstd"] | None = None

    request_timeout_s: float = Field(10, gt=0)
    """How long a question (offsets, topics) may take."""
    metadata_max_age_ms: int = Field(30_000, ge=1000)
    """How long a client believes what it knows of topics: a bus that was lost and made anew is known after that."""
    session_timeout_ms: int = 10_000
    heartbeat_interval_ms: int = 2_000
    drain_s: float = Field(10, gt=0)
    """How long a rebalance waits for the batch in the caller's hands."""
    max_poll_interval_s: float = Field(600, gt=0)
    """How long a caller may keep a batch before the group goes on without it."""
    max_records: int = Field(10_000, ge=1, le=15_000)
    """How many records one fetch gives, and so the longest batch."""
    fetch_max_wait_ms: int = 500
    """How long the broker may hold an empty answer: also how late a partition just assigned or sought may be."""
    fetch_partition_bytes: int = 8 * 1024 * 1024
    stall_s: float = Field(30, gt=0)
    """Lag without progress for so long replaces the consumer."""

    @model_validator(mode="after")
    def _complete(self) -> "KafkaSettings":
        if faults := [*self._unused(), *self._absent(), *self._unreadable()]:
            raise ValueError(" ".join(faults))
        return self

    def _unused(self) -> Iterator[str]:
        """Credentials that the protocol would not use: a protocol forgotten must not mean plain text."""
        sasl, tls = self.security_protocol.startswith("SASL"), self.security_protocol.endswith("SSL")
        if not sasl and (given := self._given(*NAMED, *TOKEN)):
            yield self._says_otherwise(given, "SASL_SSL or SASL_PLAINTEXT")
        if not tls and (given := self._given(*FILES)):
            if sasl and self.sasl_mechanism == "OAUTHBEARER" and given == ["ssl_ca_file"]:
                return  # the authorisation server's, which speaks HTTPS whatever the broker speaks
            yield self._says_otherwise(given, "SSL or SASL_SSL")

    def _absent(self) -> Iterator[str]:
        """What the protocol needs and was not given."""
        if self.security_protocol.startswith("SASL"):
            asked = TOKEN if self.sasl_mechanism == "OAUTHBEARER" else NAMED
            if absent := [name for name in asked if name not in self._given(*asked)]:
                yield f"{self.security_protocol} with {self.sasl_mechanism} also needs {_variables(absent)}."
        if self._given("ssl_key_file") and not self._given("ssl_cert_file"):
            yield f"{_variables(['ssl_key_file'])} also needs {_variables(['ssl_cert_file'])}."

    def _unreadable(self) -> Iterator[str]:
        for name in self._given(*FILES):
            path: Path = getattr(self, name)
            if not (os.access(path, os.R_OK) and path.is_file()):
                yield f"{_variables([name])} names no file that can be read: {path}."

    def _given(self, *names: str) -> list[str]:
        return [name for name in names if getattr(self, name) is not None]

    def _says_otherwise(self, given: Sequence[str], needed: str) -> str:
        protocol = f"{_variables(['security_protocol'])}={self.security_protocol}"
        return f"{_variables(given)} would not be used with {protocol}: leave out, or say {needed}."


def _variables(names: Sequence[str]) -> str:
    return ", ".join(f"{PREFIX}{name}".upper() for name in names)
