"""A broker that asks who is there: TLS, certificates, SCRAM and tokens, against a real one."""

import base64
import json
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import trustme

from chassis.bus.kafka import KafkaBus, KafkaSettings
from chassis.bus.port import BusError, Message
from suite.engines import EngineUnavailable, KafkaServer
from suite.engines.process import free_port
from tests.contract.reading import Database, take
from tests.contract.tokens import token_server
from tests.engines import lacking

pytestmark = [pytest.mark.kafka, pytest.mark.rest]

LOGIN = "org.apache.kafka.common.security"
VALIDATOR = f"{LOGIN}.oauthbearer.internals.unsecured.OAuthBearerUnsecuredValidatorCallbackHandler"
PASSWORD = "right"


class SecuredKafka(KafkaServer):
    """The broker of the other tests with two doors more: TLS with a name and a secret, TLS with a certificate."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.ca = trustme.CA()
        self.ca_file, self.client_file = folder / "ca.pem", folder / "client.pem"
        self.ca.cert_pem.write_to_path(self.ca_file)
        self.ca.issue_cert("suite@localhost").private_key_and_cert_chain_pem.write_to_path(self.client_file)
        self.secret_port, self.certificate_port = free_port(), free_port()
        self.more_format = (f"--add-scram=SCRAM-SHA-512=[name=suite,password={PASSWORD}]",)
        self.more_properties = list(self._doors())

    def _doors(self) -> Iterator[str]:
        plain = f"PLAINTEXT://127.0.0.1:{self.port}"
        doors = f"SASL_SSL://127.0.0.1:{self.secret_port},SSL://127.0.0.1:{self.certificate_port}"
        yield f"listeners={plain},CONTROLLER://127.0.0.1:{self._controller_port},{doors}"
        yield f"advertised.listeners={plain},{doors}"
        kinds = ("PLAINTEXT", "SASL_SSL", "SSL")
        yield "listener.security.protocol.map=CONTROLLER:PLAINTEXT," + ",".join(f"{kind}:{kind}" for kind in kinds)
        yield from self._certificates()
        yield "sasl.enabled.mechanisms=SCRAM-SHA-512,OAUTHBEARER"
        door = "listener.name.sasl_ssl"
        yield f"{door}.scram-sha-512.sasl.jaas.config={LOGIN}.scram.ScramLoginModule required;"
        yield f"{door}.oauthbearer.sasl.jaas.config={LOGIN}.oauthbearer.OAuthBearerLoginModule required;"
        yield f"{door}.oauthbearer.sasl.server.callback.handler.class={VALIDATOR}"

    def _certificates(self) -> Iterator[str]:
        server = self.folder / "server.pem"
        server.write_bytes(_pkcs8(self.ca.issue_cert("127.0.0.1")))
        yield "ssl.keystore.type=PEM"
        yield f"ssl.keystore.location={server}"
        yield "ssl.truststore.type=PEM"
        yield f"ssl.truststore.location={self.ca_file}"
        yield "listener.name.ssl.ssl.client.auth=required"


def _pkcs8(issued: trustme.LeafCert) -> bytes:
    """Key and certificates in the one form that Java reads."""
    from cryptography.hazmat.primitives import serialization

    key = serialization.load_pem_private_key(issued.private_key_pem.bytes(), None)
    form, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    chain = [pem.bytes() for pem in issued.cert_chain_pems]
    return b"".join([key.private_bytes(serialization.Encoding.PEM, form, plain), *chain])


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecuredKafka]:
    try:
        with SecuredKafka(tmp_path_factory.mktemp("secured")) as broker:
            yield broker
    except EngineUnavailable as error:
        lacking("kafka", str(error))


Settings = Callable[..., KafkaSettings]


@pytest.fixture
def settings(broker: SecuredKafka) -> Settings:
    def with_(**given: Any) -> KafkaSettings:
        known: Mapping[str, Any] = {
            "bootstrap_servers": f"127.0.0.1:{broker.secret_port}",
            "security_protocol": "SASL_SSL",
            "ssl_ca_file": broker.ca_file,
            "publish_timeout_s": 5,
            "request_timeout_s": 5,
        }
        return KafkaSettings(**{**known, **given})

    return with_


async def goes_round(settings: KafkaSettings, topic: str) -> None:
    """Everything that a service does with its bus."""
    bus = KafkaBus(settings)
    try:
        await bus.ensure_topics([topic])
        await (await bus.producer()).publish(topic, [Message("key", b"%d" % n) for n in range(3)])
        found = await take(await bus.consumer(f"group-{topic}", [topic], Database()), 3)
        assert [record.value for record in found] == [b"0", b"1", b"2"]
        assert sum((await bus.end_offsets(topic)).values()) == 3
    finally:
        await bus.close()


async def is_refused(settings: KafkaSettings) -> None:
    bus = KafkaBus(settings)
    try:
        with pytest.raises(BusError):
            await (await bus.producer()).publish("commissioning.nobody.v1", [Message("key", b"")])
    finally:
        await bus.close()


async def test_tls_with_a_name_and_a_password(settings: Settings, topic: str):
    named = {"sasl_mechanism": "SCRAM-SHA-512", "sasl_username": "suite"}
    await goes_round(settings(**named, sasl_password=PASSWORD), topic)
    await is_refused(settings(**named, sasl_password="wrong", publish_timeout_s=2))


async def test_tls_with_a_token(settings: Settings, topic: str):
    known = {"sasl_mechanism": "OAUTHBEARER", "oauth_client_id": "suite", "oauth_client_secret": "secret"}
    with token_server(lives_s=60, make=lambda _: _token(lives_s=60)) as asked:
        await goes_round(settings(**known, oauth_token_url=asked.url), topic)
        assert asked.forms
    with token_server(lives_s=60, make=lambda _: _token(lives_s=-60)) as asked:
        await is_refused(settings(**known, oauth_token_url=asked.url, publish_timeout_s=2))


def _token(lives_s: int) -> str:
    """A token as the broker's test validator takes it: without a signature."""
    now = int(time.time())
    parts = [{"alg": "none"}, {"sub": "suite", "iat": now - 120, "exp": now + lives_s}]
    encoded = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts]
    return ".".join([*encoded, ""])


async def test_tls_with_a_certificate(broker: SecuredKafka, settings: Settings, topic: str):
    door = {"bootstrap_servers": f"127.0.0.1:{broker.certificate_port}", "security_protocol": "SSL"}
    await goes_round(settings(**door, ssl_cert_file=broker.client_file, ssl_key_file=broker.client_file), topic)
    await is_refused(settings(**door, publish_timeout_s=2))


async def test_a_broker_that_nobody_vouches_for_is_refused(settings: Settings, tmp_path: Path):
    trustme.CA().cert_pem.write_to_path(tmp_path / "another.pem")
    known = {"sasl_mechanism": "SCRAM-SHA-512", "sasl_username": "suite", "sasl_password": PASSWORD}
    await is_refused(settings(**known, ssl_ca_file=tmp_path / "another.pem", publish_timeout_s=2))
