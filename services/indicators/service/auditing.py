"""Who changed what of indicators: the states that audit entries have, in the words of their answers."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from decimal import Decimal
from typing import Any, Final, TypeVar

from chassis.audit import record_change, record_unchanged
from chassis.storage.transaction import Tx
from services.indicators.domain.areas import Area
from services.indicators.domain.commentaries import CommentaryRevision
from services.indicators.domain.comparisons import AreaGroup
from services.indicators.domain.control.remarks import Recalculation, RecordedRemark, kind_of
from services.indicators.domain.definitions import Framework, Indicator
from services.indicators.domain.formats import (
    area_to_json,
    indicator_to_json,
    limits_to_json,
    mapping_to_json,
    provenance_from_json,
    quality_rules_to_json,
    remark_to_json,
    scorecard_to_json,
    target_to_json,
)
from services.indicators.domain.importing.mapping import FileMapping
from services.indicators.domain.importing.order import ImportOrder
from services.indicators.domain.objectives import Objective, ObjectiveKind
from services.indicators.domain.observations import Revision, SeriesKey
from services.indicators.domain.projections import RecordedProjection
from services.indicators.domain.provenance import PRINTED, Provenance
from services.indicators.domain.quality import QualityRules
from services.indicators.domain.scorecards import Scorecard
from services.indicators.domain.standards import ServiceStandard
from services.indicators.domain.targets import Target

Json = dict[str, Any]
T = TypeVar("T")


def record_area(tx: Tx, before: Area | None, after: Area, reason: str | None = None) -> None:
    states = _each(lambda state: _stored(area_to_json(state)), before, after)
    _record(tx, "area", after.code, *states, reason)


def record_area_group(tx: Tx, before: AreaGroup | None, after: AreaGroup) -> None:
    states = _each(lambda state: asdict(state) | {"areas": list(state.areas)}, before, after)
    _record(tx, "area_group", after.code, *states)


def record_framework(tx: Tx, before: Framework | None, after: Framework, reason: str | None = None) -> None:
    _record(tx, "framework", after.code, *_each(_framework, before, after), reason)


def record_indicator(tx: Tx, before: Indicator | None, after: Indicator, reason: str | None = None) -> None:
    states = _each(lambda state: _stored(indicator_to_json(state)), before, after)
    _record(tx, "indicator", after.code, *states, reason)


def record_revision(tx: Tx, before: Revision | None, after: Revision) -> None:
    """A revision, with the series and the period that it is of; its subject is the indicator."""
    record_change(
        tx,
        subject=after.series.indicator,
        action="observation.revised" if before else "observation.recorded",
        before=None if before is None else _observation(before),
        after=_observation(after),
        reason=after.observation.reason,
        always=_OF_PERIOD,
        plain=True,
    )


def record_target(tx: Tx, key: SeriesKey, before: Target | None, after: Target, reason: str | None) -> None:
    of = _series(key)
    states = _each(lambda state: of | _target(state), before, after)
    record_change(
        tx,
        subject=key.indicator,
        action="target.changed" if before else "target.set",
        before=states[0],
        after=states[1],
        reason=reason,
        always=tuple(of),
    )


def record_commentary(tx: Tx, before: CommentaryRevision | None, after: CommentaryRevision) -> None:
    """A revision of a commentary, with the series and the period that it is on; its subject is the indicator."""
    written = after.commentary
    of = _series(written.series) | {"number": after.number, "period": written.period.label}
    action = f"commentary.{written.state.value if written.state.is_public else 'revised' if before else 'drafted'}"
    states = _each(lambda state: of | _commentary(state), before, after)
    record_change(
        tx,
        subject=written.series.indicator,
        action=action,
        before=states[0],
        after=states[1],
        reason=written.reason,
        always=tuple(of),
    )


def record_projection_revision(tx: Tx, before: RecordedProjection | None, after: RecordedProjection) -> None:
    of = _series(after.series) | {"name": after.projection.name, "period": after.projection.period.label}
    states = _each(lambda state: of | _projection(state), before, after)
    record_change(
        tx,
        subject=after.series.indicator,
        action="projection.revised" if before else "projection.recorded",
        before=states[0],
        after=states[1],
        always=tuple(of),
    )


def record_remark(tx: Tx, before: RecordedRemark | None, after: RecordedRemark) -> None:
    of = _series(after.series) | {"period": after.remark.period.label}
    states = _each(lambda state: of | {"revision": state.number} | _stored(remark_to_json(state.remark)), before, after)
    kind = kind_of(after.remark).value
    record_change(
        tx,
        subject=after.series.indicator,
        action=f"{kind}.revised" if before else f"{kind}.recorded",
        before=states[0],
        after=states[1],
        reason=after.remark.reason if isinstance(after.remark, Recalculation) else None,
        always=tuple(of),
    )


def record_control_signal(tx: Tx, key: SeriesKey, reason: str, *, carried: bool) -> None:
    of = _series(key)
    record_change(
        tx,
        subject=key.indicator,
        action="control_signal.carried" if carried else "control_signal.dropped",
        before=of | {"carried": not carried},
        after=of | {"carried": carried},
        reason=reason,
        always=tuple(of),
    )


def record_scorecard(tx: Tx, before: Scorecard | None, after: Scorecard) -> None:
    states = _each(lambda state: _stored(scorecard_to_json(state)), before, after)
    _record(tx, "scorecard", after.head.code, *states)


def record_objective(tx: Tx, kind: ObjectiveKind, before: Objective | None, after: Objective) -> None:
    _record(tx, kind.value, after.code, *_each(_objective, before, after))


def record_standard(tx: Tx, before: ServiceStandard | None, after: ServiceStandard) -> None:
    _record(tx, "standard", after.code, *_each(_standard, before, after))


def record_quality_rules(tx: Tx, before: QualityRules | None, after: QualityRules) -> None:
    states = _each(lambda state: _stored(quality_rules_to_json(state)), before, after)
    _record(tx, "quality_rules", after.indicator, *states)


def record_mapping(tx: Tx, before: FileMapping | None, after: FileMapping) -> None:
    states = _each(lambda state: _stored(mapping_to_json(state)), before, after)
    _record(tx, "mapping", after.name, *states)


def record_import(tx: Tx, number: int, order: ImportOrder, size: int) -> None:
    """That an import was ordered; what it records has entries of its own."""
    after = {**asdict(order), "bytes": size}
    record_change(tx, subject=str(number), action="import.ordered", before=None, after=after, reason=order.reason)


def record_import_cancelled(tx: Tx, number: int, before: str, after: str) -> None:
    """That an import was to end; nothing where it had ended."""
    if before == after:
        record_unchanged(tx)
        return
    states = {"state": before}, {"state": after}
    record_change(tx, subject=str(number), action="import.cancelled", before=states[0], after=states[1])


def _each(state: Callable[[T], Json], before: T | None, after: T) -> tuple[Json | None, Json]:
    return None if before is None else state(before), state(after)


def _record(tx: Tx, kind: str, code: str, before: Json | None, after: Json, reason: str | None = None) -> None:
    """That it was defined, or amended; nothing where it is as it was."""
    if before == after:
        record_unchanged(tx)
        return
    action = f"{kind}.{'defined' if before is None else 'amended'}"
    record_change(tx, subject=code, action=action, before=before, after=after, reason=reason)


def _stored(content: Mapping[str, Any]) -> Json:
    """Of a stored format what its answer has as well, by the same names."""
    state = {name: value for name, value in content.items() if name not in {"format", "provenance"}}
    found = content.get("provenance")
    return state if "provenance" not in content else state | _provenance(provenance_from_json(found))


def _provenance(provenance: Provenance) -> Json:
    if provenance is PRINTED:
        return {"inferred": [], "notes": []}
    return {"inferred": list(provenance.inferred), "notes": [asdict(note) for note in provenance.notes]}


def _framework(framework: Framework) -> Json:
    return {
        "code": framework.code,
        "name": framework.name,
        "benchmark_method": framework.benchmark_method.value,
        "ended_on": framework.ended_on.isoformat() if framework.ended_on else None,
    }


def _series(key: SeriesKey) -> dict[str, Any]:
    return {"area": key.area, "breakdown": dict(key.breakdown.items)}


_OF_PERIOD: Final = ("area", "breakdown", "period")


def _observation(revision: Revision) -> Json:
    """As one literal: an import makes one of each row."""
    sent, key = revision.observation, revision.series
    return {
        "area": key.area,
        "breakdown": dict(key.breakdown.items),
        "period": sent.period.label,
        "revision": revision.number,
        "status": str(sent.status),
        "value": None if sent.value is None else format(sent.value, "f"),
        "count": None if sent.count is None else format(sent.count, "f"),
        "denominator": None if sent.denominator is None else format(sent.denominator, "f"),
        "lower": None if sent.lower is None else format(sent.lower, "f"),
        "upper": None if sent.upper is None else format(sent.upper, "f"),
        "missing": None if sent.missing is None else sent.missing.value,
        "marks": [mark.value for mark in sent.marks],
        "note": sent.note,
        "basis": sent.basis,
        **_provenance(sent.provenance),
    }


def _target(target: Target) -> Json:
    return {"version": target.version, **_stored(target_to_json(target))}


def _projection(recorded: RecordedProjection) -> Json:
    sent = recorded.projection
    return {
        "revision": recorded.number,
        **{name: _text(getattr(sent, name)) for name in ("value", "lower", "upper")},
        "source": sent.source,
        "note": sent.note,
        **_provenance(sent.provenance),
    }


def _commentary(revision: CommentaryRevision) -> Json:
    written = revision.commentary
    return {
        "revision": revision.revision,
        "state": written.state.value,
        **{name: getattr(written, name) for name in ("text", "author", "source")},
    }


def _objective(objective: Objective) -> Json:
    return asdict(objective) | {"indicators": list(objective.indicators)}


def _standard(standard: ServiceStandard) -> Json:
    return {
        "code": standard.code,
        "service": standard.service,
        "title": standard.title,
        "limits": limits_to_json(standard.limits)["limits"],
        "source": standard.source,
        "indicator": standard.indicator,
    }


def _text(value: object) -> str | None:
    return None if value is None else format(value, "f") if isinstance(value, Decimal) else str(value)
