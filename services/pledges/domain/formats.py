"""How state is stored as JSON: each kind in a format with a version, every one of which can be read.

Format 0 has no ``format`` of its own: it is the body that a caller once sent, or an event once carried.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from typing import Any

from contracts.breakdown import Breakdown
from contracts.colours import Colour
from contracts.notes import SourcedFigure, SourceNote
from contracts.period import Period, PeriodKind
from services.pledges.domain.action_views import ActionView
from services.pledges.domain.actions import PublishedAction
from services.pledges.domain.delegations import Delegation
from services.pledges.domain.dependencies import Dependency
from services.pledges.domain.indicators import Colours, LinkedIndicator, SeriesKey
from services.pledges.domain.linked import NOT_LINKED, LinkedElsewhere
from services.pledges.domain.linked_formats import read_elsewhere, write_elsewhere
from services.pledges.domain.pledges import Assignment, Measure, PledgeDefinition, PledgeView
from services.pledges.domain.priorities import Priority
from services.pledges.domain.returns import EvidenceLink, QuarterlyReturn
from services.pledges.domain.sign_offs import DecidedState
from services.pledges.domain.status import Delivery, Evidence, Schedule

FORMAT = 1
Stored = Mapping[str, Any]


# ---- what a pledge was made with


def write_definition(definition: PledgeDefinition) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "set": definition.set_code,
        "number": definition.number,
        "theme": definition.theme,
        "title": definition.title,
        "top": definition.top,
        "due": _day(definition.due),
        "delivery": definition.delivery,
        "evidence": definition.evidence,
        "assignments": [_assignment(one) for one in definition.assignments],
        "measure": _measure(definition.measure),
        "cannot_be_rated": definition.cannot_be_rated,
        "notes": _notes(definition.notes),
    }


def read_definition(stored: Stored, set_code: str) -> PledgeDefinition:
    """A definition of the pledge set ``set_code``; format 0 knows no set, measure or notes."""
    return PledgeDefinition(
        set_code=stored.get("set", set_code),
        number=stored["number"],
        theme=stored["theme"],
        title=stored["title"],
        assignments=tuple(_read_assignment(one) for one in stored["assignments"]),
        top=stored["top"],
        due=_read_day(stored["due"]),
        delivery=Delivery(stored["delivery"]),
        evidence=Evidence(stored["evidence"]),
        measure=_read_measure(stored.get("measure")),
        cannot_be_rated=stored.get("cannot_be_rated"),
        notes=_read_notes(stored.get("notes", ())),
    )


def _assignment(assignment: Assignment) -> dict[str, Any]:
    days = {"valid_from": _day(assignment.valid_from), "valid_to": _day(assignment.valid_to)}
    return {**asdict(assignment), "lead_officers": list(assignment.lead_officers), **days}


def _read_assignment(stored: Stored) -> Assignment:
    return Assignment(
        portfolio_holder=stored["portfolio_holder"],
        department=stored["department"],
        director=stored["director"],
        lead_officers=tuple(stored["lead_officers"]),
        valid_from=_read_day(stored.get("valid_from")),
        valid_to=_read_day(stored.get("valid_to")),
    )


def _measure(measure: Measure | None) -> dict[str, Any] | None:
    return {**asdict(measure), "date": _day(measure.date)} if measure else None


def _read_measure(stored: Stored | None) -> Measure | None:
    return Measure(stored["measure"], stored["baseline"], date.fromisoformat(stored["date"])) if stored else None


# ---- notes


def write_notes(notes: Sequence[SourceNote]) -> dict[str, Any] | None:
    return {"format": FORMAT, "notes": _notes(notes)} if notes else None


def read_notes(stored: Stored | None) -> tuple[SourceNote, ...]:
    return _read_notes(stored["notes"]) if stored else ()


def _notes(notes: Sequence[SourceNote]) -> list[dict[str, Any]]:
    return [asdict(note) for note in notes]


def _read_notes(stored: Sequence[Stored]) -> tuple[SourceNote, ...]:
    return tuple(
        SourceNote(one["topic"], tuple(SourcedFigure(**each) for each in one["figures"]), one["used"], one["why"])
        for one in stored
    )


# ---- what a pledge's newest event carries


def write_published(indicators: Sequence[LinkedIndicator], elsewhere: LinkedElsewhere = NOT_LINKED) -> dict[str, Any]:
    return {"format": FORMAT, "indicators": [_indicator(one) for one in indicators], **write_elsewhere(elsewhere)}


def read_published(stored: Stored | Sequence[Stored]) -> tuple[LinkedIndicator, ...]:
    """Format 0 is the list of the event's own indicators, its periods as labels."""
    if isinstance(stored, Mapping):
        return tuple(_read_indicator(one, _read_period(one["period"])) for one in stored["indicators"])
    return tuple(_read_indicator(one, one["period"] and Period.parse(one["period"])) for one in stored)


def _indicator(linked: LinkedIndicator) -> dict[str, Any]:
    colours, period = linked.colours, linked.colours.period
    return {
        **_key(linked.key),
        "pending": linked.pending,
        "period": period and [period.kind, period.start.isoformat(), period.end.isoformat()],
        "benchmark": colours.benchmark,
        "trend": colours.trend,
        "target": colours.target,
        "provisional": [colours.benchmark_provisional, colours.trend_provisional, colours.target_provisional],
        "value": None if colours.value is None else format(colours.value, "f"),
        "unit": colours.unit,
    }


def _key(key: SeriesKey) -> dict[str, str]:
    return {"indicator": key.indicator, "area": key.area, "breakdown": key.breakdown.text}


def _read_period(stored: Sequence[str] | None) -> Period | None:
    if stored is None:
        return None
    kind, start, end = stored
    return Period(PeriodKind(kind), date.fromisoformat(start), date.fromisoformat(end))


