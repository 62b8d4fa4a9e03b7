"""What finance does with what it hears of indicators."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from chassis.storage.transaction import Tx
from contracts.colours import Polarity
from contracts.indicators import ObservationStatus
from contracts.period import Period
from services.finance.models import IndicatorArea
from services.finance.repository import facts
from services.finance.repository.books import columns_of
from services.finance.repository.facts import Pair
from services.finance.service.restatement import restate


@dataclass(frozen=True, slots=True)
class Fact:
    """The value of a period, null where it was withdrawn, and the event that told it."""

    revision: int
    value: Decimal | None
    status: ObservationStatus
    event_id: str


@dataclass(slots=True)
class News:
    """What events say: of each indicator in an area the newest version, and of its periods the highest revision."""

    newest: dict[Pair, tuple[int, Polarity]] = field(default_factory=dict)
    facts: dict[tuple[Pair, Period], Fact] = field(default_factory=dict)

    def add(self, pair: Pair, version: int, polarity: Polarity, told: Mapping[Period, Fact]) -> None:
        if pair not in self.newest or version > self.newest[pair][0]:
            self.newest[pair] = (version, polarity)
        for period, fact in told.items():
            known = self.facts.get((pair, period))
            if known is None or fact.revision > known.revision:
                self.facts[pair, period] = fact


async def fold(tx: Tx, news: News) -> News:
    """Keep facts and polarities; order and duplicates cannot matter. A withdrawn value is kept as null."""
    known = await facts.lock_pairs(tx, news.newest)
    moved = [(pair, said) for pair, said in sorted(news.newest.items()) if said[0] > known[pair].version]
    await facts.put_pairs(tx, [_pair_row(known[pair], *said) for pair, said in moved])
    await facts.put_facts(tx, _fact_rows(news))
    return news


async def evaluate(tx: Tx, news: News) -> None:
    """Restate the schemes that these events may move."""
    codes = await facts.schemes_linked_to(tx, news.newest.keys())
    await restate(tx, codes, {fact.event_id for fact in news.facts.values()})


async def restate_all(tx: Tx) -> None:
    """Post what all facts together ask for; nothing where the ledger says it already."""
    await restate(tx, await facts.all_linked_schemes(tx))


def _pair_row(known: IndicatorArea, version: int, polarity: Polarity) -> dict[str, Any]:
    """The polarity of the newest event, and the version at which it last turned (0: it never did)."""
    turned = known.polarity is not None and Polarity(known.polarity) is not polarity
    return {
        "indicator": known.indicator,
        "area": known.area,
        "version": version,
        "polarity": polarity.value,
        "polarity_since": version if turned else known.polarity_since,
    }


def _fact_rows(news: News) -> list[Mapping[str, Any]]:
    ordered = sorted(
        news.facts.items(), key=lambda item: (item[0][0], item[0][1].kind, item[0][1].start, item[0][1].end)
    )
    return [_fact_row(pair, period, fact) for (pair, period), fact in ordered]


def _fact_row(pair: Pair, period: Period, fact: Fact) -> dict[str, Any]:
    return {
        "indicator": pair[0],
        "area": pair[1],
        **columns_of(period),
        "value": fact.value,
        "revision": fact.revision,
        "status": fact.status.value,
        "event_id": fact.event_id,
    }
