"""The services as an operation asks them: behind the internal key, in the name of whoever asked for it."""

from collections.abc import Mapping
from dataclasses import dataclass

import httpx

from chassis.recovery.dead_letters import DeadLetterStore, RemoteDeadLetters
from chassis.recovery.procedure import Suite
from chassis.recovery.remote import RemoteStores
from chassis.recovery.replays import RemoteReplays, ReplayStore
from chassis.web.admission import ACTOR_HEADER, INTERNAL_KEY_HEADER


@dataclass(frozen=True, slots=True)
class Services:
    """A client of each service by its name, and the key that it wants to see, if it does."""

    clients: Mapping[str, httpx.AsyncClient]
    internal_key: str | None

    def stores(self, actor: str) -> Suite:
        return {name: RemoteStores(name, client, self._headers(actor)) for name, client in self.clients.items()}

    def dead_letters(self, actor: str) -> Mapping[str, DeadLetterStore]:
        return {name: RemoteDeadLetters(name, client, self._headers(actor)) for name, client in self.clients.items()}

    def replays(self, actor: str) -> Mapping[str, ReplayStore]:
        return {name: RemoteReplays(name, client, self._headers(actor)) for name, client in self.clients.items()}

    def _headers(self, actor: str) -> Mapping[str, str]:
        proof = {INTERNAL_KEY_HEADER: self.internal_key} if self.internal_key else {}
        return proof | {ACTOR_HEADER: actor}
