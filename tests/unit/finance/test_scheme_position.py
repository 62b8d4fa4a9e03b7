"""What a scheme comes to and why, what has to be posted for it, and the tables that schemes add up to."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from contracts.breakdown import Breakdown
from contracts.colours import Colour, Polarity
from contracts.indicators import ObservationStatus
from contracts.period import Period
from services.finance.domain.as_at import AsAt
from services.finance.domain.attribution import Attribution
from services.finance.domain.evidence import evidence
from services.finance.domain.explanation import MANUAL
from services.finance.domain.ledger import Basis, State
from services.finance.domain.publication import Published
from services.finance.domain.restating import Reversal, entries_to_post, entries_to_reverse, is_as_observed
from services.finance.domain.savings import Amounts, SharedCost, UnitCost
from services.finance.domain.savings_table import savings_table
from services.finance.domain.scheme import Delivery, Scheme, SchemeAccount, SeriesPolarity, Workstream
from services.finance.domain.scheme_position import scheme_position
from services.finance.domain.series import Series, Version
from services.finance.domain.slippage import slippage_table, slippage_years
from services.finance.domain.updates import Updates
from tests.unit.finance.world import (
    AT,
    DAY,
    LINK,
    LOW,
    SERIES,
    SUPPRESSED,
    TERMS,
    WITHDRAWN,
    YEAR,
    account,
    observed,
    posted,
    scheme,
)

D, P = Decimal, Period.parse
BETTER = observed("2017-12", "1390")
"""Ten admissions fewer than the baseline, of which half is the scheme's: 500 pounds, four fifths of it cash."""


def linked(
    *entries: Any, observations: Any = (BETTER,), polarity: SeriesPolarity | None = LOW, **of: Any
) -> SchemeAccount:
    closed = of.pop("closed", frozenset())
    link = of.pop("link", LINK)
    return account(scheme(link=link, **of), *entries, observations=observations, polarity=polarity, closed=closed)


def test_a_position_adds_its_ledger_up_by_period_and_says_what_its_line_is_left_with():
    found = scheme_position(
        account(
            scheme(),
            posted(State.INDICATED, "2017-12", "400", "100"),
            posted(State.VALIDATED, "2017-12", "60"),
            posted(State.BANKED, "2017-11", "40"),
        )
    )
    assert [(one.period, one.indicated, one.non_cash, one.validated, one.banked) for one in found.periods] == [
        (P("2017-11"), D(0), D(0), D(0), D(40)),
        (P("2017-12"), D(400), D(100), D(60), D(0)),
    ]
    assert (found.line.before, found.line.banked, found.line.after) == (D(1000), D(40), D(960))
    assert (found.figures.indicated, found.figures.non_cash, found.why) == (D(400), D(100), MANUAL)


