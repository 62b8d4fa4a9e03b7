"""JSON Web Tokens of the hop, signed with a key that signer and verifier share: HS256 and nothing else."""

import hashlib
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Final

from joserfc import jwt
from joserfc.errors import DecodeError, JoseError
from joserfc.jwk import KeySet, OctKey
from joserfc.jwt import ClaimsOption

_ALGORITHMS: Final = ["HS256"]
_WANTED: Final[ClaimsOption] = {"essential": True}
Claims = dict[str, Any]


@lru_cache(64)
def _key(text: str) -> OctKey:
    return OctKey.import_key(text, {"kid": hashlib.sha256(text.encode()).hexdigest()[:16], "use": "sig"})


def sign(claims: Claims, text: str) -> str:
    """A token with these claims, signed with the key of this text."""
    key = _key(text)
    return jwt.encode({"alg": "HS256", "kid": key.kid}, claims, key, algorithms=_ALGORITHMS)


def read_token(token: str, keys: KeySet, algorithms: Sequence[str], claims: jwt.JWTClaimsRegistry) -> jwt.Token:
    """A token that was signed with one of ``keys``, and whose claims are as ``claims`` wants them.

    Raises:
        JoseError: it is none. The library fails otherwise too where a head holds other types than it should.
    """
    try:
        found = jwt.decode(token, keys, algorithms=algorithms)
        claims.validate(found.claims)
    except JoseError:
        raise
    except Exception as error:
        raise DecodeError(type(error).__name__) from error
    return found


class Tokens:
    """Reads tokens of one issuer for one audience, signed with any of some keys."""

    def __init__(
        self, issuer: str, audience: str, keys: Sequence[str], *, now: Callable[[], float], leeway: int
    ) -> None:
        self._keys = KeySet([_key(text) for text in keys])
        self._claims = jwt.JWTClaimsRegistry(
            now=lambda: int(now()),
            leeway=leeway,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": audience},
            exp=_WANTED,
            sub=_WANTED,
            call=_WANTED,
        )

    def read(self, token: str) -> Claims | None:
        """The claims; None where the token is none, is forged, has run out, or is of or for somebody else."""
        try:
            return read_token(token, self._keys, _ALGORITHMS, self._claims).claims
        except JoseError:
            return None
