"""What an import of A&E months would change, decided before anything is sent."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from contracts.indicators import Missing
from contracts.period import Period
from suite.load.ae_file import AeFile, Month
from suite.load.report import CHANGED, CREATED, UNCHANGED
from suite.load.upsert import already_there

SOURCE = "NHS England A&E attendances (Open Government Licence v3.0)"
_FIGURES = ("value", "missing", "count", "denominator", "status")
_PROVIDERS = re.compile(r"Sum of (\d+) providers")

Stored = Mapping[str, Mapping[str, Any]]
"""The observations of an area that are there, by the label of their period."""


@dataclass(frozen=True, slots=True)
class Step:
    """A month of an area: what is sent, and what becomes of what is there."""

    area: str
    period: Period
    outcome: str
    body: Mapping[str, Any]
    before: Mapping[str, Any] | None

    @property
    def needs_reason(self) -> bool:
        """Whether it changes what is, or once was, final."""
        return self.outcome == CHANGED and self.before is not None and self.before["status"] != "provisional"


def observation(area: str, period: Period, month: Month, providers: int | None = None) -> dict[str, Any]:
    """A month as it is sent; ``providers`` is how many a sum has, which its note says.

    Of a month published without attendances there is no percentage: it carries the symbol for that, so that a value
    which was there before does not stay.
    """
    body = {"area": area, "period": period.label, "status": "final", "basis": SOURCE}
    if month.attendances:
        body |= {"value": str(month.percentage), "count": str(month.within), "denominator": str(month.attendances)}
    else:
        body |= {"missing": Missing.NOT_APPLICABLE.value}
    return body | ({"note": f"Sum of {providers} providers"} if providers is not None else {})


def plan(file: AeFile, area: str, stored: Stored) -> list[Step]:
    """The months of an area."""
    return [_step(file, area, period, stored.get(period.label)) for period in file.months[area]]


def _step(file: AeFile, area: str, period: Period, before: Mapping[str, Any] | None) -> Step:
    month = file.months[area][period]
    body = observation(area, period, month, file.summed.get(period) if area == file.sum_area else None)
    outcome = CREATED if before is None else UNCHANGED if _same_figures(body, before) else CHANGED
    return Step(area, period, outcome, body, before)


def _same_figures(body: Mapping[str, Any], before: Mapping[str, Any]) -> bool:
    return all(already_there(body.get(name), before[name]) for name in _FIGURES)


def obstacles(file: AeFile, steps: Sequence[Step], *, reason: str | None, accept_fewer: bool) -> list[str]:
    """Why the steps may not be taken, one sentence each."""
    changes = [step for step in steps if step.needs_reason]
    missing = [] if reason else [f"{_change(step)}: final figures change only with a reason" for step in changes]
    fewer = [] if accept_fewer else [line for step in steps for line in _fewer_providers(file, step)]
    return missing + fewer


def _change(step: Step) -> str:
    before = step.before["value"] or step.before["missing"] if step.before else None
    return f"{step.area} {step.period}: {before or 'withdrawn'} there, {step.body.get('value', 'no attendances')} here"


def _fewer_providers(file: AeFile, step: Step) -> Iterator[str]:
    """A sum that would replace one of more providers, or one that does not say how many it has."""
    if step.area != file.sum_area or step.outcome != CHANGED or step.before is None:
        return
    here = file.summed[step.period]
    found = _PROVIDERS.search(step.before["note"] or "")
    if found is None:
        yield f"{_change(step)}: what is there is no sum of providers, what is here is one of {here}"
    elif int(found[1]) > here:
        yield f"{_change(step)}: what is there is of {found[1]} providers, what is here of {here}"