def _read_indicator(stored: Stored, period: Period | None) -> LinkedIndicator:
    benchmark, trend, target = (
        None if stored[name] is None else Colour(stored[name]) for name in ("benchmark", "trend", "target")
    )
    value, provisional = stored.get("value"), stored.get("provisional", (False, False, False))
    colours = Colours(
        period,
        benchmark,
        trend,
        target,
        benchmark_provisional=provisional[0],
        trend_provisional=provisional[1],
        target_provisional=provisional[2],
        value=None if value is None else Decimal(value),
        unit=stored.get("unit"),
    )
    key = SeriesKey(stored["indicator"], stored["area"], Breakdown.parse(stored.get("breakdown", "")))
    return LinkedIndicator(key, colours, stored.get("pending", False))


# ---- states, as revisions and the audit record them


def write_pledge_state(view: PledgeView) -> dict[str, Any]:
    """All that people have set of a pledge; what indicators and the calendar say of it is recorded elsewhere."""
    pledge = view.pledge
    return {
        "format": FORMAT,
        "set": pledge.set_code,
        "number": pledge.number,
        "theme": pledge.theme,
        "title": pledge.title,
        "wording": view.wording,
        "top": pledge.top,
        "due": _day(pledge.due),
        "delivery": pledge.progress.delivery,
        "closed_on": _day(pledge.progress.closed_on),
        "evidence": pledge.evidence,
        "measure": _measure(pledge.measure),
        "cannot_be_rated": pledge.cannot_be_rated,
        "assignments": [_assignment(one) for one in view.assignments],
        "links": [_key(one.key) for one in view.indicators],
        **_links_elsewhere(view.elsewhere),
        "notes": _notes(pledge.notes),
    }


def _links_elsewhere(found: LinkedElsewhere) -> dict[str, list[str]]:
    """Left out where there are none, as before there were any."""
    named = {"risks": [one.code for one in found.risks], "schemes": [one.code for one in found.schemes]}
    return {name: codes for name, codes in named.items() if codes}


def write_action_state(view: ActionView) -> dict[str, Any]:
    definition, progress = view.action.definition, view.action.progress
    return {
        "format": FORMAT,
        **asdict(definition),
        "due": _day(definition.due),
        "weight": None if definition.weight is None else format(definition.weight, "f"),
        "delivery": progress.delivery,
        "closed_on": _day(progress.closed_on),
        "links": [_key(one.key) for one in view.indicators],
    }


def write_published_action(published: PublishedAction | None) -> dict[str, Any] | None:
    if published is None:
        return None
    days = {name: _day(getattr(published, name)) for name in ("due", "closed_on", "needed_by")}
    lists = {name: list(getattr(published, name)) for name in ("depends_on", "blocked_by", "blocked_at")}
    return {"format": FORMAT, **asdict(published), **days, **lists}


def read_published_action(stored: Stored | None) -> PublishedAction | None:
    if stored is None:
        return None
    return PublishedAction(
        title=stored["title"],
        priority=stored["priority"],
        kind=stored["kind"],
        part_of=stored["part_of"],
        due=_read_day(stored["due"]),
        delivery=Delivery(stored["delivery"]),
        closed_on=_read_day(stored["closed_on"]),
        schedule=Schedule(stored["schedule"]),
        depends_on=tuple(stored["depends_on"]),
        blocked_by=tuple(stored["blocked_by"]),
        blocked_at=tuple(stored["blocked_at"]),
        needed_by=_read_day(stored["needed_by"]),
    )


def write_dependency_state(dependency: Dependency) -> dict[str, Any]:
    definition = dependency.definition
    needed_by = {"needed_by": _day(definition.needed_by)}
    return {"format": FORMAT, **asdict(definition), **needed_by, "state": dependency.state}


# ---- what a decision was taken on


def write_decided_state(state: DecidedState) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "version": state.version,
        "wording": state.wording,
        "due": _day(state.due),
        "delivery": state.delivery,
        "evidence": state.evidence,
        "schedule": state.schedule,
        "indicators": [_indicator(one) for one in state.indicators],
        **write_elsewhere(state.elsewhere),
    }


def read_decided_state(stored: Stored) -> DecidedState:
    return DecidedState(
        version=stored["version"],
        wording=stored["wording"],
        due=_read_day(stored["due"]),
        delivery=Delivery(stored["delivery"]),
        evidence=Evidence(stored["evidence"]),
        schedule=Schedule(stored["schedule"]),
        indicators=read_published(stored),
        elsewhere=read_elsewhere(stored),
    )


# ---- quarterly returns and their evidence


def write_evidence(links: Sequence[EvidenceLink]) -> dict[str, Any]:
    return {"format": FORMAT, "links": [asdict(link) for link in links]}


def read_evidence(stored: Stored) -> tuple[EvidenceLink, ...]:
    return tuple(EvidenceLink(one["title"], one["url"]) for one in stored["links"])


def write_return_state(found: QuarterlyReturn) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "pledge": found.pledge,
        "quarter": found.quarter.label,
        "state": found.state,
        "colour": found.colour,
        "narrative": found.narrative,
        "next_steps": found.next_steps,
        "evidence": [asdict(link) for link in found.evidence],
        "submitted_on": _day(found.submitted_on),
    }


def write_delegation_state(delegation: Delegation) -> dict[str, Any]:
    days = {"valid_from": _day(delegation.valid_from), "valid_to": _day(delegation.valid_to)}
    return {"format": FORMAT, **asdict(delegation), **days}


def write_priority_state(priority: Priority) -> dict[str, Any]:
    return {"format": FORMAT, **asdict(priority)}


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _read_day(stored: str | None) -> date | None:
    return date.fromisoformat(stored) if stored else None
