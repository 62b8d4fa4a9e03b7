"""Rules of quality, and what is found by them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from chassis.errors import FieldError
from chassis.paging import Page, PageRequest
from chassis.storage.transaction import Tx
from contracts.period import Period
from services.indicators.domain.definitions import Indicator, IndicatorFilter, is_code
from services.indicators.domain.observations import Observation, Revision, SeriesKey
from services.indicators.domain.punctuality import late_of
from services.indicators.domain.quality import (
    HISTORY,
    IndicatorQuality,
    QualityFinding,
    QualityKind,
    QualityRules,
    contradictions,
    outlier_reason,
    outliers,
)
from services.indicators.domain.window import window_size
from services.indicators.errors import QualityRulesInvalid
from services.indicators.repository import indicators, observations, quality, series
from services.indicators.service.areas import get_named_area
from services.indicators.service.auditing import record_quality_rules
from services.indicators.service.indicators import get_indicator
from services.indicators.service.late_values import latest_periods
from services.indicators.service.suppression import Hidden, as_published, get_hidden, where

PAGE: Final = 200
"""Indicators that are looked at at once."""


async def get_rules(tx: Tx, code: str) -> QualityRules:
    """What is declared of an indicator's figures, be it nothing.

    Raises:
        IndicatorUnknown: there is none.
    """
    await get_indicator(tx, code)
    return (await quality.get_rules(tx, [code])).get(code) or QualityRules(code)


async def save_rules(tx: Tx, rules: QualityRules) -> None:
    """Put the rules of an indicator in place; the same again changes nothing.

    Raises:
        IndicatorUnknown: there is none.
        QualityRulesInvalid: another indicator is not known, or is the indicator itself.
    """
    if is_code(rules.indicator):
        await indicators.lock_indicators(tx, [rules.indicator])
    await get_indicator(tx, rules.indicator)
    others = [each.indicator for each in rules.relations]
    unknown = set(others) - set(await indicators.get_indicators(tx, others)) | ({rules.indicator} & set(others))
    if unknown:
        errors = [FieldError("relations", f"{code} is not another indicator that is known") for code in sorted(unknown)]
        raise QualityRulesInvalid("A relation is to an indicator that is not known.", errors)
    before = (await quality.get_rules(tx, [rules.indicator])).get(rules.indicator)
    if before != rules:
        await quality.save_rules(tx, rules)
    record_quality_rules(tx, before, rules)


@dataclass(frozen=True, slots=True)
class _Checked:
    """What the figures of some indicators are checked by, as they are published; ``history`` is oldest first."""

    rules: Mapping[str, QualityRules]
    history: Mapping[SeriesKey, Sequence[Revision]]
    others: Mapping[SeriesKey, Mapping[Period, Observation]]
    hidden: Hidden
    latest: Mapping[SeriesKey, Period]
    today: date

    def shown(self, key: SeriesKey) -> Sequence[Revision]:
        return _shown(self.history[key])


def _shown(history: Sequence[Revision]) -> Sequence[Revision]:
    """The latest six periods, as everywhere."""
    return history[len(history) - window_size([each.period for each in history]) :]


async def list_quality(
    tx: Tx, request: PageRequest, wanted: IndicatorFilter, kinds: frozenset[QualityKind]
) -> Page[IndicatorQuality]:
    """A page of indicators with what is to be looked at of each; those with nothing are left out of it.

    As many statements for any number of indicators, series and observations.

    Raises:
        ReferenceInvalid: the area is not known.
    """
    if wanted.area is not None:
        await get_named_area(tx, wanted.area)
    page = await indicators.list_indicators(tx, request, wanted)
    checked = await _load(tx, page.items, wanted.area)
    found = []
    for indicator in page.items:
        of_kind = tuple(each for each in _findings(indicator, checked) if not kinds or each.kind in kinds)
        found += [IndicatorQuality(indicator, of_kind)] if of_kind else []
    return page.with_items(found)


async def get_all_quality(tx: Tx, wanted: IndicatorFilter, kinds: frozenset[QualityKind]) -> Sequence[IndicatorQuality]:
    """All indicators of which something is to be looked at; raises as :func:`list_quality`."""
    page = await list_quality(tx, PageRequest(PAGE), wanted, kinds)
    found = [*page.items]
    while page.more_after is not None:
        page = await list_quality(tx, PageRequest(PAGE, page.more_after), wanted, kinds)
        found += page.items
    return found


async def _load(tx: Tx, defined: Sequence[Indicator], area: str | None) -> _Checked:
    """Findings are made with what is published, so that none says what a number is that is hidden."""
    by_code = {each.code: each for each in defined}
    rules = await quality.get_rules(tx, by_code)
    keys = await series.list_keys_of(tx, by_code, None if area is None else [area])
    recorded = await observations.get_latest(tx, keys, "", reach=HISTORY)
    compared = await observations.get_ending(tx, set(_compared(_histories(keys, recorded), rules)))
    related = await indicators.get_indicators(tx, {each.series.indicator for each in compared} - by_code.keys())
    hidden = await get_hidden(tx, [*recorded, *compared], by_code | related)
    others: dict[SeriesKey, dict[Period, Observation]] = {}
    for each in as_published(compared, hidden):
        others.setdefault(each.series, {})[each.period] = each.observation
    history = _histories(keys, as_published(recorded, hidden))
    return _Checked(rules, history, others, hidden, latest_periods(recorded), await tx.business_date())


def _histories(keys: Sequence[SeriesKey], revisions: Sequence[Revision]) -> dict[SeriesKey, list[Revision]]:
    found: dict[SeriesKey, list[Revision]] = {key: [] for key in keys}
    for each in sorted(revisions, key=lambda each: each.period.sort_key):
        found[each.series].append(each)
    return found


def _compared(
    histories: Mapping[SeriesKey, Sequence[Revision]], rules: Mapping[str, QualityRules]
) -> Iterator[observations.SeriesEnd]:
    """What the values shown are compared with by declared relations."""
    for key, history in histories.items():
        declared = rules.get(key.indicator)
        for relation in declared.relations if declared else ():
            for each in _shown(history):
                yield key._replace(indicator=relation.indicator), each.period.end


def _findings(indicator: Indicator, checked: _Checked) -> Iterator[QualityFinding]:
    if indicator.owner is None:
        yield QualityFinding(QualityKind.NO_OWNER, "nobody is named who answers for it")
    for key in (each for each in checked.history if each.indicator == indicator.code):
        late = late_of(indicator, checked.rules.get(key.indicator), checked.latest.get(key), checked.today)
        if late is not None:
            yield QualityFinding(QualityKind.LATE, late.reason, key, late.period)
        yield from _of_values(key, checked)


def _of_values(key: SeriesKey, checked: _Checked) -> Iterator[QualityFinding]:
    """What is to be looked at of the values shown."""
    shown = checked.shown(key)
    periods = {each.period for each in shown}
    for seen, score in outliers([each.observation for each in checked.history[key]]):
        if seen.period in periods:
            yield QualityFinding(QualityKind.OUTLIER, outlier_reason(seen, score), key, seen.period)
    rules = checked.rules.get(key.indicator) or QualityRules(key.indicator)
    for declared in rules.relations:
        other = checked.others.get(key._replace(indicator=declared.indicator), {})
        for seen, reason in contradictions([each.observation for each in shown], other, declared):
            yield QualityFinding(QualityKind.CONTRADICTION, reason, key, seen.period)
    for each in shown:
        if where(each) in checked.hidden:
            yield QualityFinding(QualityKind.SMALL_NUMBER, _small(rules), key, each.period)


def _small(rules: QualityRules) -> str:
    if rules.suppress_below is None:
        return "derived from a small number: published as [c]"
    return f"below {rules.suppress_below}, or what such a one could be worked out from: published as [c]"