@pytest.mark.parametrize(
    ("of", "flags", "why"),
    [
        (linked(), (), "baseline 1400, actual 1390: cash £400.00, not cash £100.00"),
        (linked(illustrative=True), ("illustrative",), "Reference costs, 2017/18 prices"),
        (linked(withdrawal=WITHDRAWN), ("withdrawn_scheme",), "Withdrawn, so worth nothing: Mistyped"),
        (linked(polarity=None), ("nothing_heard",), "Nothing has been heard of admissions in E06000026 yet."),
        (linked(observations=()), ("nothing_heard",), "No value of a period of 2017/18 has been heard yet."),
        (
            linked(observations=[observed("2017-12", "1390", status=ObservationStatus.PROVISIONAL)]),
            ("provisional",),
            "(revision 1, provisional)",
        ),
        (linked(observations=[observed("2017-12", None)]), ("withdrawn",), "2017-12: withdrawn, so worth nothing."),
        (
            linked(observations=[observed("2017-12", None, missing=SUPPRESSED)]),
            ("suppressed",),
            "suppressed, which is no value",
        ),
        (linked(observations=[observed("2018-12", "1")]), (), "No value of a period of 2017/18 has been heard yet."),
        (linked(polarity=SeriesPolarity(Polarity.NEUTRAL)), ("neutral_polarity",), "the indicator is neutral"),
        (linked(polarity=SeriesPolarity(Polarity.HIGH_IS_GOOD)), (), "(actual - baseline) x volume 1"),
        (
            linked(link=replace(LINK, terms=replace(TERMS, unit_cost=SharedCost("bed")))),
            ("unit_cost_missing",),
            "bed (not recorded yet)",
        ),
        (
            linked(
                link=replace(
                    LINK,
                    terms=replace(
                        TERMS,
                        unit_cost=SharedCost(
                            "bed", (UnitCost(D(100), "Made up", "2017/18", version=2, illustrative=True),)
                        ),
                    ),
                )
            ),
            ("illustrative_unit_cost",),
            "£100.00 (Made up, 2017/18 prices, version 2 of bed)",
        ),
    ],
)
def test_a_position_says_why_and_flags_what_a_reader_has_to_know(of: SchemeAccount, flags: tuple[str, ...], why: str):
    found = scheme_position(of)
    assert found.figures.flags == flags
    assert why in found.why


def test_of_a_past_state_observations_say_nothing():
    found = scheme_position(replace(linked(posted(State.INDICATED, "2017-12", "7")), as_at=AsAt(P("2017/18 Q3"))))
    assert (found.figures.flags, found.why) == ((), "Added up from what had been posted by then")


def test_the_difference_to_what_is_posted_is_posted_and_nothing_once_it_is():
    [entry] = entries_to_post(linked())
    assert (entry.posted.amounts, entry.restates, entry.reason) == (
        Amounts(D("400.00"), D("100.00")),
        False,
        "Indicator, revision 1 (final)",
    )
    assert entry.basis == Basis(SERIES, Version(1, 1), "1", "e-2017-12-1")
    assert entries_to_post(linked(posted(State.INDICATED, "2017-12", "400", "100"))) == []
    late = linked(posted(State.INDICATED, "2017-12", "500", "100"), closed=frozenset({P("2017/18 Q3")}))
    [restated] = entries_to_post(late)
    assert (restated.posted.amounts.cash, restated.posted.quarter, restated.restates) == (
        D("-100.00"),
        P("2017/18 Q4"),
        True,
    )


@pytest.mark.parametrize(
    "nothing",
    [account(), linked(polarity=None), linked(withdrawal=WITHDRAWN), linked(observations=[observed("2018-12", "1")])],
)
def test_nothing_is_posted_without_a_link_a_polarity_or_a_period_of_the_scheme(nothing: SchemeAccount):
    assert entries_to_post(nothing) == []


@pytest.mark.parametrize("because", Reversal)
def test_what_was_indicated_is_taken_back_by_a_rule_that_says_why(because: Reversal):
    there = linked(
        posted(State.INDICATED, "2017-12", "400", "100"),
        posted(State.INDICATED, "2017-11", "5"),
        posted(State.INDICATED, "2017-10", "0"),
        observations=(BETTER, observed("2017-10", "1400")),
    )
    [entry] = entries_to_reverse(there, because, "No more")
    assert entry.posted.amounts == Amounts(D(-400), D(-100))
    assert entry.basis is not None
    assert (entry.basis.rule_version, entry.basis.event_id, entry.restates) == (f"1.{because}", None, True)
    assert entries_to_reverse(replace(there, polarity=None), because, "No more") == []


def test_a_ledger_is_as_observed_where_it_says_what_observations_are_worth_and_nothing_else():
    right = posted(State.INDICATED, "2017-12", "400", "100")
    assert is_as_observed(linked(right, posted(State.VALIDATED, "2017-11", "5")))
    assert not is_as_observed(linked())
    assert not is_as_observed(linked(right, posted(State.INDICATED, "2017-11", "5")))
    assert not is_as_observed(linked(right, withdrawal=WITHDRAWN))
    back = posted(State.INDICATED, "2017-12", "-400", "-100")
    assert is_as_observed(linked(right, back, withdrawal=WITHDRAWN))


