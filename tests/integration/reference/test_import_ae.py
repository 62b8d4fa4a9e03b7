"""NHS England's A&E months imported into a real suite."""

from decimal import Decimal
from pathlib import Path

import pytest

from suite.load.ae import import_ae
from suite.load.csv_files import BadRows

EXCERPT = Path(__file__).parents[2] / "fixtures" / "ae" / "ae_excerpt.csv"
OBSERVATIONS = "/indicators/v1/indicators/ae-four-hour-wait/observations"
ENGLAND = "E92000001"
HEADER = "period,org_code,type,attendances,breaches,admissions\n"
JANUARY = "2018-01-01,RK9,1,7952,2140,2972"


async def months(suite, area):
    items = (await suite.get(f"{OBSERVATIONS}?area={area}&limit=200"))["items"]
    return {item["period"]: item for item in items}


def excerpt(tmp_path, name, *, old=None, new="", only=None):
    """The excerpt with a row changed, or with the rows of one provider."""
    text = EXCERPT.read_text(encoding="utf-8")
    if old is not None:
        assert text.count(old) == 1
        text = text.replace(old, new)
    if only is not None:
        text = "".join(line for line in text.splitlines(keepends=True) if line.startswith("period") or only in line)
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


async def test_months_arrive_with_count_and_denominator(suite):
    report = await import_ae(suite.client, EXCERPT)
    assert {area: counts.created for area, counts in report.counts.items()} == {"RK9": 36}
    december = (await months(suite, "RK9"))["2017-12"]
    assert (december["value"], december["count"], december["denominator"]) == ("79.31", "9609", "12116")
    assert december["status"] == "final"
    assert "RK9: rows of type other in 20 of 36 months" in report.notes
    assert any("E06000026 has 79.29 (printed), RK9 79.31" in note for note in report.notes)
    assert await months(suite, ENGLAND) == {}


async def test_importing_again_changes_nothing(suite):
    await import_ae(suite.client, EXCERPT, sum_into=ENGLAND)
    await suite.caught_up()
    before = await suite.events()
    again = await import_ae(suite.client, EXCERPT, sum_into=ENGLAND)
    await suite.caught_up()
    assert {area: counts.unchanged for area, counts in again.counts.items()} == {"RK9": 36, ENGLAND: 36}
    assert await suite.events() == before


async def test_final_figures_change_only_with_the_reason_of_who_imports(suite, tmp_path):
    await import_ae(suite.client, EXCERPT)
    late = excerpt(tmp_path, "late.csv", old=JANUARY, new="2018-01-01,RK9,1,7952,2152,2972")
    before = await suite.events()
    with pytest.raises(BadRows, match=r"late\.csv: RK9 2018-01: .* final figures change only with a reason"):
        await import_ae(suite.client, late)
    assert await suite.events() == before
    report = await import_ae(suite.client, late, reason="Late return of the minor injuries unit")
    assert (report.counts["RK9"].changed, report.counts["RK9"].unchanged) == (1, 35)
    january = (await months(suite, "RK9"))["2018-01"]
    assert (january["revision"], january["reason"]) == (2, "Late return of the minor injuries unit")


async def test_a_file_with_one_provider_leaves_england_alone(suite, tmp_path):
    await import_ae(suite.client, EXCERPT, sum_into=ENGLAND)
    before = await months(suite, ENGLAND)
    one = excerpt(tmp_path, "one.csv", only="RK9")
    report = await import_ae(suite.client, one, reason="A file with one provider")
    assert ENGLAND not in report.counts
    assert any(note.startswith(f"{ENGLAND} is not in the file") for note in report.notes)
    assert await months(suite, ENGLAND) == before


async def test_a_sum_of_fewer_providers_replaces_one_of_more_only_if_told_to(suite, tmp_path):
    await import_ae(suite.client, EXCERPT, sum_into=ENGLAND)
    before = await months(suite, ENGLAND)
    assert before["2018-01"]["note"] == "Sum of 5 providers"
    one = excerpt(tmp_path, "one.csv", only="RK9")
    with pytest.raises(BadRows, match="is of 5 providers, what is here of 1") as refused:
        await import_ae(suite.client, one, sum_into=ENGLAND, reason="A file with one provider")
    assert len(refused.value.problems) == 36
    assert await months(suite, ENGLAND) == before
    told = {"reason": "Four of them left", "accept_fewer": True}
    report = await import_ae(suite.client, one, sum_into=ENGLAND, **told)
    assert report.counts[ENGLAND].changed == 36
    after = (await months(suite, ENGLAND))["2018-01"]
    assert (after["note"], after["reason"]) == ("Sum of 1 providers", "Four of them left")


async def test_a_sum_does_not_replace_what_england_itself_published(suite, tmp_path):
    printed = tmp_path / "printed.csv"
    rows = f"{JANUARY}\n2018-01-01,{ENGLAND},1,2000000,300000,500000\n"
    printed.write_text(HEADER + rows, encoding="utf-8")
    report = await import_ae(suite.client, printed)
    assert {area: counts.created for area, counts in report.counts.items()} == {"RK9": 1, ENGLAND: 1}
    assert (await months(suite, ENGLAND))["2018-01"]["value"] == "85.00"
    with pytest.raises(BadRows, match="what is there is no sum of providers"):
        await import_ae(suite.client, EXCERPT, sum_into=ENGLAND, reason="Summed")


async def test_a_month_published_without_attendances_does_not_leave_the_value_there(suite, tmp_path):
    await import_ae(suite.client, EXCERPT)
    empty = tmp_path / "empty.csv"
    empty.write_text(f"{HEADER}2018-01-01,RK9,1,0,0,0\n", encoding="utf-8")
    with pytest.raises(BadRows, match=r"RK9 2018-01: .* there, no attendances here"):
        await import_ae(suite.client, empty)
    report = await import_ae(suite.client, empty, reason="The department was closed")
    assert report.counts["RK9"].changed == 1
    assert "RK9 2018-01: published without attendances, so without a percentage" in report.notes
    january = (await months(suite, "RK9"))["2018-01"]
    assert (january["value"], january["missing"], january["status"]) == (None, "[z]", "final")
    assert january["reason"] == "The department was closed"
    assert (await import_ae(suite.client, empty)).counts["RK9"].unchanged == 1


async def test_a_provider_nobody_named_is_made(suite):
    await import_ae(suite.client, EXCERPT, providers=("RH8",))
    areas = (await suite.get("/indicators/v1/areas?limit=200"))["items"]
    assert next(area for area in areas if area["code"] == "RH8")["type"] == "provider"


async def test_nothing_of_a_bad_file_is_saved(suite, tmp_path):
    bad = tmp_path / "bad.csv"
    bad.write_text(EXCERPT.read_text(encoding="utf-8") + "2019-04-01,RK9,1,10,11,0\n", encoding="utf-8")
    before = await suite.events()
    with pytest.raises(BadRows, match="11 breaches of 10 attendances"):
        await import_ae(suite.client, bad)
    assert await suite.events() == before
    assert (await suite.get(f"{OBSERVATIONS}?area=RK9"))["items"] == []


async def test_england_gives_plymouth_its_benchmark_colour(suite):
    await import_ae(suite.client, EXCERPT, sum_into=ENGLAND)
    status = await suite.get("/indicators/v1/indicators/ae-four-hour-wait/status?area=E06000026")
    assert status["benchmark"]["colour"] == "amber"
    assert status["benchmark"]["rule"] == "fifteen_percent"
    england = await suite.get(f"/indicators/v1/indicators/ae-four-hour-wait/status?area={ENGLAND}")
    assert Decimal(england["series"][-1]["value"]) > 0
