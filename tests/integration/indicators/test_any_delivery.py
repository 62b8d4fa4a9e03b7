"""Whatever way observations arrive, the states of their series are a function of the final ones.

Those of different periods arrive in any order, late, again, and in batches of any size; of several breakdowns, with
England's between them, symbols, provisional values and withdrawals. The model below is the domain page told once more,
without a line of the service.
"""

from collections.abc import Mapping
from decimal import Decimal
from itertools import count, pairwise
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from contracts.breakdown import Breakdown
from contracts.indicators import Missing, ObservationStatus
from contracts.period import Period
from services.indicators.domain.observations import Observation, ReadObservation, SeriesKey
from services.indicators.service.observations import record_observations
from tests.integration.indicators.conftest import ENGLAND, MONTHLY, PLYMOUTH, Api

pytestmark = pytest.mark.both_engines

PARTS = ("", "sex=male", "sex=female")
MONTHS = 9
TARGET = 50


class Sent(NamedTuple):
    """A value or a symbol; ``withdrawn`` has neither."""

    value: int | None
    status: str = "final"
    missing: str | None = None

    @property
    def shown(self) -> bool:
        return self.status != "withdrawn"


Slot = tuple[str, str, int]
"""Area, breakdown and month."""
Series = Mapping[int, Sent]


# ---- the model


def benchmark(ours: Sent, england: Sent | None) -> tuple[str, bool]:
    """More than 15 per cent better or worse than England."""
    if ours.value is None or england is None or not england.value:
        return "white", False
    ratio = Decimal(ours.value - england.value) / england.value
    colour = "green" if ratio > Decimal("0.15") else "red" if ratio < Decimal("-0.15") else "amber"
    return colour, "provisional" in {ours.status, england.status}


def trend(series: Series, month: int) -> tuple[str, bool]:
    """Of the values that follow one another up to ``month``, within six months."""
    run: list[Sent] = []
    for each in range(month, month - 6, -1):
        found = series.get(each)
        if found is None or found.value is None:
            break
        run.insert(0, found)
    if len(run) < 2:
        return "none", False
    values = [Decimal(each.value or 0) for each in run]
    provisional = "provisional" in {each.status for each in run[-2:]}
    change, before = values[-1] - values[-2], values[-2]
    if change == 0 or (before and abs(change / before) <= Decimal("0.025")):
        return "amber", provisional
    streak = 0
    for earlier, later in reversed(list(pairwise(values))):
        if (later - earlier) * change <= 0:
            break
        streak += 1
    return ("dark_" if streak >= 3 else "") + ("green" if change > 0 else "red"), provisional


def target(ours: Sent) -> tuple[str, bool]:
    """At least the target, or short of it by no more than five per cent."""
    if ours.value is None:
        return "white", False
    colour = "green" if ours.value >= TARGET else "amber" if ours.value >= TARGET * Decimal("0.95") else "red"
    return colour, ours.status == "provisional"


def expected(local: Series, england: Series) -> list[dict[str, Any]]:
    """The series as shown: the six months up to the latest, those that have an observation."""
    ours = {month: sent for month, sent in local.items() if sent.shown}
    compared = {month: sent for month, sent in england.items() if sent.shown}
    latest = max(ours, default=0)
    points = []
    for month in sorted(month for month in ours if month > latest - 6):
        sent = ours[month]
        point = {"period": f"2017-{month:02d}", "missing": sent.missing, "status": sent.status}
        point["value"] = None if sent.value is None else str(sent.value)
        judged = {
            "benchmark": benchmark(sent, compared.get(month)),
            "trend": trend(ours, month),
            "target": target(sent),
        }
        for name, (colour, provisional) in judged.items():
            point |= {name: colour, f"{name}_provisional": provisional}
        points.append(point)
    return points


# ---- the stories

