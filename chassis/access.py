"""What a caller is held to within a use case: areas and directorates of the key, and duties that two persons share."""

from collections.abc import Collection

from chassis.errors import AreaForbidden, DirectorateForbidden, SamePerson
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


def require_within_directorates(tx: Tx, directorates: Collection[str]) -> None:
    """Let the caller write for these directorates; of none, nothing was found that is of any.

    Raises:
        DirectorateForbidden: the key is limited to others.
    """
    own = tx.caller.directorates
    foreign = set(directorates) - own if own else set()
    if foreign:
        raise DirectorateForbidden(f"This key writes for {_listed(own)}, not for {_listed(foreign)}.")
    tx.is_within_directorates |= bool(directorates)


def refuse_beyond_limits(tx: Tx) -> None:
    """Refuse a change that is of no area or directorate of a caller who is limited to some.

    Raises:
        AreaForbidden, DirectorateForbidden: it is so.
    """
    areas, directorates = tx.caller.areas, tx.caller.directorates
    if (areas and tx.is_within_areas) or (directorates and tx.is_within_directorates):
        return
    if areas:
        raise AreaForbidden(f"This key writes for {_listed(areas)}; what is changed here is of no one area.")
    if directorates:
        told = "what is changed here is of no one directorate"
        raise DirectorateForbidden(f"This key writes for {_listed(directorates)}; {told}.")


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
