"""Calls of NHS MESH by NHS England's client. It loads another HTTP library, so only whoever sends imports this."""

import logging
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import requests
from mesh_client import MeshClient, MeshError
from urllib3.exceptions import HTTPError

from services.subscriptions.domain.batches import BATCH
from services.subscriptions.domain.deliveries import Outcome
from services.subscriptions.domain.mailboxes import Address, Failure, Mailbox, MessageStatus, Posted, Told
from services.subscriptions.settings import MeshSettings

_FAILURES: Final = (MeshError, requests.RequestException, HTTPError, OSError, ValueError, KeyError)
"""What a call may raise: the libraries below speak up by themselves where the client does not catch it."""
logging.getLogger("urllib3.connectionpool").setLevel(logging.ERROR)  # its warnings name the mailbox
_REFUSED: Final = frozenset({401, 403})
_UNKNOWN: Final = 404
_MOST_REPORTS: Final = 100
_RETRIES: Final = 1
"""How often the client tries a request again by itself, all but the first of a message: whoever calls tries again."""


class NowhereToSend(OSError):  # noqa: N818  named for what it is
    """An operator does not say (any more) where MESH is."""


class MeshCalls:
    """Each call opens the mailbox anew: what opens it is nowhere for longer than that."""

    def __init__(self, settings: MeshSettings) -> None:
        self._settings = settings

    def send(self, mailbox: Mailbox, to: Address, posted: Posted) -> str | Failure:
        """Send a message, in parts where it is long; returns the id that MESH gives it."""
        try:
            return self._send(mailbox, to, posted)
        except _FAILURES as error:
            return failure_of(error)

    def look(self, mailbox: Mailbox, to: Address, message_ids: Sequence[str]) -> Mapping[str, Told] | Failure:
        """What became of messages, by MESH's ids: as it tells of each, and as its reports in our mailbox do."""
        try:
            return self._look(mailbox, to, message_ids)
        except _FAILURES as error:
            return failure_of(error)

    def _send(self, mailbox: Mailbox, to: Address, posted: Posted) -> str:
        with self._open(mailbox) as client:
            client.handshake()
            found: str = client.send_message(
                to.mailbox,
                posted.content,
                workflow_id=to.workflow_id,
                local_id=posted.local_id,
                filename=posted.file_name,
                subject=posted.subject,
                content_type=BATCH,
            )
            return found

    def _look(self, mailbox: Mailbox, to: Address, message_ids: Sequence[str]) -> dict[str, Told]:
        with self._open(mailbox) as client:
            found = {each: _tracked(client, each) for each in message_ids}
            for report_id, message_id, told in _reports(client, to.workflow_id):
                if message_id in found:
                    found[message_id] = told
                    client.acknowledge_message(report_id)
            return found

    @contextmanager
    def _open(self, mailbox: Mailbox) -> Iterator[MeshClient]:
        settings = self._settings
        if settings.url is None:
            raise NowhereToSend
        with tempfile.TemporaryDirectory() as folder:  # the client reads certificates from files alone
            certificate = _file(folder, "certificate.pem", mailbox.certificate)
            key = _file(folder, "key.pem", mailbox.private_key)
            client = MeshClient(
                settings.url,
                mailbox.id,
                mailbox.password,
                shared_key=mailbox.shared_key.encode(),
                cert=(certificate, key) if certificate and key else None,
                verify=_file(folder, "authorities.pem", mailbox.authorities),
                max_chunk_size=settings.chunk_bytes,
                max_retries=_RETRIES,
                timeout=settings.timeout,
                application_name="commissioning-suite",
            )
            with client:
                yield client


def _file(folder: str, name: str, text: str | None) -> str | None:
    if text is None:
        return None
    path = Path(folder, name)  # in a folder that nobody else may enter
    path.write_text(text, encoding="ascii")
    return str(path)


def _tracked(client: MeshClient, message_id: str) -> Told:
    try:
        found: Any = client.track_message(message_id)
    except requests.HTTPError as error:
        if error.response is not None and error.response.status_code == _UNKNOWN:
            return Told(MessageStatus.UNKNOWN)
        raise
    status = str(found.get("status", "")).lower()
    if status == "acknowledged":
        return Told(MessageStatus.ACKNOWLEDGED)
    if status in {"undeliverable", "error"}:
        return Told(MessageStatus.UNDELIVERABLE, found.get("status_code"), found.get("status_description"))
    return Told(MessageStatus.ACCEPTED)


def _reports(client: MeshClient, workflow_id: str) -> Iterator[tuple[str, str, Told]]:
    """Reports in the mailbox that is sent from: their id, of which message, and what they say.

    Whatever else is there is left for whom it is for.
    """
    for report_id in client.list_messages(max_results=_MOST_REPORTS, workflow_filter=workflow_id):
        found = client.retrieve_message(report_id)
        try:
            linked = found.mex_header("linkedmsgid")
            if found.message_type == "REPORT" and linked:
                told = Told(
                    MessageStatus.UNDELIVERABLE,
                    found.mex_header("statuscode"),
                    found.mex_header("statusdescription"),
                )
                yield report_id, linked, told
        finally:
            found.close()


def failure_of(error: Exception) -> Failure:
    """Why a call failed, in words for the log of its owner: of what opens the mailbox they say nothing."""
    if isinstance(error, NowhereToSend):
        return Failure(Outcome.UNREACHABLE, None, "No operator says where MESH is (SUBSCRIPTIONS_MESH_URL).")
    if isinstance(error, MeshError):
        return Failure(
            Outcome.REFUSED, None, f"MESH refuses the message: {error.args[0] if error.args else 'no reason'}"
        )
    if isinstance(error, requests.HTTPError) and error.response is not None:
        return Failure(Outcome.REFUSED, error.response.status_code, _said(error.response.status_code))
    if isinstance(error, requests.Timeout):
        return Failure(Outcome.TIMED_OUT, None, "MESH does not answer in time.")
    return _without_answer(error)


def _without_answer(error: Exception) -> Failure:
    kind = type(error).__name__
    is_away = isinstance(error, requests.ConnectionError | requests.exceptions.RetryError | HTTPError)
    if is_away or (isinstance(error, OSError) and not isinstance(error, requests.RequestException)):
        return Failure(Outcome.UNREACHABLE, None, f"MESH cannot be reached, or is too busy ({kind}).")
    return Failure(Outcome.REFUSED, None, f"MESH answers what nobody understands ({kind}).")


def _said(status: int) -> str:
    if status in _REFUSED:
        return (
            f"MESH does not open the mailbox (status {status}): its id, its password, the shared key, the certificate "
            "or this machine's clock is not what MESH expects."
        )
    return f"MESH answers with status {status}."