def test_evidence_has_each_value_of_the_scheme_beside_what_is_posted_of_it():
    other = observed("2018-12", "1")
    found = evidence(
        linked(
            posted(State.INDICATED, "2017-12", "400", "100"), observations=(BETTER, other, observed("2017-11", "1400"))
        ),
        {"a": D("0.5"), "b": D("0.3")},
    )
    assert found.link is not None
    assert [(one.observation.period, one.saving.amounts.cash, one.posted.cash) for one in found.link.periods] == [
        (P("2017-11"), D("0.00"), D(0)),
        (P("2017-12"), D("400.00"), D(400)),
    ]
    assert (found.link.rule_version, found.link.polarity, found.link.unattributed) == (
        "1",
        Polarity.LOW_IS_GOOD,
        D("0.2"),
    )
    assert {one.cost for one in found.link.periods} == {TERMS.unit_cost}
    unheard = evidence(linked(polarity=None), {}).link
    assert unheard is not None
    assert (unheard.periods, unheard.polarity, unheard.rule_version) == ([], None, None)
    assert evidence(account(), {}).link is None


def test_what_no_scheme_claims_is_nobodys_saving():
    found = Attribution("admissions", "E06000026", YEAR, {"a": D("0.5"), "b": D("0.3")})
    assert (found.claimed, found.unattributed, found.key) == (D("0.8"), D("0.2"), "admissions E06000026 2017/18")


def test_updates_keep_the_newest_of_each_whatever_order_and_however_often_they_come():
    first, second = observed("2017-12", "1390"), observed("2017-12", "1380", 2)
    told = [(Version(1, 1), Polarity.LOW_IS_GOOD, [first]), (Version(1, 2), Polarity.HIGH_IS_GOOD, [second])]
    for order in (told, told[::-1], told * 2):
        updates = Updates()
        for version, polarity, observations in order:
            updates.add(SERIES, version, polarity, observations)
        assert updates.newest == {SERIES: (Version(1, 2), Polarity.HIGH_IS_GOOD)}
        assert updates.observations == {(SERIES, P("2017-12")): second}
        assert updates.event_ids() == {"e-2017-12-2"}
    assert updates.observations_since({SERIES: 2}) == {}
    assert updates.observations_since({SERIES: 1}) == updates.observations_since({}) == updates.observations
    assert Updates(observations={(SERIES, P("2017-12")): replace(first, event_id=None)}).event_ids() == set()


def test_a_series_is_what_its_subject_names():
    men = Series.parse("admissions/E06000026/sex=male")
    assert (men.total, str(men)) == (SERIES, "admissions in E06000026 (sex=male)")
    assert Series.parse("admissions/E06000026") == SERIES == Series("admissions", "E06000026", Breakdown.TOTAL)
    assert str(SERIES) == "admissions in E06000026"


def test_before_the_first_event_nothing_is_published_and_nothing_told_to_be_beyond():
    assert Published(0, None).levels == {}


@pytest.mark.parametrize(
    ("as_at", "there", "withdrawn"),
    [(AsAt(), True, True), (AsAt(as_of=AT), True, False), (AsAt(P("2017/18 Q3")), False, False)],
)
def test_a_scheme_as_it_was_is_not_there_before_nor_withdrawn_before_it_was(as_at: AsAt, there: bool, withdrawn: bool):
    of: Scheme | None = scheme(withdrawal=WITHDRAWN).as_it_was(as_at)
    assert (of is not None, of is not None and of.withdrawal is not None) == (there, withdrawn)
    assert scheme().as_it_was(AsAt()) == scheme()


