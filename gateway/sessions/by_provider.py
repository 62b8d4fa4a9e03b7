"""Sessions by a provider: opened when somebody comes back from it, as good as what it grants, and ended there too."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import count
from typing import Final

from chassis.errors import Unavailable
from chassis.logging import get_logger
from chassis.storage.database import Database
from gateway.sessions import service
from gateway.sessions.grants import Grant
from gateway.sessions.provider import Granted, SignInProvider
from gateway.sessions.sealing import tokens_in, with_tokens
from gateway.sessions.service import OpenSession
from portal.errors import SignInFailed

log = get_logger()

_LOOKS: Final = 20
_PAUSE: Final = 0.1
"""Seconds between looks at whether the provider has answered somebody else."""
_NAMES_A_KEY: Final = "Your name at the provider is also the name of a key. Ask who runs the suite."
_NOT_SAID: Final = "Your provider has not said yet whether you are still let in. Try again in a moment."


class ByProvider:
    """What of sessions the provider has a say in."""

    def __init__(self, database: Database, provider: SignInProvider) -> None:
        self._database = database
        self._provider = provider
        self.name = provider.name
        self._in_vain: dict[str, datetime] = {}
        """By session, until when the provider is being asked by somebody who was waited for in vain."""

    async def begin(self, after: str) -> tuple[str, str]:
        """Where the browser goes, and the cookie that it has to have when it comes back."""
        begun = await self._provider.begin(after)
        return begun.url, begun.cookie

    async def open_session(
        self,
        token: str,
        cookie: str | None,
        answer: Sequence[tuple[str, str]],
        length: timedelta,
        before: str | None = None,
    ) -> str:
        """Let ``token`` stand for who came back, and no longer ``before``; where they go on.

        What the provider granted for the session before is left to it: it may be the same that it grants now.

        Raises:
            SignInFailed: they are not let in.
            Unavailable: the provider cannot be reached.
        """
        granted, after = await self._provider.finish(cookie, answer)
        grant = with_tokens(granted.grant, token, granted.tokens)
        if not await self._database.write(lambda tx: service.open_granted_session(tx, grant, token, length, before)):
            log.warning("gateway.subject_names_a_key", subject=grant.subject)
            raise SignInFailed(_NAMES_A_KEY)
        log.info("gateway.signed_in", subject=grant.subject)
        return after

    async def current(self, token: str, found: OpenSession | None) -> OpenSession | None:
        """The session as the provider has it now, asked by one gateway at a time; None where that ends it.

        Raises:
            Unavailable: the provider cannot be reached, or is still being asked.
        """
        for look in count():
            if found is None or found.grant is None or found.grant.good_until > self._database.clock():
                break
            held = found.asking_until
            if held is None or held <= self._database.clock():
                if await self._renew(token):
                    return await self._read(token)
            elif look >= _LOOKS or self._in_vain.get(token) == held:
                raise self._unavailable(token, held)
            else:
                await asyncio.sleep(_PAUSE)
            found = await self._read(token)
        return found

    async def _renew(self, token: str) -> bool:
        """Ask the provider, unless another does; False where that says nothing, since another asked then or since."""
        asked = await self._database.write(lambda tx: service.take_asking(tx, token))
        found = await self._read(token) if asked else None
        if asked is None or found is None or found.grant is None:
            return False
        granted = await self._ask(token, found.grant, asked)
        if granted is None:
            log.info("gateway.session_not_renewed", subject=found.grant.subject)
            await self._database.write(lambda tx: service.end_refused(tx, token, asked))
            return False
        grant = with_tokens(granted.grant, token, granted.tokens)
        return await self._database.write(lambda tx: service.renew_session(tx, token, grant, asked))

    async def _ask(self, token: str, grant: Grant, asked: datetime) -> Granted | None:
        """What is granted for what is sealed now, which nobody else changes until ``asked``."""
        try:
            async with asyncio.timeout(service.LONGEST_ANSWER.total_seconds()):
                return await self._provider.renew(grant, tokens_in(grant.sealed, token))
        except (Unavailable, TimeoutError) as error:
            log.warning("gateway.provider_not_asked", error=type(error).__name__)
            raise self._unavailable(token, asked) from error

    def _unavailable(self, token: str, until: datetime) -> Unavailable:
        """Nobody waits again for whoever asks until then."""
        now = self._database.clock()
        self._in_vain = {each: moment for each, moment in self._in_vain.items() if moment > now} | {token: until}
        return Unavailable(_NOT_SAID)

    async def _read(self, token: str) -> OpenSession | None:
        return await self._database.read(lambda tx: service.get_session(tx, token))

    async def leave(self, token: str, sealed: str) -> str | None:
        """Have the provider forget what it has granted; where somebody signs out there, if it offers that."""
        tokens = tokens_in(sealed, token)
        await self._provider.revoke(tokens)
        return await self._provider.sign_out_url(tokens.id_token)
