"""Rows that are added up: parts of one area, and areas of one sum, and why either is none."""

from decimal import Decimal
from typing import Any, Final

import pytest

from services.indicators.domain.areas import ENGLAND
from services.indicators.domain.importing.drafts import CellFault, Draft, FaultyRow
from services.indicators.domain.importing.mapping import FileMapping
from services.indicators.domain.importing.sums import Parts, Sums, parts_of
from services.indicators.domain.observations import SeriesKey

MAPPING: Final = FileMapping("m", "M", {}, decimals=1, add_up=True, no_denominator="[z]", parts="trusts")
PLAIN: Final = FileMapping("p", "P", {})
MOST: Final = 10_000_000_000


def draft(
    line: int, area: str = "E1", period: str = "2017-12", words: Any = None, texts: Any = None, **figures: int
) -> Draft:
    numbers = {name: Decimal(number) for name, number in figures.items()}
    return Draft(SeriesKey("waits", area), period, numbers, texts or {}, words or {}, (line,))


def part(line: int, name: str, area: str = "E1", period: str = "2017-12", texts: Any = None, **figures: int) -> Draft:
    return draft(line, area, period, {"part": name, "area_name": area}, texts, **figures)


def summed(*drafts: Draft, mapping: FileMapping = MAPPING) -> Parts:
    parts = Parts(mapping)
    for each in drafts:
        assert parts.add(each) is None
    return parts


def test_parts_make_a_count_a_denominator_and_a_share() -> None:
    final = {"status": "final", "basis": "census", "note": "left out"}
    parts = summed(part(2, "a", texts=final, count=1, denominator=2), part(3, "b", texts=final, count=1, denominator=1))
    [found] = parts.drafts()
    assert found.figures == {"count": 2, "denominator": 3, "value": Decimal("66.7")}
    assert (found.texts, found.lines, found.period) == ({"status": "final", "basis": "census"}, (2, 3), "2017-12")
    assert found.words == {"part": "a", "area_name": "E1"}
    assert (list(parts.refused()), parts.all_lines()) == ([], (2, 3))


def test_a_share_is_rounded_half_up_and_a_sum_with_a_provisional_part_is_provisional() -> None:
    final = {"status": "final"}
    [found] = summed(part(2, "a", texts=final, count=1, denominator=8), part(3, "b", count=0, denominator=8)).drafts()
    assert (found.figures["value"], found.texts["status"]) == (Decimal("6.3"), "provisional")


def test_without_denominators_there_is_a_count_alone() -> None:
    [found] = summed(part(2, "a", count=3), part(3, "b", count=4), mapping=PLAIN).drafts()
    assert found.figures == {"count": 7}
    [divided] = summed(part(2, "a", count=3, denominator=4), mapping=PLAIN).drafts()
    assert divided.figures == {"count": 3, "denominator": 4}


def test_a_sum_over_nothing_is_a_symbol() -> None:
    [found] = summed(part(2, "a", count=0, denominator=0), part(3, "b", texts={"missing": "[z]"})).drafts()
    assert (found.figures, found.texts) == ({}, {"missing": "[z]", "status": "provisional"})
    [plain] = summed(part(2, "a", count=0, denominator=0), mapping=PLAIN).drafts()
    assert plain.figures == {"count": 0, "denominator": 0}


def faults(found: FaultyRow | None) -> list[tuple[int, str, str, str]]:
    assert found is not None
    return [(found.line, one.column, one.value, one.message) for one in found.faults]


def test_a_part_is_at_fault_that_stands_twice_or_has_no_count_or_no_period() -> None:
    parts = summed(part(2, "a", count=1, denominator=2))
    twice = parts.add(part(3, "a", count=1))
    assert faults(twice) == [(3, "", "a", "E1, a, 2017-12 stands in line 2 already")]
    assert twice is not None
    assert twice.observation_key == (SeriesKey("waits", "E1"), "2017-12")
    assert faults(parts.add(part(4, "b"))) == [(4, "", "b", "has no count, so it cannot be added up")]
    no_period = "is no period, such as 2017-12, 2017/18 Q3 or 2017/18"
    assert faults(parts.add(part(5, "c", period="soon", count=1))) == [(5, "period", "soon", no_period)]
    assert parts.add(part(6, "a", area="E2", count=1)) is None


def reasons(parts: Parts) -> list[tuple[tuple[int, ...], str]]:
    return [(one.lines, one.fault.message) for one in parts.refused()]


def test_a_sum_of_a_faulty_row_is_none_and_says_by_which_line() -> None:
    parts = summed(part(2, "a", count=1), part(3, "a", area="E2", count=1))
    key = (SeriesKey("waits", "E1"), "2017-12")
    parts.refuse(FaultyRow(4, [], key))
    parts.refuse(FaultyRow(5, [], key))
    parts.refuse(FaultyRow(6, []))
    parts.refuse(FaultyRow(7, [], (SeriesKey("waits", "E3"), "2017-12")))
    assert [one.key.area for one in parts.drafts()] == ["E2"]
    assert reasons(parts) == [
        ((2,), "E1, 2017-12 is not added up: line 4 is not right"),
        ((), "E3, 2017-12 is not added up: line 7 is not right"),
    ]
    assert next(one.observation_key for one in parts.refused()) == key


