"""What can be wrong with a mailbox of NHS MESH that a subscription sends from."""

import ssl
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from chassis.errors import FieldError
from services.subscriptions.domain.mailboxes import Mailbox, address_faults
from services.subscriptions.domain.subscriptions import Definition, Kind

_MESH_ALONE: Final = "is for addresses that begin with mesh:// alone"
_NOT_OFFERED: Final = "is a mailbox, and an operator has not said where MESH is (SUBSCRIPTIONS_MESH_URL)"


def mailbox_faults(definition: Definition, mailbox: Mailbox | None, *, is_offered: bool) -> Iterator[FieldError]:
    """What is wrong with a new subscription's mailbox; one by webhook has none."""
    if definition.kind is not Kind.MESH:
        if mailbox is not None:
            yield FieldError("mailbox", _MESH_ALONE)
        return
    for fault in address_faults(definition.url):
        yield FieldError("url", fault)
    if not is_offered:
        yield FieldError("url", _NOT_OFFERED)
    if mailbox is None:
        yield FieldError("mailbox", "is what messages are sent from: its id, its password and the shared key")
    else:
        yield from _certificate_faults(mailbox)


def change_faults(
    before: Definition, after: Definition, mailbox: Mailbox | None, sent: Mapping[str, Any] | None
) -> Iterator[FieldError]:
    """What is wrong with a change: ``mailbox`` is how it is from now on, where some of it was ``sent``."""
    if after.kind is not before.kind:
        yield FieldError("url", f"stays of the kind {before.kind.value}: make another subscription")
        return
    if after.kind is Kind.WEBHOOK:
        if sent is not None:
            yield FieldError("mailbox", _MESH_ALONE)
        return
    for fault in address_faults(after.url):
        yield FieldError("url", fault)
    if mailbox is not None:
        yield from _certificate_faults(mailbox)


def _certificate_faults(mailbox: Mailbox) -> Iterator[FieldError]:
    """What is wrong with the certificates that a mailbox is opened with."""
    if (mailbox.certificate is None) != (mailbox.private_key is None):
        yield FieldError("mailbox.private_key", "and the certificate belong together: give both or neither")
    elif mailbox.certificate and mailbox.private_key and not _is_pair(mailbox.certificate, mailbox.private_key):
        yield FieldError("mailbox.certificate", "is not, with the private key, a certificate in PEM without a password")
    if mailbox.authorities is not None and not _are_authorities(mailbox.authorities):
        yield FieldError("mailbox.authorities", "are not certificates in PEM")


def _is_pair(certificate: str, private_key: str) -> bool:
    with tempfile.TemporaryDirectory() as folder:  # the library reads files alone; nobody else may enter there
        path = Path(folder, "pair.pem")
        path.write_text(f"{private_key}\n{certificate}\n", encoding="utf-8")
        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_cert_chain(path, password="")
        except (ssl.SSLError, ValueError):
            return False
        return True


def _are_authorities(text: str) -> bool:
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=text)
    except (ssl.SSLError, ValueError):
        return False
    return True
