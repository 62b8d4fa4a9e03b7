"""What finance keeps and posts, against a fold over what the indicators service published."""

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from contracts.breakdown import Breakdown
from contracts.colours import Polarity
from contracts.finance import SAVING_RESTATED
from contracts.indicators import ObservationStatus, subject
from contracts.money import pounds
from contracts.period import Period, PeriodKind
from services.finance.domain import savings
from services.finance.domain.series import Series
from tests.faults.holdings import Holdings, Told, differ, newest, period_of

Fact = tuple[int, Decimal | None, str]


def _folded_facts(heard: Sequence[Told]) -> dict[tuple[str, Period], Fact]:
    found: dict[tuple[str, Period], Fact] = {}
    for event in heard:
        data = event.data()
        for point in (*data.series, *data.changed):
            key = (event.subject, point.period)
            if key not in found or point.revision > found[key][0]:
                found[key] = (point.revision, point.value, point.status.value)
    return found


def facts_differing(held: Holdings, heard: Sequence[Told]) -> list[str]:
    """Periods of a time that was lost stay as withdrawn, of no revision."""
    rows = {
        (subject(row.indicator, row.area, row.breakdown), period_of(row)): (row.revision, row.value, row.status)
        for row in held.of("finance", "observation")
        if row.revision
    }
    return differ("fact", rows, _folded_facts(heard))


def money_differing(held: Holdings, heard: Sequence[Told]) -> list[str]:
    """What every scheme's ledger says of every period, and what was published last of the scheme."""
    facts = _folded_facts(heard)
    polarities = {name: event.data().indicator.polarity for name, event in newest(heard).items()}
    here: dict[tuple[str, Period], savings.Amounts] = {}
    for entry in held.of("finance", "entry"):
        key = (entry.scheme, period_of(entry))
        here[key] = savings.add(here.get(key, savings.NO_AMOUNTS), savings.Amounts(entry.cash, entry.non_cash))
    there = {}
    for scheme in held.of("finance", "scheme"):
        name = subject(scheme.indicator, scheme.area, scheme.breakdown)
        for (known, period), fact in facts.items():
            if known == name:
                there[scheme.code, period] = _due(scheme, polarities[name], period, fact)
    nothing = savings.NO_AMOUNTS
    found = differ(
        "ledger",
        {key: amounts for key, amounts in here.items() if amounts != nothing},
        {key: amounts for key, amounts in there.items() if amounts != nothing},
    )
    return found + _restated(held, here)


def _due(scheme: Any, polarity: Polarity, period: Period, fact: Fact) -> savings.Amounts:
    cost = savings.UnitCost(scheme.unit_cost, scheme.unit_cost_source, scheme.unit_cost_price_year)
    terms = savings.Terms(
        scheme.volume, cost, scheme.marginal_rate, scheme.attribution, scheme.cashable_share, scheme.reprovision
    )
    baseline = savings.Baseline(scheme.baseline_value, PeriodKind(scheme.baseline_every), {})
    series = Series(scheme.indicator, scheme.area, Breakdown.parse(scheme.breakdown))
    link = savings.SchemeLink(series, Period.parse(scheme.financial_year), baseline, terms)
    revision, value, status = fact
    due = savings.period_saving(link, polarity, savings.Observation(period, value, revision, ObservationStatus(status)))
    return due.amounts if due else savings.NO_AMOUNTS


def _restated(held: Holdings, ledger: Mapping[tuple[str, Period], savings.Amounts]) -> list[str]:
    last = {}
    for row in held.of("finance", "outbox"):
        if row.type == SAVING_RESTATED:
            last[row.subject] = (row.version, Decimal(json.loads(row.body)["data"]["indicated"]["amount"]))
    wanted = {}
    for scheme in held.of("finance", "scheme"):
        total = sum((amounts.cash for (code, _), amounts in ledger.items() if code == scheme.code), Decimal(0))
        wanted[scheme.code] = (scheme.version, pounds(total).amount)
    return differ("last told of scheme", last, wanted)