SCHEMES = [
    account(
        scheme("a", illustrative=True),
        posted(State.VALIDATED, "2017/18 Q1", "90"),
        posted(State.BANKED, "2017-06", "50"),
    ),
    account(scheme("b", delivered_by=Delivery.MITIGATION, workstream=Workstream.MAXIMISING_GRANTS)),
    account(scheme("c", confidence=D("0.5"), workstream=Workstream.UNASSIGNED)),
    account(scheme("d", withdrawal=WITHDRAWN)),
]


def test_the_savings_table_has_a_row_for_each_workstream_and_mitigation_beside_what_was_proposed():
    found = savings_table("pool", "Pool", YEAR, D(1500), SCHEMES)
    rows = {row.workstream: row for row in found.rows}
    assert list(rows) == list(Workstream), "unassigned is shown, as there is one"
    demand, grants = rows[Workstream.PREVENTION_AND_DEMAND], rows[Workstream.MAXIMISING_GRANTS]
    assert (demand.schemes, demand.proposed, demand.achieved, demand.unachieved) == (1, D(600), D(90), D(510))
    assert (demand.pressure, demand.banked, demand.percent_of_budget) == (D(60), D(50), D("6.00"))
    assert (grants.proposed, grants.mitigation, grants.net_pressure) == (D(0), D(600), D(-600))
    total = found.total
    assert (total.schemes, total.proposed, total.pressure, total.mitigation) == (3, D(1200), D(360), D(600))
    assert (total.net_pressure, total.proposed_low, total.proposed_high) == (D(-240), D(800), D(1600))
    assert found.illustrative
    without = savings_table("pool", "Pool", YEAR, D(0), SCHEMES[1:2])
    assert Workstream.UNASSIGNED not in [row.workstream for row in without.rows]
    assert (without.illustrative, without.total.percent_of_budget) == (False, None)


def test_slippage_is_by_quarter_to_date_and_of_the_year_and_leaves_out_what_mitigates():
    found = slippage_table("pool", "Pool", YEAR, date(2017, 12, 31), SCHEMES)
    assert [row.scheme and row.scheme.code for row in found.rows] == ["a", "b", "c"]
    first = found.rows[0]
    assert (first.to_date.middle, first.to_date.delivered, first.to_date.slippage) == (D(450), D(90), D(360))
    assert [(one.middle, one.delivered) for one in first.quarters] == [(D(150), D(90)), *[(D(150), D(0))] * 3]
    assert (first.year.slippage, first.expected, first.original, first.colour) == (
        D(510),
        D(60),
        Colour.GREEN,
        Colour.AMBER,
    )
    assert (found.total.year.middle, found.total.expected, found.total.scheme) == (D(1200), D(360), None)
    assert (found.total.forecast.low, found.day, found.illustrative) == (D(590), date(2017, 12, 31), True)
    assert [one.label for one in found.quarters] == [f"2017/18 Q{number}" for number in (1, 2, 3, 4)]


@pytest.mark.parametrize(
    ("today", "quarter", "day"),
    [
        (date(2019, 1, 1), None, date(2018, 3, 31)),
        (DAY, None, DAY),
        (DAY, "2017/18 Q3", date(2017, 12, 31)),
        (DAY, "2017/18 Q4", DAY),
    ],
)
def test_slippage_goes_up_to_the_day_that_is_read(today: date, quarter: str | None, day: date):
    as_at = AsAt(None if quarter is None else P(quarter))
    assert slippage_table("pool", "Pool", YEAR, today, [], as_at).day == day


def test_years_of_slippage_add_up_to_their_total():
    later = account(scheme("e", financial_year=P("2018/19")))
    found = slippage_years("pool", "Pool", [P("2018/19"), YEAR], DAY, [*SCHEMES, later])
    assert [(table.financial_year, table.total.year.middle) for table in found.years] == [
        (YEAR, D(1200)),
        (P("2018/19"), D(600)),
    ]
    assert found.total.year.middle == D(1800)
