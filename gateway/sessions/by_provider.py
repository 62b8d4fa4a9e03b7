"""Sessions by a provider: opened when somebody comes back from it, as good as what it grants, and ended there too."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from chassis.errors import Unavailable
from chassis.logging import get_logger
from chassis.storage.database import Database
from gateway.sessions import service
from gateway.sessions.provider import SignInProvider
from gateway.sessions.sealing import tokens_in, with_tokens
from gateway.sessions.service import OpenSession
from portal.errors import SignInFailed

log = get_logger()

_LOOKS: Final = 20
_PAUSE: Final = 0.1
"""Seconds between looks at whether the provider has answered somebody else."""
_NAMES_A_KEY: Final = "Your name at the provider is also the name of a key. Ask who runs the suite."


class ByProvider:
    """What of sessions the provider has a say in."""

    def __init__(self, database: Database, provider: SignInProvider) -> None:
        self._database = database
        self._provider = provider
        self.name = provider.name

    async def begin(self, after: str) -> tuple[str, str]:
        """Where the browser goes, and the cookie that it has to have when it comes back."""
        begun = await self._provider.begin(after)
        return begun.url, begun.cookie

    async def open_session(
        self, token: str, cookie: str | None, answer: Sequence[tuple[str, str]], length: timedelta
    ) -> str:
        """Let ``token`` stand for who came back; where they go on.

        Raises:
            SignInFailed: they are not let in.
            Unavailable: the provider cannot be reached.
        """
        granted, after = await self._provider.finish(cookie, answer)
        grant = with_tokens(granted.grant, token, granted.tokens)
        if not await self._database.write(lambda tx: service.open_granted_session(tx, grant, token, length)):
            log.warning("gateway.subject_names_a_key", subject=grant.subject)
            raise SignInFailed(_NAMES_A_KEY)
        log.info("gateway.signed_in", subject=grant.subject)
        return after

    async def current(self, token: str, found: OpenSession | None) -> OpenSession | None:
        """The session as the provider has it now, asked by one gateway at a time; None where that ends it.

        Raises:
            Unavailable: the provider cannot be reached, or is still being asked.
        """
        for _ in range(_LOOKS):
            if found is None or found.grant is None or found.grant.good_until > self._database.clock():
                return found
            if await self._database.write(lambda tx: service.take_asking(tx, token)):
                await self._renew(token)
                return await self._read(token)
            await asyncio.sleep(_PAUSE)
            found = await self._read(token)
        raise Unavailable("Your provider is being asked whether you are still let in. Try again in a moment.")

    async def _renew(self, token: str) -> None:
        """Ask with what is sealed now: nobody else changes it meanwhile."""
        found = await self._read(token)
        if found is None or found.grant is None:
            return
        granted = await self._provider.renew(found.grant, tokens_in(found.grant.sealed, token))
        if granted is None:
            log.info("gateway.session_not_renewed", subject=found.grant.subject)
            await self._database.write(lambda tx: service.close_session(tx, token))
            return
        grant = with_tokens(granted.grant, token, granted.tokens)
        await self._database.write(lambda tx: service.renew_session(tx, token, grant))

    async def _read(self, token: str) -> OpenSession | None:
        return await self._database.read(lambda tx: service.get_session(tx, token))

    async def leave(self, token: str, sealed: str) -> str | None:
        """Have the provider forget what it has granted; where somebody signs out there, if it offers that."""
        tokens = tokens_in(sealed, token)
        await self._provider.revoke(tokens)
        return await self._provider.sign_out_url(tokens.id_token)
