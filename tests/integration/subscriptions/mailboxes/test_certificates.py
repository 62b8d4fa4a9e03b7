"""A mailbox that is opened with certificates, at a MESH that asks for them."""

import ssl
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import trustme

from services.subscriptions.service.deliveries.posting import Post
from tests.integration.subscriptions.webhooks.plant import Plant, event
from tests.mesh.sandbox import ADDRESS, OPENING, Sandbox, sandbox

pytestmark = [pytest.mark.rest, pytest.mark.parametrize("database_for", ["sqlite"], indirect=True)]


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def running(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    folder = tmp_path_factory.mktemp("tls")
    server = authority.issue_cert("127.0.0.1")
    authority.cert_pem.write_to_path(folder / "ca.pem")
    server.private_key_and_cert_chain_pem.write_to_path(folder / "server.pem")
    files = ("--ssl-certfile", str(folder / "server.pem"), "--ssl-ca-certs", str(folder / "ca.pem"))
    with sandbox(*files, "--ssl-cert-reqs", str(ssl.CERT_REQUIRED.value)) as found:
        yield found


@pytest.fixture
def url(running: Sandbox) -> str:
    return running.url


async def test_mesh_is_shown_our_certificate_and_believed_by_its_own(
    plant: Plant, post: Post, authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    ours = authority.issue_cert("client.example")
    opening = {
        **OPENING,
        "certificate": ours.cert_chain_pems[0].bytes().decode(),
        "private_key": ours.private_key_pem.bytes().decode(),
        "authorities": authority.cert_pem.bytes().decode(),
    }
    found = await plant.subscribe(ADDRESS, mailbox=opening)
    await plant.add(event("R1", 1))
    await plant.drain()
    (line,) = await plant.log(found["id"])
    assert line["outcome"] == "delivered", line
    assert list(folder.iterdir()) == [], "the files that the client reads are gone"
    without = await _changed(plant, found["id"], certificate=None, private_key=None)
    assert (without["outcome"], without["status"]) == ("unreachable", None)
    other = trustme.CA().cert_pem.bytes().decode()
    await _changed(plant, found["id"], certificate=opening["certificate"], private_key=opening["private_key"])
    unbelieved = await _changed(plant, found["id"], authorities=other)
    assert unbelieved["outcome"] == "unreachable"


async def _changed(plant: Plant, subscription: str, **opening: str | None) -> dict[str, str | None]:
    answer: httpx.Response = await plant.api.patch(f"/subscriptions/{subscription}", json={"mailbox": opening})
    assert answer.status_code == 200, answer.text
    await plant.post(subscription, "test")
    await plant.drain()
    line: dict[str, str | None] = (await plant.log(subscription))[0]
    return line
