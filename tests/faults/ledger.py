"""The one comparison: what the services hold against a fold over what the indicators service published.

Every check returns sentences about what differs; nothing may.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from chassis.bus.port import Record
from contracts.indicators import subject
from contracts.period import Period
from contracts.risks import RISK_RESCORED, Band
from contracts.topics import SERVICES, events_topic, state_topic
from services.risks.domain.links import IndicatorLink, LinkKey, SeriesKey
from services.risks.domain.matrix import BandedRating, Matrix, Rating
from services.risks.domain.rating import Kind, Mode, RatingInputs, rate
from services.risks.domain.severity import (
    OF_INDICATORS,
    WITHOUT_EVENT,
    Provisional,
    Signal,
    SignalSeverities,
    signal_severities,
)
from services.risks.repository.json_formats import read_items, read_rating
from services.risks.repository.links import read_series
from services.risks.repository.signals import read_severities
from tests.faults.feed_fold import feed_differing
from tests.faults.holdings import (
    CONSUMERS,
    TODAY,
    Access,
    Aggregate,
    Holdings,
    Told,
    differ,
    events_told,
    holdings,
    inbox_of,
    newest,
    other_events_told,
    period_of,
    set_aside,
)
from tests.faults.savings_fold import facts_differing, money_differing
from tests.faults.world import FOREIGN, Acknowledged


@dataclass(slots=True)
class Report:
    """What differs (nothing may), and how much there was to compare."""

    differences: list[str]
    events: int
    applied: int
    lost: int
    doubled: int

    def raise_for_differences(self) -> "Report":
        assert not self.differences, "\n".join(self.differences[:40])
        return self


SHOWN = 6
"""Periods that a series shows."""


async def compare(access: Access, acknowledged: Sequence[Acknowledged] = ()) -> Report:
    """Compare everything, once nothing moves any more."""
    held = await holdings(access)
    told = events_told(held)
    asides = {consumer: set_aside(held, consumer) for consumer in CONSUMERS}
    heard = {consumer: [e for e in told if (e.subject, e.version) not in asides[consumer]] for consumer in CONSUMERS}
    missing = list(acknowledged_missing(held, acknowledged))
    found = [
        *missing,
        *_observations(held, told),
        *(line for service in SERVICES for line in _published(held, service)),
        *(line for consumer in CONSUMERS for line in _applied(held, consumer, heard[consumer])),
        *_derived(held, heard),
        *_histories(held),
        *feed_differing(held),
    ]
    inboxes = {consumer: inbox_of(held, consumer) for consumer in CONSUMERS}
    unapplied = sum(len({(e.subject, e.version) for e in heard[c]} - inboxes[c].keys()) for c in CONSUMERS)
    return Report(
        found,
        events=len(told),
        applied=sum(inbox.total() for inbox in inboxes.values()),
        lost=len(missing) + unapplied,
        doubled=sum(inbox.total() - len(inbox) for inbox in inboxes.values()),
    )


async def compare_state(access: Access, acknowledged: Sequence[Acknowledged] = ()) -> list[str]:
    """Compare what consumers derived with the fold over what producers say now, where times were lost before.

    Nothing is asked of how it came to that: versions were used twice, and a bus may have forgotten events.
    """
    held = await holdings(access)
    told = events_told(held)
    return [*acknowledged_missing(held, acknowledged), *_derived(held, dict.fromkeys(CONSUMERS, told))]


def _derived(held: Holdings, heard: Mapping[str, Sequence[Told]]) -> list[str]:
    return [
        *_signals(held, heard["risks"]),
        *_ratings(held, heard["risks"]),
        *_colours(held, heard["pledges"]),
        *facts_differing(held, heard["finance"]),
        *money_differing(held, heard["finance"]),
    ]


# --- the source -------------------------------------------------------------------------------------------------


def acknowledged_missing(held: Holdings, acknowledged: Sequence[Acknowledged]) -> Iterable[str]:
    rows = {
        (row.indicator, row.area, period_of(row), row.revision): row.value
        for row in held.of("indicators", "observation")
    }
    ids = {row.event_id for row in held.of("indicators", "outbox")}
    for one in acknowledged:
        found = rows.get((one.indicator, one.area, Period.parse(one.period), one.revision))
        if found != Decimal(one.value):
            yield f"{one} was acknowledged, and {found} is there"
        if one.event is not None and one.event not in ids:
            yield f"{one} was acknowledged, and its event is not there"


def _observations(held: Holdings, told: Sequence[Told]) -> list[str]:
    """Every revision is told of by exactly one event; the newest event shows the newest revisions."""
    rows = {
        (subject(row.indicator, row.area), period_of(row), row.revision): row.value
        for row in held.of("indicators", "observation")
    }
    ours = [event for event in told if not event.subject.startswith(FOREIGN)]
    changes = [(event.subject, change) for event in ours for change in event.data().changed]
    times = Counter((name, change.period, change.revision) for name, change in changes)
    found = [f"{key} is told of {count} times" for key, count in times.items() if count > 1]
    found += differ("observation", rows, {(n, c.period, c.revision): c.value for n, c in changes})
    latest: dict[str, dict[Period, int]] = defaultdict(dict)
    for name, period, revision in rows:
        latest[name][period] = max(revision, latest[name].get(period, 0))
    shown = {event.subject: {p.period: p.revision for p in event.data().series} for event in newest(ours).values()}
    six = {name: _six(periods) for name, periods in latest.items()}
    versions = {subject(row.indicator, row.area): row.version for row in held.of("indicators", "series")}
    standing = {event.subject: event.version for event in newest(ours).values()}
    return found + differ("series", shown, six) + differ("version of series", versions, standing)


def _six(revisions: Mapping[Period, int]) -> dict[Period, int]:
    """Those of the six periods that end at the latest; every value here is final and stays."""
    last = max(revisions)
    window = [last]
    while len(window) < SHOWN:
        window.append(window[-1].previous())
    return {period: revision for period, revision in revisions.items() if period in window}


# --- the bus ----------------------------------------------------------------------------------------------------


def _published(held: Holdings, service: str) -> list[str]:
    """All published, no place skipped, and on the topic what is in the outbox, in the order of each aggregate."""
    outbox = held.of(service, "outbox")
    places = {row.outbox_id: row.position for row in held.of(service, "feed")}
    positions = sorted(places.values())
    found = [] if positions == list(range(1, len(outbox) + 1)) else [f"{service}: places {_gaps(positions)}"]
    versions: dict[str, list[int]] = defaultdict(list)
    for row in sorted(outbox, key=lambda row: places.get(row.id, 0)):
        versions[row.subject].append(row.version)
    found += [
        f"{service}: {name} has versions {numbers} in the order of the feed"
        for name, numbers in versions.items()
        if numbers != list(range(1, len(numbers) + 1)) and not name.startswith(FOREIGN)
    ]
    first = _first_on(held.topics[events_topic(service)])
    kept = {(row.subject, row.version): row.event_id for row in outbox}
    found += differ(f"{service}: event", {key: name for key, name in first.items() if _is_ours(key, kept)}, kept)
    return found + _order(service, first) + _state(held, service, versions)


def _is_ours(key: Aggregate, kept: Collection[Aggregate]) -> bool:
    return key in kept or not key[0].startswith(FOREIGN)


def _first_on(records: Iterable[Record]) -> dict[Aggregate, str]:
    """Distinct (aggregate, version) with the event's id, in order of first appearance."""
    found: dict[Aggregate, str] = {}
    for record in records:
        if record.headers.get("event-id"):
            key = (record.key, int(record.headers["event-version"]))
            found.setdefault(key, record.headers["event-id"])
    return found


