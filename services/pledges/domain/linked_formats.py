"""How what is known of risks and schemes is stored as JSON: format 1, the first."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

from services.pledges.domain.linked import (
    NOT_LINKED,
    LinkedElsewhere,
    LinkedKind,
    LinkedState,
    RiskRating,
    SavingsPosition,
)
from services.pledges.domain.stored_fields import Stored, plain, read_fields

FORMAT: Final = 1
_CLASSES: Final[Mapping[LinkedKind, type[LinkedState]]] = {
    LinkedKind.RISK: RiskRating,
    LinkedKind.SCHEME: SavingsPosition,
}


def write_linked_state(state: LinkedState) -> dict[str, Any]:
    """Its fields by their names; the moment as ISO text, amounts as plain digits."""
    return {"format": FORMAT, **_fields(state)}


def read_linked_state(kind: LinkedKind, stored: Stored | None) -> LinkedState | None:
    return read_fields(_CLASSES[kind], stored) if stored else None


def write_elsewhere(found: LinkedElsewhere) -> dict[str, Any]:
    """As part of another format: its risks and schemes."""
    return _fields(found)


def read_elsewhere(stored: Stored | Sequence[Stored]) -> LinkedElsewhere:
    """None where the format it is part of was written before there were links elsewhere."""
    return read_fields(LinkedElsewhere, stored) if isinstance(stored, Mapping) and "risks" in stored else NOT_LINKED


def _fields(of: LinkedState | LinkedElsewhere) -> dict[str, Any]:
    return {name: plain(value) for name, value in asdict(of).items()}
