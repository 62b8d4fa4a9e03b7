"""Reading the states that revisions record: format 1 of ``formats``, whose earliest know fewer fields."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from decimal import Decimal
from typing import Any

from contracts.breakdown import Breakdown
from services.pledges.domain.actions import Action, ActionDefinition, ActionKind
from services.pledges.domain.dependencies import Dependency, DependencyDefinition, DependencyKind, DependencyState
from services.pledges.domain.formats import read_definition
from services.pledges.domain.indicators import SeriesKey
from services.pledges.domain.past import PledgeState
from services.pledges.domain.priorities import Priority
from services.pledges.domain.status import Delivery, Evidence, Progress

Stored = Mapping[str, Any]


def read_pledge_state(stored: Stored) -> PledgeState:
    definition = read_definition(stored, stored["set"])
    return PledgeState(
        set_code=stored["set"],
        number=stored["number"],
        theme=stored["theme"],
        title=stored["title"],
        wording=stored["wording"],
        top=stored["top"],
        due=definition.due,
        progress=_progress(stored),
        evidence=Evidence(stored["evidence"]),
        measure=definition.measure,
        cannot_be_rated=stored["cannot_be_rated"],
        assignments=definition.assignments,
        links=tuple(_key(one) for one in stored["links"]),
    )


def read_action_state(code: str, stored: Stored) -> Action:
    """Without its notes and its links, which nothing that is made of the past shows."""
    given = _fields(ActionDefinition, stored, ("leads", "depends_on", "partners")) | {
        "kind": ActionKind(stored["kind"]),
        "due": _day(stored["due"]),
        "weight": None if stored["weight"] is None else Decimal(stored["weight"]),
        "notes": (),
    }
    return Action(code, ActionDefinition(**given), _progress(stored))


def read_priority_state(stored: Stored) -> Priority:
    """Without its notes."""
    return Priority(stored["code"], stored["title"], stored["gap"], tuple(stored["leads"]))


def read_dependency_state(code: str, stored: Stored) -> Dependency:
    given = _fields(DependencyDefinition, stored, ("partners",)) | {
        "kind": DependencyKind(stored["kind"]),
        "needed_by": _day(stored["needed_by"]),
    }
    return Dependency(code, DependencyDefinition(**given), DependencyState(stored["state"]))


def _fields(of: type[Any], stored: Stored, lists: tuple[str, ...]) -> dict[str, Any]:
    """The fields of ``of`` that are stored; the others have defaults."""
    given = {field.name: stored[field.name] for field in fields(of) if field.name in stored}
    return given | {name: tuple(given[name]) for name in lists if name in given}


def _progress(stored: Stored) -> Progress:
    return Progress(Delivery(stored["delivery"]), _day(stored["closed_on"]))


def _key(stored: Stored) -> SeriesKey:
    return SeriesKey(stored["indicator"], stored["area"], Breakdown.parse(stored.get("breakdown", "")))


def _day(stored: str | None) -> date | None:
    return date.fromisoformat(stored) if stored else None
