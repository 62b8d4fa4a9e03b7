"""What can go wrong with a page."""

from collections.abc import Iterable, Mapping
from typing import Any

from chassis.errors import Forbidden, Invalid


class FormForged(Forbidden):
    type_, title = "form-forged", "The form did not come from this site, or was too old"


class UnknownStep(Invalid):
    type_, title = "unknown-step", "The form does not say what is to be done"

    def __init__(self, step: str, steps: Iterable[str]) -> None:
        super().__init__(f"{step!r} is none of: {', '.join(steps)}. Nothing was changed.")


class SignInNeeded(Exception):  # noqa: N818  named for what it is
    """Nobody is signed in."""


class SignInFailed(Exception):  # noqa: N818  named for what it is
    """Somebody came back from the provider and is not signed in.

    Args:
        said: why, and what to do, in a sentence for them.
    """

    def __init__(self, said: str) -> None:
        super().__init__(said)
        self.said = said


class Refused(Exception):  # noqa: N818  named for what it is
    """The API has refused a call of a page.

    Args:
        status: of its answer.
        body: its problem document, or nothing where it sent none.
        headers: of its answer, by names in small letters.
    """

    def __init__(self, status: int, body: dict[str, Any], headers: Mapping[str, str] | None = None) -> None:
        super().__init__(body.get("detail") or body.get("title") or f"status {status}")
        self.status = status
        self.headers = headers or {}
        self.title: str = body.get("title") or "Something went wrong"
        self.detail: str = body.get("detail") or ""
        self.errors: list[dict[str, str]] = list(body.get("errors") or [])
