"""Actions as they are shown: with their indicators, what blocks them, and the days that are ahead."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.pledges.domain.actions import Action, ActionFilter, PublishedAction
from services.pledges.domain.indicators import LinkedIndicator
from services.pledges.domain.readiness import READY, Blocker, Readiness
from services.pledges.domain.status import Schedule


@dataclass(frozen=True, slots=True)
class ActionView:
    """An action with all that is shown of it on the business date ``today``.

    ``state_on`` is that day where a past state is shown, None where it is the present one.
    """

    action: Action
    indicators: tuple[LinkedIndicator, ...]
    today: date
    readiness: Readiness = READY
    state_on: date | None = None

    @property
    def schedule(self) -> Schedule:
        return self.action.schedule(self.today)

    @property
    def version(self) -> int | None:
        """How many events the action had; None of a past state, of which that is not kept."""
        return self.action.version if self.state_on is None else None

    def fits(self, wanted: ActionFilter) -> bool:
        """Whether a list with this filter has it."""
        found = {**self._filtered, "schedule": self.schedule, "blocked": self.readiness.is_blocked}
        return all(getattr(wanted, name) in {None, value} for name, value in found.items())

    @property
    def _filtered(self) -> Mapping[str, Any]:
        definition, delivery = self.action.definition, self.action.progress.delivery
        names = ("priority", "kind", "phase", "part_of")
        return {"delivery": delivery, **{name: getattr(definition, name) for name in names}}


@dataclass(frozen=True, slots=True)
class CriticalDates:
    """Open actions that are needed by a day up to ``until``, the earliest first."""

    until: date
    today: date
    actions: tuple[ActionView, ...]


def critical_dates(views: Iterable[ActionView], until: date, today: date) -> CriticalDates:
    ahead = [(one.readiness.needed_by, one.action.code, one) for one in views if one.readiness.needed_by is not None]
    found = sorted((day, code, one) for day, code, one in ahead if day <= until)
    return CriticalDates(until, today, tuple(one for _, _, one in found))


def publishable(action: Action, readiness: Readiness, today: date) -> PublishedAction:
    """What an event of the action carries now."""
    definition, progress = action.definition, action.progress
    return PublishedAction(
        title=definition.title,
        priority=definition.priority,
        kind=definition.kind,
        part_of=definition.part_of,
        due=definition.due,
        delivery=progress.delivery,
        closed_on=progress.closed_on,
        schedule=action.schedule(today),
        depends_on=definition.depends_on,
        blocked_by=_named(readiness.blocked_by),
        blocked_at=_named(readiness.blocked_at),
        needed_by=readiness.needed_by,
    )


def _named(blockers: tuple[Blocker, ...]) -> tuple[str, ...]:
    return tuple(f"{one.kind}/{one.code}" for one in blockers)


def is_newly_overdue(action: Action, now: PublishedAction) -> bool:
    """Whether an open action has become overdue since its newest event."""
    before = action.published.schedule if action.published else None
    open_ = not now.delivery.is_closed
    return open_ and now.schedule is Schedule.OVERDUE and before is not Schedule.OVERDUE
