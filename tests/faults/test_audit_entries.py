"""Every change of every service, in one process on files that is killed around commits: one audit entry of each."""

from collections.abc import Iterator, Sequence
from itertools import cycle

import httpx
import pytest

from contracts.paths import first_part
from tests.faults.embedded import Embedded
from tests.faults.settling import settle, wait_until
from tests.integration.gateway.changes import RETURN, SERVICES
from tests.integration.gateway.changes.change import Change

pytestmark = pytest.mark.faults

KILLS = [f"answer.{when}_commit:{nth}" for nth, when in ((5, "before"), (9, "after"), (13, "before"), (17, "after"))]
"""Where the process dies, counted in changes since its start; over and over."""
PEOPLE = ("Ana", "Ben")


class KilledSuite:
    """A suite that dies around every few commits and is started again, and keys of the people who call it."""

    def __init__(self, suite: Embedded) -> None:
        self.suite = suite
        self.kills = 0
        self._points = cycle(KILLS)
        self.suite.start()
        with self.suite.process.client() as client:
            self._keys = {name: _key_of(client, name) for name in PEOPLE}
        self.suite.process.kill()
        self._start()

    def _start(self) -> None:
        self.suite.start(crash_at=next(self._points))

    def call(self, method: str, path: str, by: str, key: str | None, body: object) -> httpx.Response:
        """The answer of a call that is made again, with the same key, until there is one."""
        headers = {"idempotency-key": key} if key else {}
        while True:
            try:
                with self.suite.process.client(self._keys[by]) as client:
                    return client.request(method, path, json=body, headers=headers)
            except httpx.TransportError:
                assert self.suite.process.wait_gone() == -9
                self.kills += 1
                self._start()


def _key_of(client: httpx.Client, name: str) -> str:
    made = client.post("/access/v1/keys", json={"name": name, "scopes": ["admin"]})
    assert made.status_code == 201, made.text
    return str(made.json()["key"])


def _make(killed: KilledSuite, service: str, changes: Sequence[Change]) -> None:
    for number, change in enumerate(changes):
        path, key = (
            f"/{first_part(service)}/v1{change.path}",
            f"{service}-{number}" if change.method == "POST" else None,
        )
        if change.path == RETURN:
            wait_until(lambda path=path: killed.call("GET", path, "Ana", None, None).status_code == 200)
        kills = killed.kills
        answer = killed.call(change.method, path, change.by, key, change.body)
        gone = change.method == "DELETE" and killed.kills > kills and answer.status_code == 404
        assert gone or answer.is_success, (change, answer.text)


def _entries(killed: KilledSuite, service: str) -> Iterator[tuple[str, str, str]]:
    for by in PEOPLE:
        found = killed.call("GET", f"/{first_part(service)}/v1/audit?actor={by}&limit=200", "Ana", None, None).json()
        assert found["next"] is None
        yield from ((each["action"], each["subject"], each["actor"]) for each in found["items"])


def test_every_change_leaves_one_entry_however_often_the_process_is_killed(tmp_path):
    killed = KilledSuite(Embedded(tmp_path / "var"))
    try:
        for service, changes in SERVICES.items():
            _make(killed, service, changes)
            made = [(change.action, change.subject, change.by) for change in changes]
            assert sorted(_entries(killed, service)) == sorted(made)
        settle(killed.suite.process.url)
        assert killed.kills > len(SERVICES)
    finally:
        killed.suite.process.kill()
