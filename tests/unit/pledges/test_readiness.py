"""What blocks actions, through any chain, and by when they are needed."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from services.pledges.domain.action_views import ActionView, critical_dates, is_newly_overdue, publishable
from services.pledges.domain.actions import Action, ActionDefinition, comes_before
from services.pledges.domain.circles import way_round
from services.pledges.domain.dependencies import Dependency, DependencyDefinition, DependencyKind, DependencyState
from services.pledges.domain.readiness import ActionGraph, Blocker, BlockerKind
from services.pledges.domain.status import Delivery, Progress

TODAY = date(2018, 2, 28)
DONE = Progress(Delivery.DELIVERED, TODAY)
OUT_OF_REACH = Progress(Delivery.UNDELIVERABLE_EXTERNAL, TODAY)
OPEN = Progress()


def action(code: str, *depends_on: str, progress: Progress = OPEN, **fields: object) -> Action:
    return Action(code, ActionDefinition(code, depends_on=depends_on, **fields), progress)  # type: ignore[arg-type]  # fields as the cases name them


def on(*codes: str) -> tuple[Blocker, ...]:
    return tuple(Blocker(BlockerKind.ACTION, code) for code in codes)


def awaits(code: str, state: DependencyState = DependencyState.AWAITED, **fields: object) -> Dependency:
    return Dependency(code, DependencyDefinition(code, DependencyKind.PARTNER, **fields), state)  # type: ignore[arg-type]  # fields as the cases name them


def graph(*actions: Action, dependencies: tuple[Dependency, ...] = ()) -> ActionGraph:
    return ActionGraph(actions, dependencies, TODAY)


@pytest.mark.parametrize(
    ("actions", "blocked_by", "blocked_at"),
    [
        ([action("a")], (), ()),
        ([action("a", "b"), action("b")], on("b"), on("b")),
        ([action("a", "b"), action("b", progress=DONE)], (), ()),
        ([action("a", "b"), action("b", progress=OUT_OF_REACH)], on("b"), on("b")),
        ([action("a", "b", progress=DONE), action("b")], (), ()),
        ([action("a", "b"), action("b", "c"), action("c", "d"), action("d")], on("b"), on("d")),
        ([action("a", "b", "c"), action("b", "d"), action("c"), action("d")], on("b", "c"), on("c", "d")),
        ([action("a", part_of="w"), action("w", "b"), action("b")], on("b"), on("b")),
        ([action("w", "a", "p"), action("a", part_of="w"), action("p", part_of="w")], (), ()),
        ([action("a", part_of="w"), action("w", "b"), action("b", "a")], on("b"), on("b")),
    ],
)
def test_blocked_through_chains(
    actions: list[Action], blocked_by: tuple[Blocker, ...], blocked_at: tuple[Blocker, ...]
):
    found = graph(*actions).readiness("a")
    assert (found.blocked_by, found.blocked_at) == (blocked_by, blocked_at)


@pytest.mark.parametrize(
    ("actions", "is_refused"),
    [
        ([action("a", "b"), action("b")], False),
        ([action("a", "b"), action("b", "a")], True),
        ([action("a", "a")], True),
        ([action("a", "p"), action("p", part_of="a")], False),
        ([action("a", "b"), action("p", part_of="a"), action("b", "p")], True),
        ([action("a", part_of="w"), action("w", "b"), action("b", "a")], True),
        ([action("a", "w", part_of="w"), action("w")], True),
        ([action("a", part_of="w"), action("w", "b"), action("b", "c"), action("c")], False),
    ],
)
def test_nothing_waits_for_itself_through_parts(actions: list[Action], is_refused: bool):
    assert bool(way_round({one.code: one for one in actions}, "a")) is is_refused


YESTERDAY = TODAY - timedelta(days=1)


@pytest.mark.parametrize(
    ("dependency", "blocked"),
    [
        (awaits("d"), False),
        (awaits("d", needed_by=TODAY), False),
        (awaits("d", needed_by=YESTERDAY), True),
        (awaits("d", DependencyState.MET, needed_by=YESTERDAY), False),
        (awaits("d", DependencyState.BROKEN), True),
        (awaits("d", DependencyState.BROKEN, priority="p"), True),
        (awaits("d", DependencyState.BROKEN, priority="q"), False),
        (awaits("d", DependencyState.BROKEN, action="a"), True),
        (awaits("d", DependencyState.BROKEN, action="b"), False),
    ],
)
def test_blocked_by_what_is_outside(dependency: Dependency, blocked: bool):
    found = graph(action("a", priority="p"), dependencies=(dependency,))
    assert (found.blocked == {"a"}) is blocked
    assert found.readiness("a").blocked_at == ((Blocker(BlockerKind.DEPENDENCY, "d"),) if blocked else ())


def test_an_action_of_no_priority_waits_only_for_what_names_it():
    broken = awaits("d", DependencyState.BROKEN)
    assert graph(action("a"), dependencies=(broken,)).blocked == set()


@pytest.mark.parametrize(
    ("actions", "needed_by", "needed_for"),
    [
        ([action("a")], None, None),
        ([action("a", due=TODAY)], TODAY, None),
        ([action("a"), action("b", "a", due=TODAY)], TODAY, "b"),
        ([action("a", due=YESTERDAY), action("b", "a", due=TODAY)], YESTERDAY, None),
        ([action("a"), action("b", "a"), action("c", "b", due=TODAY)], TODAY, "c"),
        ([action("a", part_of="w"), action("w", due=TODAY)], TODAY, "w"),
        ([action("a"), action("p", part_of="w", due=TODAY), action("w", "a")], TODAY, "p"),
        ([action("a"), action("b", "a", due=TODAY, progress=DONE)], None, None),
        ([action("a", due=TODAY, progress=DONE)], None, None),
    ],
)
def test_needed_by(actions: list[Action], needed_by: date | None, needed_for: str | None):
    found = graph(*actions).readiness("a")
    assert (found.needed_by, found.needed_for) == (needed_by, needed_for)


def test_critical_dates_are_in_order_and_end_at_their_day():
    actions = [action("c", due=TODAY), action("b", "a", due=YESTERDAY), action("a"), action("z", due=date(2019, 1, 1))]
    found = graph(*actions)
    views = [ActionView(one, (), TODAY, found.readiness(one.code)) for one in actions]
    shown = critical_dates(views, TODAY, TODAY).actions
    assert [one.action.code for one in shown] == ["a", "b", "c"]


def test_a_long_chain_needs_no_deep_stack():
    actions = [action(f"{n}", *([f"{n + 1}"] if n < 5000 else [])) for n in range(5001)]
    assert graph(*actions).readiness("0").blocked_at == on("5000")


CODES = "abcdef"


class Lives(RuleBasedStateMachine):
    """Actions are added, moved, made parts, and made to wait for one another in any order.

    Nothing is blocked by what is done, and every chain begins with something that can be done.
    """

    def __init__(self) -> None:
        super().__init__()
        self.actions: dict[str, Action] = {}

    @rule(
        code=st.sampled_from(CODES),
        needed=st.sets(st.sampled_from(CODES), max_size=3),
        whole=st.none() | st.sampled_from(CODES),
    )
    def put(self, code: str, needed: set[str], whole: str | None):
        before = self.actions.get(code, action(code))
        after = action(code, *sorted(needed), progress=before.progress, part_of=whole)
        fits = needed <= self.actions.keys() and self._can_be_part(code, whole)
        if fits and not way_round({**self.actions, code: after}, code):
            self.actions[code] = after

    def _can_be_part(self, code: str, whole: str | None) -> bool:
        if whole is None:
            return True
        has_parts = any(one.definition.part_of == code for one in self.actions.values())
        above = self.actions.get(whole)
        return above is not None and above.definition.part_of is None and whole != code and not has_parts

    @precondition(lambda self: self.actions)
    @rule(data=st.data(), delivery=st.sampled_from(Delivery))
    def moved(self, data: st.DataObject, delivery: Delivery):
        code = data.draw(st.sampled_from(sorted(self.actions)))
        before = self.actions[code]
        self.actions[code] = replace(before, progress=before.progress.moved(delivery, None, TODAY))

    @invariant()
    def chains_begin_where_something_can_be_done(self):
        found, before = ActionGraph(list(self.actions.values()), (), TODAY), comes_before(self.actions)
        for code, one in self.actions.items():
            ready = found.readiness(code)
            waits = {each for each in before[code] if self.actions[each].progress.delivery != "delivered"}
            assert set(one.definition.depends_on) <= before[code]
            assert ready.is_blocked == (bool(waits) and not one.progress.delivery.is_closed)
            assert not {each.code for each in ready.blocked_at} & found.blocked
            assert bool(ready.blocked_at) == ready.is_blocked


TestLives = Lives.TestCase


@given(st.dates(date(2018, 1, 1), date(2018, 3, 31)), st.sampled_from(Delivery))
def test_what_becomes_overdue_is_told_once(today: date, delivery: Delivery):
    before = action("a", due=TODAY, progress=OPEN.moved(delivery, None, today))
    now = publishable(before, graph(before).readiness("a"), today)
    assert is_newly_overdue(before, now) == (not delivery.is_closed and today > TODAY)
    after = Action("a", before.definition, before.progress, 1, now)
    assert not is_newly_overdue(after, now)
