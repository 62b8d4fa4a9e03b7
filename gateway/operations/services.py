"""The services as an operation asks them: signed by the gateway, in the name of whoever asked for it."""

from collections.abc import Mapping
from dataclasses import dataclass

import httpx

from chassis.identity import operating
from chassis.recovery.dead_letters import DeadLetterStore, RemoteDeadLetters
from chassis.recovery.jobs import JobStore, RemoteJobs
from chassis.recovery.procedure import Suite
from chassis.recovery.remote import RemoteStores
from chassis.recovery.replays import RemoteReplays, ReplayStore
from chassis.web.hop import HopAuth, HopSigner


@dataclass(frozen=True, slots=True)
class Services:
    """A client of each service by its name, and what calls to them are signed by."""

    clients: Mapping[str, httpx.AsyncClient]
    signer: HopSigner

    def stores(self, actor: str) -> Suite:
        return {name: RemoteStores(name, client, self._auth(name, actor)) for name, client in self.clients.items()}

    def dead_letters(self, actor: str) -> Mapping[str, DeadLetterStore]:
        return {name: RemoteDeadLetters(name, client, self._auth(name, actor)) for name, client in self.clients.items()}

    def replays(self, actor: str) -> Mapping[str, ReplayStore]:
        return {name: RemoteReplays(name, client, self._auth(name, actor)) for name, client in self.clients.items()}

    def jobs(self, actor: str) -> Mapping[str, JobStore]:
        return {name: RemoteJobs(name, client, self._auth(name, actor)) for name, client in self.clients.items()}

    def _auth(self, service: str, actor: str) -> HopAuth:
        return self.signer.auth(service, operating(actor))
