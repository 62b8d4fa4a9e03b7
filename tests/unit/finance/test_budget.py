import csv
from decimal import Decimal
from pathlib import Path

from services.finance.domain.budget import Budget, printed_differences, total

D = Decimal

MILLION = 1_000_000

LINES = [
    Budget(code, *(D(part) * MILLION for part in parts.split()))
    for code, parts in {
        "service-delivery": "54.646 4.922 -2.161 1.300 58.707",
        "commissioning": "10.663 0.026 -0.026 0.000 10.663",
        "leisure-management": "2.547 0.001 -0.001 0.000 2.547",
        "management-and-transformation": "-3.988 0.003 -0.003 -4.579 -8.567",
        "social-care-contract": "6.919 0.000 0.000 0.000 6.919",
        "childrens-commissioning": "4.915 0.004 -0.004 0.000 4.914",
    }.items()
]
PRINTED = {
    "opening": D("75.702") * MILLION,
    "cost_increases": D("4.956") * MILLION,
    "savings": D("-2.197") * MILLION,
    "other_savings": D("-3.279") * MILLION,
    "net_budget": D("75.182") * MILLION,
}
COLUMNS = ("net_budget_2017_18", "cost_increases", "savings", "other_savings", "net_budget_2018_19")
"""The figures of a line in the file, in the order of those above."""


def test_the_differences_of_the_2018_19_print_come_out_and_nothing_else():
    found = [
        (d.where, d.column, d.printed / MILLION, d.computed / MILLION) for d in printed_differences(LINES, PRINTED)
    ]
    assert found == [
        ("childrens-commissioning", "net_budget", D("4.914"), D("4.915")),
        ("total", "savings", D("-2.197"), D("-2.195")),
        ("total", "net_budget", D("75.182"), D("75.183")),
    ]


def test_the_printed_net_is_in_force_and_the_parts_where_none_was_printed():
    assert LINES[5].net_budget == D("4.914") * MILLION
    assert Budget("x", D(10), D(1), D(-2), D(0)).net_budget == D(9)
    assert total(LINES, "net_budget") == D("75.183") * MILLION


def test_a_print_that_adds_up_makes_no_difference():
    assert printed_differences(LINES[:1], {"net_budget": D(58_707_000)}) == []


def test_the_reference_table_is_the_one_tested_here():
    table = Path(__file__).parents[3] / "reference" / "budget_2018_19.csv"
    with table.open(encoding="utf-8") as file:
        found = {row["code"]: [D(row[column]) * MILLION for column in COLUMNS] for row in csv.DictReader(file)}
    assert found.pop("TOTAL") == list(PRINTED.values())
    assert found == {
        line.code: [line.opening, line.cost_increases, line.savings, line.other_savings, line.net_budget]
        for line in LINES
    }