def _gaps(positions: Sequence[int]) -> str:
    missing = sorted(set(range(1, (positions or [0])[-1] + 1)) - set(positions))
    return f"{missing[:10]} are missing of {len(positions)}, or some events are not published"


def _order(service: str, first: Iterable[Aggregate]) -> list[str]:
    at: dict[str, int] = {}
    found = []
    for name, version in first:
        if version < at.get(name, 0) and not name.startswith(FOREIGN):
            found.append(f"{service}: version {version} of {name} came after {at[name]}")
        at[name] = version
    return found


def _state(held: Holdings, service: str, versions: Mapping[str, Sequence[int]]) -> list[str]:
    """The compacted topic, where there is one, ends with the newest of every aggregate."""
    records = held.topics.get(state_topic(service))
    if records is None:
        return []
    last = {record.key: int(record.headers["event-version"]) for record in records}
    return differ(f"{service}: newest of", last, {name: max(numbers) for name, numbers in versions.items()})


def _applied(held: Holdings, consumer: str, heard: Sequence[Told]) -> list[str]:
    """Effects applied = distinct (aggregate, version): one inbox row each.

    What a newer version superseded may be taken in when it is published again: it changes nothing then.
    """
    superseded = {(row.subject, row.version) for row in held.of(consumer, "dead_letter") if row.state == "superseded"}
    inbox = {key: count for key, count in inbox_of(held, consumer).items() if key not in superseded or count > 1}
    wanted = {(e.subject, e.version) for e in heard} | other_events_told(held)
    return differ(f"{consumer} applied", inbox, dict.fromkeys(wanted, 1)) + [
        f"{consumer} parked {letter.subject} v{letter.version}: {letter.error[:200]}"
        for letter in held.of(consumer, "dead_letter")
        if letter.state == "parked"
    ]


# --- risks ------------------------------------------------------------------------------------------------------


