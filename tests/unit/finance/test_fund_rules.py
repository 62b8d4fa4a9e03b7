"""What a fund, its virements and its budget lines have to be, and what each refusal names."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from contracts.period import Period
from services.finance.domain.agreement import AgreementTerms, Contribution, RiskShareTerms
from services.finance.domain.budget import Budget, PrintedTotal, savings_cut
from services.finance.domain.fund import FundDefinition, LineMoves, Partner, definition_faults
from services.finance.domain.posting import beyond_validated
from services.finance.domain.ranges import RangeInput, savings_range
from services.finance.domain.return_forms import Metric, MetricLink
from services.finance.domain.risk_share import Cap, RiskShareRule, Tier
from services.finance.domain.transfers import Layer
from services.finance.domain.triggers import Trigger, Triggers
from services.finance.domain.virements import (
    Decided,
    Virement,
    VirementProposal,
    VirementState,
    budget_left,
    proposal_faults,
    virement_transfer,
)
from tests.unit.finance.world import AT, DAY, SERIES, YEAR, fund, line

D, P = Decimal, Period.parse
PARTNERS = [Partner("PCC", "The council"), Partner("CCG", "The group")]
TERMS = AgreementTerms(date(2017, 4, 1), [Contribution("PCC", YEAR, D(1))], RiskShareTerms(RiskShareRule.HOST))
WHOLE = FundDefinition("Pool", "PCC", PARTNERS, TERMS, [line("care"), line("home")], [])
LINK = MetricLink(Metric.NEA, SERIES)
NET = PrintedTotal(YEAR, "net_budget", D(1))


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"partners": [*PARTNERS, PARTNERS[0]]}, "partners"),
        ({"lines": [line("care"), line("care")]}, "budget_lines"),
        ({"printed_totals": [NET, NET]}, "printed_totals"),
        ({"metrics": (LINK, LINK)}, "metrics"),
        ({"host": "Nobody"}, "host"),
        ({"lines": [line("care", partner="Nobody")]}, "budget_lines"),
        ({"agreement": replace(TERMS, contributions=[Contribution("Nobody", YEAR, D(1))])}, "agreement.contributions"),
        (
            {"agreement": replace(TERMS, risk_share=RiskShareTerms(RiskShareRule.FIXED_SHARE, {"Nobody": D(1)}))},
            "agreement.risk_share",
        ),
        (
            {
                "agreement": replace(
                    TERMS,
                    risk_share=RiskShareTerms(RiskShareRule.HOST, lines={"roads": RiskShareTerms(RiskShareRule.HOST)}),
                )
            },
            "agreement.risk_share.lines.roads",
        ),
        (
            {"agreement": replace(TERMS, triggers=Triggers(lines={"roads": Trigger(D(1), None)}))},
            "agreement.triggers.lines.roads",
        ),
    ],
)
def test_what_is_named_twice_or_is_none_of_the_fund_is_named(changed: dict[str, Any], field: str):
    assert [where for where, _ in definition_faults(replace(WHOLE, **changed))] == [field]


def test_a_fund_that_fits_together_has_no_faults():
    assert definition_faults(WHOLE) == []
    assert definition_faults(replace(WHOLE, host=None, agreement=None)) == []
    assert definition_faults(replace(WHOLE, agreement=replace(TERMS, risk_share=None))) == []
    later = replace(WHOLE, lines=[line("care"), line("care", financial_year=P("2018/19"))])
    assert definition_faults(replace(later, printed_totals=[NET, replace(NET, column="savings")])) == []


def test_terms_name_whoever_bears_takes_over_or_is_weighed_in_them_and_in_those_of_lines():
    terms = RiskShareTerms(
        RiskShareRule.TIERED,
        {"a": D(1)},
        tiers=[Tier(None, {"b": D(1)})],
        caps={"c": Cap(D(1), "d"), "e": Cap(D(1))},
        lines={"care": RiskShareTerms(RiskShareRule.FIXED_SHARE, {"f": D(1)})},
    )
    assert terms.partners() == {"a", "b", "c", "d", "e", "f"}


PROPOSAL = VirementProposal("v1", YEAR, "care", "home", D("10.50"), date(2018, 2, 1), "The pools cost less")


@pytest.mark.parametrize(
    ("changed", "fields"),
    [
        ({}, []),
        ({"giving": "roads"}, ["from_line"]),
        ({"receiving": "roads"}, ["to_line"]),
        ({"receiving": "care"}, ["to_line"]),
        ({"effective_on": date(2018, 4, 1)}, ["effective_on"]),
        ({"effective_on": date(2017, 3, 31)}, ["effective_on"]),
        ({"effective_on": date(2017, 4, 1)}, []),
        ({"effective_on": date(2018, 3, 31)}, []),
        ({"financial_year": P("2018/19")}, ["from_line", "to_line", "effective_on"]),
    ],
)
def test_a_virement_is_between_two_lines_of_a_year_on_a_day_of_it(changed: dict[str, Any], fields: list[str]):
    assert [field for field, _ in proposal_faults(replace(PROPOSAL, **changed), fund())] == fields


def test_a_virement_debits_the_line_that_receives_and_names_its_entry_once_it_moved():
    proposed = Virement("pool", PROPOSAL, VirementState.PROPOSED, "Ana", AT, DAY)
    assert (proposed.reference, proposed.financial_year, proposed.amount, proposed.entry_id) == (
        "v1",
        YEAR,
        D("10.50"),
        None,
    )
    assert (proposed.giving, proposed.receiving) == ("care", "home")
    decided = [replace(proposed, decided=Decided("Ben", AT, None, entry)) for entry in (7, None)]
    assert [one.entry_id for one in decided] == ["pool.7", None]
    moved = virement_transfer(proposed)
    assert (moved.layer, moved.debit, moved.credit, moved.pence) == (Layer.VIREMENT, "home", "care", 1050)
    assert moved.relates_to == "virement v1, proposed by Ana"


def test_a_line_gives_of_what_it_has_in_force():
    assert budget_left(fund(moves={"care": LineMoves(D(-100))}), PROPOSAL) == D(900)


def test_a_column_without_a_net_is_what_its_parts_add_to_and_a_budget_is_not_cut_by_less():
    before = line("care")
    cut = replace(before, budget=replace(before.budget, savings=D(-10), other_savings=D(5)))
    assert (cut.budget.savings_within, cut.budget.net_budget) == (D(10), D(995))
    assert savings_cut([cut], [before, line("home")]) == [0]
    assert savings_cut([before], [cut]) == []
    assert Budget("a", D(1), D(2), D(3), D(4), D(5)).net_budget == D(5)


@pytest.mark.parametrize(
    ("printed", "reading"), [(None, None), ("33000", "as_computed"), ("32000", "truncated"), ("40000", "differs")]
)
def test_a_printed_range_is_held_against_the_rate_of_its_base(printed: str | None, reading: str | None):
    shown = None if printed is None else D(printed)
    found = savings_range(RangeInput(D(1_629_000), D(2), D(5), D(1000), printed_low=shown))
    assert (found.low.figure.exact, found.low.figure.rounded, found.low.reading) == (D("32580.00"), D(33000), reading)
    assert (found.high.figure.rounded, found.high.printed, found.high.reading) == (D(81000), None, None)


@pytest.mark.parametrize(
    ("banked", "validated", "beyond"),
    [("5", "10", "0"), ("12", "10", "2"), ("-1", "10", "-1"), ("-12", "-10", "-2"), ("1", "-10", "1")],
)
def test_banked_money_is_between_nought_and_what_is_validated(banked: str, validated: str, beyond: str):
    assert beyond_validated(D(banked), D(validated)) == D(beyond)