@pytest.mark.parametrize(
    ("second", "reason"),
    [
        ({"count": 1}, "some of its parts have a denominator and others have none, as in line 3"),
        ({"count": MOST, "denominator": 1}, "it would be beyond 10,000,000,000, the most that is counted"),
        ({"count": 0, "denominator": MOST}, "it would be beyond 10,000,000,000, the most that is counted"),
    ],
)
def test_parts_that_do_not_make_a_sum(second: dict[str, int], reason: str) -> None:
    parts = summed(part(2, "a", count=1, denominator=1), part(3, "b", **second))
    assert list(parts.drafts()) == []
    assert reasons(parts) == [((2, 3), f"E1, 2017-12 is not added up: {reason}")]
    assert list(summed(part(2, "a", count=1, denominator=1), part(3, "b", count=0, denominator=MOST - 1)).drafts())


def outcomes(sums: Sums) -> list[Draft | CellFault]:
    return list(sums.outcomes(lambda: None))


def messages(sums: Sums) -> list[str]:
    return [one.message for one in outcomes(sums) if isinstance(one, CellFault)]


def into(area: str, *drafts: Draft, parents: Any = None, mapping: FileMapping = MAPPING) -> Sums:
    sums = Sums(mapping, area, parents or {})
    for each in drafts:
        sums.add(each)
    return sums


def test_areas_make_one_with_how_many_they_are_and_each_period_by_itself() -> None:
    first = draft(2, words={"area_name": "One", "unit": "count"}, texts={"note": "x"}, count=1)
    found = outcomes(into("S", draft(4, "E2", "2018-01", count=5), first, draft(3, "E2", count=2), mapping=PLAIN))
    assert [type(one) for one in found] == [Draft, Draft]
    one, other = found
    assert isinstance(one, Draft)
    assert (one.key, one.period, one.figures, one.lines) == (SeriesKey("waits", "S"), "2017-12", {"count": 3}, ())
    assert (one.texts, one.words) == ({"status": "provisional", "note": "Sum of 2 areas"}, {"unit": "count"})
    assert isinstance(other, Draft)
    assert (other.period, other.texts["note"]) == ("2018-01", "Sum of 1 areas")


def test_an_area_of_which_nothing_is_counted_is_part_of_a_sum_where_parts_are_added_up() -> None:
    drafts = [draft(2, count=1, denominator=4), draft(3, "E2", texts={"missing": "[z]"})]
    [found] = outcomes(into("S", *drafts))
    assert isinstance(found, Draft)
    assert (found.figures["count"], found.texts["note"]) == (1, "Sum of 2 trusts")
    assert messages(into("S", *drafts, mapping=PLAIN)) == [
        "waits of E2 has no count in 2017-12, so nothing is summed into S"
    ]
    uncounted = [draft(2, count=1), draft(3, "E2", value=4)]
    assert messages(into("S", *uncounted)) == ["waits of E2 has no count in 2017-12, so nothing is summed into S"]


def test_nothing_is_summed_into_an_area_that_has_the_figure_itself() -> None:
    found = outcomes(into("S", draft(2, count=1), draft(3, "S", count=9), draft(4, "S", "2018-01", count=9)))
    assert found == [CellFault("area", "S", "S has waits of 2017-12 itself, so nothing is summed into it")]


def test_what_would_be_counted_twice_is_not_summed() -> None:
    twice = into("S", draft(2, count=1), draft(3, count=1))
    assert messages(twice) == ["waits of 2017-12 is not summed into S: E1 stands in line 3, and in line 2 already"]
    country = into("S", draft(2, ENGLAND, count=1), draft(3, "E2", count=1))
    assert messages(country) == [f"waits of 2017-12 is not summed into S: {ENGLAND}, in line 2, has the others in it"]
    alone = into("S", draft(2, ENGLAND, count=1))
    assert messages(alone) == []
    whole = into("S", draft(2, count=1), draft(3, "E2", count=1, words={"area_parent": "E1"}))
    assert messages(whole) == ["waits of 2017-12 is not summed into S: E1, in line 2, has E2 in it"]
    known = into("S", draft(2, count=1), draft(3, "E2", count=1), parents={"E2": ["R"], "R": ["E1"]})
    assert messages(known) == ["waits of 2017-12 is not summed into S: E1, in line 2, has E2 in it"]
    above = into("S", draft(2, "T", count=1), parents={"S": ["T"]})
    assert messages(above) == ["waits of 2017-12 is not summed into S: T, in line 2, has S in it"]


def test_a_row_that_is_at_fault_keeps_what_it_may_be_of_from_being_summed() -> None:
    sums = into("S", draft(2, count=1), draft(3, period="2018-01", count=1))
    sums.refuse((SeriesKey("waits", "E2"), "2017-12"), "line 4 is not right")
    assert messages(sums) == ["waits of 2017-12 is not summed into S: line 4 is not right"]
    assert [one.period for one in outcomes(sums) if isinstance(one, Draft)] == ["2018-01"]
    sums.add(draft(5, "E3", "soon", count=1))
    sums.refuse_all("line 6 is not right")
    assert messages(sums)[0] == "nothing is summed into S: line 5 has no period, and may be of any sum"
    assert not [one for one in outcomes(sums) if isinstance(one, Draft)]


@pytest.mark.parametrize(
    ("note", "parts"),
    [("Sum of 12 areas", 12), ("Sum of areas", None), ("The Sum of 2 ", None), (None, None), ("", None)],
)
def test_a_note_says_of_how_many_parts_a_sum_is(note: str | None, parts: int | None) -> None:
    assert parts_of(note) == parts