def _severities(event: Told) -> dict[Signal, SignalSeverities]:
    return {signal: signal_severities(event.data().series, signal) for signal in OF_INDICATORS}


def _signals(held: Holdings, heard: Sequence[Told]) -> list[str]:
    severities: dict[str, dict[Signal, SignalSeverities]] = defaultdict(dict)
    for row in held.of("risks", "indicator_signal"):
        severities[row.subject][Signal(row.signal)] = read_severities(row)
    rows = {
        row.subject: (row.version, row.event_id, severities[row.subject])
        for row in held.of("risks", "indicator_series")
        if row.version and not SeriesKey(row.subject, "").is_fund
    }
    wanted = {name: (event.version, event.event_id, _severities(event)) for name, event in newest(heard).items()}
    return differ("signal", rows, wanted)


def _ratings(held: Holdings, heard: Sequence[Told]) -> list[str]:
    """Indicated and effective rating of every risk by the pure rules, from snapshots and the newest events."""
    now = {name: _severities(event) for name, event in newest(heard).items()}
    matrices = {row.id: _matrix(row) for row in held.of("risks", "matrix")}
    links: dict[int, list[IndicatorLink]] = defaultdict(list)
    for row in held.of("risks", "risk_link"):
        key = LinkKey(read_series(row), Signal(row.signal), Provisional(row.provisional))
        signal = now.get(row.subject, {}).get(key.signal, WITHOUT_EVENT)
        severity = signal.read_with(key.provisional).severity
        links[row.risk_id].append(IndicatorLink(key, row.causal_group, row.severity_at, severity))
    here, there = {}, {}
    for risk in held.of("risks", "risk"):
        assessed = Rating(risk.assessed_impact, risk.assessed_likelihood)
        inputs = RatingInputs(
            Kind(risk.kind), Mode(risk.mode), matrices[risk.matrix_id], assessed, risk.target_likelihood
        )
        ratings = rate(inputs, links[risk.id], TODAY)
        here[risk.ref] = (
            Rating(risk.indicated_impact, risk.indicated_likelihood),
            Rating(risk.effective_impact, risk.effective_likelihood),
            Band(risk.effective_band),
        )
        there[risk.ref] = (ratings.indicated, ratings.effective, inputs.matrix.band(ratings.effective))
    return differ("risk", here, there)


def _matrix(row: Any) -> Matrix:
    grid = tuple(tuple(Band(band) for band in line) for line in read_items(row.grid))
    axes = tuple(read_items(row.impacts)), tuple(read_items(row.likelihoods))
    return Matrix(row.code, row.version, row.title, *axes, grid)


def _banded(body: Any) -> BandedRating | None:
    """A rating of a body, or as it is stored."""
    return read_rating(body) if body else None


def _histories(held: Holdings) -> list[str]:
    """A risk's history is a chain of changes that ends where it stands, and each link was told of once."""
    told: dict[str, list[Any]] = defaultdict(list)
    for row in held.of("risks", "outbox"):
        if row.type == RISK_RESCORED:
            data = json.loads(row.body)["data"]
            told[row.subject].append((_banded(data["before"]), _banded(data["after"]), data["caused_by"]))
    open_proposals = Counter(row.risk_id for row in held.of("risks", "proposal") if row.state == "open")
    found = []
    for risk in held.of("risks", "risk"):
        rows = [row for row in held.of("risks", "history") if row.risk_id == risk.id]
        chain = [(_banded(row.before), _banded(row.after), read_items(row.event_ids)) for row in rows]
        if chain != told[risk.ref]:
            found.append(f"{risk.ref}: {len(chain)} changes in its history, {len(told[risk.ref])} told of")
        befores, afters = [step[0] for step in chain], [step[1] for step in chain]
        if befores != [None, *afters[:-1]] or any(before == after for before, after, _ in chain):
            found.append(f"{risk.ref}: its history is no chain of changes")
        if not afters[-1] or afters[-1].rating.likelihood != risk.effective_likelihood:
            found.append(f"{risk.ref}: its history ends at {afters[-1]}")
        if open_proposals[risk.id] > 1:
            found.append(f"{risk.ref}: {open_proposals[risk.id]} proposals are open")
    return found


# --- pledges ----------------------------------------------------------------------------------------------------


def _colours(held: Holdings, heard: Sequence[Told]) -> list[str]:
    rows = {
        subject(row.indicator, row.area): (row.version, row.event_id, row.benchmark, row.trend, row.target)
        for row in held.of("pledges", "indicator_colour")
        if row.version
    }
    wanted = {}
    for name, event in newest(heard).items():
        data = event.data()
        target = data.target.colour.value if data.target else None
        wanted[name] = (event.version, event.event_id, data.benchmark.colour.value, data.trend.colour.value, target)
    return differ("colours of", rows, wanted)
