"""Secrets of webhooks at rest: sealed with a key that the database does not hold.

The key is a setting; several, with commas between, while it changes: the first seals, all unseal. Where the database is
a file and none is set, there is one in a file beside it, made at the first use and readable by its owner alone.
"""

import os
import secrets
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from chassis.storage.database import Database
from services.subscriptions.errors import SecretsUnavailable
from services.subscriptions.settings import WebhookSettings

_SECRET: Final = "secret"  # noqa: S105  the name of a field


class Sealer:
    """Seals and unseals. ``keys`` are tried in turn; the first seals."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._keys = [key.encode() for key in keys]

    def seal(self, subscription: str, secret: str) -> str:
        """``secret`` as a row keeps it, good for that subscription alone.

        Raises:
            SecretsUnavailable: there is no key.
        """
        from chassis import sealing  # noqa: PLC0415  loads the library

        if not self._keys:
            raise SecretsUnavailable("An operator sets SUBSCRIPTIONS_WEBHOOK_KEYS first.")
        return sealing.seal(self._keys[0], _purpose(subscription), {_SECRET: secret})

    def unseal(self, subscription: str, sealed: str) -> str:
        """The secret.

        Raises:
            SecretsUnavailable: it was sealed with another key than those that are set.
        """
        from chassis import sealing  # noqa: PLC0415  loads the library

        for key in self._keys:
            if (found := sealing.unseal(key, _purpose(subscription), sealed)) is not None:
                return str(found[_SECRET])
        raise SecretsUnavailable("The key that secrets of webhooks were sealed with is not set.")


def _purpose(subscription: str) -> str:
    return f"webhook:{subscription}"


def sealer_of(database: Database, settings: WebhookSettings) -> Sealer:
    """What seals for this database."""
    keys = settings.list_keys()
    if not keys and database.dialect == "sqlite" and database.url.database:
        keys = [_key_beside(Path(database.url.database))]
    return Sealer(keys)


def _key_beside(database: Path) -> str:
    path = database.with_suffix(".key")
    with suppress(FileExistsError):
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(32))
            file.flush()
            os.fsync(file.fileno())
    return path.read_text(encoding="ascii")
