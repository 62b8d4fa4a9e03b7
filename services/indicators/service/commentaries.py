"""Commentaries: drafted, revised, published and withdrawn by people; read beside what they are on."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from chassis.access import require_within_areas
from chassis.audit import record_unchanged
from chassis.errors import FieldError, ReasonNeeded
from chassis.events.outbox import emit
from chassis.identity import require_scope
from chassis.paging import Page, PageRequest
from chassis.storage.transaction import Tx
from contracts.period import Period, PeriodKind, UnknownPeriodError
from services.indicators import events
from services.indicators.domain.commentaries import (
    Commentary,
    CommentaryFilter,
    CommentaryHead,
    CommentaryRevision,
    CommentaryState,
    CommentaryView,
    ReadCommentary,
    commentary_faults,
    commentary_on,
    needs_reason,
)
from services.indicators.domain.definitions import is_code
from services.indicators.domain.observations import SeriesKey
from services.indicators.errors import CommentaryInvalid, CommentaryUnknown
from services.indicators.repository import commentaries, indicators
from services.indicators.service.areas import require_areas
from services.indicators.service.auditing import record_commentary
from services.indicators.service.breakdowns import refuse_undeclared
from services.indicators.service.indicators import get_indicator


async def list_commentaries(tx: Tx, request: PageRequest, code: str, wanted: CommentaryFilter) -> Page[CommentaryView]:
    """The commentaries of an indicator, by number.

    Raises:
        IndicatorUnknown: there is no such indicator.
        CommentaryInvalid: the period is none.
    """
    indicator = await get_indicator(tx, code)
    period = _period(wanted.period, indicator.frequency)
    page = await commentaries.list_current(tx, request, code, wanted, period)
    return page.with_items(await _views(tx, code, page.items, wanted.as_of))


async def get_commentary(tx: Tx, code: str, number: int) -> Sequence[CommentaryView]:
    """Every revision of a commentary, oldest first, each with what was published once it was recorded.

    Raises:
        IndicatorUnknown, CommentaryUnknown: there is none.
    """
    await get_indicator(tx, code)
    found = await commentaries.list_revisions(tx, code, number)
    if not found:
        raise CommentaryUnknown(code, number)
    views, published = [], None
    for each in found:
        published = _after(published, each)
        views.append(CommentaryView(each, published))
    return views


def _after(published: CommentaryRevision | None, recorded: CommentaryRevision) -> CommentaryRevision | None:
    """What is published once a revision is recorded after another was."""
    match recorded.commentary.state:
        case CommentaryState.PUBLISHED:
            return recorded
        case CommentaryState.WITHDRAWN:
            return None
    return published


async def record(tx: Tx, code: str, read: ReadCommentary) -> tuple[CommentaryView, bool]:
    """Record a commentary, or its next revision, and emit what is published; it, and whether it is new.

    The same content again changes nothing.

    Raises:
        IndicatorUnknown: there is no such indicator.
        ReferenceInvalid: the area is not known, or the indicator is not broken down so.
        CommentaryInvalid: the period is none, the text is missing, or there is nothing to withdraw.
        ReasonNeeded: what is published would change, and it is not said why.
        InsufficientScope: the caller may draft, and not publish or withdraw, or the reverse.
    """
    if is_code(code):
        await indicators.lock_indicators(tx, [code])
    sent = await _read(tx, code, read)
    require_scope(tx.caller, "indicators:publish" if sent.state.is_public else "indicators:write")
    head = await commentaries.lock_commentary(tx, sent.series, sent.period)
    tx.catch_up()
    before = await commentaries.get_current(tx, code, head.number) if head else None
    if before is not None and before.commentary.content == sent.content:
        record_unchanged(tx)
        return (await _views(tx, code, [before]))[0], False
    published = (await _views(tx, code, [before]))[0].published if before else None
    _refuse(before, published, sent)
    head = head or await commentaries.add_commentary(tx, sent.series, sent.period)
    new = CommentaryRevision(head.number, before.revision + 1 if before else 1, sent, tx.actor, tx.now)
    await commentaries.add_revision(tx, new)
    record_commentary(tx, before, new)
    if sent.state.is_public:
        await _emit(tx, {head: new})
    return CommentaryView(new, _after(published, new)), True


async def _read(tx: Tx, code: str, read: ReadCommentary) -> Commentary:
    indicator = await get_indicator(tx, code)
    try:
        sent = read(indicator.frequency)
    except UnknownPeriodError as error:
        raise CommentaryInvalid(str(error), [FieldError("period", str(error))]) from error
    refuse_undeclared(indicator, sent.series.breakdown)
    await require_areas(tx, {sent.series.area})
    require_within_areas(tx, {sent.series.area})
    return sent


def _refuse(before: CommentaryRevision | None, published: CommentaryRevision | None, sent: Commentary) -> None:
    faults = commentary_faults(before, sent)
    if faults:
        raise CommentaryInvalid("It cannot be recorded.", [FieldError(field, message) for field, message in faults])
    if needs_reason(published, sent) and not sent.reason:
        raise ReasonNeeded


async def _emit(tx: Tx, public: Mapping[CommentaryHead, CommentaryRevision]) -> None:
    """Emit what is public of locked commentaries, of each as its next version."""
    await commentaries.save_next_versions(tx, public)
    for head, revision in public.items():
        emit(tx, events.commentary_published(head.next(), revision))


async def emit_commentaries(tx: Tx, named: Collection[tuple[str, int]]) -> None:
    """Lock commentaries by indicator and number, and emit what is public of each once more. Three statements."""
    heads = await commentaries.lock_commentaries(tx, named)
    public = await commentaries.get_public(tx, named)
    await _emit(tx, {head: public[head.indicator, head.number] for head in heads})


async def _views(
    tx: Tx, code: str, current: Sequence[CommentaryRevision], as_of: datetime | None = None
) -> list[CommentaryView]:
    public = await commentaries.get_public(tx, [(code, each.number) for each in current], as_of)
    return [CommentaryView(each, _published(public.get((code, each.number)))) for each in current]


def _published(public: CommentaryRevision | None) -> CommentaryRevision | None:
    return public if public and public.commentary.state is CommentaryState.PUBLISHED else None


def _period(text: str | None, kind: PeriodKind) -> Period | None:
    if text is None:
        return None
    try:
        return Period.parse(text, kind)
    except UnknownPeriodError as error:
        raise CommentaryInvalid(str(error), [FieldError("period", str(error))]) from error


async def get_commentaries_on(
    tx: Tx, shown: Iterable[tuple[SeriesKey, Period]], area: str, as_of: datetime | None
) -> dict[SeriesKey, CommentaryRevision]:
    """What is published beside the periods that are shown of series in an area. One statement, none of nothing."""
    latest = dict(shown)
    if not latest:
        return {}
    since, until = min(each.start for each in latest.values()), max(each.end for each in latest.values())
    codes = {key.indicator for key in latest}
    by_series: dict[SeriesKey, list[CommentaryRevision]] = {}
    for each in await commentaries.list_published(tx, codes, area, since, until, as_of):
        by_series.setdefault(each.commentary.series, []).append(each)
    found = {key: commentary_on(period, by_series.get(key, ())) for key, period in latest.items()}
    return {key: each for key, each in found.items() if each is not None}
