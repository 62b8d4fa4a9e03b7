"""What only the holder of a secret reads: JSON that is encrypted with a key made of the secret (JWE, A256GCM).

The library takes a fifth of a second to load, so only whoever seals or unseals loads this.
"""

import hashlib
import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from typing import Any, Final

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

_HEAD: Final = {"alg": "dir", "enc": "A256GCM"}
_ALGORITHMS: Final = tuple(_HEAD.values())


def seal(secret: bytes, purpose: str, content: Mapping[str, Any]) -> str:
    """``content`` as text that nobody reads or changes without ``secret``, and that is good for ``purpose`` alone."""
    return jwe.encrypt_compact(_HEAD, json.dumps(content), _key(secret, purpose), algorithms=_ALGORITHMS)


def unseal(secret: bytes, purpose: str, sealed: str) -> Mapping[str, Any] | None:
    """What was sealed; None where that was something else, with another secret, or was changed since."""
    try:
        found = jwe.decrypt_compact(sealed, _key(secret, purpose), algorithms=_ALGORITHMS)
        content = json.loads(found.plaintext or b"null")
    except (JoseError, ValueError):
        return None
    return content if isinstance(content, dict) else None


def _key(secret: bytes, purpose: str) -> OctKey:
    made = hmac.new(secret, b"sealed\x00" + purpose.encode(), hashlib.sha256).digest()
    return OctKey.import_key({"kty": "oct", "k": urlsafe_b64encode(made).decode().rstrip("=")})
