"""Forms that only this site can have made, and the cookies they go with."""

import hashlib
import hmac
import secrets
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from fastapi import Request, Response

from chassis.errors import PayloadTooLarge
from portal.errors import FormForged

SESSION: Final = "suite-session"
"""Cookie of who is signed in."""
VISITOR: Final = "suite-form"
"""Cookie of who is not: what a form was made for."""
ON_THE_WAY: Final = "suite-on-the-way"
"""Cookie of who is signing in at a provider: by it this browser is known when they come back."""
_OWN_HOST: Final = "__Host-"
"""Before the name of a cookie that goes over TLS only: browsers take it from this very host and from no other."""
TOKEN: Final = "form-token"  # noqa: S105  the name of a field
"""The hidden field of every form."""
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
_MOST_FIELDS: Final = 200
_MOST_BYTES: Final = 65_536
_MOST_DIGITS: Final = 10
_LONGEST_COOKIE: Final = 128
_LONGEST_SEALED: Final = 4096


def form_token(key: bytes, cookie: str) -> str:
    """What a form carries for the browser that has ``cookie``. Nobody makes one of the other without ``key``."""
    return hmac.new(key, b"form\x00" + cookie.encode(), hashlib.sha256).hexdigest()


def new_visitor() -> str:
    return secrets.token_urlsafe(32)


def cookie_of(request: Request, name: str) -> str | None:
    found = request.cookies.get(_name(request, name))
    longest = _LONGEST_SEALED if name == ON_THE_WAY else _LONGEST_COOKIE
    return found if found and len(found) <= longest and found.isascii() else None


def pounds_of(text: str) -> str:
    """An amount as people write it, ``£1,500``, as the API takes it."""
    return text.replace(",", "").replace("£", "").strip()


def whole_number_of(text: str) -> int | str:
    """A whole number as the API takes it; what is none stays as it was written, for the API to say so."""
    return int(text) if text.isdecimal() and len(text) < _MOST_DIGITS else text


def is_secure(request: Request) -> bool:
    """Whether cookies go over TLS only: always, but for plain http on this very machine."""
    host = urlsplit(f"//{request.headers.get('host', '')}").hostname
    return not (request.url.scheme == "http" and host in _LOOPBACK)


def _name(request: Request, name: str) -> str:
    return f"{_OWN_HOST}{name}" if is_secure(request) else name


def set_cookie(request: Request, response: Response, name: str, value: str) -> None:
    """A cookie for this browser session that scripts cannot read and other sites cannot make it send."""
    response.set_cookie(_name(request, name), value, path="/", secure=is_secure(request), httponly=True, samesite="lax")


def delete_cookie(request: Request, response: Response, name: str) -> None:
    response.delete_cookie(_name(request, name), path="/", secure=is_secure(request), httponly=True, samesite="lax")


def require_own_form(request: Request, token: str | None, name: str) -> None:
    """Refuse a form that another site has made. ``name``: of the cookie that it goes with.

    Raises:
        FormForged: from another origin, or without the token that goes with the cookie. A missing Origin is allowed.
    """
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise FormForged("It was sent from another site.")
    cookie, key = cookie_of(request, name), request.app.state.portal.form_key
    if not cookie or not token or not hmac.compare_digest(form_token(key, cookie).encode(), token.encode()):
        raise FormForged("Go back, load the page again, and send the form once more. Cookies must be allowed.")


async def read_form(
    request: Request, cookie: str = SESSION, *, most_fields: int = _MOST_FIELDS, most_bytes: int = _MOST_BYTES
) -> dict[str, str]:
    """The fields of a form of this site, without white space around them; of a name that comes twice the last.

    Raises:
        FormForged: it is not this site's.
        PayloadTooLarge: larger than any form of ours.
    """
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most_bytes:
            raise PayloadTooLarge(f"At most {most_bytes} bytes of a form are read.")
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=most_fields)
    except ValueError as error:
        raise FormForged("It cannot be read.") from error
    fields = {name: value.strip() for name, value in pairs}
    require_own_form(request, fields.pop(TOKEN, None), cookie)
    return fields