statuses = st.sampled_from(["final", "provisional"])
first = st.one_of(
    st.builds(Sent, st.sampled_from([0, 40, 41, 47, 48, 50, 58, 60]), statuses, st.none()),
    st.builds(Sent, st.none(), statuses, st.sampled_from(["[c]", "[x]", "[low]"])),
)
later = st.one_of(first, st.just(Sent(None, "withdrawn")))
revisions = st.builds(lambda one, more: [one, *more], first, st.lists(later, max_size=2))
slots = st.tuples(st.sampled_from([PLYMOUTH, ENGLAND]), st.sampled_from(PARTS), st.integers(1, MONTHS))
numbers = count()


@st.composite
def stories(draw: st.DrawFn) -> tuple[dict[Slot, list[Sent]], list[tuple[Slot, Sent]]]:
    """What each slot was sent, in its order, and all of it as it arrives: some of it again."""
    sent = draw(st.dictionaries(slots, revisions, min_size=12, max_size=30))
    again = {slot: [each for each in found for _ in range(draw(st.integers(1, 2)))] for slot, found in sent.items()}
    order = draw(st.permutations([slot for slot, found in again.items() for _ in found]))
    waiting = {slot: iter(found) for slot, found in again.items()}
    return sent, [(slot, next(waiting[slot])) for slot in order]


def reading(month: int, sent: Sent) -> ReadObservation:
    observation = Observation(
        Period.month(2017, month),
        None if sent.value is None else Decimal(sent.value),
        ObservationStatus(sent.status),
        missing=Missing(sent.missing) if sent.missing else None,
        reason="it was revised",
    )
    return lambda _kind: observation


@settings(
    max_examples=5,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # the database grows with every try
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(story=stories(), batch=st.integers(3, 12))
async def test_states_are_a_function_of_the_final_observations(api: Api, story: Any, batch: int):
    code, (sent, arriving) = f"run-{next(numbers)}", story
    await api.post("/indicators", MONTHLY | {"code": code, "unit": "score", "dimensions": {"sex": ["male", "female"]}})
    for part in PARTS:
        body = {"area": PLYMOUTH, "kind": "reach", "value": str(TARGET), "breakdown": dict(Breakdown.parse(part).items)}
        await api.post(f"/indicators/{code}/targets", body)
    for start in range(0, len(arriving), batch):
        read = [
            (SeriesKey(code, area, Breakdown.parse(part)), reading(month, each))
            for (area, part, month), each in arriving[start : start + batch]
        ]
        await api.database.write(lambda tx, read=read: record_observations(tx, read))

    final: dict[tuple[str, str], dict[int, Sent]] = {}
    for (area, part, month), found in sent.items():
        final.setdefault((area, part), {})[month] = found[-1]
    published = {event["subject"]: event["data"]["series"] for event in await api.events()}
    for part in PARTS:
        local, england = final.get((PLYMOUTH, part), {}), final.get((ENGLAND, part), {})
        status = await api.get(f"/indicators/{code}/status", area=PLYMOUTH, breakdown=part)
        shown = [
            {name: value for name, value in point.items() if name not in {"marks", "revision"}}
            for point in status["series"]
        ]
        assert shown == expected(local, england)
        subject = SeriesKey(code, PLYMOUTH, Breakdown.parse(part)).subject
        assert [point["benchmark"] for point in published[subject]] == [point["benchmark"] for point in shown]
        assert [point["revision"] for point in published[subject]] == [point["revision"] for point in status["series"]]


async def test_what_is_sent_again_beside_a_new_value_of_england_is_published(api: Api):
    keys = [SeriesKey(MONTHLY["code"], area) for area in (PLYMOUTH, ENGLAND)]
    for england in (40, 60):
        read = [(keys[0], reading(12, Sent(50))), (keys[1], reading(12, Sent(england)))]
        await api.database.write(lambda tx, read=read: record_observations(tx, read))
    published = {event["subject"]: event["data"]["benchmark"]["colour"] for event in await api.events()}
    assert published[keys[0].subject] == "red"
