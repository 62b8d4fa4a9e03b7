"""Chains of what waits for what: each from the action that waits longest to where it begins."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from portal.api import Json

_DEEPEST: Final = 12


@dataclass(slots=True)
class Waiting:
    """An action, or a dependency of somebody else's, with what it waits for.

    ``again``: it stands above already, with what it waits for; so a chain that is part of several is shown once.
    """

    code: str
    is_action: bool
    about: Json | None
    again: bool = False
    waits_for: list["Waiting"] = field(default_factory=list)


def chains(blocked: Iterable[Json]) -> list[Waiting]:
    """Every blocked action once, below what waits for it; what waits in a circle begins anywhere."""
    by_code = {each["code"]: each for each in blocked}
    waited_for = {one["code"] for each in by_code.values() for one in each["blocked_by"]}
    seen: set[str] = set()
    ends = [code for code in by_code if code not in waited_for]
    return list(_below(ends, by_code, seen)) + list(_below([c for c in by_code if c not in seen], by_code, seen))


def _below(codes: Iterable[str], by_code: dict[str, Json], seen: set[str]) -> Iterator[Waiting]:
    for code in codes:
        if code not in seen:
            yield _waiting(code, by_code, seen)


def _waiting(code: str, by_code: dict[str, Json], seen: set[str]) -> Waiting:
    """So deep and no deeper: what is below that is told as a chain of its own."""
    top = Waiting(code, is_action=True, about=by_code.get(code))
    ahead = [(top, 0)]
    while ahead:
        one, depth = ahead.pop()
        if one.about is None or not one.is_action or depth == _DEEPEST:
            continue
        one.again = one.code in seen
        seen.add(one.code)
        if not one.again:
            one.waits_for = [
                Waiting(each["code"], is_action=each["kind"] == "action", about=by_code.get(each["code"]))
                for each in one.about["blocked_by"]
            ]
            ahead += [(each, depth + 1) for each in one.waits_for]
    return top
