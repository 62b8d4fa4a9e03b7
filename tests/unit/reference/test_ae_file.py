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


def test_a_sum_is_of_every_provider_in_the_file_and_only_where_it_is_asked_for():
    providers = ["RK9", "RH8", "R1H", "RA9", "RBZ"]
    assert ENGLAND not in read_ae(EXCERPT, providers).months
    read = read_ae(EXCERPT, providers, sum_into=ENGLAND)
    assert len(read.months[ENGLAND]) == 36
    assert set(read.summed.values()) == {5}
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
        ("2017-12-01,E92000002,1,10,1,0", "ae.csv:3: org_code:"),
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


def test_a_month_without_attendances_has_no_percentage_and_is_noted(tmp_path: Path):
    path = tmp_path / "ae.csv"
    path.write_text(f"{HEADER}2017-11-01,RK9,2,0,0,0\n2017-12-01,RK9,2,3,1,0\n", encoding="utf-8")
    read = read_ae(path, ["RK9"])
    assert {str(period): month.attendances for period, month in read.months["RK9"].items()} == {
        "2017-11": 0,
        "2017-12": 3,
    }
    assert read.months["RK9"][Period.month(2017, 12)].percentage == Decimal("66.67")
    assert "RK9 2017-11: published without attendances, so without a percentage" in read.notes()


WITH_ENGLAND = f"{HEADER}2017-12-01,RK9,1,10,1,0\n2017-12-01,E92000001,1,1000,100,0\n"


def test_england_is_what_the_file_prints_for_it_and_no_provider(tmp_path: Path):
    path = tmp_path / "ae.csv"
    path.write_text(WITH_ENGLAND, encoding="utf-8")
    read = read_ae(path, ["RK9"])
    assert read.providers == 1
    assert {area: months[Period.month(2017, 12)].attendances for area, months in read.months.items()} == {
        "RK9": 10,
        ENGLAND: 1000,
    }


def test_nothing_is_summed_into_what_the_file_prints_itself(tmp_path: Path):
    path = tmp_path / "ae.csv"
    path.write_text(WITH_ENGLAND, encoding="utf-8")
    with pytest.raises(BadRows, match="E92000001 has rows of its own"):
        read_ae(path, ["RK9"], sum_into=ENGLAND)
    assert read_ae(path, ["RK9"], sum_into="E12000009").months["E12000009"][Period.month(2017, 12)].attendances == 10


def test_a_file_without_england_says_that_england_stays():
    assert any(note.startswith(f"{ENGLAND} is not in the file") for note in read_ae(EXCERPT, ["RK9"]).notes())
