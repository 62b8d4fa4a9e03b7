"""What the environment may say of Kafka, and what is refused before anything connects."""

from collections.abc import Callable
from pathlib import Path

import pytest

from chassis.bus.kafka import KafkaSettings

NAMED = {"SASL_USERNAME": "suite", "SASL_PASSWORD": "hidden"}
TOKEN = {"OAUTH_TOKEN_URL": "https://login", "OAUTH_CLIENT_ID": "suite", "OAUTH_CLIENT_SECRET": "hidden"}

Said = Callable[[dict[str, str]], KafkaSettings]


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Said:
    """Settings by the environment; ``FILE`` stands for a file that is there."""
    there = tmp_path / "there.pem"
    there.write_text("PEM")
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:1")

    def settings(variables: dict[str, str]) -> KafkaSettings:
        for name, value in variables.items():
            monkeypatch.setenv(f"KAFKA_{name}", str(there) if value == "FILE" else value)
        return KafkaSettings()

    return settings


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"SASL_USERNAME": "", "SASL_PASSWORD": "", "SSL_CA_FILE": "", "COMPRESSION": ""},
        {"SECURITY_PROTOCOL": "SSL"},
        {"SECURITY_PROTOCOL": "SSL", "SSL_CA_FILE": "FILE", "SSL_CERT_FILE": "FILE", "SSL_KEY_FILE": "FILE"},
        {"SECURITY_PROTOCOL": "SSL", "SSL_CERT_FILE": "FILE"},
        {"SECURITY_PROTOCOL": "SASL_PLAINTEXT"} | NAMED,
        {"SECURITY_PROTOCOL": "SASL_SSL", "SSL_CA_FILE": "FILE"} | NAMED,
        {"SECURITY_PROTOCOL": "SASL_PLAINTEXT", "SASL_MECHANISM": "OAUTHBEARER", "SSL_CA_FILE": "FILE"} | TOKEN,
    ],
)
def test_what_fits_together_is_taken(said: Said, variables: dict[str, str]):
    assert said(variables).bootstrap_servers == "127.0.0.1:1"


@pytest.mark.parametrize(
    ("variables", "reason"),
    [
        (NAMED, "KAFKA_SASL_USERNAME, KAFKA_SASL_PASSWORD would not be used with KAFKA_SECURITY_PROTOCOL=PLAINTEXT"),
        (
            {"SECURITY_PROTOCOL": "SSL"} | NAMED,
            "KAFKA_SASL_PASSWORD would not be used with KAFKA_SECURITY_PROTOCOL=SSL:",
        ),
        (TOKEN, "KAFKA_OAUTH_CLIENT_SECRET would not be used with KAFKA_SECURITY_PROTOCOL=PLAINTEXT"),
        (
            {"SSL_CA_FILE": "FILE"},
            "KAFKA_SSL_CA_FILE would not be used with KAFKA_SECURITY_PROTOCOL=PLAINTEXT: .* SSL or",
        ),
        (
            {"SECURITY_PROTOCOL": "SASL_PLAINTEXT", "SSL_CERT_FILE": "FILE"} | NAMED,
            "KAFKA_SSL_CERT_FILE would not be used",
        ),
    ],
)
def test_what_the_protocol_would_leave_out_is_refused(said: Said, variables: dict[str, str], reason: str):
    with pytest.raises(ValueError, match=reason) as refused:
        said(variables)
    assert "hidden" not in str(refused.value)


@pytest.mark.parametrize(
    ("variables", "missing"),
    [
        ({"SECURITY_PROTOCOL": "SASL_SSL"}, "SCRAM-SHA-512 also needs KAFKA_SASL_USERNAME, KAFKA_SASL_PASSWORD"),
        (
            {"SECURITY_PROTOCOL": "SASL_SSL", "SASL_MECHANISM": "OAUTHBEARER", "OAUTH_CLIENT_ID": "suite"},
            "OAUTHBEARER also needs KAFKA_OAUTH_TOKEN_URL, KAFKA_OAUTH_CLIENT_SECRET",
        ),
        ({"SECURITY_PROTOCOL": "SSL", "SSL_KEY_FILE": "FILE"}, "KAFKA_SSL_KEY_FILE also needs KAFKA_SSL_CERT_FILE"),
        (
            {"SECURITY_PROTOCOL": "SSL", "SSL_CA_FILE": "/not/there.pem"},
            "KAFKA_SSL_CA_FILE names no .*: /not/there.pem",
        ),
        ({"SECURITY_PROTOCOL": "SSL", "SSL_CERT_FILE": "/tmp"}, "KAFKA_SSL_CERT_FILE names no file"),  # noqa: S108  any
    ],
)
def test_what_is_missing_is_named(said: Said, variables: dict[str, str], missing: str):
    with pytest.raises(ValueError, match=missing):
        said(variables)
