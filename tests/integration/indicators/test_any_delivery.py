"""Whatever way observations arrive, the states of their series are a function of the final ones.

Those of different periods arrive in any order, late, again, and in batches of any size; of several breakdowns and both
polarities, with England's between them, symbols, breaks, provisional values and withdrawals. The model below is the
domain page told once more, without a line of the service.
"""

from collections.abc import Mapping
from decimal import Decimal
from itertools import accumulate, count, pairwise
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from contracts.breakdown import Breakdown
from contracts.indicators import Mark, Missing, ObservationStatus
from contracts.period import Period
from services.indicators.domain.observations import Observation, ReadObservation, SeriesKey
from services.indicators.service.observations import record_observations
from tests.integration.indicators.conftest import ENGLAND, MONTHLY, PLYMOUTH, Api, as_shown

pytestmark = pytest.mark.both_engines

PARTS = ("", "sex=male", "sex=female")
MONTHS = 14
FIRST = Period.month(2016, 12)
PERIODS = dict(enumerate(accumulate(range(MONTHS - 1), lambda period, _: period.next(), initial=FIRST), start=1))
TARGET = 50


class Sent(NamedTuple):
    """A value or a symbol; ``withdrawn`` has neither."""

    value: int | None
    status: str = "final"
    missing: str | None = None
    broken: bool = False

    @property
    def shown(self) -> bool:
        return self.status != "withdrawn"


Slot = tuple[str, str, int]
"""Area, breakdown and month."""
EVERY: list[Slot] = [(area, part, month) for area in (PLYMOUTH, ENGLAND) for part in PARTS for month in PERIODS]
Story = Mapping[Slot, list[Sent]]
"""What each slot was sent, in its order."""
Series = Mapping[int, Sent]


# ---- the model


def benchmark(ours: Sent, england: Sent | None, good: int) -> tuple[str, bool]:
    """More than 15 per cent better or worse than England. ``good``: the sign of a change for the better."""
    if ours.value is None or england is None or not england.value:
        return "white", False
    ratio = good * Decimal(ours.value - england.value) / england.value
    colour = "green" if ratio > Decimal("0.15") else "red" if ratio < Decimal("-0.15") else "amber"
    return colour, "provisional" in {ours.status, england.status}


def trend(series: Series, month: int, good: int) -> tuple[str, bool]:
    """Of the values that follow one another up to ``month``, within six months; a break begins anew."""
    run: list[Sent] = []
    for each in range(month, month - 6, -1):
        found = series.get(each)
        if found is None or found.value is None:
            break
        run.insert(0, found)
        if found.broken:
            break
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
    return ("dark_" if streak >= 3 else "") + ("green" if change * good > 0 else "red"), provisional


def target(ours: Sent, good: int) -> tuple[str, bool]:
    """As good as the target, or worse by no more than five per cent of it."""
    if ours.value is None:
        return "white", False
    short = good * (TARGET - ours.value)
    colour = "green" if short <= 0 else "amber" if short <= TARGET * Decimal("0.05") else "red"
    return colour, ours.status == "provisional"


def expected(local: Series, england: Series, good: int) -> list[dict[str, Any]]:
    """The series as shown: the six months up to the latest, those that have an observation."""
    ours = {month: sent for month, sent in local.items() if sent.shown}
    compared = {month: sent for month, sent in england.items() if sent.shown}
    latest = max(ours, default=0)
    points = []
    for month in sorted(month for month in ours if month > latest - 6):
        sent = ours[month]
        point = {"period": PERIODS[month].label, "missing": sent.missing, "status": sent.status}
        point["marks"] = ["[b]"] if sent.broken else []
        point["value"] = None if sent.value is None else str(sent.value)
        judged = {
            "benchmark": benchmark(sent, compared.get(month), good),
            "trend": trend(ours, month, good),
            "target": target(sent, good),
        }
        for name, (colour, provisional) in judged.items():
            point |= {name: colour, f"{name}_provisional": provisional}
        points.append(point)
    return points


def finals(story: Story, area: str, part: str) -> Series:
    return {month: found[-1] for (where, whose, month), found in story.items() if (where, whose) == (area, part)}


def expected_of(story: Story, part: str, good: int) -> list[dict[str, Any]]:
    return expected(finals(story, PLYMOUTH, part), finals(story, ENGLAND, part), good)


# ---- the stories

