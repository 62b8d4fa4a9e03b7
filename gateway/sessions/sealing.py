"""The provider's tokens of a session, readable with the session's own token alone."""

from dataclasses import replace
from typing import Final

from chassis.sealing import seal, unseal
from gateway.sessions.grants import Grant, Tokens

_TOKENS: Final = "tokens"


def with_tokens(grant: Grant, session: str, tokens: Tokens) -> Grant:
    """The grant with the provider's tokens, readable with the session's own token alone."""
    kept = {"refresh_token": tokens.refresh_token, "id_token": tokens.id_token}
    return replace(grant, sealed=seal(session.encode(), _TOKENS, kept))


def tokens_in(sealed: str, session: str) -> Tokens:
    """The provider's tokens that were sealed for a session."""
    kept = unseal(session.encode(), _TOKENS, sealed) or {}
    return Tokens(kept.get("refresh_token"), kept.get("id_token"))
