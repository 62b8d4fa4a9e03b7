"""What a caller is held to within a use case: the areas of the key, and duties that two persons share."""

from collections.abc import Collection

from chassis.errors import AreaForbidden, SamePerson
from chassis.storage.transaction import Tx


def require_within_areas(tx: Tx, areas: Collection[str]) -> None:
    """Let the caller write for these areas.

    Raises:
        AreaForbidden: the key is limited to others.
    """
    foreign = set(areas) - tx.caller.areas if tx.caller.areas else set()
    if foreign:
        raise AreaForbidden(f"This key writes for {_listed(tx.caller.areas)}, not for {_listed(foreign)}.")
    tx.is_within_areas = True


def refuse_without_area(tx: Tx) -> None:
    """Refuse a change that no area was named for, where the caller is limited to some.

    Raises:
        AreaForbidden: it is so.
    """
    if tx.caller.areas and not tx.is_within_areas:
        raise AreaForbidden(f"This key writes for {_listed(tx.caller.areas)}; what is changed here is of no one area.")


def require_other_person(tx: Tx, *actors: str, did: str) -> None:
    """See that the caller is none of those who did what is decided on now. Call it after everything else is valid.

    Raises:
        SamePerson: it is one of them, by whatever key.
    """
    for actor in actors:
        if tx.caller.is_same(actor):
            raise SamePerson(f"{actor} {did}: another person does this.")


def _listed(codes: Collection[str]) -> str:
    return ", ".join(sorted(codes))