statuses = st.sampled_from(["final", "provisional"])
values = st.sampled_from([0, 40, 41, 43, 46, 47, 48, 50, 52, 53, 55, 58, 60, 63, 66, 70])
symbols = st.sampled_from(["[c]", "[x]", "[low]"])
valued = st.builds(Sent, values, statuses, st.none(), st.sampled_from([False] * 5 + [True]))
symbol = st.builds(Sent, st.none(), statuses, symbols, st.just(value=False))
# drawn by number: one_of takes each as often, and most slots would end without a value
first = st.integers(0, 5).flatmap(lambda n: valued if n else symbol)
later = st.integers(0, 5).flatmap(lambda n: first if n else st.just(Sent(None, "withdrawn")))
revisions = st.builds(lambda one, more: [one, *more], first, st.lists(later, max_size=2))
numbers = count()


COURSES = {"sex=male": 1, "sex=female": -1}
"""Whose final values rise or fall from month to month: by chance, three changes in a row hardly ever come about."""


def in_course(story: Story, part: str, sign: int) -> None:
    """Bring the values that it ends in here into their order, each slot keeping the rest of what it has."""
    found = [story[slot] for slot in story if slot[:2] == (PLYMOUTH, part) and story[slot][-1].value is not None]
    ordered = sorted((sent[-1].value or 0 for sent in found), key=lambda value: sign * value)
    for sent, value in zip(found, ordered, strict=True):
        sent[-1] = sent[-1]._replace(value=value)


@st.composite
def stories(draw: st.DrawFn) -> tuple[Story, list[tuple[Slot, Sent]]]:
    """What each slot was sent and all of it as it arrives: some of it again. Some trend of each is dark."""
    out = draw(st.sets(st.sampled_from(EVERY), max_size=24))
    story = {slot: draw(revisions) for slot in EVERY if slot not in out}
    for part, sign in COURSES.items():
        in_course(story, part, sign)
    assume(any("dark" in point["trend"] for part in PARTS for point in expected_of(story, part, 1)))
    again = {slot: [each for each in found for _ in range(draw(st.integers(1, 2)))] for slot, found in story.items()}
    order = draw(st.permutations([slot for slot, found in again.items() for _ in found]))
    waiting = {slot: iter(found) for slot, found in again.items()}
    return story, [(slot, next(waiting[slot])) for slot in order]


def reading(month: int, sent: Sent) -> ReadObservation:
    observation = Observation(
        PERIODS[month],
        None if sent.value is None else Decimal(sent.value),
        ObservationStatus(sent.status),
        missing=Missing(sent.missing) if sent.missing else None,
        marks=(Mark.BREAK,) if sent.broken else (),
        reason="it was revised",
    )
    return lambda _kind: observation


@pytest.mark.parametrize(("polarity", "good"), [("high_is_good", 1), ("low_is_good", -1)])
@settings(
    max_examples=1,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # the database grows with every try
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(story=stories(), batch=st.integers(8, 24))
async def test_states_are_a_function_of_the_final_observations(
    api: Api, polarity: str, good: int, story: Any, batch: int
):
    code, (sent, arriving) = f"run-{next(numbers)}", story
    defined = {"code": code, "unit": "score", "polarity": polarity, "dimensions": {"sex": ["male", "female"]}}
    await api.post("/indicators", MONTHLY | defined)
    for part in PARTS:
        body = {"area": PLYMOUTH, "kind": "reach", "value": str(TARGET), "breakdown": dict(Breakdown.parse(part).items)}
        await api.post(f"/indicators/{code}/targets", body)
    for start in range(0, len(arriving), batch):
        read = [
            (SeriesKey(code, area, Breakdown.parse(part)), reading(month, each))
            for (area, part, month), each in arriving[start : start + batch]
        ]
        await api.database.write(lambda tx, read=read: record_observations(tx, read))

    published = {event["subject"]: event["data"]["series"] for event in await api.events()}
    for part in PARTS:
        status = await api.get(f"/indicators/{code}/status", area=PLYMOUTH, breakdown=part)
        shown = [{name: value for name, value in point.items() if name != "revision"} for point in status["series"]]
        assert shown == expected_of(sent, part, good)
        subject = SeriesKey(code, PLYMOUTH, Breakdown.parse(part)).subject
        assert as_shown(published[subject]) == status["series"]


async def test_what_is_sent_again_beside_a_new_value_of_england_is_published(api: Api):
    keys = [SeriesKey(MONTHLY["code"], area) for area in (PLYMOUTH, ENGLAND)]
    for england in (40, 60):
        read = [(keys[0], reading(12, Sent(50))), (keys[1], reading(12, Sent(england)))]
        await api.database.write(lambda tx, read=read: record_observations(tx, read))
    published = {event["subject"]: event["data"]["benchmark"]["colour"] for event in await api.events()}
    assert published[keys[0].subject] == "red"
