"""NHS England's A&E months, read from real rows."""

from decimal import Decimal
from pathlib import Path

import pytest

from contracts.period import Period
from suite.load.ae_file import ENGLAND, read_ae
from suite.load.csv_files import BadRows

EXCERPT = Path(__file__).parents[2] / "fixtures" / "ae" / "ae_excerpt.csv"
HEADER = "period,org_code,type,attendances,breaches,admissions\n"


def test_all_departments_of_a_provider_are_added_up():
    months = read_ae(EXCERPT, ["RK9"]).months["RK9"]
    assert len(months) == 36
    december = months[Period.month(2017, 12)]
    assert (december.attendances, december.breaches) == (8384 + 218 + 3514, 2476 + 1 + 30)
    assert december.within == 9609
    assert december.percentage == Decimal("79.31")


def test_july_2017_is_the_first_value_of_the_printed_graph():
    """The scorecard prints 84.36 without a period; six months ending in December begin in July."""
    assert read_ae(EXCERPT, ["RK9"]).months["RK9"][Period.parse("Jul-17")].percentage == Decimal("84.36")


def test_england_is_the_sum_of_every_provider_in_the_file():
    read = read_ae(EXCERPT, ["RK9", "RH8", "R1H", "RA9", "RBZ"])
    for period, england in read.months[ENGLAND].items():
        parts = [months[period] for area, months in read.months.items() if area != ENGLAND and period in months]
        assert england.attendances == sum(part.attendances for part in parts)
        assert england.breaches == sum(part.breaches for part in parts)


def test_missing_types_are_noted():
    assert "RK9: rows of type other in 20 of 36 months" in read_ae(EXCERPT, ["RK9"]).notes()


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("2017-13-01,RK9,1,10,1,0", "ae.csv:3: period:"),
        ("2017-12-05,RK9,1,10,1,0", "ae.csv:3: period 2017-12-05 is not the first day of a month"),
        ("2017-12-01,RK9,3,10,1,0", "ae.csv:3: type:"),
        ("2017-12-01,RK9,1,NA,1,0", "ae.csv:3: attendances:"),
        ("2017-12-01,RK9,1,10,-1,0", "ae.csv:3: breaches:"),
        ("2017-12-01,RK9,1,10,11,0", "11 breaches of 10 attendances"),
        ("2017-12-01,rk 9,1,10,1,0", "ae.csv:3: org_code:"),
        ("2017-12-01,RK9,1,10,1", "the row has more or fewer cells"),
        ("2017-12-01,RK9,1,10,1,0,7", "the row has more or fewer cells"),
        ("2017-12-01,RK9,1,,1,0", "ae.csv:3: attendances: Field required"),
        ("2017-11-01,RK9,2,10,1,0", "RK9, type 2, 2017-11 stands in line 2 already"),
    ],
)
def test_a_bad_row_is_named_by_its_line(tmp_path: Path, row: str, said: str):
    path = tmp_path / "ae.csv"
    path.write_text(f"{HEADER}2017-11-01,RK9,2,20,2,0\n{row}\n", encoding="utf-8")
    with pytest.raises(BadRows) as refused:
        read_ae(path, ["RK9"])
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("month,org,type\n", "the header is"),
        (HEADER, "ae.csv: no rows"),
        (f"{HEADER}2017-11-01,RH8,2,20,2,0\n", "no rows of provider RK9"),
        ("", "the header is None"),
    ],
)
def test_a_file_that_is_something_else_is_refused(tmp_path: Path, text: str, said: str):
    path = tmp_path / "ae.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadRows) as refused:
        read_ae(path, ["RK9"])
    assert said in str(refused.value)


def test_many_bad_rows_are_counted_not_all_told(tmp_path: Path):
    path = tmp_path / "ae.csv"
    path.write_text(HEADER + "x,RK9,1,1,0,0\n" * 120, encoding="utf-8")
    with pytest.raises(BadRows) as refused:
        read_ae(path, ["RK9"])
    assert len(refused.value.problems) == 50
    assert str(refused.value).endswith("... and 70 more")


def test_a_month_without_attendances_has_no_percentage(tmp_path: Path):
    path = tmp_path / "ae.csv"
    path.write_text(f"{HEADER}2017-11-01,RK9,2,0,0,0\n2017-12-01,RK9,2,3,1,0\n", encoding="utf-8")
    months = read_ae(path, ["RK9"]).months["RK9"]
    assert {str(period): month.percentage for period, month in months.items()} == {"2017-12": Decimal("66.67")}
