"""Sign-off in any order of signing, reopening, reassigning and time passing: who signs, what is kept, what is late."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from services.pledges.domain.pledges import Assignment, Pledge, PledgeDefinition, PledgeView
from services.pledges.domain.returns import EvidenceLink
from services.pledges.domain.sign_offs import DecidedState, SignOff, sign_off_faults
from services.pledges.domain.status import Delivery, Schedule

DUE = date(2018, 6, 30)
PROOF = (EvidenceLink("The plan", "https://example.org/plan"),)
HOLDERS = ("A", "B")


def assigned(name: str, until: date | None = None) -> Assignment:
    return Assignment(name, "Department", "Director", ("Officer",), valid_to=until)


class SignedAndReopened(RuleBasedStateMachine):
    @initialize()
    def made(self):
        self.today = date(2018, 1, 2)
        definition = PledgeDefinition("2018", "46", "Health", "Ease loneliness", (assigned("A"),), due=DUE)
        self.view = PledgeView(Pledge.made(definition, "2018", self.today), definition.assignments, (), (), self.today)
        self.decided: list[tuple[DecidedState, Delivery]] = []

    @rule(days=st.integers(0, 120))
    def time_passes(self, days: int):
        self.today += timedelta(days=days)
        self.view = replace(self.view, today=self.today)

    @rule(name=st.sampled_from(HOLDERS), ended=st.booleans())
    def changes_hands(self, name: str, ended: bool):
        until = self.today - timedelta(days=1) if ended else None
        self.view = replace(self.view, assignments=(assigned(name, until),))

    @rule(
        holder=st.sampled_from(HOLDERS),
        delivery=st.sampled_from([Delivery.DELIVERED, Delivery.UNDELIVERABLE_EXTERNAL]),
        evidence=st.sampled_from([(), PROOF]),
        reason=st.none() | st.just("The grant was withdrawn"),
        would_change_it=st.none() | st.just("Another round"),
    )
    def signed(
        self,
        holder: str,
        delivery: Delivery,
        evidence: tuple[EvidenceLink, ...],
        reason: str | None,
        would_change_it: str | None,
    ):
        if self.view.pledge.progress.delivery.is_closed:
            return
        wanted = SignOff(delivery, holder, evidence, reason, would_change_it)
        faults = {field for field, _ in sign_off_faults(wanted, self.view)}
        holds = [one.portfolio_holder for one in self.view.assignments if one.holds(self.today)]
        assert ("portfolio_holder" in faults) == (holder not in holds)
        assert ("evidence" in faults) == (delivery is Delivery.DELIVERED and not evidence)
        out_of_reach = delivery is Delivery.UNDELIVERABLE_EXTERNAL
        assert ("reason" in faults) == (out_of_reach and reason is None)
        assert ("would_change_it" in faults) == (out_of_reach and would_change_it is None)
        if not faults:
            self._decide(delivery)

    @precondition(lambda self: self.view.pledge.progress.delivery.is_closed)
    @rule()
    def reopened(self):
        self._decide(Delivery.IN_PROGRESS)

    def _decide(self, delivery: Delivery) -> None:
        self.decided.append((DecidedState.of(self.view), delivery))
        pledge = self.view.pledge
        progress = pledge.progress.moved(delivery, None, self.today)
        self.view = replace(self.view, pledge=replace(pledge, progress=progress, version=pledge.version + 1))

    @invariant()
    def it_is_as_it_was_decided_last(self):
        if getattr(self, "decided", None):
            assert self.view.pledge.progress.delivery is self.decided[-1][1]

    @invariant()
    def each_decision_keeps_what_it_was_taken_on(self):
        if not hasattr(self, "decided"):
            return
        before = Delivery.NOT_STARTED
        for version, (state, after) in enumerate(self.decided):
            assert (state.version, state.delivery) == (version, before)
            assert state.delivery.is_closed != after.is_closed
            before = after

    @invariant()
    def closed_is_judged_on_its_day_and_open_on_today(self):
        if hasattr(self, "view"):
            progress = self.view.pledge.progress
            assert (progress.closed_on is not None) == progress.delivery.is_closed
            judged = progress.closed_on or self.today
            assert (self.view.schedule is Schedule.OVERDUE) == (judged > DUE)


TestSignedAndReopened = SignedAndReopened.TestCase
